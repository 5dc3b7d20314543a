use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use weir_memory::Pressure;

/// [`Pressure`] as it is stored and sent: one lower-case word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PressureLevel(pub Pressure);

impl PressureLevel {
    /// The lowest level.
    pub const CALM: Self = Self(Pressure::Calm);

    /// The word.
    pub fn as_str(self) -> &'static str {
        self.0.name()
    }
}

impl From<Pressure> for PressureLevel {
    fn from(level: Pressure) -> Self {
        Self(level)
    }
}

impl fmt::Display for PressureLevel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for PressureLevel {
    type Err = PressureLevelError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Pressure::ALL
            .into_iter()
            .find(|level| level.name() == text)
            .map(Self)
            .ok_or_else(|| PressureLevelError {
                text: text.to_owned(),
            })
    }
}

impl Serialize for PressureLevel {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for PressureLevel {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        word.parse().map_err(serde::de::Error::custom)
    }
}

/// A word that names no pressure level.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no memory pressure: calm, elevated, warning or critical")]
pub struct PressureLevelError {
    /// What was given.
    pub text: String,
}
