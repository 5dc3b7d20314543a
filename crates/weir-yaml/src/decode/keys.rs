//! Every key of the format with its place, for hints about misplaced keys.

use std::collections::BTreeMap;

use crate::declare::{
    Bounds, Document, Field, List, Mapping, Named, Record, Slot, Union, Visitor, Word,
};

/// The keys of one mapping, each with the kinds that have it (none for a plain record).
pub(crate) type Keys = BTreeMap<&'static str, Vec<&'static str>>;

/// The keys by the path of their mapping, items written as `[]`.
pub(crate) type Index = BTreeMap<String, Keys>;

/// The keys of a format.
pub(crate) fn index<D: Document>() -> Index {
    let mut names = Names::default();
    D::blank().visit(&mut names);
    names.mappings
}

/// A path as the index knows it: `a[3].b` becomes `a[].b`, and so does `a.name.b` where `a` holds
/// names that the file gives.
pub(crate) fn pattern(index: &Index, path: &str) -> String {
    let mut pattern = String::new();
    for segment in path.split('.').filter(|segment| !segment.is_empty()) {
        let (name, items) = match segment.split_once('[') {
            Some((name, rest)) => (name, 1 + rest.matches('[').count()),
            None => (segment, 0),
        };
        let inside = format!("{pattern}[]");
        if !pattern.is_empty() && !index.contains_key(&pattern) && index.contains_key(&inside) {
            pattern = inside;
        } else {
            if !pattern.is_empty() {
                pattern.push('.');
            }
            pattern.push_str(name);
        }
        pattern.push_str(&"[]".repeat(items));
    }
    pattern
}

#[derive(Default)]
struct Names {
    mappings: BTreeMap<String, Keys>,
    path: String,
    kind: Option<&'static str>,
    item: bool,
}

impl Names {
    fn note(&mut self, name: &'static str) -> String {
        if std::mem::take(&mut self.item) {
            return self.path.clone();
        }
        let kinds = self
            .mappings
            .entry(self.path.clone())
            .or_default()
            .entry(name)
            .or_default();
        kinds.extend(self.kind);
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    fn inside(&mut self, path: String, kind: Option<&'static str>, visit: impl FnOnce(&mut Self)) {
        let path = std::mem::replace(&mut self.path, path);
        let kind = std::mem::replace(&mut self.kind, kind);
        visit(self);
        self.path = path;
        self.kind = kind;
    }
}

impl Visitor for Names {
    fn number(&mut self, field: &Field, _: Bounds, _: &mut f64) {
        self.note(field.name);
    }
    fn whole(&mut self, field: &Field, _: u32, _: u32, _: &mut u32) {
        self.note(field.name);
    }
    fn flag(&mut self, field: &Field, _: &mut bool) {
        self.note(field.name);
    }
    fn text(&mut self, field: &Field, _: usize, _: &mut String) {
        self.note(field.name);
    }
    fn choice(&mut self, field: &Field, _: &'static [Named], _: &mut usize) {
        self.note(field.name);
    }
    fn record(&mut self, field: &Field, value: &mut dyn Record) {
        let path = self.note(field.name);
        self.inside(path, None, |names| value.visit(names));
    }
    fn union(&mut self, field: &Field, value: &mut dyn Union) {
        let path = self.note(field.name);
        for (index, kind) in value.kinds().iter().enumerate() {
            value.set_kind(index);
            self.inside(path.clone(), Some(kind.name), |names| {
                names.note("kind");
                value.visit(names);
            });
        }
    }
    fn optional(&mut self, field: &Field, _: &'static Named, value: &mut dyn Slot) {
        value.fill();
        value.visit(field, self);
    }
    fn list(&mut self, field: &Field, _: usize, _: usize, value: &mut dyn List) {
        let path = self.note(field.name);
        value.clear();
        value.push_default();
        self.inside(format!("{path}[]"), None, |names| {
            names.item = true;
            value.visit(0, field, names);
            names.item = false;
        });
    }
    fn word(&mut self, field: &Field, _: &mut dyn Word) {
        self.note(field.name);
    }
    fn map(&mut self, field: &Field, _: usize, _: usize, value: &mut dyn Mapping) {
        let path = self.note(field.name);
        value.clear();
        value.push_default();
        self.inside(format!("{path}[]"), None, |names| {
            names.item = true;
            value.visit(0, field, names);
            names.item = false;
        });
    }
    fn preset(&mut self, _: &'static [Named], _: &mut dyn FnMut(usize)) {
        self.note("preset");
    }
}
