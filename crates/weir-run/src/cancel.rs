use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use serde::{Deserialize, Serialize};

/// A request to stop, shared by whoever asks and whoever works. Cheap to clone and to check.
///
/// Cancelling is one atomic store, so a signal handler may do it. The first reason stays.
///
/// ```
/// use weir_run::{Cancel, CancelReason};
/// let cancel = Cancel::new();
/// assert!(cancel.check().is_ok());
/// cancel.cancel(CancelReason::User);
/// assert_eq!(cancel.check().unwrap_err().reason, CancelReason::User);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicU8>);

impl Cancel {
    /// A token nobody has cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks to stop. Returns whether this was the first request.
    pub fn cancel(&self, reason: CancelReason) -> bool {
        self.0
            .compare_exchange(0, reason.code(), Ordering::SeqCst, Ordering::SeqCst)
            .is_ok()
    }

    /// Whether someone asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed) != 0
    }

    /// Why, when someone asked to stop.
    pub fn reason(&self) -> Option<CancelReason> {
        CancelReason::from_code(self.0.load(Ordering::SeqCst))
    }

    /// An error when someone asked to stop, for use with `?` between units of work.
    ///
    /// # Errors
    ///
    /// [`Cancelled`] with the reason.
    pub fn check(&self) -> Result<(), Cancelled> {
        match self.reason() {
            None => Ok(()),
            Some(reason) => Err(Cancelled { reason }),
        }
    }
}

/// Why a run was asked to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// A person asked: a command, a button.
    User,
    /// The process got a signal such as SIGINT or SIGTERM.
    Signal,
    /// Memory stayed critical although everything was drained.
    Pressure,
}

impl CancelReason {
    fn code(self) -> u8 {
        match self {
            Self::User => 1,
            Self::Signal => 2,
            Self::Pressure => 3,
        }
    }

    fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::User),
            2 => Some(Self::Signal),
            3 => Some(Self::Pressure),
            _ => None,
        }
    }
}

impl fmt::Display for CancelReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::User => "by the user",
            Self::Signal => "by a signal",
            Self::Pressure => "by memory pressure",
        })
    }
}

/// The work stopped because someone asked it to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cancelled {reason}")]
pub struct Cancelled {
    /// Who or what asked.
    pub reason: CancelReason,
}
