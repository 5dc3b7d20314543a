//! From a row's key to the slot its state lies in.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type,
};
use arrow_array::{Array, ArrayRef, PrimitiveArray, RecordBatch};
use arrow_cast::display::array_value_to_string;
use arrow_row::{RowConverter, SortField};
use arrow_schema::{ArrowError, DataType, Field};

use super::BarsError;
use super::saved::{Damaged, Reader, Writer};

/// Integers this close to each other get their slot by indexing: 4 MiB of table.
const DENSE: i64 = 1 << 20;
const NONE: u32 = u32::MAX;

/// Every key seen so far has a slot; slots are given in order of appearance.
pub(crate) struct Keys {
    kind: Kind,
    columns: Vec<usize>,
    fields: Vec<Field>,
    /// All slots, in the order of their keys, as far as they are sorted.
    ranked: Vec<u32>,
    heap: usize,
}

enum Kind {
    /// No key: one slot.
    Single { used: bool },
    /// One column of integers.
    Integer {
        keys: Vec<Option<i64>>,
        base: i64,
        dense: Vec<u32>,
        sparse: HashMap<i64, u32>,
        null: u32,
    },
    /// Anything else, by its order-preserving encoding.
    Encoded {
        converter: RowConverter,
        keys: Vec<Arc<[u8]>>,
        slots: HashMap<Arc<[u8]>, u32>,
    },
}

macro_rules! integers {
    ($data_type:expr, $do:ident, $else:expr) => {
        match $data_type {
            DataType::Int8 => $do!(Int8Type),
            DataType::Int16 => $do!(Int16Type),
            DataType::Int32 => $do!(Int32Type),
            DataType::Int64 => $do!(Int64Type),
            DataType::UInt8 => $do!(UInt8Type),
            DataType::UInt16 => $do!(UInt16Type),
            DataType::UInt32 => $do!(UInt32Type),
            _ => $else,
        }
    };
}

impl Keys {
    pub(crate) fn new(columns: Vec<usize>, fields: Vec<Field>) -> Result<Self, BarsError> {
        let kind = match fields.as_slice() {
            [] => Kind::Single { used: false },
            [one] if is_integer(one.data_type()) => Kind::Integer {
                keys: Vec::new(),
                base: 0,
                dense: Vec::new(),
                sparse: HashMap::new(),
                null: NONE,
            },
            several => {
                for field in several {
                    if field.data_type().is_nested() {
                        return Err(BarsError::Key {
                            column: field.name().clone(),
                            data_type: field.data_type().clone(),
                        });
                    }
                }
                let sort = several
                    .iter()
                    .map(|field| SortField::new(field.data_type().clone()))
                    .collect();
                Kind::Encoded {
                    converter: RowConverter::new(sort)?,
                    keys: Vec::new(),
                    slots: HashMap::new(),
                }
            }
        };
        Ok(Self {
            kind,
            columns,
            fields,
            ranked: Vec::new(),
            heap: 0,
        })
    }

    pub(crate) fn len(&self) -> usize {
        match &self.kind {
            Kind::Single { used } => usize::from(*used),
            Kind::Integer { keys, .. } => keys.len(),
            Kind::Encoded { keys, .. } => keys.len(),
        }
    }

    /// Bytes held, about.
    pub(crate) fn bytes(&self) -> usize {
        let ranked = self.ranked.capacity() * size_of::<u32>();
        ranked
            + match &self.kind {
                Kind::Single { .. } => 0,
                Kind::Integer {
                    keys,
                    dense,
                    sparse,
                    ..
                } => keys.capacity() * 16 + dense.capacity() * 4 + sparse.capacity() * 17,
                Kind::Encoded { keys, slots, .. } => {
                    keys.capacity() * 16 + slots.capacity() * 25 + self.heap
                }
            }
    }

    /// A key column of these rows; dictionaries as their values.
    fn column(rows: &RecordBatch, index: usize, field: &Field) -> Result<ArrayRef, BarsError> {
        let column = rows.column(index);
        if column.data_type() == field.data_type() {
            Ok(Arc::clone(column))
        } else {
            Ok(arrow_cast::cast(column, field.data_type())?)
        }
    }

    /// The slots of all rows, giving new ones to new keys.
    pub(crate) fn slots(
        &mut self,
        rows: &RecordBatch,
        out: &mut Vec<u32>,
    ) -> Result<(), BarsError> {
        out.clear();
        match &mut self.kind {
            Kind::Single { used } => {
                *used |= rows.num_rows() > 0;
                out.resize(rows.num_rows(), 0);
            }
            Kind::Integer {
                keys,
                base,
                dense,
                sparse,
                null,
            } => {
                let column = Self::column(rows, self.columns[0], &self.fields[0])?;
                macro_rules! each {
                    ($type:ty) => {{
                        let column = column.as_primitive::<$type>();
                        let nulls = column.null_count() > 0;
                        out.reserve(column.len());
                        for (row, value) in column.values().iter().enumerate() {
                            let key = i64::from(*value);
                            let offset = key.wrapping_sub(*base) as usize;
                            let slot = match dense.get(offset) {
                                Some(slot) if *slot != NONE && !nulls => *slot,
                                _ if nulls && column.is_null(row) => slot_of_null(keys, null),
                                _ => slot_of(key, keys, base, dense, sparse),
                            };
                            out.push(slot);
                        }
                    }};
                }
                integers!(column.data_type(), each, unreachable_type(&column)?);
            }
            Kind::Encoded {
                converter,
                keys,
                slots,
            } => {
                let columns = self.columns.iter().zip(&self.fields);
                let columns: Vec<ArrayRef> = columns
                    .map(|(index, field)| Self::column(rows, *index, field))
                    .collect::<Result<_, _>>()?;
                let encoded = converter.convert_columns(&columns)?;
                out.reserve(rows.num_rows());
                for row in &encoded {
                    let slot = match slots.get(row.as_ref()) {
                        Some(slot) => *slot,
                        None => {
                            let slot = keys.len() as u32;
                            let key: Arc<[u8]> = row.as_ref().into();
                            self.heap += key.len() + 16;
                            keys.push(Arc::clone(&key));
                            slots.insert(key, slot);
                            slot
                        }
                    };
                    out.push(slot);
                }
            }
        }
        Ok(())
    }

    /// All slots in the order of their keys (nulls first).
    pub(crate) fn ranked(&mut self) -> &[u32] {
        let known = self.ranked.len();
        if known < self.len() {
            self.ranked.extend(known as u32..self.len() as u32);
            match &self.kind {
                Kind::Single { .. } => {}
                Kind::Integer { keys, .. } => self
                    .ranked
                    .sort_unstable_by_key(|slot| keys[*slot as usize]),
                Kind::Encoded { keys, .. } => {
                    self.ranked
                        .sort_unstable_by(|a, b| keys[*a as usize].cmp(&keys[*b as usize]));
                }
            }
        }
        &self.ranked
    }

    /// The key columns of these slots.
    pub(crate) fn arrays(&self, slots: &[u32]) -> Result<Vec<ArrayRef>, BarsError> {
        match &self.kind {
            Kind::Single { .. } => Ok(Vec::new()),
            Kind::Integer { keys, .. } => {
                macro_rules! each {
                    ($type:ty) => {{
                        // Every key came from a value of this type.
                        let back = |key: i64| {
                            <$type as ArrowPrimitiveType>::Native::try_from(key).unwrap_or_default()
                        };
                        let values = slots.iter().map(|slot| keys[*slot as usize].map(back));
                        Ok(vec![
                            Arc::new(values.collect::<PrimitiveArray<$type>>()) as ArrayRef
                        ])
                    }};
                }
                let data_type = self.fields[0].data_type();
                integers!(
                    data_type,
                    each,
                    Err(ArrowError::SchemaError(format!("{data_type} is no integer")).into())
                )
            }
            Kind::Encoded {
                converter, keys, ..
            } => {
                let parser = converter.parser();
                Ok(converter
                    .convert_rows(slots.iter().map(|slot| parser.parse(&keys[*slot as usize])))?)
            }
        }
    }

    /// The key as text, for messages.
    pub(crate) fn text(&self, slot: u32) -> String {
        let arrays = self.arrays(&[slot]).unwrap_or_default();
        let texts = arrays
            .iter()
            .map(|array| array_value_to_string(array, 0).unwrap_or_default());
        let texts: Vec<String> = texts.collect();
        if texts.is_empty() {
            "(all rows)".to_owned()
        } else {
            texts.join(", ")
        }
    }

    pub(crate) fn save(&self, to: &mut Writer) {
        to.u64(self.len() as u64);
        match &self.kind {
            Kind::Single { .. } => {}
            Kind::Integer { keys, .. } => {
                for key in keys {
                    to.u8(u8::from(key.is_some()));
                    to.i64(key.unwrap_or(0));
                }
            }
            Kind::Encoded { keys, .. } => keys.iter().for_each(|key| to.bytes(key)),
        }
    }

    /// Forgets all keys.
    pub(crate) fn clear(&mut self) {
        self.ranked.clear();
        self.heap = 0;
        match &mut self.kind {
            Kind::Single { used } => *used = false,
            Kind::Integer {
                keys,
                base,
                dense,
                sparse,
                null,
            } => {
                (*keys, *base, *dense, *sparse, *null) =
                    (Vec::new(), 0, Vec::new(), HashMap::new(), NONE);
            }
            Kind::Encoded { keys, slots, .. } => {
                keys.clear();
                slots.clear();
            }
        }
    }

    /// In place of the keys it has.
    pub(crate) fn restore(&mut self, from: &mut Reader<'_>) -> Result<(), Damaged> {
        self.ranked.clear();
        let twice = Damaged("a key is there twice");
        match &mut self.kind {
            Kind::Single { used } => {
                *used = match from.u64()? {
                    0 => false,
                    1 => true,
                    _ => return Err(twice),
                };
            }
            Kind::Integer {
                keys,
                base,
                dense,
                sparse,
                null,
            } => {
                (*keys, *base, *dense, *sparse, *null) =
                    (Vec::new(), 0, Vec::new(), HashMap::new(), NONE);
                for slot in 0..from.count(9)? {
                    let given = match (from.u8()?, from.i64()?) {
                        (0, _) => slot_of_null(keys, null),
                        (_, key) => slot_of(key, keys, base, dense, sparse),
                    };
                    if given as usize != slot {
                        return Err(twice);
                    }
                }
            }
            Kind::Encoded {
                converter,
                keys,
                slots,
            } => {
                keys.clear();
                slots.clear();
                self.heap = 0;
                for slot in 0..from.count(8)? {
                    let key: Arc<[u8]> = from.bytes()?.into();
                    self.heap += key.len() + 16;
                    keys.push(Arc::clone(&key));
                    if slots.insert(key, slot as u32).is_some() {
                        return Err(twice);
                    }
                }
                // The parser trusts what it parses and panics on what is not this converter's own encoding.
                let same = catch_unwind(AssertUnwindSafe(|| {
                    let parser = converter.parser();
                    let columns = converter
                        .convert_rows(keys.iter().map(|key| parser.parse(key)))
                        .ok()?;
                    let again = converter.convert_columns(&columns).ok()?;
                    Some(
                        again
                            .iter()
                            .zip(keys.iter())
                            .all(|(row, key)| row.as_ref() == &**key),
                    )
                }));
                if !matches!(same, Ok(Some(true))) {
                    keys.clear();
                    slots.clear();
                    return Err(Damaged("a key is none of these columns"));
                }
            }
        }
        Ok(())
    }
}

fn is_integer(data_type: &DataType) -> bool {
    data_type.is_integer() && *data_type != DataType::UInt64
}

fn unreachable_type(column: &ArrayRef) -> Result<(), BarsError> {
    Err(ArrowError::SchemaError(format!(
        "a key column is of type {} and was of another",
        column.data_type()
    ))
    .into())
}

fn slot_of_null(keys: &mut Vec<Option<i64>>, null: &mut u32) -> u32 {
    if *null == NONE {
        *null = keys.len() as u32;
        keys.push(None);
    }
    *null
}

#[cold]
fn slot_of(
    key: i64,
    keys: &mut Vec<Option<i64>>,
    base: &mut i64,
    dense: &mut Vec<u32>,
    sparse: &mut HashMap<i64, u32>,
) -> u32 {
    if dense.is_empty() {
        *base = key.saturating_sub(DENSE / 64);
    }
    let offset = i128::from(key) - i128::from(*base);
    if (0..i128::from(DENSE)).contains(&offset) {
        let offset = offset as usize;
        if offset >= dense.len() {
            dense.resize((offset + 1).next_power_of_two().max(64), NONE);
        }
        if dense[offset] == NONE {
            dense[offset] = keys.len() as u32;
            keys.push(Some(key));
        }
        return dense[offset];
    }
    *sparse.entry(key).or_insert_with(|| {
        keys.push(Some(key));
        keys.len() as u32 - 1
    })
}
