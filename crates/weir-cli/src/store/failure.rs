//! What stores answer, as users see it.

use weir_flow::{RowWriteError, SourceError};
use weir_store::{
    CommitError, DataError, KeyError, ManifestError, OpenError, OrderError, ScanError,
    StorageError, WriteError,
};

use crate::failure::{Exit, Failure, refusal_json};

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Storage(error) => error.into(),
            OpenError::NoStore { .. } => {
                Self::new("W0501", error).with("weir store create FOLDER --keys …")
            }
            OpenError::Invalid { .. } => Self::new("W0502", error).exit(Exit::Usage),
            OpenError::Manifest(error @ ManifestError::Invalid { .. }) => {
                Self::new("W0503", error).exit(Exit::Usage)
            }
            OpenError::Manifest(error @ ManifestError::Damaged { .. }) => Self::new("W0504", error)
                .with("weir store repair STORE KEY: goes back to the newest sound version; nothing is deleted")
                .with("weir store read STORE KEY --at VERSION: reads an older one; `weir store versions` lists them"),
            OpenError::Manifest(error) => Self::new("W0504", error),
            error @ OpenError::NoSoundVersion { .. } => {
                Self::new("W0504", error).with("weir store rm STORE KEY: removes it")
            }
            other => Self::new("W0501", other),
        }
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        Self::new("W0502", error).exit(Exit::Usage)
    }
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Files(error) => error.into(),
            other => Self::new("W0109", other),
        }
    }
}

impl From<OrderError> for Failure {
    fn from(error: OrderError) -> Self {
        Self::new("W0505", error)
    }
}

impl From<DataError> for Failure {
    fn from(error: DataError) -> Self {
        match error {
            DataError::Damaged { .. } => Self::new("W0504", error).with("weir store verify STORE"),
            DataError::Memory(refusal) => refusal.into(),
            DataError::Storage(error) => error.into(),
            DataError::Order(error) => error.into(),
            other => Self::new("W0503", other),
        }
    }
}

impl From<weir_memory::Refusal> for Failure {
    fn from(refusal: weir_memory::Refusal) -> Self {
        let mut failure = Self::new("W0107", &refusal).exit(Exit::DoesNotFit);
        failure.remedies = refusal.remedies().to_vec();
        failure.details = refusal_json(&refusal);
        failure
    }
}

impl From<CommitError> for Failure {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Storage(error) => error.into(),
            other => Self::new("W0506", other),
        }
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Data(error) => error.into(),
            WriteError::Commit(error) => error.into(),
            WriteError::Open(error) => error.into(),
            WriteError::Contended { .. } => Self::new("W0506", error),
            WriteError::Settings { .. } | WriteError::Column { .. } => {
                Self::new("W0503", error).exit(Exit::Usage)
            }
            other => Self::new("W0503", other),
        }
    }
}

impl From<ScanError> for Failure {
    fn from(error: ScanError) -> Self {
        match error {
            ScanError::Data(error) => error.into(),
            other => Self::new("W0505", other).exit(Exit::Usage),
        }
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Memory(refusal) => refusal.into(),
            other => Self::new("W0507", other),
        }
    }
}

impl From<RowWriteError> for Failure {
    fn from(error: RowWriteError) -> Self {
        Self::new("W0109", format!("rows could not be written: {error}"))
    }
}
