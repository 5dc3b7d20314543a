//! A forest plot: published numbers with their intervals, and simulated ones beside them, row by row.

use crate::error::FigureError;
use crate::palette::Palette;
use crate::svg::{self, Layout};
use crate::table::{Cell, Table};

/// Most rows of one plot.
const ROWS: usize = 400;
/// Longest text, characters.
const TEXT: usize = 400;

/// One number seen and simulated.
#[derive(Debug, Clone, PartialEq)]
pub struct ForestRow {
    /// What it is: "2q8, week 52".
    pub label: String,
    /// Seen.
    pub observed: f64,
    /// Its interval.
    pub interval: (f64, f64),
    /// Simulated.
    pub simulated: f64,
    /// Distance in standard errors; 2 and more is drawn as far off.
    pub z: f64,
    /// Marked as not checked.
    pub unchecked: bool,
}

/// Rows under one heading, such as a study's.
#[derive(Debug, Clone, PartialEq)]
pub struct ForestGroup {
    /// The heading.
    pub name: String,
    /// In order.
    pub rows: Vec<ForestRow>,
}

/// A forest plot that has been checked: drawing it cannot fail.
///
/// Invariants: 1 to 400 rows, every number finite, every interval around its number, texts of at most 400 characters, an id of
/// a–z, 0–9 and `-`.
#[derive(Debug, Clone, PartialEq)]
pub struct Forest {
    id: String,
    title: String,
    axis: String,
    groups: Vec<ForestGroup>,
    caption: String,
}

impl Forest {
    /// A plot of `groups` on an axis called `axis`, with its unit.
    ///
    /// # Errors
    /// [`FigureError`] where a number is not finite, an interval is not around its number, or there are no or too many rows.
    pub fn new(
        id: impl Into<String>,
        title: impl Into<String>,
        axis: impl Into<String>,
        groups: Vec<ForestGroup>,
    ) -> Result<Self, FigureError> {
        let forest = Self {
            id: id.into(),
            title: title.into(),
            axis: axis.into(),
            groups,
            caption: String::new(),
        };
        let refuse = |reason| FigureError::Mixed {
            figure: forest.id.clone(),
            reason,
        };
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if forest.id.is_empty() || forest.id.len() > 64 || !forest.id.chars().all(plain) {
            return Err(refuse("an id is 1 to 64 of a–z, 0–9 and -"));
        }
        let rows: usize = forest.groups.iter().map(|group| group.rows.len()).sum();
        if rows == 0 || rows > ROWS {
            return Err(refuse("a forest plot has 1 to 400 rows"));
        }
        let long = |text: &str| text.chars().count() > TEXT;
        for group in &forest.groups {
            for row in &group.rows {
                let numbers = [row.observed, row.interval.0, row.interval.1, row.simulated];
                if numbers
                    .iter()
                    .any(|number| !number.is_finite() || number.abs() > 1e12)
                    || !row.z.is_finite()
                {
                    return Err(refuse("a number is not finite"));
                }
                if row.interval.0 > row.observed || row.interval.1 < row.observed {
                    return Err(refuse("an interval is not around its number"));
                }
                if long(&row.label) || long(&group.name) {
                    return Err(refuse("a text is longer than 400 characters"));
                }
            }
        }
        Ok(forest)
    }

    /// Words under the plot.
    #[must_use]
    pub fn caption(mut self, caption: impl Into<String>) -> Self {
        self.caption = caption.into();
        self
    }

    /// Its id, usable as a file name.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its title.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    pub(crate) fn axis(&self) -> &str {
        &self.axis
    }

    pub(crate) fn groups(&self) -> &[ForestGroup] {
        &self.groups
    }

    pub(crate) fn words(&self) -> &str {
        &self.caption
    }

    /// The rows as a table.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let table = Table::new("")
            .text("Group")
            .text("Row")
            .numeric("Published")
            .numeric("Low")
            .numeric("High")
            .numeric("Simulated")
            .numeric("z")
            .text("Checked");
        let rows = self
            .groups
            .iter()
            .flat_map(|group| group.rows.iter().map(move |row| (group, row)));
        rows.fold(table, |table, (group, row)| {
            let number = |value| Cell::Number(value, 1);
            table.row([
                group.name.as_str().into(),
                row.label.as_str().into(),
                number(row.observed),
                number(row.interval.0),
                number(row.interval.1),
                number(row.simulated),
                number(row.z),
                if row.unchecked { "no" } else { "yes" }.into(),
            ])
        })
    }

    /// The table as CSV.
    #[must_use]
    pub fn to_csv(&self) -> String {
        self.to_table().to_csv()
    }

    /// The drawing for a page that writes title and caption itself.
    #[must_use]
    pub fn to_svg(&self, palette: &Palette, layout: Layout) -> String {
        svg::forest(self, palette, layout, &self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(observed: f64, simulated: f64) -> ForestRow {
        ForestRow {
            label: "2q8 <b>, week 52".into(),
            observed,
            interval: (observed - 2.0, observed + 2.0),
            simulated,
            z: simulated - observed,
            unchecked: observed < 0.0,
        }
    }

    fn forest(rows: Vec<ForestRow>) -> Result<Forest, FigureError> {
        Forest::new(
            "letters",
            "Letters",
            "Change (letters)",
            vec![ForestGroup {
                name: "VIEW".into(),
                rows,
            }],
        )
    }

    #[test]
    fn a_drawing_is_well_formed_in_both_layouts() {
        let forest = forest(vec![row(8.0, 7.5), row(-14.9, 3.0), row(0.0, 0.0)]).unwrap();
        for layout in [Layout::Wide, Layout::Compact] {
            let svg = forest.to_svg(&Palette::default(), layout);
            let tree = roxmltree::Document::parse(&svg).unwrap();
            assert!(
                tree.descendants()
                    .filter(|node| node.has_tag_name("circle"))
                    .count()
                    >= 3
            );
            assert!(!svg.contains("NaN") && !svg.contains("inf"));
        }
        assert!(forest.to_csv().contains("2q8"));
    }

    #[test]
    fn what_cannot_be_drawn_is_refused() {
        assert!(forest(vec![]).is_err());
        assert!(forest(vec![row(f64::NAN, 1.0)]).is_err());
        assert!(
            forest(vec![ForestRow {
                interval: (9.0, 10.0),
                ..row(1.0, 1.0)
            }])
            .is_err()
        );
        assert!(forest(vec![row(1.0, 1.0); 401]).is_err());
    }
}
