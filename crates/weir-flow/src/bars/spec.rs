//! What bars are asked for.

use std::fmt;
use std::sync::Arc;

use arrow_array::{BooleanArray, RecordBatch};
use arrow_schema::ArrowError;

use super::{Function, Period, Side};

/// Bars by key at one or several resolutions, made in one pass.
#[derive(Clone, Debug)]
pub struct BarsSpec {
    /// The key columns: a bar is of one key. None: bars of all rows together.
    pub keys: Vec<String>,
    /// The resolutions, each with a result of its own; at least one.
    pub resolutions: Vec<Resolution>,
}

impl BarsSpec {
    /// How many ways out its operator has: one for each resolution, and one for each that shows snapshots.
    pub fn ways(&self) -> usize {
        let shown = self
            .resolutions
            .iter()
            .filter(|one| one.snapshots.is_some());
        self.resolutions.len() + shown.count()
    }
}

/// One resolution: where its bars begin and end, and what they hold.
#[derive(Clone, Debug)]
pub struct Resolution {
    /// Its name, unique among the resolutions.
    pub name: String,
    /// Where bars begin and end.
    pub binning: Binning,
    /// What they hold, in this order behind label and key; at least one.
    pub columns: Vec<BarColumn>,
    /// Only rows that pass take part.
    pub filter: Option<RowFilter>,
    /// Periods without rows become rows of nulls: for every key from its first bar on, up to the last period in which any key has
    /// a bar.
    pub empty_periods: bool,
    /// Where the running bars are shown as they stand; see [`Resolution::with_snapshots`].
    pub snapshots: Option<Period>,
    /// The name of a registered function that the finished bars go through.
    pub after: Option<String>,
}

/// One result: `out = (column, function)`.
#[derive(Clone, Debug, PartialEq)]
pub struct BarColumn {
    /// Its name.
    pub out: String,
    /// The function.
    pub function: Function,
    /// The column it is of; none for a count of rows.
    pub column: Option<String>,
}

impl BarColumn {
    /// `out = function(column)`.
    pub fn new(out: impl Into<String>, function: Function, column: impl Into<String>) -> Self {
        Self {
            out: out.into(),
            function,
            column: Some(column.into()),
        }
    }

    /// `out =` the number of rows.
    pub fn rows(out: impl Into<String>) -> Self {
        Self {
            out: out.into(),
            function: Function::Count,
            column: None,
        }
    }
}

/// Where bars begin and end.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Binning {
    /// With periods of time, the same for all keys.
    Period(Period),
    /// After this many rows (at least one) of the stream, all keys together. Labelled with the first or the last row's order value; the result has a column
    /// `bin` behind the label that counts the bins from 0, since labels may repeat.
    Rows {
        /// How many rows.
        count: u64,
        /// The first row names the bar, or the last.
        label: Side,
    },
    /// Where a registered function says; the result has a column `bin` as for rows.
    Function(String),
}

type Keep = dyn Fn(&RecordBatch) -> Result<BooleanArray, ArrowError> + Send + Sync;

/// Which rows take part: a pure function of each row.
#[derive(Clone)]
pub struct RowFilter {
    name: String,
    keep: Arc<Keep>,
}

impl RowFilter {
    /// `keep` gives true for the rows that take part (null is false); `name` is for people.
    pub fn new(
        name: impl Into<String>,
        keep: impl Fn(&RecordBatch) -> Result<BooleanArray, ArrowError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            keep: Arc::new(keep),
        }
    }

    pub(crate) fn keep(&self, rows: &RecordBatch) -> Result<BooleanArray, ArrowError> {
        let keep = (self.keep)(rows)?;
        if keep.len() == rows.num_rows() {
            return Ok(keep);
        }
        Err(ArrowError::ComputeError(format!(
            "filter `{}` gave {} answers for {} rows",
            self.name,
            keep.len(),
            rows.num_rows()
        )))
    }
}

impl fmt::Debug for RowFilter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "RowFilter({})", self.name)
    }
}

impl Resolution {
    /// Bars with these periods and columns.
    pub fn new(name: impl Into<String>, binning: Binning, columns: Vec<BarColumn>) -> Self {
        Self {
            name: name.into(),
            binning,
            columns,
            filter: None,
            empty_periods: false,
            snapshots: None,
            after: None,
        }
    }

    /// Only of the rows that pass.
    pub fn filtered(mut self, filter: RowFilter) -> Self {
        self.filter = Some(filter);
        self
    }

    /// With rows of nulls for periods without rows.
    pub fn with_empty_periods(mut self) -> Self {
        self.empty_periods = true;
        self
    }

    /// With a second result that shows the bars running at the end of each of these periods as they stand there: order column = the end,
    /// then `bar` (its label), key and columns. Rows at the end itself count where `period` is right-closed. A bar whose own end it is
    /// is shown whole. Nothing is shown behind the last row.
    pub fn with_snapshots(mut self, period: Period) -> Self {
        self.snapshots = Some(period);
        self
    }

    /// With a registered function that the finished bars go through.
    pub fn then(mut self, name: impl Into<String>) -> Self {
        self.after = Some(name.into());
        self
    }
}
