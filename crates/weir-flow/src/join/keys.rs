//! Rows' keys as small numbers.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, cast::AsArray, types};
use arrow_buffer::ScalarBuffer;
use arrow_row::{RowConverter, SortField};
use arrow_schema::{ArrowError, DataType};

/// The number of a row that meets no other: one of its key columns is null.
pub(super) const NO_KEY: u32 = u32::MAX;

/// Integers below this are their own numbers.
const OWN: i64 = 1 << 16;

/// Numbers for keys: equal keys of either side have equal numbers.
///
/// Numbers are given in order of appearance and so depend on it; no result may depend on a number.
#[derive(Debug)]
pub(super) enum Keys {
    /// No key columns: all rows have one key.
    One,
    /// One column of integers.
    Integers {
        numbers: Integers,
        /// The number after the greatest integer that is its own number.
        own: usize,
    },
    /// Anything else, by bytes that are equal where the keys are.
    Bytes {
        converter: RowConverter,
        numbers: HashMap<Box<[u8]>, u32, BuildHasherDefault<Mix>>,
        bytes: usize,
    },
}

impl Keys {
    pub(super) fn new(types: &[DataType]) -> Result<Self, ArrowError> {
        Ok(match types {
            [] => Self::One,
            [one] if is_integer(one) => Self::Integers {
                numbers: HashMap::default(),
                own: 0,
            },
            several => Self::Bytes {
                converter: RowConverter::new(
                    several.iter().cloned().map(SortField::new).collect(),
                )?,
                numbers: HashMap::default(),
                bytes: 0,
            },
        })
    }

    /// How many bytes it holds, about.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::One => 0,
            Self::Integers { numbers, .. } => numbers.capacity() * 17,
            Self::Bytes { numbers, bytes, .. } => numbers.capacity() * 25 + bytes,
        }
    }

    /// The number after the greatest one given.
    pub(super) fn end(&self) -> usize {
        match self {
            Self::One => 1,
            Self::Integers { numbers, own } if numbers.is_empty() => *own,
            Self::Integers { numbers, .. } => OWN as usize + numbers.len(),
            Self::Bytes { numbers, .. } => numbers.len(),
        }
    }

    /// The numbers of the rows' keys. All columns have `rows` rows.
    pub(super) fn number(
        &mut self,
        columns: &[ArrayRef],
        rows: usize,
    ) -> Result<Vec<u32>, ArrowError> {
        let mut found = match self {
            Self::One => return Ok(vec![0; rows]),
            Self::Integers { numbers, own } => {
                let values = values(&columns[0]);
                let greatest = values.iter().filter(|value| **value < OWN).max();
                *own = (*own).max(greatest.map_or(0, |value| (value + 1).max(0) as usize));
                let found = values.iter().map(|value| {
                    if let Some(number) = number_of(numbers, *value) {
                        return Ok(number);
                    }
                    let number = next(OWN as usize + numbers.len())?;
                    numbers.insert(*value, number);
                    Ok(number)
                });
                // Collected before nulls are looked at: what lies under a null is any number.
                found.collect::<Result<Vec<_>, ArrowError>>()?
            }
            Self::Bytes {
                converter,
                numbers,
                bytes,
            } => {
                let rows = converter.convert_columns(columns)?;
                let found = rows.iter().map(|row| {
                    let key = row.data();
                    if let Some(number) = numbers.get(key) {
                        return Ok(*number);
                    }
                    let number = next(numbers.len())?;
                    *bytes += key.len();
                    numbers.insert(key.into(), number);
                    Ok(number)
                });
                found.collect::<Result<Vec<_>, ArrowError>>()?
            }
        };
        mark(columns, &mut found, NO_KEY);
        Ok(found)
    }

    /// As [`number`](Self::number), and [`NO_KEY`] for keys that were never seen.
    pub(super) fn find(&self, columns: &[ArrayRef], rows: usize) -> Result<Vec<u32>, ArrowError> {
        let mut found: Vec<u32> = match self {
            Self::One => return Ok(vec![0; rows]),
            Self::Integers { numbers, .. } => {
                let values = values(&columns[0]);
                let found = values.iter().map(|value| number_of(numbers, *value));
                found.map(|number| number.unwrap_or(NO_KEY)).collect()
            }
            Self::Bytes {
                converter, numbers, ..
            } => {
                let rows = converter.convert_columns(columns)?;
                let found = rows.iter().map(|row| numbers.get(row.data()));
                found
                    .map(|number| number.copied().unwrap_or(NO_KEY))
                    .collect()
            }
        };
        mark(columns, &mut found, NO_KEY);
        Ok(found)
    }
}

fn next(count: usize) -> Result<u32, ArrowError> {
    u32::try_from(count)
        .ok()
        .filter(|number| *number < NO_KEY)
        .ok_or_else(|| ArrowError::ComputeError("more than 4,294,967,294 distinct keys".to_owned()))
}

pub(super) fn is_integer(data_type: &DataType) -> bool {
    use DataType as T;
    matches!(
        data_type,
        T::Int8 | T::Int16 | T::Int32 | T::Int64 | T::UInt8 | T::UInt16 | T::UInt32 | T::UInt64
    )
}

type Integers = HashMap<i64, u32, BuildHasherDefault<Mix>>;

fn number_of(numbers: &Integers, value: i64) -> Option<u32> {
    if (0..OWN).contains(&value) {
        Some(value as u32)
    } else {
        numbers.get(&value).copied()
    }
}

/// The values of a column of integers; those of 64 unsigned bits as signed ones.
fn values(column: &ArrayRef) -> ScalarBuffer<i64> {
    use DataType as T;
    match column.data_type() {
        T::Int8 => each::<types::Int8Type>(column, i64::from),
        T::Int16 => each::<types::Int16Type>(column, i64::from),
        T::Int32 => each::<types::Int32Type>(column, i64::from),
        T::UInt8 => each::<types::UInt8Type>(column, i64::from),
        T::UInt16 => each::<types::UInt16Type>(column, i64::from),
        T::UInt32 => each::<types::UInt32Type>(column, i64::from),
        T::UInt64 => each::<types::UInt64Type>(column, u64::cast_signed),
        _ => column.as_primitive::<types::Int64Type>().values().clone(),
    }
}

fn each<T: ArrowPrimitiveType>(
    column: &ArrayRef,
    integer: impl Fn(T::Native) -> i64,
) -> ScalarBuffer<i64> {
    let values = column.as_primitive::<T>().values().iter();
    values.map(|value| integer(*value)).collect()
}

/// Marks rows with a null in one of the columns.
fn mark<T: Copy>(columns: &[ArrayRef], found: &mut [T], null: T) {
    for column in columns {
        if let Some(nulls) = column
            .logical_nulls()
            .filter(|nulls| nulls.null_count() > 0)
        {
            for (found, valid) in found.iter_mut().zip(&nulls) {
                if !valid {
                    *found = null;
                }
            }
        }
    }
}

/// The hash of a row without a key.
pub(super) const NO_HASH: u64 = u64::MAX;

/// Hashes of keys, by which rows are put into partitions; equal keys have equal hashes.
#[derive(Debug)]
pub(super) enum Hashes {
    Integers,
    Bytes(RowConverter),
}

impl Hashes {
    pub(super) fn new(types: &[DataType]) -> Result<Self, ArrowError> {
        Ok(match types {
            [one] if is_integer(one) => Self::Integers,
            several => Self::Bytes(RowConverter::new(
                several.iter().cloned().map(SortField::new).collect(),
            )?),
        })
    }

    /// The rows' hashes, [`NO_HASH`] where a key column is null.
    pub(super) fn of(&self, columns: &[ArrayRef]) -> Result<Vec<u64>, ArrowError> {
        // Another start than in the tables' hashes: the rows of a partition must not collide there.
        const START: u64 = 0x5851_f42d_4c95_7f2d;
        let mut hashes: Vec<u64> = match self {
            Self::Integers => {
                let values = values(&columns[0]);
                let hashes = values
                    .iter()
                    .map(|value| fold(START, value.cast_unsigned()));
                hashes.map(|hash| hash.min(NO_HASH - 1)).collect()
            }
            Self::Bytes(converter) => {
                let rows = converter.convert_columns(columns)?;
                let hashes = rows.iter().map(|row| {
                    let mut mix = Mix(START);
                    mix.write(row.data());
                    mix.finish().min(NO_HASH - 1)
                });
                hashes.collect()
            }
        };
        mark(columns, &mut hashes, NO_HASH);
        Ok(hashes)
    }
}

/// A quick hash without a seed: the same on every machine, and no order depends on it.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Mix(u64);

/// One round: multiply to 128 bits and fold.
#[inline]
pub(super) fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a ^ 0x9e37_79b9_7f4a_7c15) * u128::from(b ^ 0xd1b5_4a32_d192_ed03);
    (product as u64) ^ ((product >> 64) as u64)
}

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            let word = u64::from_le_bytes(chunk.try_into().expect("chunks of eight bytes"));
            self.0 = fold(self.0, word);
        }
        let mut last = [0; 8];
        let rest = chunks.remainder();
        last[..rest.len()].copy_from_slice(rest);
        self.0 = fold(self.0 ^ bytes.len() as u64, u64::from_le_bytes(last));
    }

    fn write_i64(&mut self, value: i64) {
        self.0 = fold(self.0, value.cast_unsigned());
    }

    fn write_usize(&mut self, value: usize) {
        self.0 = fold(self.0, value as u64);
    }
}
