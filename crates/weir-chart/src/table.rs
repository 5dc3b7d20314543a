//! A table of numbers and words, for reports and CSV.

use crate::number::{Number, machine};

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A number and the decimals it is shown with; CSV keeps up to six. Not finite is shown as "–".
    Number(f64, usize),
    /// Nothing is known here.
    Missing,
}

impl Cell {
    /// As shown to people.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Cell::Text(text) => text.clone(),
            Cell::Number(value, decimals) => Number::new(*value, *decimals).to_string(),
            Cell::Missing => "–".to_owned(),
        }
    }

    fn csv(&self) -> String {
        match self {
            Cell::Text(text) => csv_text(text),
            Cell::Number(value, _) => machine(*value),
            Cell::Missing => String::new(),
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Cell::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Cell::Text(text)
    }
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its heading, with the unit.
    pub heading: String,
    /// Right-aligned, as numbers are.
    pub numeric: bool,
}

/// A table. Rows shorter than the columns are filled with missing cells, longer ones are cut.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Above the table; may be empty.
    pub title: String,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows of cells.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// An empty table.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            columns: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// One more column of words.
    #[must_use]
    pub fn text(mut self, heading: impl Into<String>) -> Self {
        self.columns.push(Column {
            heading: heading.into(),
            numeric: false,
        });
        self
    }

    /// One more column of numbers.
    #[must_use]
    pub fn numeric(mut self, heading: impl Into<String>) -> Self {
        self.columns.push(Column {
            heading: heading.into(),
            numeric: true,
        });
        self
    }

    /// One more row.
    #[must_use]
    pub fn row(mut self, cells: impl IntoIterator<Item = Cell>) -> Self {
        self.rows.push(cells.into_iter().collect());
        self
    }

    /// The cell at a place; missing where the row is too short.
    pub(crate) fn cell(row: &[Cell], column: usize) -> &Cell {
        row.get(column).unwrap_or(&Cell::Missing)
    }

    /// CSV (RFC 4180). Words that a spreadsheet would run as a formula get a leading apostrophe.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut out = String::new();
        let headings: Vec<String> = self
            .columns
            .iter()
            .map(|column| csv_text(&column.heading))
            .collect();
        out.push_str(&headings.join(","));
        out.push_str("\r\n");
        for row in &self.rows {
            let cells: Vec<String> = (0..self.columns.len())
                .map(|i| Self::cell(row, i).csv())
                .collect();
            out.push_str(&cells.join(","));
            out.push_str("\r\n");
        }
        out
    }
}

fn csv_text(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_quotes_and_disarms_formulas() {
        let table = Table::new("")
            .text("name, or \"nick\"")
            .numeric("n")
            .row(["=cmd|' /C calc'!A0".into(), Cell::Number(1234.5, 0)])
            .row(["two\nlines".into()]);
        assert_eq!(
            table.to_csv(),
            "\"name, or \"\"nick\"\"\",n\r\n'=cmd|' /C calc'!A0,1234.5\r\n\"two\nlines\",\r\n"
        );
    }
}
