//! Which encodings a column gets: by its type alone, so that equal rows give equal bytes.

use std::sync::Arc;

use arrow_schema::{DataType, SchemaRef};
use parquet::{
    basic::{Encoding, Type as PhysicalType},
    errors::ParquetError,
    file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr},
    schema::types::SchemaDescriptor,
};

use super::{Compression, PAGE_ROWS, SLICE_ROWS};

/// A dictionary larger than this does not pay: the column goes on in its plain encoding.
const DICTIONARY_BYTES: usize = 64 << 10;
/// The same for strings, whose dictionaries save more.
const TEXT_DICTIONARY_BYTES: usize = 512 << 10;
const PAGE_BYTES: usize = 1 << 20;

/// The properties of a file.
///
/// Dictionaries for columns of few values; else integers as deltas, floats plain, strings plain, all readable by DuckDB,
/// Polars, pandas and Spark. The order column, which grows, has deltas only. Statistics per chunk, no page indexes: a chunk is
/// read as a whole, since its checksum covers the whole.
pub(super) fn properties(
    schema: &SchemaRef,
    order_column: &str,
    parquet: &SchemaDescriptor,
    compression: Compression,
) -> Result<WriterPropertiesPtr, ParquetError> {
    let mut properties = WriterProperties::builder()
        .set_created_by("weir".to_owned())
        .set_compression(compression.codec())
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_write_batch_size(SLICE_ROWS)
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_data_page_size_limit(PAGE_BYTES)
        .set_dictionary_page_size_limit(DICTIONARY_BYTES)
        .set_max_row_group_row_count(None);
    for column in parquet.columns() {
        let path = column.path().clone();
        match column.physical_type() {
            PhysicalType::INT32 | PhysicalType::INT64 => {
                properties =
                    properties.set_column_encoding(path.clone(), Encoding::DELTA_BINARY_PACKED);
            }
            PhysicalType::BYTE_ARRAY => {
                properties = properties
                    .set_column_dictionary_page_size_limit(path.clone(), TEXT_DICTIONARY_BYTES);
            }
            _ => {}
        }
        if path.parts() == [order_column] && !is_text(schema, order_column) {
            properties = properties.set_column_dictionary_enabled(path, false);
        }
    }
    Ok(Arc::new(properties.build()))
}

fn is_text(schema: &SchemaRef, column: &str) -> bool {
    schema.field_with_name(column).is_ok_and(|field| {
        matches!(
            field.data_type(),
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View
        )
    })
}
