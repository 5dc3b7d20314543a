use arrow_array::RecordBatch;

/// Where an operator puts the rows that it passes on.
///
/// Most operators have one way out, number 0; a split has several, of the same columns.
#[derive(Debug)]
pub struct Output {
    batches: Vec<(usize, RecordBatch)>,
    bytes: usize,
    target: usize,
}

/// Whether an operator has more to pass on.
#[must_use = "an operator that has more must be resumed"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fired {
    /// All that could be passed on was.
    Done,
    /// The output was full: [`crate::Operator::resume`] gives more.
    More,
}

impl Output {
    /// An empty output that would like about `target` bytes at a time.
    #[must_use]
    pub fn new(target: usize) -> Self {
        Self {
            batches: Vec::new(),
            bytes: 0,
            target,
        }
    }

    /// Passes rows on. Empty batches are dropped.
    pub fn push(&mut self, rows: RecordBatch) {
        self.push_to(0, rows);
    }

    /// Passes rows on by this way out.
    pub fn push_to(&mut self, way: usize, rows: RecordBatch) {
        if rows.num_rows() > 0 {
            self.bytes = self.bytes.saturating_add(rows.get_array_memory_size());
            self.batches.push((way, rows));
        }
    }

    /// Whether there are as many bytes as the output likes to have at a time: an operator that can stop
    /// here returns [`Fired::More`].
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.bytes >= self.target
    }

    /// The bytes that the output likes to have at a time.
    #[must_use]
    pub fn target(&self) -> usize {
        self.target
    }

    /// What was passed on so far, each with its way out, in order.
    #[must_use]
    pub fn batches(&self) -> &[(usize, RecordBatch)] {
        &self.batches
    }

    /// Takes what was passed on; the output is empty then.
    pub fn take(&mut self) -> Vec<(usize, RecordBatch)> {
        self.bytes = 0;
        std::mem::take(&mut self.batches)
    }
}
