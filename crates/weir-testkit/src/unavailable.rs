//! Why a test cannot run here.

use std::fmt;

/// Something a test needs is not to be had on this machine, and why.
///
/// A test prints it and returns: see [`crate::skip_unless`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unavailable(String);

impl Unavailable {
    /// With the reason.
    #[must_use]
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unavailable {}

/// The value, or nothing after saying on stderr why the test is skipped.
///
/// With the variable `WEIR_TEST_NO_SKIP` set, a skip is a failure, so that CI can insist.
///
/// ```
/// # use weir_testkit::{SmallDisk, skip_unless};
/// let Some(disk) = skip_unless(SmallDisk::mount(1 << 20)) else { return };
/// assert!(disk.folder().is_dir());
/// ```
///
/// # Panics
/// When it is not available and `WEIR_TEST_NO_SKIP` is set.
#[allow(clippy::print_stderr, reason = "the test runner shows it")]
pub fn skip_unless<T>(result: Result<T, Unavailable>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(reason) if std::env::var_os("WEIR_TEST_NO_SKIP").is_some() => {
            panic!("may not be skipped: {reason}")
        }
        Err(reason) => {
            eprintln!("skipped: {reason}");
            None
        }
    }
}
