use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// What a stage counts, in the plural: `patients`, `rows`, `bytes`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Unit(Cow<'static, str>);

impl Unit {
    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&'static str> for Unit {
    fn from(word: &'static str) -> Self {
        Self(Cow::Borrowed(word))
    }
}

impl From<String> for Unit {
    fn from(word: String) -> Self {
        Self(Cow::Owned(word))
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// How much a stage has to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Total {
    /// So many of these.
    Known(u64, Unit),
    /// Nobody knows how many of these: progress is indeterminate.
    Unknown(Unit),
}

impl Total {
    /// So many of these.
    pub fn known(count: u64, unit: impl Into<Unit>) -> Self {
        Self::Known(count, unit.into())
    }

    /// Nobody knows how many of these.
    pub fn unknown(unit: impl Into<Unit>) -> Self {
        Self::Unknown(unit.into())
    }

    /// The count, when it is known.
    pub fn count(&self) -> Option<u64> {
        match self {
            Self::Known(count, _) => Some(*count),
            Self::Unknown(_) => None,
        }
    }

    /// What is counted.
    pub fn unit(&self) -> &Unit {
        match self {
            Self::Known(_, unit) | Self::Unknown(unit) => unit,
        }
    }
}
