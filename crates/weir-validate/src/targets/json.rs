//! JSON with the place of every value, so that a mistake can be shown where it stands.
//!
//! Limits: 8 MiB of text, 16 levels, 500,000 values.

use weir_yaml::Place;

/// Longest file, bytes.
pub(super) const MAX_BYTES: usize = 8 << 20;
const MAX_DEPTH: usize = 16;
const MAX_VALUES: usize = 500_000;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) value: Value,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Null,
    Bool,
    Number(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Place, Node)>),
}

/// Why a text is not JSON.
#[derive(Debug)]
pub(super) struct NotJson {
    pub(super) place: Place,
    pub(super) what: String,
}

/// The value that `text` holds.
pub(super) fn read(text: &str) -> Result<Node, NotJson> {
    // The whole grammar first: what follows only finds places in a text that is JSON.
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
        return Err(NotJson {
            place: at(error.line().max(1), error.column().max(1), 1),
            what: error.to_string(),
        });
    }
    let mut reader = Reader {
        text,
        at: 0,
        line: 1,
        line_start: 0,
        values: 0,
    };
    reader.value(0)
}

fn at(line: usize, column: usize, width: usize) -> Place {
    Place {
        line,
        column,
        end_column: column + width.max(1),
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    line: usize,
    line_start: usize,
    values: usize,
}

impl Reader<'_> {
    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn space(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\n' | b'\r') {
            if self.peek() == b'\n' {
                self.line += 1;
                self.line_start = self.at + 1;
            }
            self.at += 1;
        }
    }

    fn place(&self, from: usize) -> Place {
        let before = &self.text[self.line_start..from];
        at(self.line, before.chars().count() + 1, self.at - from)
    }

    fn refuse(&self, what: &str) -> NotJson {
        NotJson {
            place: self.place(self.at),
            what: what.to_owned(),
        }
    }

    fn string(&mut self) -> Result<(String, Place), NotJson> {
        let from = self.at;
        self.at += 1;
        while self.peek() != b'"' && self.at < self.text.len() {
            self.at += if self.peek() == b'\\' { 2 } else { 1 };
        }
        self.at = (self.at + 1).min(self.text.len());
        let text = serde_json::from_str(self.text.get(from..self.at).unwrap_or(""))
            .map_err(|error| self.refuse(&error.to_string()))?;
        Ok((text, self.place(from)))
    }

    fn value(&mut self, depth: usize) -> Result<Node, NotJson> {
        self.space();
        self.values += 1;
        if depth > MAX_DEPTH {
            return Err(self.refuse("more than 16 levels"));
        }
        if self.values > MAX_VALUES {
            return Err(self.refuse("more than 500,000 values"));
        }
        let from = self.at;
        match self.peek() {
            b'"' => {
                let (text, place) = self.string()?;
                Ok(Node {
                    place,
                    value: Value::Text(text),
                })
            }
            b'[' => {
                let place = at(self.line, self.place(from).column, 1);
                self.at += 1;
                let mut items = Vec::new();
                loop {
                    self.space();
                    match self.peek() {
                        b']' => break,
                        b',' => self.at += 1,
                        0 => return Err(self.refuse("the text ends here")),
                        _ => items.push(self.value(depth + 1)?),
                    }
                }
                self.at += 1;
                Ok(Node {
                    place,
                    value: Value::List(items),
                })
            }
            b'{' => {
                let place = at(self.line, self.place(from).column, 1);
                self.at += 1;
                let mut entries = Vec::new();
                loop {
                    self.space();
                    match self.peek() {
                        b'}' => break,
                        b',' => self.at += 1,
                        b'"' => {
                            let (key, place) = self.string()?;
                            self.space();
                            self.at += 1; // the colon, which the grammar has
                            entries.push((key, place, self.value(depth + 1)?));
                        }
                        _ => return Err(self.refuse("the text ends here")),
                    }
                }
                self.at += 1;
                Ok(Node {
                    place,
                    value: Value::Map(entries),
                })
            }
            _ => {
                while !matches!(
                    self.peek(),
                    0 | b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r'
                ) {
                    self.at += 1;
                }
                let word = &self.text[from..self.at];
                let value = match word {
                    "null" => Value::Null,
                    "true" | "false" => Value::Bool,
                    number => match number.parse::<f64>() {
                        Ok(number) if number.is_finite() => Value::Number(number),
                        _ => return Err(self.refuse("a number beyond what can be computed with")),
                    },
                };
                Ok(Node {
                    place: self.place(from),
                    value,
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_know_their_lines() {
        let node = read("[\n  {\"a\": 1.5,\n   \"ä\": [null, \"x\\\"y\"]}\n]").unwrap();
        let Value::List(items) = &node.value else {
            panic!()
        };
        let Value::Map(entries) = &items[0].value else {
            panic!()
        };
        assert_eq!((entries[0].2.place.line, entries[0].2.place.column), (2, 9));
        assert_eq!((entries[1].1.line, entries[1].1.column), (3, 4));
        let Value::List(two) = &entries[1].2.value else {
            panic!()
        };
        assert!(matches!(&two[1].value, Value::Text(text) if text == "x\"y"));
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in [
            "",
            "[",
            "{\"a\":}",
            "[1,]",
            "\"\\",
            "1e999",
            "[1] 2",
            "nul",
            "{\"a\" 1}",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
        assert!(read(&"[".repeat(100_000)).is_err());
        assert!(read(&format!("{}{}", "[".repeat(40), "]".repeat(40))).is_err());
    }
}
