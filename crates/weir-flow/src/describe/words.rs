//! Single values with a notation of their own: lengths of time, sizes, comparisons.

use std::num::NonZeroU64;
use std::str::FromStr;

use weir_memory::Bytes;
use weir_yaml::{Form, Notation};

use crate::ColumnType;

/// Text of the file made fit for a message.
fn shown(text: &str) -> String {
    weir_yaml::plain_words(text)
}

/// A distance along the order column: a span of time, or units of the column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Span {
    Nanoseconds(u64),
    Units(u64),
}

const UNITS: [(&str, u64); 8] = [
    ("w", 7 * 86_400_000_000_000),
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("min", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

impl Notation for Span {
    const FORM: Form = Form {
        what: "a length of time, or a number of the order column's units",
        such_as: "60s",
        pattern: Some("^[0-9]+ ?(w|d|h|min|s|ms|us|ns)?$"),
    };

    fn read(text: &str) -> Result<Self, (String, String)> {
        let remedy = || {
            "write a whole number with ns, us, ms, s, min, h, d or w, such as 60s; without a unit it is in units of the order column".to_owned()
        };
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let Ok(count) = number.parse::<u64>() else {
            return Err((format!("{} is no length of time", shown(text)), remedy()));
        };
        let unit = unit.trim();
        if unit.is_empty() {
            return Ok(Span::Units(count));
        }
        let known = UNITS.iter().find(|(name, _)| *name == unit);
        let Some((_, nanoseconds)) = known else {
            let meant = match unit.to_ascii_lowercase().as_str() {
                "m" | "mins" | "minute" | "minutes" => Some("min"),
                "sec" | "secs" | "second" | "seconds" => Some("s"),
                "hour" | "hours" | "hr" => Some("h"),
                "day" | "days" => Some("d"),
                "week" | "weeks" => Some("w"),
                _ => None,
            };
            let remedy = meant.map_or_else(remedy, |meant| format!("write {count}{meant}"));
            return Err((format!("there is no unit {}", shown(unit)), remedy));
        };
        count
            .checked_mul(*nanoseconds)
            .filter(|span| i64::try_from(*span).is_ok())
            .map(Span::Nanoseconds)
            .ok_or_else(|| {
                let message = format!("{} is longer than 292 years", shown(text));
                (message, "write a shorter one".to_owned())
            })
    }

    fn shown(&self) -> String {
        match *self {
            Span::Units(units) => units.to_string(),
            Span::Nanoseconds(span) => {
                let found = UNITS.iter().find(|(_, unit)| span % unit == 0);
                let (name, unit) = found.copied().unwrap_or(("ns", 1));
                format!("{}{name}", span / unit)
            }
        }
    }
}

/// A length of time in the notation of pipeline files, such as `90s`, `15min`, `2d`.
///
/// # Errors
///
/// What is wrong and what to write, for users.
pub fn parse_span(text: &str) -> Result<std::time::Duration, String> {
    match Span::read(text.trim()) {
        Ok(Span::Nanoseconds(span)) => Ok(std::time::Duration::from_nanos(span)),
        Ok(Span::Units(_)) => Err("it has no unit; write it with ms, s, min, h, d or w".to_owned()),
        Err((message, remedy)) => Err(format!("{message}; {remedy}")),
    }
}

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size(pub(super) Bytes);

impl Notation for Size {
    const FORM: Form = Form {
        what: "a number of bytes",
        such_as: "64MiB",
        pattern: None,
    };

    fn read(text: &str) -> Result<Self, (String, String)> {
        let remedy = "write it with its unit, such as 64MiB or 500kB".to_owned();
        if text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
        {
            return Err((format!("{} has no unit", shown(text)), remedy));
        }
        match text.parse::<Bytes>() {
            Ok(bytes) if bytes.as_u64() == 0 => Err((
                "a limit of no bytes lets nothing through".to_owned(),
                remedy,
            )),
            Ok(bytes) => Ok(Size(bytes)),
            Err(_) => Err((format!("{} is no number of bytes", shown(text)), remedy)),
        }
    }

    fn shown(&self) -> String {
        self.0.to_option()
    }
}

/// How large row groups are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RowGroup {
    Rows(NonZeroU64),
    Period(String),
}

impl Notation for RowGroup {
    const FORM: Form = Form {
        what: "a number of rows, or a period of the calendar",
        such_as: "1D",
        pattern: Some("^[0-9]+ ?(s|min|h|D|W|MS|QS|YS)?$"),
    };

    fn read(text: &str) -> Result<Self, (String, String)> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let remedy = || {
            "write a number of rows such as 100000, or a period such as 1h, 1D, 1W, 1MS, 1QS"
                .to_owned()
        };
        let wrong = || (format!("{} is neither", shown(text)), remedy());
        let count: NonZeroU64 = number.parse().map_err(|_| wrong())?;
        match unit.trim() {
            "" => Ok(RowGroup::Rows(count)),
            "s" | "min" | "h" | "D" | "W" | "MS" | "QS" | "YS" => {
                Ok(RowGroup::Period(text.replace(' ', "")))
            }
            _ => Err(wrong()),
        }
    }

    fn shown(&self) -> String {
        match self {
            RowGroup::Rows(rows) => rows.to_string(),
            RowGroup::Period(period) => period.clone(),
        }
    }
}

/// A column's type.
impl Notation for ColumnType {
    const FORM: Form = Form {
        what: "a column's type",
        such_as: "timestamp[us, UTC]",
        pattern: None,
    };

    fn read(text: &str) -> Result<Self, (String, String)> {
        ColumnType::from_str(text).map_err(|_| {
            let meant = match text.to_ascii_lowercase().as_str() {
                "int" | "integer" | "long" | "bigint" => Some("int64"),
                "float" | "double" | "real" | "number" => Some("float64"),
                "string" | "str" | "varchar" | "utf8" => Some("text"),
                "boolean" => Some("bool"),
                "datetime" | "timestamp" | "time" => Some("timestamp[us] or timestamp[us, UTC]"),
                "date32" => Some("date"),
                _ => None,
            };
            let remedy = match meant {
                Some(meant) => format!("write {meant}"),
                None => format!(
                    "one of {}, timestamp[us, UTC], decimal(10, 2)",
                    ColumnType::names().collect::<Vec<_>>().join(", ")
                ),
            };
            (format!("there is no type {}", shown(text)), remedy)
        })
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

/// `column operator value`, `column is null`, `column is not null`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Comparison {
    pub(super) column: String,
    pub(super) test: Test,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Test {
    Compare { operator: String, value: String },
    IsNull(bool),
}

const COMPARISONS: [&str; 6] = ["!=", "<=", ">=", "=", "<", ">"];

impl Notation for Comparison {
    const FORM: Form = Form {
        what: "a comparison of a column",
        such_as: "size >= 100",
        pattern: None,
    };

    fn read(text: &str) -> Result<Self, (String, String)> {
        let remedy =
            "write column, then one of = != < <= > >= and a value, or column is null".to_owned();
        for (ending, null) in [(" is not null", false), (" is null", true)] {
            if let Some(column) = text.strip_suffix(ending) {
                return Ok(Comparison {
                    column: unquoted(column).to_owned(),
                    test: Test::IsNull(null),
                });
            }
        }
        if let Some(word) = [" and ", " or ", " AND ", " OR ", "&&", "||"]
            .iter()
            .find(|word| text.contains(**word))
        {
            let message = format!("{} is not known here", word.trim());
            let remedy = "write each comparison as an item of its own; all of them have to be true, and `split` has several ways".to_owned();
            return Err((message, remedy));
        }
        let found = text.char_indices().find_map(|(at, _)| {
            let rest = &text[at..];
            let operator = COMPARISONS
                .iter()
                .find(|operator| rest.starts_with(**operator))?;
            Some((at, *operator))
        });
        let Some((at, operator)) = found else {
            return Err((format!("{} compares nothing", shown(text)), remedy));
        };
        let column = text[..at].trim();
        // `==` says the same as `=`.
        let value = text[at + operator.len()..].trim_start_matches('=').trim();
        if column.is_empty() || value.is_empty() {
            let what = if column.is_empty() { "column" } else { "value" };
            return Err((format!("the comparison has no {what}"), remedy));
        }
        if column
            .chars()
            .last()
            .is_some_and(|last| "!<>".contains(last))
            || value.starts_with(['<', '>', '!'])
        {
            return Err((format!("{} is no comparison", shown(text)), remedy));
        }
        Ok(Comparison {
            column: unquoted(column).to_owned(),
            test: Test::Compare {
                operator: operator.to_owned(),
                value: unquoted(value).to_owned(),
            },
        })
    }

    fn shown(&self) -> String {
        match &self.test {
            Test::IsNull(true) => format!("{} is null", self.column),
            Test::IsNull(false) => format!("{} is not null", self.column),
            Test::Compare { operator, value } => format!("{} {operator} {value}", self.column),
        }
    }
}

/// Without the quotes around it.
fn unquoted(text: &str) -> &str {
    let text = text.trim();
    for quote in ['"', '\'', '`'] {
        let inner = text
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote));
        if let Some(inner) = inner {
            return inner;
        }
    }
    text
}

/// `left operator right`, of columns or a column and a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Arithmetic {
    pub(super) left: String,
    pub(super) operator: String,
    pub(super) right: String,
}

impl Notation for Arithmetic {
    const FORM: Form = Form {
        what: "a calculation with one operator",
        such_as: "price * size",
        pattern: None,
    };

    fn read(text: &str) -> Result<Self, (String, String)> {
        let remedy = "write column operator column, or a number for one of them, with blanks around the operator: + - * / %".to_owned();
        let words: Vec<&str> = text.split_whitespace().collect();
        let operators = words.iter().filter(|word| "+-*/%".contains(**word)).count();
        if operators > 1 {
            let message = "has more than one operator".to_owned();
            let remedy =
                "give the first result a name and use it in a step after this one".to_owned();
            return Err((message, remedy));
        }
        match words[..] {
            [left, operator, right] if operator.len() == 1 && "+-*/%".contains(operator) => {
                Ok(Arithmetic {
                    left: unquoted(left).to_owned(),
                    operator: operator.to_owned(),
                    right: unquoted(right).to_owned(),
                })
            }
            _ => Err((format!("{} is no calculation", shown(text)), remedy)),
        }
    }

    fn shown(&self) -> String {
        format!("{} {} {}", self.left, self.operator, self.right)
    }
}

/// A text that is not read further: a name, a path, a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plain(pub(super) String);

impl Notation for Plain {
    const FORM: Form = Form {
        what: "a text",
        such_as: "2024-01-01",
        pattern: None,
    };

    fn read(text: &str) -> Result<Self, (String, String)> {
        match text.chars().count() {
            ..=1000 => Ok(Plain(text.to_owned())),
            long => Err((
                format!("has {long} characters, takes at most 1000"),
                "shorten it".to_owned(),
            )),
        }
    }

    fn shown(&self) -> String {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn same<T: Notation + PartialEq + std::fmt::Debug>(texts: &[&str]) {
        for text in texts {
            let value = T::read(text).unwrap();
            assert_eq!(T::read(&value.shown()).unwrap(), value, "{text}");
        }
    }

    #[test]
    fn what_is_shown_is_read_as_itself() {
        same::<Span>(&["60s", "90 min", "5", "0", "36h", "1500ms"]);
        same::<RowGroup>(&["100000", "1D", "2 h", "1QS"]);
        same::<Size>(&["64MiB", "500kB", "1GiB"]);
        same::<Comparison>(&[
            "size>=100",
            "a = 'x y'",
            "price is not null",
            "n == 3",
            "x != -1",
        ]);
        same::<Arithmetic>(&["price * size", "x + 1"]);
    }

    #[test]
    fn what_is_wrong_says_what_to_write() {
        assert_eq!(Span::read("5 minutes").unwrap_err().1, "write 5min");
        assert!(Size::read("64").unwrap_err().0.contains("no unit"));
        assert!(
            Comparison::read("a > 1 and b > 2")
                .unwrap_err()
                .1
                .contains("item of its own")
        );
        assert!(
            Arithmetic::read("a + b * c")
                .unwrap_err()
                .0
                .contains("more than one")
        );
        assert_eq!(ColumnType::read("string").unwrap_err().1, "write text");
        for text in ["", ">", "a >", "> 3", "a", "a <> 3", "a => 3"] {
            assert!(Comparison::read(text).is_err(), "{text}");
        }
    }
}
