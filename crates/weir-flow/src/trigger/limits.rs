use std::num::NonZeroU64;

use weir_memory::Bytes;

/// What makes an operator fire: any of these that is set, whichever comes first. Pressure on the
/// memory budget can always fire it earlier.
///
/// Limits are **hard** unless [`soft`](Self::soft): the operator fires before a limit would be passed, so that
/// it never holds more; a batch larger than the limit is cut into slices, and only a single row that is larger alone
/// passes by itself (and is counted as oversized). A soft limit takes the batch in and then fires.
/// No limit changes *what* is passed on in the end, only when.
///
/// ```
/// use weir_flow::{LimitError, Limits};
/// let limits = Limits::unbounded().bytes("8MiB".parse().unwrap()).and_then(|l| l.every(3)).unwrap();
/// assert_eq!(limits.to_string(), "every 3 arrivals, 8 MiB (hard)");
/// assert_eq!(Limits::unbounded().every(0), Err(LimitError::EveryZero));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    pub(crate) every: Option<NonZeroU64>,
    pub(crate) rows: Option<NonZeroU64>,
    pub(crate) bytes: Bound,
    pub(crate) event_time: Option<i64>,
    pub(crate) soft: bool,
}

/// A limit in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bound {
    /// None but pressure.
    Unbounded,
    /// So many bytes.
    Fixed(NonZeroU64),
    /// Follows the sizes of what arrives, within the pipeline's share of the budget.
    Adaptive,
}

/// Why limits cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LimitError {
    /// `every(0)`.
    #[error("`every` must be at least 1 arrival, not 0")]
    EveryZero,
    /// A limit of no rows.
    #[error("a limit in rows must be at least 1, not 0")]
    RowsZero,
    /// A limit of no bytes.
    #[error("a limit in bytes must be at least 1 B, not 0 B")]
    BytesZero,
    /// A span of event time that is not positive.
    #[error("a limit in event time must be at least 1 unit of the order column, not {span}")]
    EventTime {
        /// As given.
        span: i64,
    },
}

impl Default for Limits {
    /// Bytes that adapt.
    fn default() -> Self {
        Self::adaptive()
    }
}

impl Limits {
    /// Fires at the end, and under pressure.
    #[must_use]
    pub fn unbounded() -> Self {
        Self {
            every: None,
            rows: None,
            bytes: Bound::Unbounded,
            event_time: None,
            soft: false,
        }
    }

    /// Bytes that follow the sizes of what arrives.
    #[must_use]
    pub fn adaptive() -> Self {
        Self {
            bytes: Bound::Adaptive,
            ..Self::unbounded()
        }
    }

    /// Fires at each arrival: nothing is held.
    #[must_use]
    pub fn at_once() -> Self {
        Self {
            every: Some(NonZeroU64::MIN),
            ..Self::unbounded()
        }
    }

    /// Fires at every n-th arrival.
    ///
    /// # Errors
    ///
    /// [`LimitError::EveryZero`].
    pub fn every(self, arrivals: u64) -> Result<Self, LimitError> {
        let every = NonZeroU64::new(arrivals).ok_or(LimitError::EveryZero)?;
        Ok(Self {
            every: Some(every),
            ..self
        })
    }

    /// Holds at most so many rows.
    ///
    /// # Errors
    ///
    /// [`LimitError::RowsZero`].
    pub fn rows(self, rows: u64) -> Result<Self, LimitError> {
        let rows = NonZeroU64::new(rows).ok_or(LimitError::RowsZero)?;
        Ok(Self {
            rows: Some(rows),
            ..self
        })
    }

    /// Holds at most so many bytes of allocated Arrow buffers.
    ///
    /// # Errors
    ///
    /// [`LimitError::BytesZero`].
    pub fn bytes(self, bytes: Bytes) -> Result<Self, LimitError> {
        let bytes = NonZeroU64::new(bytes.as_u64()).ok_or(LimitError::BytesZero)?;
        Ok(Self {
            bytes: Bound::Fixed(bytes),
            ..self
        })
    }

    /// Holds rows whose event times span less than this, in units of the order column (which must be an integer,
    /// a date, a time or a timestamp). A batch is not cut for it.
    ///
    /// # Errors
    ///
    /// [`LimitError::EventTime`].
    pub fn event_time(self, span: i64) -> Result<Self, LimitError> {
        if span <= 0 {
            return Err(LimitError::EventTime { span });
        }
        Ok(Self {
            event_time: Some(span),
            ..self
        })
    }

    /// Takes a batch in first and fires then, so that limits can be passed by up to one batch.
    #[must_use]
    pub fn soft(self) -> Self {
        Self { soft: true, ..self }
    }

    /// Whether the limits need an integer event time.
    #[must_use]
    pub fn needs_event_time(&self) -> bool {
        self.event_time.is_some()
    }

    /// Whether the limit in bytes adapts.
    #[must_use]
    pub fn is_adaptive(&self) -> bool {
        self.bytes == Bound::Adaptive
    }

    /// With an adaptive limit fixed at so many bytes.
    #[must_use]
    pub fn resolved(self, bytes: NonZeroU64) -> Self {
        match self.bytes {
            Bound::Adaptive => Self {
                bytes: Bound::Fixed(bytes),
                ..self
            },
            _ => self,
        }
    }
}

impl std::fmt::Display for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut parts = Vec::new();
        match self.every.map(NonZeroU64::get) {
            Some(1) => parts.push("each arrival".to_owned()),
            Some(n) => parts.push(format!("every {n} arrivals")),
            None => {}
        }
        if let Some(rows) = self.rows {
            parts.push(format!("{rows} rows"));
        }
        match self.bytes {
            Bound::Unbounded => {}
            Bound::Fixed(bytes) => parts.push(Bytes::new(bytes.get()).to_string()),
            Bound::Adaptive => parts.push("adaptive bytes".to_owned()),
        }
        if let Some(span) = self.event_time {
            parts.push(format!("{span} units of event time"));
        }
        if parts.is_empty() {
            return f.write_str("at the end, or under pressure");
        }
        let kind = if self.soft { "soft" } else { "hard" };
        write!(f, "{} ({kind})", parts.join(", "))
    }
}
