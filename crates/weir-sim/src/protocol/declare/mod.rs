//! What a protocol file may contain, each key declared once.
//!
//! A [`Record`] walks a [`Visitor`] over its fields in the order of the file. The decoder, the
//! JSON Schema, the canonical text and the reference page are visitors, so none of them can know
//! a key, a range or a default that the others do not.

mod behaviour;
mod biology;
mod field;
mod intervals;
mod letters;
mod policy;
mod population;
mod protocol;
mod treatment;
mod visits;

pub(crate) use field::{Bounds, Field, ListOf, Named, OptionalOf, field};
pub(crate) use protocol::{FORMAT, FORMAT_VERSION};

/// A mapping with a fixed set of keys.
pub(crate) trait Record {
    /// Visits every field in the order of the file.
    fn visit(&mut self, visitor: &mut dyn Visitor);
}

/// A mapping whose `kind` decides which other keys it has.
pub(crate) trait Union: Record {
    /// The kinds.
    fn kinds(&self) -> &'static [Named];
    /// The index of the present kind.
    fn kind(&self) -> usize;
    /// Becomes the default of a kind.
    fn set_kind(&mut self, kind: usize);
    /// Presets: each a kind with all its fields.
    fn presets(&self) -> &'static [Named] {
        &[]
    }
    /// Becomes a preset.
    fn set_preset(&mut self, _preset: usize) {}
}

/// A value that can be absent.
pub(crate) trait Slot {
    /// Whether there is a value.
    fn present(&self) -> bool;
    /// Makes a default value unless there is one.
    fn fill(&mut self);
    /// Removes the value.
    fn empty(&mut self);
    /// Visits the value under the key of the slot.
    fn visit(&mut self, field: &Field, visitor: &mut dyn Visitor);
}

/// A list of values of one type.
pub(crate) trait List {
    fn len(&self) -> usize;
    fn clear(&mut self);
    fn push_default(&mut self);
    /// Visits one item under the name of the list.
    fn visit(&mut self, index: usize, field: &Field, visitor: &mut dyn Visitor);
}

/// Something done with every field of a declaration.
pub(crate) trait Visitor {
    /// Whether values are being read, so that a default may follow from a field before it.
    fn reads(&self) -> bool {
        false
    }
    fn number(&mut self, field: &Field, bounds: Bounds, value: &mut f64);
    fn whole(&mut self, field: &Field, min: u32, max: u32, value: &mut u32);
    fn flag(&mut self, field: &Field, value: &mut bool);
    /// A text of 1 to `max_chars` characters.
    fn text(&mut self, field: &Field, max_chars: usize, value: &mut String);
    fn choice(&mut self, field: &Field, options: &'static [Named], chosen: &mut usize);
    fn record(&mut self, field: &Field, value: &mut dyn Record);
    fn union(&mut self, field: &Field, value: &mut dyn Union);
    /// `absent` is the word for no value.
    fn optional(&mut self, field: &Field, absent: &'static Named, value: &mut dyn Slot);
    fn list(&mut self, field: &Field, min_items: usize, max_items: usize, value: &mut dyn List);
    /// A `preset` key that sets all fields after it, which the file may then override.
    fn preset(&mut self, presets: &'static [Named], apply: &mut dyn FnMut(usize));
}

impl dyn Visitor + '_ {
    pub(crate) fn whole8(&mut self, field: &Field, min: u8, max: u8, value: &mut u8) {
        let mut wide = u32::from(*value);
        self.whole(field, min.into(), max.into(), &mut wide);
        *value = u8::try_from(wide).unwrap_or(max);
    }

    pub(crate) fn whole16(&mut self, field: &Field, min: u16, max: u16, value: &mut u16) {
        let mut wide = u32::from(*value);
        self.whole(field, min.into(), max.into(), &mut wide);
        *value = u16::try_from(wide).unwrap_or(max);
    }

    /// A choice among the values of an enum, which are in the order of `options`.
    pub(crate) fn one_of<T: Copy + PartialEq>(
        &mut self,
        field: &Field,
        options: &'static [Named],
        values: &[T],
        value: &mut T,
    ) {
        let mut chosen = values.iter().position(|v| v == value).unwrap_or(0);
        self.choice(field, options, &mut chosen);
        if let Some(&v) = values.get(chosen) {
            *value = v;
        }
    }
}
