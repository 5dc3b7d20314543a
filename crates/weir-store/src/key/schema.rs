//! The fields of a store's keys.

use std::{fmt, str::FromStr};

use super::{Key, KeyError, KeyPrefix, KeyValue, folder::folder_name, text::Tokens};

/// The most fields of a key.
const MOST_FIELDS: usize = 16;

/// The longest name of a field in bytes.
const LONGEST_NAME: usize = 64;

/// The type of a key field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// A whole number.
    Int,
    /// Text, not empty.
    Str,
}

impl fmt::Display for KeyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Int => "int",
            Self::Str => "str",
        })
    }
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
/// 1 to 16 fields with different names, fixed when the store is made. A field without a type is text. Its text is read back to the same schema.
///
/// ```
/// use weir_store::{KeySchema, KeyValue};
///
/// let schema: KeySchema = "quantity, city / sampling".parse()?;
/// let key = schema.key(["temperature", "berlin", "1D"])?;
/// assert_eq!(key.to_string(), "(temperature, berlin / 1D)");
/// assert_eq!(schema.parse_key("temperature, berlin / 1D")?, key);
/// assert_eq!(schema.folder(&key).as_str(), "quantity=temperature/city=berlin/sampling=1D");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
    /// [`KeyError`] when their number or a type does not fit, or a text is empty or too long for a folder's name.
    pub fn key(
        &self,
        values: impl IntoIterator<Item = impl Into<KeyValue>>,
    ) -> Result<Key, KeyError> {
        let values: Vec<KeyValue> = values.into_iter().map(Into::into).collect();
        self.check(&values)?;
        if values.len() != self.fields().count() {
            return Err(self.wrong_count(&shown(&values)));
        }
        let mut values = values.into_iter();
        let levels = self
            .levels
            .iter()
            .map(|level| values.by_ref().take(level.len()).collect())
            .collect();
        Ok(Key::new(levels))
    }

    /// A prefix from the first values.
    ///
    /// # Errors
    /// [`KeyError`] as for a key; fewer values are fine.
    pub fn prefix(
        &self,
        values: impl IntoIterator<Item = impl Into<KeyValue>>,
    ) -> Result<KeyPrefix, KeyError> {
        let values: Vec<KeyValue> = values.into_iter().map(Into::into).collect();
        self.check(&values)?;
        Ok(KeyPrefix::new(values))
    }

    /// A key from its text: `(temperature, berlin / 1D)`, with or without the parentheses, or as folders,
    /// `quantity=temperature/city=berlin/sampling=1D`.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn parse_key(&self, text: &str) -> Result<Key, KeyError> {
        let values = self.parse_values(text)?;
        if values.len() != self.fields().count() {
            return Err(self.wrong_count(text));
        }
        self.key(values)
    }

    /// A prefix from its text, which is that of a key whose last fields are left out: `temperature, berlin`. No text is the prefix
    /// of all keys.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn parse_prefix(&self, text: &str) -> Result<KeyPrefix, KeyError> {
        self.prefix(self.parse_values(text)?)
    }

    fn parse_values(&self, text: &str) -> Result<Vec<KeyValue>, KeyError> {
        let first = self.fields().next().map_or("", |field| field.name.as_str());
        if text
            .strip_prefix(first)
            .is_some_and(|rest| rest.starts_with('='))
        {
            return self
                .fields()
                .zip(text.split('/'))
                .map(|(field, folder)| {
                    super::folder::value_of(field, folder)
                        .map_err(|reason| KeyError::new(folder, reason))
                })
                .collect::<Result<Vec<_>, _>>()
                .and_then(|values| {
                    if text.split('/').count() > values.len() {
                        return Err(self.wrong_count(text));
                    }
                    Ok(values)
                });
        }
        let tokens = Tokens::read(text)?;
        if tokens.values.len() > self.fields().count() {
            return Err(self.wrong_count(text));
        }
        let mut values = Vec::new();
        let mut given = tokens.values.into_iter();
        let mut separators = tokens.separators.into_iter();
        'levels: for level in &self.levels {
            for (position, field) in level.iter().enumerate() {
                let Some((value, quoted)) = given.next() else {
                    break 'levels;
                };
                values.push(typed(field, value, quoted)?);
                let expected = if position + 1 == level.len() {
                    '/'
                } else {
                    ','
                };
                match separators.next() {
                    None => break 'levels,
                    Some(found) if found == expected => {}
                    Some(found) => {
                        return Err(KeyError::new(
                            text,
                            format!(
                                "after {:?} comes {expected:?} and not {found:?}; a key is ({self})",
                                field.name
                            ),
                        ));
                    }
                }
            }
        }
        Ok(values)
    }

    fn check(&self, values: &[KeyValue]) -> Result<(), KeyError> {
        if values.len() > self.fields().count() {
            return Err(self.wrong_count(&shown(values)));
        }
        for (field, value) in self.fields().zip(values) {
            let wrong = |reason: String| Err(KeyError::new(&value.to_string(), reason));
            match (field.kind, value) {
                (KeyType::Int, KeyValue::Int(_)) => {}
                (KeyType::Str, KeyValue::Str(text)) if text.is_empty() => {
                    return wrong(format!("{:?} needs a text that is not empty", field.name));
                }
                (KeyType::Str, KeyValue::Str(_)) => {}
                (kind, _) => return wrong(format!("{:?} is of type {kind}", field.name)),
            }
            if folder_name(field, value).len() > 255 {
                return wrong(format!(
                    "{:?} is too long for a folder's name, which has 255 bytes",
                    field.name
                ));
            }
        }
        Ok(())
    }

    fn wrong_count(&self, text: &str) -> KeyError {
        KeyError::new(
            text,
            format!(
                "a key of this store has {} values: ({self})",
                self.fields().count()
            ),
        )
    }
}

fn shown(values: &[KeyValue]) -> String {
    let texts: Vec<String> = values.iter().map(ToString::to_string).collect();
    texts.join(", ")
}

fn typed(field: &KeyField, value: String, quoted: bool) -> Result<KeyValue, KeyError> {
    match field.kind {
        KeyType::Str => Ok(KeyValue::Str(value)),
        KeyType::Int if !quoted => value
            .parse()
            .map(KeyValue::Int)
            .map_err(|_| KeyError::new(&value, format!("{:?} is a whole number", field.name))),
        KeyType::Int => Err(KeyError::new(
            &value,
            format!("{:?} is a whole number and no text", field.name),
        )),
    }
}

impl fmt::Display for KeySchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, level) in self.levels.iter().enumerate() {
            if number > 0 {
                f.write_str(" / ")?;
            }
            for (position, field) in level.iter().enumerate() {
                if position > 0 {
                    f.write_str(", ")?;
                }
                f.write_str(&field.name)?;
                if field.kind != KeyType::Str {
                    write!(f, ": {}", field.kind)?;
                }
            }
        }
        Ok(())
    }
}

impl FromStr for KeySchema {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let mut names: Vec<&str> = Vec::new();
        let mut levels = Vec::new();
        for level in text.split('/') {
            let mut fields = Vec::new();
            for field in level.split(',') {
                let (name, kind) = match field.split_once(':') {
                    None => (field.trim(), KeyType::Str),
                    Some((name, kind)) => (
                        name.trim(),
                        match kind.trim() {
                            "int" => KeyType::Int,
                            "str" => KeyType::Str,
                            _ => {
                                return Err(KeyError::new(
                                    field,
                                    "a key field is of type int or str",
                                ));
                            }
                        },
                    ),
                };
                if !is_field_name(name) {
                    return Err(KeyError::new(
                        field,
                        "a key field's name is a letter or _, then letters, digits and _, at most 64",
                    ));
                }
                if names.contains(&name) {
                    return Err(KeyError::new(text, format!("{name:?} is there twice")));
                }
                names.push(name);
                fields.push(KeyField {
                    name: name.to_owned(),
                    kind,
                });
            }
            levels.push(fields);
        }
        if names.len() > MOST_FIELDS {
            return Err(KeyError::new(
                text,
                format!("{} fields, at most {MOST_FIELDS} are allowed", names.len()),
            ));
        }
        Ok(Self { levels })
    }
}

fn is_field_name(name: &str) -> bool {
    name.len() <= LONGEST_NAME
        && name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name
            .chars()
            .all(|next| next.is_ascii_alphanumeric() || next == '_')
}
