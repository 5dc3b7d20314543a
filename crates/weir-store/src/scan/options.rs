//! What to read.

use weir_memory::Holder;

use super::{OrderRange, Predicate};

/// What to read of a version, and in whose memory.
#[derive(Debug, Clone)]
pub struct ScanOptions {
    /// Rows whose order value is in this range.
    pub range: OrderRange,
    /// The columns, in this order; all of the dataset when nothing is given.
    pub columns: Option<Vec<String>>,
    /// Only rows that fulfil all of these. Files whose statistics rule them out are not read.
    pub filter: Vec<Predicate>,
    /// Rows of a batch, at most; fewer when the budget is small.
    pub batch_rows: usize,
    /// Whose memory it is.
    pub holder: Holder,
}

impl ScanOptions {
    /// Everything, in batches of 8,192 rows.
    #[must_use]
    pub fn new(holder: Holder) -> Self {
        Self {
            range: OrderRange::all(),
            columns: None,
            filter: Vec::new(),
            batch_rows: 8192,
            holder,
        }
    }

    /// Only this range.
    #[must_use]
    pub fn range(mut self, range: impl Into<OrderRange>) -> Self {
        self.range = range.into();
        self
    }

    /// Only these columns.
    #[must_use]
    pub fn columns<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.columns = Some(columns.into_iter().map(Into::into).collect());
        self
    }

    /// Only rows that fulfil this too.
    #[must_use]
    pub fn filter(mut self, predicate: Predicate) -> Self {
        self.filter.push(predicate);
        self
    }
}
