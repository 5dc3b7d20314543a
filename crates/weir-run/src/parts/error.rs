/// Why handing out parts stopped. Of several failing parts always the lowest is told, whatever
/// the threads did.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PartsError<E> {
    /// A worker's own state could not be made; no part was begun.
    #[error("worker {worker} cannot start: {error}")]
    Worker {
        /// Which worker, counted from 0.
        worker: usize,
        /// Why.
        #[source]
        error: E,
    },
    /// Computing a part failed. All parts before it went to the sink.
    #[error("part {part} failed: {error}")]
    Work {
        /// Which part.
        part: u32,
        /// Why.
        #[source]
        error: E,
    },
    /// The sink refused a part. All parts before it were taken.
    #[error("part {part} could not be committed: {error}")]
    Sink {
        /// Which part.
        part: u32,
        /// Why.
        #[source]
        error: E,
    },
    /// Computing a part panicked: a bug. All parts before it went to the sink.
    #[error("part {part} hit a bug and stopped: {message}")]
    Panicked {
        /// Which part.
        part: u32,
        /// The panic's message.
        message: String,
    },
}

impl<E> PartsError<E> {
    /// The part it is about, if it is about one.
    pub fn part(&self) -> Option<u32> {
        match self {
            Self::Worker { .. } => None,
            Self::Work { part, .. } | Self::Sink { part, .. } | Self::Panicked { part, .. } => {
                Some(*part)
            }
        }
    }

    /// The caller's own error inside, if it is not a panic.
    pub fn into_inner(self) -> Option<E> {
        match self {
            Self::Worker { error, .. } | Self::Work { error, .. } | Self::Sink { error, .. } => {
                Some(error)
            }
            Self::Panicked { .. } => None,
        }
    }
}
