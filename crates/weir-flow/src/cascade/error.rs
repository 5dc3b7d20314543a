use crate::{OperatorError, SinkError, StreamError};

/// An operator or a sink failed while rows moved.
///
/// Nothing is lost and nothing goes twice: what could not be delivered waits before the operator that failed and is
/// delivered first by the next call.
#[derive(Debug, thiserror::Error)]
#[error("{node}: {cause}")]
pub struct CascadeError {
    /// The operator or sink that failed.
    pub node: String,
    /// Whether the rows of this call were taken: then do not push them again. If not, nothing has changed.
    pub taken: bool,
    /// Why.
    #[source]
    pub cause: Box<CascadeCause>,
}

/// Why rows did not move on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CascadeCause {
    /// The operator failed.
    #[error(transparent)]
    Operator(#[from] OperatorError),
    /// The sink failed.
    #[error(transparent)]
    Sink(#[from] SinkError),
    /// Rows given do not belong to the stream.
    #[error(transparent)]
    Rows(#[from] StreamError),
    /// The operator passed rows on that do not belong to its output: a fault in it. The pipeline cannot go on.
    #[error(
        "the operator's output is wrong, which is a fault in it: {0}; the pipeline cannot go on"
    )]
    Broken(StreamError),
    /// Rows were pushed after the end.
    #[error("the pipeline has ended and takes no more rows")]
    Ended,
}

/// A failure while rows move; `own` while nothing of the node that failed has changed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) node: usize,
    pub(crate) own: bool,
    pub(crate) cause: Box<CascadeCause>,
}

impl Failure {
    pub(crate) fn own(node: usize, cause: impl Into<CascadeCause>) -> Self {
        Self {
            node,
            own: true,
            cause: Box::new(cause.into()),
        }
    }

    pub(crate) fn later(node: usize, cause: impl Into<CascadeCause>) -> Self {
        Self {
            own: false,
            ..Self::own(node, cause)
        }
    }

    /// What the caller's own node sees of a failure further down.
    pub(crate) fn below(self) -> Self {
        Self { own: false, ..self }
    }
}
