//! Decoded values of any type.

/// The values of one band in one block, in rows from the top.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the names are the types")]
pub enum Samples {
    UInt8(Vec<u8>),
    Int8(Vec<i8>),
    UInt16(Vec<u16>),
    Int16(Vec<i16>),
    UInt32(Vec<u32>),
    Int32(Vec<i32>),
    UInt64(Vec<u64>),
    Int64(Vec<i64>),
    Float32(Vec<f32>),
    Float64(Vec<f64>),
}

/// Runs the same expression for the vector of any type: `with_samples!(samples, values => values.len())`.
#[macro_export]
macro_rules! with_samples {
    ($samples:expr, $values:ident => $body:expr) => {
        match $samples {
            $crate::Samples::UInt8($values) => $body,
            $crate::Samples::Int8($values) => $body,
            $crate::Samples::UInt16($values) => $body,
            $crate::Samples::Int16($values) => $body,
            $crate::Samples::UInt32($values) => $body,
            $crate::Samples::Int32($values) => $body,
            $crate::Samples::UInt64($values) => $body,
            $crate::Samples::Int64($values) => $body,
            $crate::Samples::Float32($values) => $body,
            $crate::Samples::Float64($values) => $body,
        }
    };
}

impl Samples {
    /// How many values.
    pub fn len(&self) -> usize {
        with_samples!(self, values => values.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
