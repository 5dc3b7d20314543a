//! The fields of a store's keys.

use std::{fmt, str::FromStr};

use super::{Key, KeyPrefix, KeyValue};

/// What can be wrong with a key or a key schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}: {text:?}")]
pub struct KeyError {
    /// What was to be read, at most 200 characters of it.
    pub text: String,
    /// What is wrong, and what would be right.
    pub reason: String,
}

/// The type of a key field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// A whole number.
    Int,
    /// Text, not empty.
    Str,
}

/// One field of a key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyField {
    /// Its name: a letter or `_`, then letters, digits and `_`; at most 64.
    pub name: String,
    /// Its type.
    pub kind: KeyType,
}

/// The fields of a store's keys, in levels: `quantity, city / sampling`, or with types `station: int / sampling`.
///
/// 1 to 16 fields with different names, fixed when the store is made.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeySchema {
    levels: Vec<Vec<KeyField>>,
}

impl KeySchema {
    /// The levels, each with its fields.
    #[must_use]
    pub fn levels(&self) -> &[Vec<KeyField>] {
        &self.levels
    }

    /// All fields, in order.
    pub fn fields(&self) -> impl Iterator<Item = &KeyField> {
        self.levels.iter().flatten()
    }

    /// A key from its values, in order.
    ///
    /// # Errors
    /// [`KeyError`] when their number or a type does not fit, or a text is empty, holds a NUL or is too long for a folder's name.
    pub fn key(
        &self,
        values: impl IntoIterator<Item = impl Into<KeyValue>>,
    ) -> Result<Key, KeyError> {
        let _ = values
            .into_iter()
            .map(Into::into)
            .collect::<Vec<KeyValue>>();
        todo!()
    }

    /// A key from its text: `(temperature, berlin / 1D)`, with or without the parentheses, or as folders, `quantity=temperature/city=berlin/sampling=1D`.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn parse_key(&self, text: &str) -> Result<Key, KeyError> {
        let _ = text;
        todo!()
    }

    /// A prefix from its text, which is that of a key whose last fields are left out: `temperature, berlin`.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn parse_prefix(&self, text: &str) -> Result<KeyPrefix, KeyError> {
        let _ = text;
        todo!()
    }
}

impl fmt::Display for KeySchema {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        todo!()
    }
}

impl FromStr for KeySchema {
    type Err = KeyError;

    fn from_str(_text: &str) -> Result<Self, KeyError> {
        todo!()
    }
}
