//! Values that can be absent, and values of which there are several.

use super::{Field, Visitor};

/// A value that can be absent.
pub trait Slot {
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
pub trait List {
    /// How many there are.
    fn len(&self) -> usize;
    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Removes all.
    fn clear(&mut self);
    /// Adds one.
    fn push_default(&mut self);
    /// Visits one item under the name of the list.
    fn visit(&mut self, index: usize, field: &Field, visitor: &mut dyn Visitor);
}

/// A mapping whose keys are names that the file gives; their order is kept.
pub trait Mapping: List {
    /// A name for an entry, as an example and in the schema's text.
    fn key_means(&self) -> &'static str;
    /// Adds an entry.
    fn push_key(&mut self, key: &str);
    /// The name of an entry.
    fn key(&self, index: usize) -> &str;
}

/// An optional value as a [`Slot`].
pub struct OptionalOf<'a, T> {
    /// The value.
    pub value: &'a mut Option<T>,
    /// How it is visited.
    pub visit: fn(&mut T, &Field, &mut dyn Visitor),
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
pub struct ListOf<'a, T> {
    /// The items.
    pub values: &'a mut Vec<T>,
    /// A default item.
    pub new: fn() -> T,
    /// How an item is visited.
    pub visit: fn(&mut T, &Field, &mut dyn Visitor),
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

/// A vector of named values as a [`Mapping`].
pub struct MapOf<'a, T> {
    /// The entries in the order of the file.
    pub values: &'a mut Vec<(String, T)>,
    /// What a key is, such as `name of the new column`.
    pub key_means: &'static str,
    /// A default value.
    pub new: fn() -> T,
    /// How a value is visited.
    pub visit: fn(&mut T, &Field, &mut dyn Visitor),
}

impl<T> List for MapOf<'_, T> {
    fn len(&self) -> usize {
        self.values.len()
    }
    fn clear(&mut self) {
        self.values.clear();
    }
    fn push_default(&mut self) {
        self.values.push((String::new(), (self.new)()));
    }
    fn visit(&mut self, index: usize, field: &Field, visitor: &mut dyn Visitor) {
        if let Some((_, value)) = self.values.get_mut(index) {
            (self.visit)(value, field, visitor);
        }
    }
}

impl<T> Mapping for MapOf<'_, T> {
    fn key_means(&self) -> &'static str {
        self.key_means
    }
    fn push_key(&mut self, key: &str) {
        self.values.push((key.to_owned(), (self.new)()));
    }
    fn key(&self, index: usize) -> &str {
        self.values.get(index).map_or("", |(key, _)| key)
    }
}
