//! What pipelines answer, as users see it.

use weir_flow::bars::{BarsError, FollowError};
use weir_flow::{
    BuildFileError, CascadeCause, FlowError, ImportError, OperatorError, ReadPipelineError,
    SinkError, SourceError,
};

use crate::failure::{Exit, Failure};

impl From<ReadPipelineError> for Failure {
    fn from(error: ReadPipelineError) -> Self {
        match error {
            ReadPipelineError::Mistakes(mistakes) => mistakes.into(),
            other => Self::new("W0402", other).exit(Exit::Mistakes),
        }
    }
}

impl From<BuildFileError> for Failure {
    fn from(error: BuildFileError) -> Self {
        match error {
            BuildFileError::Mistakes(mistakes) => mistakes.into(),
            BuildFileError::Memory(refusal) => refusal.into(),
        }
    }
}

impl From<FlowError> for Failure {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::Source(SourceError::Memory(refusal)) => refusal.into(),
            FlowError::Source(error @ SourceError::Moved { .. }) => {
                let versions = matches!(error, SourceError::Moved { versions: true, .. });
                let failure = Self::new("W0404", error)
                    .with("weir flow run PIPELINE --again: makes the results anew");
                if !versions {
                    return failure.with("the rows that were read then, as they were, with new ones behind them: those are taken in");
                }
                failure
                    .with("`version:` in the pipeline's source: stays with the version that was read")
                    .with("weir flow explain PIPELINE: says why its rows are not followed; bars of periods of one dataset, written into datasets, take late rows in")
            }
            FlowError::Cascade(error) => {
                let what = error.to_string();
                match *error.cause {
                    CascadeCause::Operator(OperatorError::Memory(refusal))
                    | CascadeCause::Sink(SinkError::Memory(refusal)) => refusal.into(),
                    _ => Self::new("W0403", what),
                }
            }
            error @ FlowError::Restart { .. } => Self::new("W0404", error)
                .with("weir flow run PIPELINE --again: makes the results anew"),
            error @ FlowError::Sink {
                source: SinkError::Followed { .. },
                ..
            } => Self::new("W0404", error)
                .with("weir flow run PIPELINE --again: makes the results anew"),
            FlowError::Follow(error) => match error {
                FollowError::Open(error) => error.into(),
                FollowError::Scan(error) => error.into(),
                FollowError::Write(error) => error.into(),
                FollowError::Bars(BarsError::Memory(refusal)) => refusal.into(),
                other => Self::new("W0403", other),
            },
            other => Self::new("W0403", other),
        }
    }
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Source(error) => error.into(),
            ImportError::Open(error) => error.into(),
            ImportError::Write(error) => error.into(),
            other => Self::new("W0508", other),
        }
    }
}
