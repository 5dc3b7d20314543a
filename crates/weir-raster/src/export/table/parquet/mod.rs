//! Parquet and GeoParquet: parts whose row groups follow one another.

mod assemble;
mod dictionary;
mod encoder;
mod geometry;
mod group;
mod metadata;
mod page;
mod place;
mod projjson;
mod run;
mod schema;
mod value;

pub(super) use assemble::assemble;
pub(super) use encoder::{ParquetEncoder, encoder_bytes};

use crate::ExportError;

use super::layout::Layout;

/// What a footer holds of a column chunk, in memory, about.
const FOOTER_BYTES: u64 = 1024;

/// Refuses what cannot be written.
///
/// # Errors
/// [`ExportError::Unfit`]: a reference system whose definition is unknown, for GeoParquet.
pub(super) fn check(layout: &Layout) -> Result<(), ExportError> {
    metadata::pairs(layout, None).map(|_| ())
}
