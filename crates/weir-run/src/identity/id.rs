use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// Crockford's base 32: no I, L, O, U, so that an id can be read out loud.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// What identifies a run everywhere and for ever: 26 characters of Crockford's base 32.
///
/// The first 48 bits are milliseconds since 1970, the other 80 are random, so that ids sort by
/// the time they were made and two machines do not make the same one. This is the layout of a
/// ULID. Parsing accepts lower case; printing is always upper case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RunId(u128);

impl RunId {
    /// The length of the text, in characters.
    pub const LENGTH: usize = 26;

    /// Makes an id from the time and the operating system's randomness.
    ///
    /// # Errors
    ///
    /// [`RunIdError::NoRandomness`] when the system gives no random bytes.
    pub fn new(now: Timestamp) -> Result<Self, RunIdError> {
        let mut random = [0u8; 10];
        getrandom::fill(&mut random).map_err(|error| RunIdError::NoRandomness {
            reason: error.to_string(),
        })?;
        Ok(Self::from_parts(now, random))
    }

    /// Makes an id from a time and 80 given random bits. Times before 1970 count as 1970.
    pub fn from_parts(now: Timestamp, random: [u8; 10]) -> Self {
        let milliseconds = u128::from(now.as_micros().max(0).unsigned_abs() / 1_000);
        let mut low = 0u128;
        for byte in random {
            low = (low << 8) | u128::from(byte);
        }
        Self(((milliseconds & 0xFFFF_FFFF_FFFF) << 80) | low)
    }

    /// Milliseconds since 1970 at which the id was made.
    pub fn milliseconds(self) -> u64 {
        (self.0 >> 80) as u64
    }

    /// The 80 random bits.
    pub fn random_bits(self) -> u128 {
        self.0 & ((1 << 80) - 1)
    }

    /// The last six characters, in lower case: what folder names carry beside the run's name.
    pub fn suffix(self) -> String {
        self.to_string()[Self::LENGTH - 6..].to_ascii_lowercase()
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0u8; Self::LENGTH];
        let mut rest = self.0;
        for place in text.iter_mut().rev() {
            *place = ALPHABET[(rest & 31) as usize];
            rest >>= 5;
        }
        for byte in text {
            fmt::Write::write_char(formatter, char::from(byte))?;
        }
        Ok(())
    }
}

impl fmt::Debug for RunId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RunId({self})")
    }
}

impl FromStr for RunId {
    type Err = RunIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let length = text.chars().count();
        if length != Self::LENGTH {
            return Err(RunIdError::Length { length });
        }
        let mut value = 0u128;
        for (position, character) in text.chars().enumerate() {
            let digit = ALPHABET
                .iter()
                .position(|&known| char::from(known) == character.to_ascii_uppercase())
                .ok_or(RunIdError::Character {
                    position,
                    character,
                })?;
            // 26 × 5 = 130 bits: the first character may only carry three of them.
            if position == 0 && digit > 7 {
                return Err(RunIdError::Character {
                    position,
                    character,
                });
            }
            value = (value << 5) | digit as u128;
        }
        Ok(Self(value))
    }
}

impl TryFrom<String> for RunId {
    type Error = RunIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<RunId> for String {
    fn from(id: RunId) -> Self {
        id.to_string()
    }
}

/// Why a text is no run id, or why none could be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RunIdError {
    /// An id has exactly 26 characters.
    #[error("a run id has 26 characters, this one has {length}")]
    Length {
        /// How many characters were given.
        length: usize,
    },
    /// A character that Crockford's base 32 does not have, or a first one beyond `7`.
    #[error("{character:?} at position {position} cannot stand in a run id")]
    Character {
        /// Which character, counted from 0.
        position: usize,
        /// The character.
        character: char,
    },
    /// The operating system gave no random bytes.
    #[error("the system gives no random bytes for a run id: {reason}")]
    NoRandomness {
        /// What the system said.
        reason: String,
    },
}
