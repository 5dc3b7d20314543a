//! Column chunks of values with few distinct ones, encoded by table look-up instead of hashing every row.
//!
//! A chunk is what any Parquet writer would make: one dictionary page (plain, values rising) and one data page of
//! version 1 (definition levels, then indices as one bit-packed run; flags are plain bits). Its bytes depend on
//! the rows alone.

use arrow_array::cast::AsArray;
use arrow_array::types::{ArrowPrimitiveType, UInt8Type, UInt16Type};
use arrow_array::{Array, BooleanArray, StringArray};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use arrow_schema::DataType;
use bytes::Bytes;
use parquet::basic::{Encoding, EncodingMask};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

use super::compressor::Compressor;
use super::table_file::Compression;

/// An encoded chunk and what its file has to know of it.
pub(super) struct Chunk {
    pub bytes: Bytes,
    pub close: ColumnCloseResult,
}

/// Makes chunks; keeps its compressor from one to the next.
pub(super) struct SmallValues(Compressor);

/// A chunk before it is compressed.
struct Encoded {
    /// Entries, plain, and how many.
    dictionary: Option<(Vec<u8>, usize)>,
    /// Definition levels and values.
    page: Vec<u8>,
    /// Least and most, of numbers.
    range: Option<(i32, i32)>,
}

impl SmallValues {
    pub(super) fn new(compression: Compression) -> Result<Self> {
        Ok(Self(Compressor::new(compression)?))
    }

    /// The chunk of a column, or `None` where its type has many values.
    pub(super) fn encode(
        &mut self,
        array: &dyn Array,
        column: &ColumnDescPtr,
        with_statistics: bool,
    ) -> Result<Option<Chunk>> {
        let optional = column.max_def_level() > 0;
        let encoded = match array.data_type() {
            DataType::Boolean => flags(array.as_boolean(), optional),
            DataType::UInt8 => numbers::<UInt8Type>(array, optional),
            DataType::UInt16 => numbers::<UInt16Type>(array, optional),
            DataType::Dictionary(key, _) if **key == DataType::UInt8 => {
                let array = array.as_dictionary::<UInt8Type>();
                let names: &StringArray = array.values().as_string();
                let mut page = levels(array, optional);
                let used = indices(array.keys().values(), array, &mut page);
                let mut plain = Vec::new();
                for &code in &used {
                    let name = names.value(usize::from(code)).as_bytes();
                    plain.extend_from_slice(&(name.len() as u32).to_le_bytes());
                    plain.extend_from_slice(name);
                }
                Encoded {
                    dictionary: Some((plain, used.len())),
                    page,
                    range: None,
                }
            }
            _ => return Ok(None),
        };
        let statistics = encoded.range.filter(|_| with_statistics);
        let statistics = statistics.map(|(least, most)| {
            let nulls = Some(array.null_count() as u64);
            Statistics::int32(Some(least), Some(most), None, nulls, false)
        });
        self.pages(encoded, array.len(), column, statistics)
            .map(Some)
    }

    fn pages(
        &mut self,
        encoded: Encoded,
        rows: usize,
        column: &ColumnDescPtr,
        statistics: Option<Statistics>,
    ) -> Result<Chunk> {
        let mut sink = TrackedWrite::new(Vec::new());
        let mut writer = SerializedPageWriter::new(&mut sink);
        let mut uncompressed = 0;
        let mut dictionary_offset = None;
        let mut values_encoding = Encoding::PLAIN;
        if let Some((plain, entries)) = encoded.dictionary {
            let page = Page::DictionaryPage {
                buf: self.0.compress(&plain)?,
                num_values: entries as u32,
                encoding: Encoding::PLAIN,
                is_sorted: false,
            };
            let written = writer.write_page(CompressedPage::new(page, plain.len()))?;
            uncompressed += written.uncompressed_size;
            dictionary_offset = Some(written.offset as i64);
            values_encoding = Encoding::RLE_DICTIONARY;
        }
        let page = Page::DataPage {
            buf: self.0.compress(&encoded.page)?,
            num_values: rows as u32,
            encoding: values_encoding,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        let written = writer.write_page(CompressedPage::new(page, encoded.page.len()))?;
        uncompressed += written.uncompressed_size;
        let bytes = sink.into_inner()?;
        let encodings = [Encoding::PLAIN, Encoding::RLE, values_encoding];
        let mut metadata = ColumnChunkMetaData::builder(column.clone())
            .set_compression(self.0.codec())
            .set_encodings_mask(EncodingMask::new_from_encodings(encodings.iter()))
            .set_total_compressed_size(bytes.len() as i64)
            .set_total_uncompressed_size(uncompressed as i64)
            .set_num_values(rows as i64)
            .set_data_page_offset(written.offset as i64)
            .set_dictionary_page_offset(dictionary_offset);
        if let Some(statistics) = statistics {
            metadata = metadata.set_statistics(statistics);
        }
        Ok(Chunk {
            close: ColumnCloseResult {
                bytes_written: bytes.len() as u64,
                rows_written: rows as u64,
                metadata: metadata.build()?,
                bloom_filter: None,
                column_index: None,
                offset_index: None,
            },
            bytes: bytes.into(),
        })
    }
}

fn numbers<T: ArrowPrimitiveType>(array: &dyn Array, optional: bool) -> Encoded
where
    T::Native: Into<usize> + Into<i32>,
{
    let mut page = levels(array, optional);
    let used = indices(array.as_primitive::<T>().values(), array, &mut page);
    let number = |&value: &T::Native| -> i32 { value.into() };
    let plain = used.iter().flat_map(|value| number(value).to_le_bytes());
    Encoded {
        dictionary: Some((plain.collect(), used.len())),
        page,
        range: used.first().map(number).zip(used.last().map(number)),
    }
}

/// Which rows have a value, with its length before it; nothing for columns that always have one.
fn levels(array: &dyn Array, optional: bool) -> Vec<u8> {
    let rows = array.len();
    let mut page = Vec::with_capacity(4 * rows / 3 + 64);
    if !optional {
        return page;
    }
    page.extend_from_slice(&[0; 4]);
    match array.nulls() {
        // Arrow's bits are Parquet's: least significant first, one for a value.
        Some(nulls) => bits(nulls.inner(), &mut page, true),
        // One run of ones.
        None => {
            varint(rows << 1, &mut page);
            page.push(1);
        }
    }
    let length = (page.len() - 4) as u32;
    page[..4].copy_from_slice(&length.to_le_bytes());
    page
}

/// Appends bits, with zeros after the last; as a bit-packed run where asked for.
fn bits(bits: &BooleanBuffer, page: &mut Vec<u8>, run: bool) {
    let bytes = bits.len().div_ceil(8);
    if run {
        varint(bytes << 1 | 1, page);
    }
    page.extend_from_slice(&bits.sliced()[..bytes]);
    if let (Some(last), beyond @ 1..) = (page.last_mut(), bits.len() % 8) {
        *last &= (1 << beyond) - 1;
    }
}

fn flags(array: &BooleanArray, optional: bool) -> Encoded {
    let mut page = levels(array, optional);
    match array.nulls() {
        None => bits(array.values(), &mut page, false),
        Some(_) => {
            let there: BooleanBuffer = array.iter().flatten().collect();
            bits(&there, &mut page, false);
        }
    }
    Encoded {
        dictionary: None,
        page,
        range: None,
    }
}

/// Appends the places of the values that are not null among those that occur; returns those, rising.
fn indices<N: Copy + Into<usize>>(values: &[N], array: &dyn Array, page: &mut Vec<u8>) -> Vec<N> {
    let there: Vec<N>;
    let values = match array.nulls() {
        None => values,
        Some(nulls) => {
            there = values_there(values, nulls);
            &there
        }
    };
    let most = values.iter().map(|&value| value.into()).max();
    let mut place_of: Vec<u16> = vec![0; most.map_or(0, |most| most + 1)];
    let mut first_of: Vec<Option<N>> = vec![None; place_of.len()];
    for &value in values {
        first_of[value.into()] = Some(value);
    }
    let used: Vec<N> = first_of.into_iter().flatten().collect();
    for (place, &value) in used.iter().enumerate() {
        place_of[value.into()] = place as u16;
    }
    let width = (usize::BITS - used.len().saturating_sub(1).leading_zeros()).max(1);
    page.push(width as u8);
    if !values.is_empty() {
        pack(values, &place_of, width, page);
    }
    used
}

fn values_there<N: Copy>(values: &[N], nulls: &NullBuffer) -> Vec<N> {
    nulls.valid_indices().map(|row| values[row]).collect()
}

/// One bit-packed run of every value's place, filled up to eight values with zeros.
fn pack<N: Copy + Into<usize>>(values: &[N], place_of: &[u16], width: u32, page: &mut Vec<u8>) {
    varint(values.len().div_ceil(8) << 1 | 1, page);
    for eight in values.chunks(8) {
        // Two halves of four places: 64 bits at the most each.
        let half = |values: &[N]| {
            values.iter().rev().fold(0_u64, |packed, &value| {
                packed << width | u64::from(place_of[value.into()])
            })
        };
        let (low, high) = eight.split_at(eight.len().min(4));
        let packed = u128::from(half(low)) | u128::from(half(high)) << (4 * width);
        page.extend_from_slice(&packed.to_le_bytes()[..width as usize]);
    }
}

/// Seven bits a byte, least significant first.
fn varint(mut number: usize, page: &mut Vec<u8>) {
    while number >= 0x80 {
        page.push(number as u8 | 0x80);
        number >>= 7;
    }
    page.push(number as u8);
}
