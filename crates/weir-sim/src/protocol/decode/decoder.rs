//! The visitor that reads values from a tree.

use std::collections::BTreeMap;

use super::{Code, Entry, Node, Place, Report, Value, join, plain_words, scalar, suggest, unknown};
use crate::protocol::declare::{Bounds, Field, List, Named, Record, Slot, Union, Visitor};

/// Reads a tree into a record. Values start as their defaults and stay that when the file does
/// not give them or gives them wrongly; then the report says so.
pub(crate) struct Decoder<'a, 'r, 'text> {
    pub(crate) report: &'r mut Report<'text>,
    frames: Vec<Frame<'a>>,
    /// The value that the next field takes, whatever its name: an item or a filled slot.
    next: Option<Found<'a>>,
    places: BTreeMap<String, Place>,
}

/// The mapping being read.
struct Frame<'a> {
    entries: &'a [Entry],
    path: String,
    place: Place,
    known: Vec<&'static str>,
    missing: Vec<&'static str>,
    /// A preset has given every value.
    preset: bool,
    /// The kind is not known, so unknown keys cannot be told.
    unclear: bool,
    kind: Option<&'static str>,
}

/// A value with its path and the place of its key.
#[derive(Clone)]
struct Found<'a> {
    node: &'a Node,
    path: String,
    place: Place,
}

impl<'a, 'r, 'text> Decoder<'a, 'r, 'text> {
    /// Reads `root` into `record`; gives the places of everything that was there.
    pub(crate) fn decode(
        root: &'a Node,
        record: &mut dyn Record,
        report: &'r mut Report<'text>,
    ) -> BTreeMap<String, Place> {
        let mut decoder = Decoder {
            report,
            frames: Vec::new(),
            next: None,
            places: BTreeMap::new(),
        };
        if let Value::Map(entries) = &root.value {
            decoder.open(entries, String::new(), Place::START);
            record.visit(&mut decoder);
            decoder.close();
        }
        decoder.places
    }

    fn open(&mut self, entries: &'a [Entry], path: String, place: Place) {
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
    fn close(&mut self) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        let mut suggested = Vec::new();
        if !frame.unclear {
            for entry in frame.entries {
                if !frame.known.contains(&entry.key.as_str()) {
                    suggested.extend(unknown::report(
                        self.report,
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
                .add(Code::MissingKey, &path, frame.place, message, remedy);
        }
    }

    fn find(&mut self, name: &'static str) -> Option<Found<'a>> {
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
    fn take(&mut self, field: &Field) -> Option<Found<'a>> {
        let found = self.find(field.name);
        if let (None, true, Some(frame)) = (&found, field.required, self.frames.last_mut())
            && !frame.preset
        {
            frame.missing.push(field.name);
        }
        found
    }

    /// The text of a single value; anything else is reported with what was expected.
    fn scalar(&mut self, found: &Found<'a>, expected: &str) -> Option<(&'a str, bool)> {
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

    fn empty(&mut self, found: &Found<'a>, remedy: &str) {
        self.report.add(
            Code::EmptyValue,
            &found.path,
            found.place,
            "has no value",
            remedy,
        );
    }

    fn wrong_shape(&mut self, found: &Found<'a>, given: &str, expected: &str) {
        let message = format!("is {given}, expected {expected}");
        let remedy = format!("write {expected}");
        self.report
            .add(Code::WrongShape, &found.path, found.place, message, remedy);
    }

    /// The entries of a mapping; anything else is reported.
    fn entries(&mut self, found: &Found<'a>, field: &Field) -> Option<&'a [Entry]> {
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
                        Code::WrongShape,
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

    fn pick(&mut self, found: &Found<'a>, what: &str, options: &'static [Named]) -> Option<usize> {
        let (text, _) = self.scalar(found, what)?;
        let chosen = options.iter().position(|option| option.name == text);
        if chosen.is_none() {
            let names: Vec<&str> = options.iter().map(|option| option.name).collect();
            let meant =
                suggest::also_called(text, &names).or_else(|| suggest::nearest(text, &names));
            let remedy = match meant {
                Some(name) => name.to_owned(),
                None => format!("one of {}", names.join(", ")),
            };
            let message = format!("there is no {what} {}", plain_words(text));
            self.report.add(
                Code::UnknownChoice,
                &found.path,
                found.node.place,
                message,
                remedy,
            );
        }
        chosen
    }

    fn union_preset(&mut self, value: &mut dyn Union) -> Option<&'static str> {
        if value.presets().is_empty() {
            return None;
        }
        let found = self.find("preset")?;
        let preset = self.pick(&found, "preset", value.presets());
        if let (Some(preset), Some(frame)) = (preset, self.frames.last_mut()) {
            value.set_preset(preset);
            frame.preset = true;
            return value.presets().get(preset).map(|named| named.name);
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.unclear = true;
        }
        None
    }

    /// Settles the kind; `false` when it is not known.
    fn union_kind(&mut self, found: &Found<'a>, value: &mut dyn Union) -> bool {
        let preset = self.union_preset(value);
        let unclear = self.frames.last().is_some_and(|frame| frame.unclear);
        let kinds = value.kinds();
        let Some(kind) = self.find("kind") else {
            if preset.is_none() && !unclear {
                let names: Vec<&str> = kinds.iter().map(|kind| kind.name).collect();
                let path = join(&found.path, "kind");
                let remedy = format!("add kind: and one of {}", names.join(", "));
                self.report
                    .add(Code::MissingKey, &path, found.place, "missing", remedy);
            }
            return preset.is_some();
        };
        let Some(chosen) = self.pick(&kind, "kind", kinds) else {
            return false;
        };
        if unclear {
            return false;
        }
        match preset {
            Some(preset) if value.kind() != chosen => {
                let own = kinds.get(value.kind()).map_or("", |kind| kind.name);
                self.report.add(
                    Code::PresetConflict,
                    &kind.path,
                    kind.node.place,
                    format!("the preset {preset} is of kind {own}"),
                    "remove kind, or remove preset and give every value",
                );
                false
            }
            Some(_) => true,
            None => {
                value.set_kind(chosen);
                true
            }
        }
    }
}

impl Visitor for Decoder<'_, '_, '_> {
    fn reads(&self) -> bool {
        true
    }

    fn number(&mut self, field: &Field, bounds: Bounds, value: &mut f64) {
        let Some(found) = self.take(field) else {
            return;
        };
        let Some((text, plain)) = self.scalar(&found, "a number") else {
            return;
        };
        match scalar::number(text, plain, bounds) {
            Ok(number) => *value = number,
            Err(wrong) => {
                self.report.add(
                    wrong.code,
                    &found.path,
                    found.node.place,
                    wrong.message,
                    wrong.remedy,
                );
            }
        }
    }

    fn whole(&mut self, field: &Field, min: u32, max: u32, value: &mut u32) {
        let Some(found) = self.take(field) else {
            return;
        };
        let Some((text, plain)) = self.scalar(&found, "a whole number") else {
            return;
        };
        match scalar::whole(text, plain, min, max) {
            Ok(number) => *value = number,
            Err(wrong) => {
                self.report.add(
                    wrong.code,
                    &found.path,
                    found.node.place,
                    wrong.message,
                    wrong.remedy,
                );
            }
        }
    }

    fn flag(&mut self, field: &Field, value: &mut bool) {
        let Some(found) = self.take(field) else {
            return;
        };
        let Some((text, plain)) = self.scalar(&found, "true or false") else {
            return;
        };
        match scalar::flag(text, plain) {
            Ok(flag) => *value = flag,
            Err(wrong) => {
                self.report.add(
                    wrong.code,
                    &found.path,
                    found.node.place,
                    wrong.message,
                    wrong.remedy,
                );
            }
        }
    }

    fn text(&mut self, field: &Field, max_chars: usize, value: &mut String) {
        let Some(found) = self.take(field) else {
            return;
        };
        let Some((text, plain)) = self.scalar(&found, "a text") else {
            return;
        };
        match scalar::text(text, plain, max_chars) {
            Ok(text) => *value = text,
            Err(wrong) => {
                self.report.add(
                    wrong.code,
                    &found.path,
                    found.node.place,
                    wrong.message,
                    wrong.remedy,
                );
            }
        }
    }

    fn choice(&mut self, field: &Field, options: &'static [Named], chosen: &mut usize) {
        if field.name == "weir" {
            // The format line has been checked before anything else was read.
            self.find(field.name);
            return;
        }
        let Some(found) = self.take(field) else {
            return;
        };
        let what = field.name.replace('_', " ");
        if let Some(option) = self.pick(&found, &what, options) {
            *chosen = option;
        }
    }

    fn record(&mut self, field: &Field, value: &mut dyn Record) {
        let Some(found) = self.take(field) else {
            return;
        };
        if let Some(entries) = self.entries(&found, field) {
            self.open(entries, found.path, found.place);
            value.visit(self);
            self.close();
        }
    }

    fn union(&mut self, field: &Field, value: &mut dyn Union) {
        let Some(found) = self.take(field) else {
            return;
        };
        let Some(entries) = self.entries(&found, field) else {
            return;
        };
        self.open(entries, found.path.clone(), found.place);
        let clear = self.union_kind(&found, value);
        if clear {
            let kind = value.kinds().get(value.kind()).map(|kind| kind.name);
            if let Some(frame) = self.frames.last_mut() {
                frame.kind = kind;
            }
            value.visit(self);
        } else if let Some(frame) = self.frames.last_mut() {
            frame.unclear = true;
        }
        self.close();
    }

    fn optional(&mut self, field: &Field, absent: &'static Named, value: &mut dyn Slot) {
        let Some(found) = self.take(field) else {
            return;
        };
        match &found.node.value {
            Value::Scalar { text, .. } if text == absent.name => value.empty(),
            Value::Scalar { text, plain } => {
                if *plain && matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL") {
                    self.empty(
                        &found,
                        &format!("write {}, or the keys indented below it", absent.name),
                    );
                } else {
                    self.report.add(
                        Code::WrongShape,
                        &found.path,
                        found.node.place,
                        format!(
                            "is {}, expected {} or a mapping",
                            plain_words(text),
                            absent.name
                        ),
                        format!(
                            "write {}, or the keys indented below {}",
                            absent.name, field.name
                        ),
                    );
                }
            }
            Value::List(_) | Value::Map(_) => {
                value.fill();
                self.next = Some(found);
                value.visit(field, self);
                self.next = None;
            }
        }
    }

    fn list(&mut self, field: &Field, min_items: usize, max_items: usize, value: &mut dyn List) {
        let Some(found) = self.take(field) else {
            return;
        };
        let items = match &found.node.value {
            Value::List(items) => items,
            Value::Scalar { text, plain: true } if text.is_empty() => {
                self.empty(
                    &found,
                    "write a list: [ ] for an empty one, or lines that begin with a dash",
                );
                return;
            }
            Value::Scalar { text, .. } => {
                let remedy = format!("write {}: [{}]", field.name, plain_words(text));
                let message = "is a single value, expected a list";
                self.report.add(
                    Code::WrongShape,
                    &found.path,
                    found.node.place,
                    message,
                    remedy,
                );
                return;
            }
            Value::Map(_) => {
                self.wrong_shape(
                    &found,
                    "a mapping",
                    "a list, each item on a line that begins with a dash",
                );
                return;
            }
        };
        if !(min_items..=max_items).contains(&items.len()) {
            let message = format!(
                "has {} items, takes {min_items} to {max_items}",
                items.len()
            );
            let remedy = if items.len() < min_items {
                "add the missing ones"
            } else {
                "remove some"
            };
            self.report
                .add(Code::ItemCount, &found.path, found.place, message, remedy);
            return;
        }
        value.clear();
        for (index, node) in items.iter().enumerate() {
            let path = format!("{}[{index}]", found.path);
            self.places.insert(path.clone(), node.place);
            value.push_default();
            self.next = Some(Found {
                node,
                path,
                place: node.place,
            });
            value.visit(index, field, self);
            self.next = None;
        }
    }

    fn preset(&mut self, presets: &'static [Named], apply: &mut dyn FnMut(usize)) {
        let Some(found) = self.find("preset") else {
            return;
        };
        if let Some(preset) = self.pick(&found, "preset", presets) {
            apply(preset);
            if let Some(frame) = self.frames.last_mut() {
                frame.preset = true;
            }
        }
    }
}
