//! The visitor that reads values from a tree.

use std::collections::BTreeMap;

use super::{keys, suggest, unknown};
use crate::declare::{Document, Field, Named};
use crate::report::{Code, Report};
use crate::tree::{Entry, Node, Place, Value, join, plain_words};

/// Reads a tree into a record. Values start as their defaults and stay that when the file does
/// not give them or gives them wrongly; then the report says so.
pub(crate) struct Decoder<'a, 'r, 'text> {
    pub(crate) report: &'r mut Report<'text>,
    pub(super) frames: Vec<Frame<'a>>,
    /// The value that the next field takes, whatever its name: an item or a filled slot.
    pub(super) next: Option<Found<'a>>,
    pub(super) places: BTreeMap<String, Place>,
    /// Every key of the format with its place.
    index: fn() -> keys::Index,
    indexed: Option<keys::Index>,
}

/// The mapping being read.
pub(super) struct Frame<'a> {
    pub(super) entries: &'a [Entry],
    pub(super) path: String,
    pub(super) place: Place,
    pub(super) known: Vec<&'static str>,
    pub(super) missing: Vec<&'static str>,
    /// A preset has given every value.
    pub(super) preset: bool,
    /// The kind is not known, so unknown keys cannot be told.
    pub(super) unclear: bool,
    pub(super) kind: Option<&'static str>,
}

/// A value with its path and the place of its key.
#[derive(Clone)]
pub(super) struct Found<'a> {
    pub(super) node: &'a Node,
    pub(super) path: String,
    pub(super) place: Place,
}

impl<'a, 'r, 'text> Decoder<'a, 'r, 'text> {
    /// Reads `root` into `record`; gives the places of everything that was there.
    pub(crate) fn decode<D: Document>(
        root: &'a Node,
        record: &mut D,
        report: &'r mut Report<'text>,
    ) -> BTreeMap<String, Place> {
        let mut decoder = Decoder {
            report,
            frames: Vec::new(),
            next: None,
            places: BTreeMap::new(),
            index: keys::index::<D>,
            indexed: None,
        };
        if let Value::Map(entries) = &root.value {
            decoder.open(entries, String::new(), Place::START);
            record.visit(&mut decoder);
            decoder.close();
        }
        decoder.places
    }

    pub(super) fn open(&mut self, entries: &'a [Entry], path: String, place: Place) {
        self.frames.push(Frame {
            entries,
            path,
            place,
            known: Vec::new(),
            missing: Vec::new(),
            preset: false,
            unclear: false,
            kind: None,
        });
    }

    /// Reports what the mapping has too much or too little of.
    pub(super) fn close(&mut self) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        let mut suggested = Vec::new();
        if !frame.unclear {
            for entry in frame.entries {
                if !frame.known.contains(&entry.key.as_str()) {
                    let index = self.indexed.get_or_insert_with(self.index);
                    suggested.extend(unknown::report(
                        self.report,
                        index,
                        entry,
                        &frame.path,
                        &frame.known,
                        frame.kind,
                    ));
                }
            }
        }
        for name in frame.missing {
            if suggested.contains(&name) {
                continue;
            }
            let path = join(&frame.path, name);
            let (message, remedy) = ("missing".to_owned(), format!("add {name}: and its value"));
            self.report
                .add(Code::MISSING_KEY, &path, frame.place, message, remedy);
        }
    }

    pub(super) fn find(&mut self, name: &'static str) -> Option<Found<'a>> {
        if let Some(next) = self.next.take() {
            return Some(next);
        }
        let frame = self.frames.last_mut()?;
        frame.known.push(name);
        let entry = frame.entries.iter().find(|entry| entry.key == name)?;
        let path = join(&frame.path, name);
        let place = match entry.value.value {
            Value::Scalar { .. } => entry.value.place,
            _ => entry.place,
        };
        self.places.insert(path.clone(), place);
        Some(Found {
            node: &entry.value,
            path,
            place: entry.place,
        })
    }

    /// The value of a field, noting when it is missing.
    pub(super) fn take(&mut self, field: &Field) -> Option<Found<'a>> {
        let found = self.find(field.name);
        if let (None, true, Some(frame)) = (&found, field.required, self.frames.last_mut())
            && !frame.preset
        {
            frame.missing.push(field.name);
        }
        found
    }

    /// The text of a single value; anything else is reported with what was expected.
    pub(super) fn scalar(&mut self, found: &Found<'a>, expected: &str) -> Option<(&'a str, bool)> {
        match &found.node.value {
            Value::Scalar { text, plain } => {
                if *plain && matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL") {
                    self.empty(found, &format!("give {expected}, or remove the key"));
                    return None;
                }
                Some((text, *plain))
            }
            Value::List(_) => {
                self.wrong_shape(found, "a list", expected);
                None
            }
            Value::Map(_) => {
                self.wrong_shape(found, "a mapping", expected);
                None
            }
        }
    }

    pub(super) fn empty(&mut self, found: &Found<'a>, remedy: &str) {
        self.report.add(
            Code::EMPTY_VALUE,
            &found.path,
            found.place,
            "has no value",
            remedy,
        );
    }

    pub(super) fn wrong_shape(&mut self, found: &Found<'a>, given: &str, expected: &str) {
        let message = format!("is {given}, expected {expected}");
        let remedy = format!("write {expected}");
        self.report
            .add(Code::WRONG_SHAPE, &found.path, found.place, message, remedy);
    }

    /// The entries of a mapping; anything else is reported.
    pub(super) fn entries(&mut self, found: &Found<'a>, field: &Field) -> Option<&'a [Entry]> {
        match &found.node.value {
            Value::Map(entries) => return Some(entries),
            Value::List(_) => self.wrong_shape(found, "a list", "a mapping of key: value lines"),
            Value::Scalar { text, plain } => {
                if *plain && matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL") {
                    self.empty(
                        found,
                        &format!(
                            "write the keys of {} indented below it, or remove it",
                            field.name
                        ),
                    );
                } else {
                    let given = format!("is the single value {}", plain_words(text));
                    self.report.add(
                        Code::WRONG_SHAPE,
                        &found.path,
                        found.node.place,
                        format!("{given}, expected a mapping of key: value lines"),
                        format!("write the keys of {} indented below it", field.name),
                    );
                }
            }
        }
        None
    }

    pub(super) fn pick(
        &mut self,
        found: &Found<'a>,
        what: &str,
        options: &'static [Named],
    ) -> Option<usize> {
        let (text, _) = self.scalar(found, what)?;
        let chosen = options.iter().position(|option| option.name == text);
        if chosen.is_none() {
            let names: Vec<&str> = options.iter().map(|option| option.name).collect();
            let meant = suggest::also_called(text, &names, self.report.format.also_called)
                .or_else(|| suggest::nearest(text, &names));
            let remedy = match meant {
                Some(name) => name.to_owned(),
                None => format!("one of {}", names.join(", ")),
            };
            let message = format!("there is no {what} {}", plain_words(text));
            self.report.add(
                Code::UNKNOWN_CHOICE,
                &found.path,
                found.node.place,
                message,
                remedy,
            );
        }
        chosen
    }
}
