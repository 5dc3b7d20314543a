//! A figure: axes, marks, and where the data come from.

mod check;
mod rows;

use crate::axis::Axis;
use crate::error::FigureError;
use crate::mark::Mark;
use crate::palette::Palette;
use crate::svg::{self, Layout};
use crate::table::Table;

/// What stands under every figure: where the data come from, how many, and what was left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Caption {
    /// The run, file or study.
    pub source: String,
    /// How many of what: "100,000 patients".
    pub count: String,
    /// What was filtered; "no filter" if nothing.
    pub filters: String,
}

impl Caption {
    /// In one line: "Source: run calm-heron · 100,000 patients · no filter". Empty parts are left out.
    #[must_use]
    pub fn words(&self) -> String {
        let source = if self.source.is_empty() {
            String::new()
        } else {
            format!("Source: {}", self.source)
        };
        [source, self.count.clone(), self.filters.clone()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" · ")
    }
}

/// One row of numbers at risk.
#[derive(Debug, Clone, PartialEq)]
pub struct AtRiskRow {
    /// The group; may be empty when there is one row only.
    pub name: String,
    /// One number per place, finite and not negative.
    pub values: Vec<f64>,
}

/// Numbers at risk under the x axis. Limits: 12 rows, 60 places.
#[derive(Debug, Clone, PartialEq)]
pub struct AtRisk {
    /// "Patients at risk".
    pub label: String,
    /// Places on the x axis, rising.
    pub at: Vec<f64>,
    /// The groups.
    pub rows: Vec<AtRiskRow>,
}

/// A figure that has been checked: drawing it cannot fail.
///
/// Invariants: the id is usable as a file name and HTML id; both axes exist; every number is finite or a stated gap and lies on
/// its axis; stacks conserve their totals; names differ; limits on sizes hold (64 marks, 10,000 points a series, 400 characters a text).
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    id: String,
    title: String,
    subtitle: String,
    x: Axis,
    y: Axis,
    marks: Vec<Mark>,
    at_risk: Option<AtRisk>,
    caption: Caption,
    notes: Vec<String>,
}

impl Figure {
    /// Starts a figure. The id is 1–64 of a–z, 0–9 and `-`, starting with a letter.
    #[allow(clippy::new_ret_no_self)]
    pub fn new(id: impl Into<String>, title: impl Into<String>) -> FigureBuilder {
        FigureBuilder {
            id: id.into(),
            title: title.into(),
            subtitle: String::new(),
            x: None,
            y: None,
            marks: Vec::new(),
            at_risk: None,
            caption: Caption::default(),
            notes: Vec::new(),
        }
    }

    /// File name and HTML id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Title.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Subtitle, may be empty.
    #[must_use]
    pub fn subtitle(&self) -> &str {
        &self.subtitle
    }

    /// Horizontal axis.
    #[must_use]
    pub fn x(&self) -> &Axis {
        &self.x
    }

    /// Vertical axis.
    #[must_use]
    pub fn y(&self) -> &Axis {
        &self.y
    }

    /// What is drawn.
    #[must_use]
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// Numbers at risk, if any.
    #[must_use]
    pub fn at_risk(&self) -> Option<&AtRisk> {
        self.at_risk.as_ref()
    }

    /// Source, count and filters.
    #[must_use]
    pub fn caption(&self) -> &Caption {
        &self.caption
    }

    /// Notes under the figure.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Whether there is nothing to draw; such a figure says so in place of marks.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.marks.iter().any(check::has_data)
    }

    /// A file of its own: title, drawing, caption and notes, 960 units wide, light on white.
    #[must_use]
    pub fn to_svg(&self, palette: &Palette) -> String {
        svg::file(self, palette, Layout::Wide)
    }

    /// As [`to_svg`](Self::to_svg), in the layout asked for.
    #[must_use]
    pub fn to_svg_as(&self, palette: &Palette, layout: Layout) -> String {
        svg::file(self, palette, layout)
    }

    /// Every number drawn, as a table.
    #[must_use]
    pub fn to_table(&self) -> Table {
        rows::table(self)
    }

    /// Every number drawn, as CSV (RFC 4180, UTF-8, `.` as the decimal point, up to six decimals).
    #[must_use]
    pub fn to_csv(&self) -> String {
        self.to_table().to_csv()
    }
}

/// Collects a figure; [`build`](Self::build) checks it.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct FigureBuilder {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) subtitle: String,
    pub(crate) x: Option<Axis>,
    pub(crate) y: Option<Axis>,
    pub(crate) marks: Vec<Mark>,
    pub(crate) at_risk: Option<AtRisk>,
    pub(crate) caption: Caption,
    pub(crate) notes: Vec<String>,
}

impl FigureBuilder {
    /// A line under the title.
    pub fn subtitle(mut self, subtitle: impl Into<String>) -> Self {
        self.subtitle = subtitle.into();
        self
    }

    /// Horizontal axis.
    pub fn x(mut self, axis: Axis) -> Self {
        self.x = Some(axis);
        self
    }

    /// Vertical axis.
    pub fn y(mut self, axis: Axis) -> Self {
        self.y = Some(axis);
        self
    }

    /// One more mark.
    pub fn mark(mut self, mark: impl Into<Mark>) -> Self {
        self.marks.push(mark.into());
        self
    }

    /// Several more marks.
    pub fn marks<M: Into<Mark>>(mut self, marks: impl IntoIterator<Item = M>) -> Self {
        self.marks.extend(marks.into_iter().map(Into::into));
        self
    }

    /// Lines at 70 letters (driving) and 20 letters (about the limit of legal blindness), as on every letters chart.
    pub fn letters_references(self) -> Self {
        self.mark(crate::mark::Reference::horizontal(70.0, "70 letters"))
            .mark(crate::mark::Reference::horizontal(20.0, "20 letters"))
    }

    /// Numbers at risk under the x axis.
    pub fn at_risk(mut self, at_risk: AtRisk) -> Self {
        self.at_risk = Some(at_risk);
        self
    }

    /// Source, count and filters.
    pub fn source(
        mut self,
        source: impl Into<String>,
        count: impl Into<String>,
        filters: impl Into<String>,
    ) -> Self {
        self.caption = Caption {
            source: source.into(),
            count: count.into(),
            filters: filters.into(),
        };
        self
    }

    /// One more note under the figure.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Checks everything once.
    ///
    /// # Errors
    ///
    /// [`FigureError`] with the first thing that is wrong; see [`Figure`] for what must hold.
    pub fn build(self) -> Result<Figure, FigureError> {
        check::check(self)
    }
}

impl Figure {
    pub(crate) fn from_parts(builder: FigureBuilder, x: Axis, y: Axis) -> Self {
        Self {
            id: builder.id,
            title: builder.title,
            subtitle: builder.subtitle,
            x,
            y,
            marks: builder.marks,
            at_risk: builder.at_risk,
            caption: builder.caption,
            notes: builder.notes,
        }
    }
}
