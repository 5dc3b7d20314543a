use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::RunId;
use super::words::{ADJECTIVES, NOUNS};

/// What people call a run: `quiet-heron`, or `quiet-heron-2` when that name is taken.
///
/// One to 64 characters: lower-case words of ASCII letters and digits, joined by single hyphens, a
/// letter first. Not `last`, which means the newest run, and nothing that could be an id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RunName(String);

impl RunName {
    /// The greatest length, in characters.
    pub const MAX_LENGTH: usize = 64;

    /// The name that an id has: always the same for the same id.
    pub fn from_id(id: RunId) -> Self {
        let random = id.random_bits();
        let adjective = ADJECTIVES[(random % ADJECTIVES.len() as u128) as usize];
        let noun = NOUNS[((random / ADJECTIVES.len() as u128) % NOUNS.len() as u128) as usize];
        Self(format!("{adjective}-{noun}"))
    }

    /// Checks and takes a name of the user's own.
    ///
    /// # Errors
    ///
    /// [`RunNameError`] when the text breaks the rules above.
    pub fn new(text: impl Into<String>) -> Result<Self, RunNameError> {
        let text = text.into();
        let words_are_good = text.split('-').all(|word| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        });
        let starts_well = text.starts_with(|first: char| first.is_ascii_lowercase());
        let means_something_else = text == "last" || text.parse::<RunId>().is_ok();
        if text.len() <= Self::MAX_LENGTH && starts_well && words_are_good && !means_something_else
        {
            Ok(Self(text))
        } else {
            Err(RunNameError { text })
        }
    }

    /// The same name with `-n` after it, for when the plain one is taken.
    #[must_use]
    pub fn numbered(&self, n: u32) -> Self {
        let suffix = format!("-{n}");
        let room = Self::MAX_LENGTH - suffix.len();
        let base = &self.0[..self.0.len().min(room)];
        Self(format!("{}{suffix}", base.trim_end_matches('-')))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for RunName {
    type Err = RunNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl TryFrom<String> for RunName {
    type Error = RunNameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(text)
    }
}

impl From<RunName> for String {
    fn from(name: RunName) -> Self {
        name.0
    }
}

/// A text that cannot be a run's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is no run name: lower-case letters and digits, in words joined by '-', \
     such as dry-season-2, a letter first, at most 64 characters, and not `last`"
)]
pub struct RunNameError {
    /// What was given.
    pub text: String,
}
