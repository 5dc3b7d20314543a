//! Keys and the values in them.

use std::fmt;

/// The value of one field; shown as in a key's text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyValue {
    /// Of an `int` field.
    Int(i64),
    /// Of a `str` field.
    Str(String),
}

impl From<i64> for KeyValue {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<&str> for KeyValue {
    fn from(value: &str) -> Self {
        Self::Str(value.to_owned())
    }
}

impl From<String> for KeyValue {
    fn from(value: String) -> Self {
        Self::Str(value)
    }
}

/// The key of a dataset: one value a field, ordered field by field (whole numbers by value, texts by their bytes). Shown as
/// `(temperature, berlin / 1D)`, which [`super::KeySchema::parse_key`] reads back; made by [`super::KeySchema`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    levels: Vec<Vec<KeyValue>>,
}

impl Key {
    pub(super) fn new(levels: Vec<Vec<KeyValue>>) -> Self {
        Self { levels }
    }

    /// The values, level by level.
    #[must_use]
    pub fn levels(&self) -> &[Vec<KeyValue>] {
        &self.levels
    }

    /// All values, in order.
    pub fn values(&self) -> impl Iterator<Item = &KeyValue> {
        self.levels.iter().flatten()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (number, level) in self.levels.iter().enumerate() {
            for (position, value) in level.iter().enumerate() {
                f.write_str(match (number, position) {
                    (0, 0) => "",
                    (_, 0) => " / ",
                    _ => ", ",
                })?;
                value.fmt(f)?;
            }
        }
        f.write_str(")")
    }
}

/// The first values of keys; of no values, every key's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct KeyPrefix {
    values: Vec<KeyValue>,
}

impl KeyPrefix {
    pub(super) fn new(values: Vec<KeyValue>) -> Self {
        Self { values }
    }

    /// The prefix of every key.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Its values.
    #[must_use]
    pub fn values(&self) -> &[KeyValue] {
        &self.values
    }

    /// Whether a key begins with it.
    #[must_use]
    pub fn matches(&self, key: &Key) -> bool {
        key.values().take(self.values.len()).eq(self.values.iter())
    }
}
