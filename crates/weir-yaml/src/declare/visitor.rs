//! Who walks over a declaration, and what is walked over.

use super::{Bounds, Field, Form, Format, List, Mapping, Named, Slot, field};

/// A mapping with a fixed set of keys.
pub trait Record {
    /// Visits every field in the order of the file.
    fn visit(&mut self, visitor: &mut dyn Visitor);
}

/// A mapping whose `kind` decides which other keys it has.
pub trait Union: Record {
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

/// A single value with a notation of its own, such as `64MiB`.
pub trait Word {
    /// What it looks like.
    fn form(&self) -> Form;
    /// The present value as written; empty for none.
    fn shown(&self) -> String;
    /// Takes what the file says.
    ///
    /// # Errors
    ///
    /// What is wrong, without a full stop, and what to do about it.
    fn read(&mut self, text: &str) -> Result<(), (String, String)>;
}

/// Something done with every field of a declaration.
pub trait Visitor {
    /// Whether values are being read, so that a default may follow from a field before it.
    fn reads(&self) -> bool {
        false
    }
    /// A number.
    fn number(&mut self, field: &Field, bounds: Bounds, value: &mut f64);
    /// A whole number from `min` to `max`.
    fn whole(&mut self, field: &Field, min: u32, max: u32, value: &mut u32);
    /// `true` or `false`.
    fn flag(&mut self, field: &Field, value: &mut bool);
    /// A text of 1 to `max_chars` characters.
    fn text(&mut self, field: &Field, max_chars: usize, value: &mut String);
    /// A value with a notation of its own.
    fn word(&mut self, field: &Field, value: &mut dyn Word);
    /// One of several words, by index.
    fn choice(&mut self, field: &Field, options: &'static [Named], chosen: &mut usize);
    /// A mapping.
    fn record(&mut self, field: &Field, value: &mut dyn Record);
    /// A mapping with a `kind`.
    fn union(&mut self, field: &Field, value: &mut dyn Union);
    /// `absent` is the word for no value.
    fn optional(&mut self, field: &Field, absent: &'static Named, value: &mut dyn Slot);
    /// A list of `min_items` to `max_items`.
    fn list(&mut self, field: &Field, min_items: usize, max_items: usize, value: &mut dyn List);
    /// A mapping of `min_items` to `max_items` names that the file gives.
    fn map(&mut self, field: &Field, min_items: usize, max_items: usize, value: &mut dyn Mapping);
    /// A `preset` key that sets all fields after it, which the file may then override.
    fn preset(&mut self, presets: &'static [Named], apply: &mut dyn FnMut(usize));
}

impl dyn Visitor + '_ {
    /// The key `weir` on the first line of a file, which has been checked before.
    pub fn format(&mut self, format: &'static Format) {
        self.choice(
            &field("weir", "Format and version of the file").required(),
            std::slice::from_ref(&format.line),
            &mut 0,
        );
    }

    /// A whole number of 8 bits.
    pub fn whole8(&mut self, field: &Field, min: u8, max: u8, value: &mut u8) {
        let mut wide = u32::from(*value);
        self.whole(field, min.into(), max.into(), &mut wide);
        *value = u8::try_from(wide).unwrap_or(max);
    }

    /// A whole number of 16 bits.
    pub fn whole16(&mut self, field: &Field, min: u16, max: u16, value: &mut u16) {
        let mut wide = u32::from(*value);
        self.whole(field, min.into(), max.into(), &mut wide);
        *value = u16::try_from(wide).unwrap_or(max);
    }

    /// A choice among the values of an enum, which are in the order of `options`.
    pub fn one_of<T: Copy + PartialEq>(
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
