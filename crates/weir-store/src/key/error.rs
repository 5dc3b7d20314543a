//! What can be wrong with a key.

/// A key, prefix or key schema that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}: {text:?}")]
pub struct KeyError {
    /// What was to be read, at most 200 characters of it.
    pub text: String,
    /// What is wrong, and what would be right.
    pub reason: String,
}

impl KeyError {
    pub(super) fn new(text: &str, reason: impl Into<String>) -> Self {
        Self {
            text: text.chars().take(200).collect(),
            reason: reason.into(),
        }
    }
}
