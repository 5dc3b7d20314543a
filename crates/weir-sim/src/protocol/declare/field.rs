//! The parts of a declaration.

use super::{List, Slot, Visitor};

/// A key: its name (with its unit), what it means and where its default comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    /// One line, without a full stop.
    pub(crate) doc: &'static str,
    /// Where the default or the rule comes from; empty when it speaks for itself.
    pub(crate) source: &'static str,
    /// Whether the file must give it.
    pub(crate) required: bool,
    /// Where a default that depends on other keys comes from; empty for a constant.
    pub(crate) follows: &'static str,
}

pub(crate) const fn field(name: &'static str, doc: &'static str) -> Field {
    Field {
        name,
        doc,
        source: "",
        required: false,
        follows: "",
    }
}

impl Field {
    pub(crate) const fn from(self, source: &'static str) -> Field {
        Field { source, ..self }
    }

    pub(crate) const fn required(self) -> Field {
        Field {
            required: true,
            ..self
        }
    }

    pub(crate) const fn follows(self, follows: &'static str) -> Field {
        Field { follows, ..self }
    }
}

/// A word of a choice, a kind or a preset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) name: &'static str,
    pub(crate) doc: &'static str,
}

/// The range of a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bounds {
    pub(crate) min: f64,
    pub(crate) max: f64,
    /// Whether `min` itself is excluded.
    pub(crate) above_min: bool,
}

impl Bounds {
    pub(crate) const fn within(min: f64, max: f64) -> Bounds {
        Bounds {
            min,
            max,
            above_min: false,
        }
    }

    pub(crate) const fn above(min: f64, max: f64) -> Bounds {
        Bounds {
            min,
            max,
            above_min: true,
        }
    }

    pub(crate) fn contains(self, value: f64) -> bool {
        value <= self.max
            && if self.above_min {
                value > self.min
            } else {
                value >= self.min
            }
    }

    /// The range in words, such as `0 to 1`.
    pub(crate) fn words(self) -> String {
        if self.above_min {
            format!("above {} and up to {}", self.min, self.max)
        } else {
            format!("{} to {}", self.min, self.max)
        }
    }
}

/// An optional value as a [`Slot`].
pub(crate) struct OptionalOf<'a, T> {
    pub(crate) value: &'a mut Option<T>,
    pub(crate) visit: fn(&mut T, &Field, &mut dyn Visitor),
}

impl<T: Default> Slot for OptionalOf<'_, T> {
    fn present(&self) -> bool {
        self.value.is_some()
    }
    fn fill(&mut self) {
        self.value.get_or_insert_default();
    }
    fn empty(&mut self) {
        *self.value = None;
    }
    fn visit(&mut self, field: &Field, visitor: &mut dyn Visitor) {
        if let Some(value) = self.value {
            (self.visit)(value, field, visitor);
        }
    }
}

/// A vector as a [`List`].
pub(crate) struct ListOf<'a, T> {
    pub(crate) values: &'a mut Vec<T>,
    pub(crate) new: fn() -> T,
    pub(crate) visit: fn(&mut T, &Field, &mut dyn Visitor),
}

impl<T> List for ListOf<'_, T> {
    fn len(&self) -> usize {
        self.values.len()
    }
    fn clear(&mut self) {
        self.values.clear();
    }
    fn push_default(&mut self) {
        self.values.push((self.new)());
    }
    fn visit(&mut self, index: usize, field: &Field, visitor: &mut dyn Visitor) {
        if let Some(value) = self.values.get_mut(index) {
            (self.visit)(value, field, visitor);
        }
    }
}
