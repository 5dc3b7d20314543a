//! Keys as folders, as Hive, Spark and DuckDB write them: `quantity=temperature/city=berlin/sampling=1D`.

use std::fmt::Write;

use super::{Key, KeyField, KeySchema, KeyType, KeyValue};
use crate::storage::ObjectPath;

/// Names that systems leave in folders.
const FOREIGN: [&str; 8] = [
    "Thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    "lost+found",
    "System Volume Information",
    "$RECYCLE.BIN",
    "@eaDir",
    "Icon\r",
];

/// Whether a name in a folder of keys is nobody's business: hidden, weir's own, or left by an operating system.
pub(crate) fn is_foreign(name: &str) -> bool {
    name.starts_with('.')
        || (name.starts_with('_') && !name.contains('='))
        || FOREIGN.contains(&name)
}

/// The folder of one value.
pub(super) fn folder_name(field: &KeyField, value: &KeyValue) -> String {
    let mut name = format!("{}=", field.name);
    match value {
        KeyValue::Int(value) => name.push_str(&value.to_string()),
        KeyValue::Str(text) => {
            for character in text.chars() {
                if is_escaped(character) {
                    // Infallible for a string.
                    let _ = write!(name, "%{:02X}", u32::from(character));
                } else {
                    name.push(character);
                }
            }
        }
    }
    name
}

/// What Hive escapes, all of it ASCII. Other characters stay: readers disagree about the escapes of more than one byte.
fn is_escaped(character: char) -> bool {
    character.is_ascii_control()
        || matches!(
            character,
            '"' | '#' | '%' | '\'' | '*' | '/' | ':' | '=' | '?' | '\\' | '{' | '[' | ']' | '^'
        )
}

/// The value that a folder stands for.
///
/// # Errors
/// The reason why it stands for none, also when it is another spelling of one: a key has one folder.
pub(super) fn value_of(field: &KeyField, folder: &str) -> Result<KeyValue, String> {
    let text = folder
        .strip_prefix(field.name.as_str())
        .and_then(|rest| rest.strip_prefix('='))
        .ok_or_else(|| format!("a folder {}=… is expected here", field.name))?;
    let value = match field.kind {
        KeyType::Int => KeyValue::Int(
            text.parse()
                .map_err(|_| format!("{:?} is a whole number", field.name))?,
        ),
        KeyType::Str if text.is_empty() => {
            return Err(format!("{:?} has no value", field.name));
        }
        KeyType::Str => KeyValue::Str(unescaped(text)?),
    };
    let canonical = folder_name(field, &value);
    if canonical != folder {
        return Err(format!("the folder of this value is {canonical:?}"));
    }
    Ok(value)
}

fn unescaped(text: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte == b'%' {
            let digits = rest
                .get(..2)
                .and_then(|digits| std::str::from_utf8(digits).ok())
                .and_then(|digits| u8::from_str_radix(digits, 16).ok())
                .ok_or("after % come two hexadecimal digits")?;
            bytes.push(digits);
            rest = &rest[2..];
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
}

impl KeySchema {
    /// The folder of a key, below the store's root.
    #[must_use]
    pub fn folder(&self, key: &Key) -> ObjectPath {
        self.fields()
            .zip(key.values())
            .fold(ObjectPath::root(), |folder, (field, value)| {
                folder.join(&folder_name(field, value))
            })
    }
}
