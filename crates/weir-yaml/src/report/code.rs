//! The stable codes of mistakes.

use std::fmt;

/// Stable code of a mistake or warning with what it stands for.
///
/// The constants here are the mistakes that any file can have; a format adds its own.
#[derive(Clone, Copy)]
pub struct Code {
    number: &'static str,
    title: &'static str,
}

impl Code {
    /// A code of a format, such as `W0240`.
    pub const fn new(number: &'static str, title: &'static str) -> Code {
        Code { number, title }
    }

    /// The code as printed, such as `W0210`.
    pub const fn as_str(self) -> &'static str {
        self.number
    }

    /// What it stands for.
    pub const fn title(self) -> &'static str {
        self.title
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Code) -> bool {
        self.number == other.number
    }
}

impl Eq for Code {}

impl std::hash::Hash for Code {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Code) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Code {
    fn cmp(&self, other: &Code) -> std::cmp::Ordering {
        self.number.cmp(other.number)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.number, self.title)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.number)
    }
}

impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.number)
    }
}

macro_rules! codes {
    ($($name:ident = $number:literal: $title:literal,)*) => {
        impl Code {
            $(#[doc = $title] pub const $name: Code = Code::new(concat!("W0", $number), $title);)*

            /// The codes that a file of any format can have, in the order of their numbers.
            pub const GENERAL: &'static [Code] = &[$(Code::$name,)*];
        }
    };
}

codes! {
    NOT_UTF8 = 202: "the file is not UTF-8 text",
    TOO_LARGE = 203: "the file is larger than 1 MiB, or has too many values",
    SYNTAX = 204: "the file is not YAML",
    TAB = 205: "a tab where YAML wants spaces",
    SEVERAL_DOCUMENTS = 206: "more than one YAML document in a file",
    REFERENCE = 207: "an anchor, alias or merge key; write the value out",
    TAG = 208: "a YAML tag; values need none",
    TOO_DEEP = 209: "values nested too deeply",
    UNKNOWN_KEY = 210: "a key that does not exist here",
    DUPLICATE_KEY = 211: "the same key twice in one mapping",
    MISSING_KEY = 212: "a key that must be given",
    WRONG_SHAPE = 213: "a mapping, list or single value where another of them belongs",
    NOT_A_NUMBER = 214: "text where a number belongs",
    QUOTED_NUMBER = 215: "a number in quotes",
    PERCENT = 216: "a percentage where a share of 1 belongs",
    UNIT_IN_VALUE = 217: "a unit in the value; units stand in the keys",
    NOT_A_BOOLEAN = 218: "something other than true or false",
    NOT_FINITE = 219: "infinity or not-a-number",
    OUT_OF_RANGE = 220: "a number outside its range",
    NOT_WHOLE = 221: "a fraction where a whole number belongs",
    UNKNOWN_CHOICE = 222: "a word that is not one of the choices",
    WRONG_UNIT = 223: "a key with another unit, or without its unit",
    EMPTY_VALUE = 224: "a key without a value",
    TEXT_LENGTH = 225: "a text that is empty or too long",
    TEXT_UNQUOTED = 226: "a value that YAML reads as a number or a boolean where text belongs",
    CONTROL_CHARACTER = 227: "a control character in a text",
    ITEM_COUNT = 228: "too few or too many items in a list",
    FORMAT = 229: "a missing or foreign format line",
    NEWER_FORMAT = 230: "a file for a newer weir",
    WRONG_KIND = 231: "a key that belongs to another kind",
    KEY_NOT_TEXT = 232: "a key that is not a plain word",
    MISPLACED = 233: "a key that belongs somewhere else in the file",
    DECIMAL_COMMA = 234: "a decimal comma",
    NUMBER_NOTATION = 235: "a notation of numbers that readers disagree about",
    EMPTY_FILE = 236: "the file is empty",
    PRESET_CONFLICT = 237: "a preset of another kind than the one given",
    NOT_IN_FORM = 238: "a value that is not written as such values are",
}
