//! The canonical text of a document: every value spelled out, in the order of the declaration.

use std::fmt::Write as _;

use crate::declare::{Bounds, Field, List, Mapping, Named, Record, Slot, Union, Visitor, Word};

/// A document as YAML with every default spelled out and presets resolved. Reading it gives the
/// same document; equal documents have equal texts.
pub fn to_yaml(document: &mut dyn Record) -> String {
    let mut writer = Writer {
        text: String::new(),
        depth: 0,
        item: Item::No,
        key: None,
    };
    document.visit(&mut writer);
    writer.text
}

/// Whether the next value is an item of a list, and whether its dash has been written.
#[derive(Clone, Copy, PartialEq)]
enum Item {
    No,
    /// The next value is an item.
    Value,
    /// The next key follows a dash on its line.
    FirstKey,
}

struct Writer {
    text: String,
    depth: usize,
    item: Item,
    /// The name of the next value, which the file gives.
    key: Option<String>,
}

impl Writer {
    fn indent(&mut self) {
        let dash = self.item == Item::FirstKey;
        self.item = Item::No;
        if dash {
            let outer = "  ".repeat(self.depth - 1);
            self.text.push_str(&outer);
            self.text.push_str("- ");
        } else {
            let indent = "  ".repeat(self.depth);
            self.text.push_str(&indent);
        }
    }

    fn name(&mut self, name: &str) {
        match self.key.take() {
            Some(key) => self.text.push_str(&key),
            None => self.text.push_str(name),
        }
    }

    fn line(&mut self, name: &str, value: &str) {
        if self.item == Item::Value {
            self.item = Item::No;
            let indent = "  ".repeat(self.depth);
            self.text.push_str(&indent);
            self.text.push_str("- ");
        } else {
            self.indent();
            self.name(name);
            self.text.push_str(": ");
        }
        self.text.push_str(value);
        self.text.push('\n');
    }

    fn mapping(&mut self, name: &str, inner: impl FnOnce(&mut Self)) {
        if self.item == Item::Value {
            self.item = Item::FirstKey;
        } else {
            self.indent();
            self.name(name);
            self.text.push_str(":\n");
        }
        self.depth += 1;
        inner(self);
        self.depth -= 1;
    }
}

/// In double quotes, everything that is not plainly printable escaped.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            ' '..='~' => quoted.push(c),
            c if c.is_alphanumeric() => quoted.push(c),
            c => {
                // Writing to a string cannot fail.
                let _ = write!(quoted, "\\U{:08X}", u32::from(c));
            }
        }
    }
    quoted.push('"');
    quoted
}

fn name_of(names: &[Named], index: usize) -> &'static str {
    names.get(index).map_or("", |named| named.name)
}

impl Visitor for Writer {
    fn number(&mut self, field: &Field, _: Bounds, value: &mut f64) {
        self.line(field.name, &(*value + 0.0).to_string());
    }
    fn whole(&mut self, field: &Field, _: u32, _: u32, value: &mut u32) {
        self.line(field.name, &value.to_string());
    }
    fn flag(&mut self, field: &Field, value: &mut bool) {
        self.line(field.name, if *value { "true" } else { "false" });
    }
    fn text(&mut self, field: &Field, _: usize, value: &mut String) {
        self.line(field.name, &quoted(value));
    }
    fn choice(&mut self, field: &Field, options: &'static [Named], chosen: &mut usize) {
        self.line(field.name, name_of(options, *chosen));
    }
    fn record(&mut self, field: &Field, value: &mut dyn Record) {
        self.mapping(field.name, |writer| value.visit(writer));
    }
    fn union(&mut self, field: &Field, value: &mut dyn Union) {
        self.mapping(field.name, |writer| {
            writer.line("kind", name_of(value.kinds(), value.kind()));
            value.visit(writer);
        });
    }
    fn optional(&mut self, field: &Field, absent: &'static Named, value: &mut dyn Slot) {
        if value.present() {
            value.visit(field, self);
        } else {
            self.line(field.name, absent.name);
        }
    }
    fn list(&mut self, field: &Field, _: usize, _: usize, value: &mut dyn List) {
        if value.is_empty() {
            self.line(field.name, "[]");
            return;
        }
        self.mapping(field.name, |writer| {
            for index in 0..value.len() {
                writer.item = Item::Value;
                value.visit(index, field, writer);
            }
        });
    }
    fn word(&mut self, field: &Field, value: &mut dyn Word) {
        self.line(field.name, &quoted(&value.shown()));
    }
    fn map(&mut self, field: &Field, _: usize, _: usize, value: &mut dyn Mapping) {
        if value.is_empty() {
            self.line(field.name, "{}");
            return;
        }
        self.mapping(field.name, |writer| {
            for index in 0..value.len() {
                writer.key = Some(quoted(value.key(index)));
                value.visit(index, field, writer);
            }
        });
    }
    fn preset(&mut self, _: &'static [Named], _: &mut dyn FnMut(usize)) {}
}
