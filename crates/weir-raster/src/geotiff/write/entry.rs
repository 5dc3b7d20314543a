//! Tags and their values.

pub(super) const SHORT: u16 = 3;
pub(super) const LONG: u16 = 4;
pub(super) const DOUBLE: u16 = 12;
pub(super) const LONG8: u16 = 16;

/// A tag with its values.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(super) tag: u16,
    pub(super) kind: u16,
    pub(super) count: u64,
    pub(super) values: Values,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Values {
    Bytes(Vec<u8>),
    /// Of all tiles; they are not gathered but written one by one.
    Offsets,
    Lengths,
}

impl Entry {
    fn new(tag: u16, kind: u16, count: usize, bytes: Vec<u8>) -> Self {
        Self {
            tag,
            kind,
            count: count as u64,
            values: Values::Bytes(bytes),
        }
    }

    pub(super) fn shorts(tag: u16, values: &[u16]) -> Self {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes());
        Self::new(tag, SHORT, values.len(), bytes.collect())
    }

    pub(super) fn doubles(tag: u16, values: &[f64]) -> Self {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes());
        Self::new(tag, DOUBLE, values.len(), bytes.collect())
    }

    pub(super) fn long(tag: u16, value: u32) -> Self {
        Self::new(tag, LONG, 1, value.to_le_bytes().to_vec())
    }

    /// Text with the NUL that ends it.
    pub(super) fn text(tag: u16, text: &str) -> Self {
        let mut bytes = text.as_bytes().to_vec();
        bytes.push(0);
        Self::new(tag, 2, bytes.len(), bytes)
    }

    pub(super) fn bytes(&self) -> u64 {
        match &self.values {
            Values::Bytes(bytes) => bytes.len() as u64,
            Values::Offsets if self.kind == LONG8 => self.count * 8,
            Values::Offsets | Values::Lengths => self.count * 4,
        }
    }
}
