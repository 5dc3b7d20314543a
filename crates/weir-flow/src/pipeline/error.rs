use weir_memory::Refusal;
use weir_run::Cancelled;

use crate::bars::FollowError;
use crate::{CascadeError, OperatorError, SinkError, SourceError, StreamError};

/// Why a pipeline cannot be built. Nothing was read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A name that is empty, or too long, or has characters other than letters, digits, `_`, `-`, `.`, `:`.
    #[error("`{name}` cannot be a name: use letters, digits, `_` and `-`, 100 characters at most")]
    Name {
        /// As given.
        name: String,
    },
    /// Two parts of the pipeline have one name.
    #[error("`{name}` is there twice; give each source, operator and sink a name of its own")]
    Twice {
        /// The name.
        name: String,
    },
    /// An input that nothing has as its name.
    #[error("`{node}` takes its input from `{input}`, which is not there; there are {}", .known.join(", "))]
    Dangling {
        /// Who asks.
        node: String,
        /// For whom.
        input: String,
        /// Who is there.
        known: Vec<String>,
    },
    /// An input that has no such way out.
    #[error("`{node}` takes its input from way {way} of `{input}`, which has {ways}")]
    NoWay {
        /// Who asks.
        node: String,
        /// For whom.
        input: String,
        /// The way out, from 0.
        way: usize,
        /// How many there are.
        ways: usize,
    },
    /// Rows would go in a circle.
    #[error("rows would go round in a circle: {}", .nodes.join(" → "))]
    Cycle {
        /// The circle, its first member again at its end.
        nodes: Vec<String>,
    },
    /// An output that nothing takes.
    #[error("the rows of `{node}` (way {way}) go nowhere; write them or leave it out")]
    Nowhere {
        /// Whose.
        node: String,
        /// Its way out, from 0.
        way: usize,
    },
    /// There is nothing to read, or nothing to write.
    #[error("a pipeline needs a source and a sink; there are {sources} and {sinks}")]
    Empty {
        /// How many sources.
        sources: usize,
        /// How many sinks.
        sinks: usize,
    },
    /// More parts than a pipeline may have.
    #[error("a pipeline has at most {most} parts, not {parts}")]
    TooLarge {
        /// How many there are.
        parts: usize,
        /// How many may be.
        most: usize,
    },
    /// An operator does not suit its inputs.
    #[error("{node}: {source}")]
    Operator {
        /// Which.
        node: String,
        /// Why.
        source: Box<OperatorError>,
    },
    /// A sink cannot take the rows.
    #[error("{node}: {source}")]
    Sink {
        /// Which.
        node: String,
        /// Why.
        source: SinkError,
    },
    /// Its limits do not suit its inputs.
    #[error(
        "{node}: a limit in event time needs an order column of integers, dates or times, not {found}"
    )]
    EventTime {
        /// Which.
        node: String,
        /// What the order column is.
        found: String,
    },
    /// An operator with such a name was not registered.
    #[error("there is no operator `{name}`; there are {}", .known.join(", "))]
    UnknownOperator {
        /// As asked for.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// A name that was registered before.
    #[error("an operator `{name}` is registered already")]
    RegisteredTwice {
        /// The name.
        name: String,
    },
    /// Memory is short.
    #[error(transparent)]
    Memory(#[from] Refusal),
}

/// Why a pipeline stopped. What was committed stays; a restart goes on from there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FlowError {
    /// A source failed.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// An operator failed, or a sink did not take rows.
    #[error(transparent)]
    Cascade(#[from] CascadeError),
    /// A sink did not commit, or cannot be gone on from.
    #[error("{node}: {source}")]
    Sink {
        /// Which.
        node: String,
        /// Why.
        source: SinkError,
    },
    /// Someone asked it to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// There is no such input to push to, or it has a source of its own.
    #[error("there is no input `{name}` to push rows to; there are {}", .known.join(", "))]
    NoInput {
        /// As asked for.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// It cannot go on from what is there.
    #[error("`{sink}` cannot be gone on from: {what}")]
    Restart {
        /// Which sink.
        sink: String,
        /// Why, and what to do.
        what: String,
    },
    /// A thread that decodes ahead could not be started, or died.
    #[error("{source_name}: the thread that decodes ahead {what}; try --threads 1")]
    Thread {
        /// Which source.
        source_name: String,
        /// What happened.
        what: String,
    },
    /// Rows do not fit their stream.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// Bars that follow a dataset cannot be brought up to date.
    #[error(transparent)]
    Follow(FollowError),
}

impl From<FollowError> for FlowError {
    fn from(error: FollowError) -> Self {
        match error {
            FollowError::Cancelled(cancelled) => Self::Cancelled(cancelled),
            FollowError::Target { target, what } => Self::Restart { sink: target, what },
            other => Self::Follow(other),
        }
    }
}
