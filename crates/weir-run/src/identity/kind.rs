use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What sort of job a run is: `sim`, `flow`, `raster`, …
///
/// 1–32 characters: a lower-case letter, then lower-case letters, digits, `-` or `_`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RunKind(String);

impl RunKind {
    /// Checks and takes a kind.
    ///
    /// # Errors
    ///
    /// [`RunKindError`] when the text is empty, too long, or has other characters.
    pub fn new(text: impl Into<String>) -> Result<Self, RunKindError> {
        let text = text.into();
        let starts_well = text.starts_with(|first: char| first.is_ascii_lowercase());
        let goes_on_well = text
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'));
        if text.len() <= 32 && starts_well && goes_on_well {
            Ok(Self(text))
        } else {
            Err(RunKindError { text })
        }
    }

    /// A simulation: `sim`.
    pub fn sim() -> Self {
        Self("sim".to_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for RunKind {
    type Err = RunKindError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl TryFrom<String> for RunKind {
    type Error = RunKindError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(text)
    }
}

impl From<RunKind> for String {
    fn from(kind: RunKind) -> Self {
        kind.0
    }
}

/// A text that cannot name a kind of run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} names no kind of run: 1 to 32 lower-case letters, digits, '-' or '_', a letter first"
)]
pub struct RunKindError {
    /// What was given.
    pub text: String,
}
