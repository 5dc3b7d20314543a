//! What the decoder does with each sort of field.

use super::decoder::Decoder;
use super::decoder::Found;
use super::scalar;
use crate::declare::{Bounds, Field, List, Mapping, Named, Record, Slot, Union, Visitor, Word};
use crate::report::Code;
use crate::tree::{Value, join, plain_words};

/// Longest name that a file may give, characters.
const LONGEST_KEY: usize = 120;

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

    fn word(&mut self, field: &Field, value: &mut dyn Word) {
        let Some(found) = self.take(field) else {
            return;
        };
        let form = value.form();
        let Some((text, _)) = self.scalar(&found, form.what) else {
            return;
        };
        let text = text.trim();
        let read = match text.chars().find(|c| c.is_control()) {
            Some(control) => {
                let message = format!("has the control character U+{:04X}", u32::from(control));
                Err((Code::CONTROL_CHARACTER, message, "remove it".to_owned()))
            }
            None if text.is_empty() => {
                let remedy = format!("write {}, such as {}", form.what, field.shown_for(&form));
                Err((Code::TEXT_LENGTH, "is empty".to_owned(), remedy))
            }
            None => value
                .read(text)
                .map_err(|(message, remedy)| (Code::NOT_IN_FORM, message, remedy)),
        };
        if let Err((code, message, remedy)) = read {
            self.report
                .add(code, &found.path, found.node.place, message, remedy);
        }
    }

    fn map(&mut self, field: &Field, min_items: usize, max_items: usize, value: &mut dyn Mapping) {
        let Some(found) = self.take(field) else {
            return;
        };
        let Some(entries) = self.entries(&found, field) else {
            return;
        };
        if !(min_items..=max_items).contains(&entries.len()) {
            let message = format!(
                "has {} entries, takes {min_items} to {max_items}",
                entries.len()
            );
            let remedy = if entries.len() < min_items {
                format!("add {}: and its value", value.key_means())
            } else {
                "remove some".to_owned()
            };
            self.report
                .add(Code::ITEM_COUNT, &found.path, found.place, message, remedy);
            return;
        }
        value.clear();
        for (index, entry) in entries.iter().enumerate() {
            let path = join(&found.path, &entry.key);
            let wrong = match entry.key.chars().find(|c| c.is_control()) {
                Some(control) => Some(format!(
                    "the key has the control character U+{:04X}",
                    u32::from(control)
                )),
                None if entry.key.trim().is_empty() => Some("the key is empty".to_owned()),
                None if entry.key.chars().count() > LONGEST_KEY => {
                    Some(format!("the key has more than {LONGEST_KEY} characters"))
                }
                None => None,
            };
            value.push_key(&entry.key);
            if let Some(message) = wrong {
                let remedy = format!("write the {} as a few letters", value.key_means());
                self.report
                    .add(Code::KEY_NOT_TEXT, &path, entry.place, message, remedy);
                continue;
            }
            let place = match entry.value.value {
                Value::Scalar { .. } => entry.value.place,
                _ => entry.place,
            };
            self.places.insert(path.clone(), place);
            self.next = Some(Found {
                node: &entry.value,
                path,
                place: entry.place,
            });
            value.visit(index, field, self);
            self.next = None;
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
                        Code::WRONG_SHAPE,
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
                    Code::WRONG_SHAPE,
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
                .add(Code::ITEM_COUNT, &found.path, found.place, message, remedy);
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
