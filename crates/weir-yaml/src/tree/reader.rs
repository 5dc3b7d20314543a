//! YAML events to a tree with positions. What files may not use is refused here.
//!
//! Limits: 1 MiB of text, 100,000 values, 16 levels. There are no aliases, so the tree is never
//! larger than the text.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span};

use super::{Entry, Node, Place, Value, join, plain_words};
use crate::report::{Code, Report};

/// Most values in a file.
const MAX_NODES: usize = 100_000;
/// Deepest nesting.
const MAX_DEPTH: usize = 16;

/// Why the reading of events ended early; what was wrong has been reported.
struct Refused;

/// The one document of `text`, or `None` when there is none or it could not be read; then
/// `report` says why.
pub(crate) fn read(text: &str, report: &mut Report<'_>) -> Option<Node> {
    let mut reader = Reader {
        parser: Parser::new_from_str(text),
        report,
        nodes: 0,
    };
    reader.document().ok().flatten()
}

struct Reader<'a, 'r, 'text> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    report: &'r mut Report<'text>,
    nodes: usize,
}

impl<'a> Reader<'a, '_, '_> {
    fn next(&mut self) -> Result<(Event<'a>, Span), Refused> {
        match self.parser.next_event() {
            Some(Ok(next)) => Ok(next),
            Some(Err(error)) => Err(self.syntax(error.marker(), error.info())),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn syntax(&mut self, marker: &Marker, info: &str) -> Refused {
        let place = Place::at(marker);
        let line = self.report.line(place.line);
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        if let Some(tab) = line[..indent].find('\t') {
            let place = Place {
                column: tab + 1,
                end_column: tab + 2,
                ..place
            };
            self.report.add(
                Code::TAB,
                "",
                place,
                "a tab in the indentation",
                "indent with two spaces a level",
            );
        } else {
            self.report.add(
                Code::SYNTAX,
                "",
                place,
                format!("not YAML: {}", plain_words(info)),
                "check indentation, quotes and the colon after each key on this line and the one above",
            );
        }
        Refused
    }

    fn document(&mut self) -> Result<Option<Node>, Refused> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(root),
                Event::DocumentStart(_) if root.is_some() => {
                    self.report.add(
                        Code::SEVERAL_DOCUMENTS,
                        "",
                        Place::of(span),
                        "a second document begins here",
                        format!(
                            "keep one {} a file and remove the --- line",
                            self.report.format.noun
                        ),
                    );
                    return Ok(root);
                }
                Event::DocumentStart(_) => {
                    let (event, span) = self.next()?;
                    root = Some(self.node(event, span, "", 0)?);
                }
                _ => {}
            }
        }
    }

    fn refuse_extras(&mut self, anchor: usize, tag: Option<String>, place: Place, path: &str) {
        if anchor != 0 {
            self.report.add(
                Code::REFERENCE,
                path,
                place,
                format!(
                    "anchors (&name) are not used in {}",
                    self.report.format.plural
                ),
                "remove the & and its name, and write each value out where it is needed",
            );
        }
        if let Some(tag) = tag {
            self.report.add(
                Code::TAG,
                path,
                place,
                format!(
                    "the tag {} is not used in {}",
                    plain_words(&tag),
                    self.report.format.plural
                ),
                "remove the tag and leave the value",
            );
        }
    }

    fn node(
        &mut self,
        event: Event<'a>,
        span: Span,
        path: &str,
        depth: usize,
    ) -> Result<Node, Refused> {
        let place = Place::of(span);
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            self.report.add(
                Code::TOO_LARGE,
                "",
                place,
                format!("more than {MAX_NODES} values"),
                self.report.format.too_many,
            );
            return Err(Refused);
        }
        if depth > MAX_DEPTH {
            self.report.add(
                Code::TOO_DEEP,
                "",
                place,
                format!("more than {MAX_DEPTH} levels"),
                self.report.format.too_deep,
            );
            return Err(Refused);
        }
        let value = match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_extras(anchor, tag.map(|tag| shown_tag(&tag)), place, path);
                Value::Scalar {
                    text: text.into_owned(),
                    plain: style == ScalarStyle::Plain,
                }
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_extras(anchor, tag.map(|tag| shown_tag(&tag)), place, path);
                Value::List(self.items(path, depth)?)
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_extras(anchor, tag.map(|tag| shown_tag(&tag)), place, path);
                Value::Map(self.entries(path, depth)?)
            }
            Event::Alias(_) => {
                self.report.add(
                    Code::REFERENCE,
                    path,
                    place,
                    format!(
                        "aliases (*name) are not used in {}",
                        self.report.format.plural
                    ),
                    "write the value out here",
                );
                Value::Scalar {
                    text: String::new(),
                    plain: false,
                }
            }
            _ => Value::Scalar {
                text: String::new(),
                plain: true,
            },
        };
        Ok(Node { place, value })
    }

    fn items(&mut self, path: &str, depth: usize) -> Result<Vec<Node>, Refused> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::SequenceEnd | Event::StreamEnd) {
                return Ok(items);
            }
            let path = format!("{path}[{}]", items.len());
            items.push(self.node(event, span, &path, depth + 1)?);
        }
    }

    fn entries(&mut self, path: &str, depth: usize) -> Result<Vec<Entry>, Refused> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut lines: BTreeMap<String, usize> = BTreeMap::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd | Event::StreamEnd) {
                return Ok(entries);
            }
            let key = self.node(event, span, path, depth + 1)?;
            let (text, usable) = match key.value {
                Value::Scalar { text, .. } if text == "<<" => {
                    self.report.add(
                        Code::REFERENCE,
                        path,
                        key.place,
                        format!(
                            "merge keys (<<) are not used in {}",
                            self.report.format.plural
                        ),
                        "write the keys out here",
                    );
                    (text, false)
                }
                Value::Scalar { text, .. } => (text, true),
                Value::List(_) | Value::Map(_) => {
                    self.report.add(
                        Code::KEY_NOT_TEXT,
                        path,
                        key.place,
                        "a key has to be a single word",
                        "write key: value, without ? and without brackets around the key",
                    );
                    (String::new(), false)
                }
            };
            let inner = join(path, &text);
            let (event, span) = self.next()?;
            let value = self.node(event, span, &inner, depth + 1)?;
            if !usable {
                continue;
            }
            if let Some(line) = lines.get(&text) {
                self.report.add(
                    Code::DUPLICATE_KEY,
                    &inner,
                    key.place,
                    format!("given twice, the first time on line {line}"),
                    "keep one of the two",
                );
                continue;
            }
            lines.insert(text.clone(), key.place.line);
            entries.push(Entry {
                key: text,
                place: key.place,
                value,
            });
        }
    }
}

/// A tag as it stands in the file.
fn shown_tag(tag: &saphyr_parser::Tag) -> String {
    if tag.is_yaml_core_schema() {
        format!("!!{}", tag.suffix)
    } else {
        tag.to_string()
    }
}
