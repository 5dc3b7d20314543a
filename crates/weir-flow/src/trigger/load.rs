/// What is held: counts alone, no rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Arrivals since the last firing.
    pub count: u64,
    /// Rows.
    pub rows: u64,
    /// Allocated bytes.
    pub bytes: u64,
    /// The event time of the first row held, where the stream has one that is an integer.
    pub since: Option<i64>,
    /// The latest event time held.
    pub until: Option<i64>,
}

/// What arrives: one batch, or what is left of it after slices were taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arriving {
    /// Rows, at least one.
    pub rows: u64,
    /// Allocated bytes.
    pub bytes: u64,
    /// First event time.
    pub since: Option<i64>,
    /// Last event time.
    pub until: Option<i64>,
    /// Whether it counts as an arrival: the first batch of what was passed on, not its further slices.
    pub counts: bool,
}

impl Load {
    /// Whether nothing is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// With this held too.
    #[must_use]
    pub fn with(self, arriving: &Arriving) -> Self {
        Self {
            count: self.count.saturating_add(u64::from(arriving.counts)),
            rows: self.rows.saturating_add(arriving.rows),
            bytes: self.bytes.saturating_add(arriving.bytes),
            since: least(self.since, arriving.since),
            until: self.until.max(arriving.until),
        }
    }
}

fn least(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, None) | (None, one) => one,
    }
}
