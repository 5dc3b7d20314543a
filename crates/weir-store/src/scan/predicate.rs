//! Simple conditions on columns.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BooleanArray, LargeStringArray, PrimitiveArray, RecordBatch, Scalar,
    StringArray, StringViewArray,
    cast::AsArray,
    types::{
        ArrowPrimitiveType, Date32Type, Date64Type, Decimal128Type, Float32Type, Float64Type,
        Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
        TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type,
        UInt16Type, UInt32Type, UInt64Type,
    },
};
use arrow_ord::cmp;
use arrow_schema::{ArrowError, DataType, SchemaRef, TimeUnit};
use parquet::arrow::arrow_reader::statistics::StatisticsConverter;

use super::ScanError;
use crate::{
    data::{DataError, DataFile},
    order::{OrderType, OrderValue},
};

/// How a column's values are compared with a predicate's value. Null fulfils nothing, NaN only `NotEqual`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A condition on one column of an orderable type. Floats compare as Arrow does: −0 is less than 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Predicate {
    /// The column.
    pub column: String,
    /// The comparison, the column on its left.
    pub comparison: Comparison,
    /// The value, see [`OrderType::parse`].
    pub value: OrderValue,
}

impl Predicate {
    /// `column comparison value`.
    #[must_use]
    pub fn new(column: impl Into<String>, comparison: Comparison, value: OrderValue) -> Self {
        Self {
            column: column.into(),
            comparison,
            value,
        }
    }

    pub(super) fn check(&self, schema: &SchemaRef) -> Result<(), ScanError> {
        let field = field(schema, &self.column)?;
        scalar(field.data_type(), &self.value)
            .map(|_| ())
            .ok_or_else(|| ScanError::Value {
                column: self.column.clone(),
                found: field.data_type().to_string(),
                value: self.value.to_string(),
            })
    }

    /// Which rows fulfil it.
    pub(super) fn rows(&self, batch: &RecordBatch) -> Result<BooleanArray, DataError> {
        let column = batch
            .column_by_name(&self.column)
            .ok_or_else(|| DataError::unsupported(format!("no column {}", self.column)))?;
        let rows = self
            .compare(column, self.comparison)
            .map_err(DataError::unsupported)?;
        let numbers = match column.data_type() {
            _ if self.comparison == Comparison::NotEqual => return Ok(rows),
            DataType::Float32 => {
                BooleanArray::from_unary(column.as_primitive::<Float32Type>(), |v| !v.is_nan())
            }
            DataType::Float64 => {
                BooleanArray::from_unary(column.as_primitive::<Float64Type>(), |v| !v.is_nan())
            }
            _ => return Ok(rows),
        };
        Ok(both(&rows, &numbers))
    }

    fn compare(
        &self,
        column: &ArrayRef,
        comparison: Comparison,
    ) -> Result<BooleanArray, ArrowError> {
        let value = scalar(column.data_type(), &self.value).ok_or_else(|| {
            ArrowError::InvalidArgumentError(format!("{} has another type", self.column))
        })?;
        let value = Scalar::new(value);
        match comparison {
            Comparison::Equal => cmp::eq(column, &value),
            Comparison::NotEqual => cmp::neq(column, &value),
            Comparison::Less => cmp::lt(column, &value),
            Comparison::LessOrEqual => cmp::lt_eq(column, &value),
            Comparison::Greater => cmp::gt(column, &value),
            Comparison::GreaterOrEqual => cmp::gt_eq(column, &value),
        }
    }

    /// Whether a file may have rows that fulfil it, by its statistics. What they do not say may be.
    pub(super) fn may_match(&self, file: &DataFile) -> bool {
        use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
        if self.comparison == NotEqual {
            return true;
        }
        let Ok(statistics) = StatisticsConverter::try_new(
            &self.column,
            file.schema(),
            file.parquet().file_metadata().schema_descr(),
        ) else {
            return true;
        };
        let groups = file.parquet().row_groups();
        let holds = |bound: Result<ArrayRef, _>, comparison| {
            let Ok(bound) = bound else { return true };
            match self.compare(&bound, comparison) {
                Ok(answer) if answer.len() == 1 && !answer.is_null(0) => answer.value(0),
                _ => true,
            }
        };
        let least = |comparison| holds(statistics.row_group_mins(groups), comparison);
        let greatest = |comparison| holds(statistics.row_group_maxes(groups), comparison);
        match self.comparison {
            Equal => least(LessOrEqual) && greatest(GreaterOrEqual),
            Less => least(Less),
            LessOrEqual => least(LessOrEqual),
            Greater => greatest(Greater),
            GreaterOrEqual => greatest(GreaterOrEqual),
            NotEqual => true,
        }
    }
}

pub(super) fn field<'a>(
    schema: &'a SchemaRef,
    name: &str,
) -> Result<&'a arrow_schema::Field, ScanError> {
    schema
        .field_with_name(name)
        .map_err(|_| ScanError::NoColumn {
            name: name.to_owned(),
            columns: schema
                .fields()
                .iter()
                .map(|field| field.name().as_str())
                .collect::<Vec<_>>()
                .join(", "),
        })
}

fn one<T: ArrowPrimitiveType>(data_type: &DataType, value: T::Native) -> ArrayRef {
    Arc::new(PrimitiveArray::<T>::from_value(value, 1).with_data_type(data_type.clone()))
}

/// An array of one value of this type.
fn scalar(data_type: &DataType, value: &OrderValue) -> Option<ArrayRef> {
    use DataType as T;
    if !OrderType::of(data_type).ok()?.accepts(value) {
        return None;
    }
    let t = data_type;
    Some(match (value, data_type) {
        (OrderValue::Int(v), T::Int8) => one::<Int8Type>(t, i8::try_from(*v).ok()?),
        (OrderValue::Int(v), T::Int16) => one::<Int16Type>(t, i16::try_from(*v).ok()?),
        (OrderValue::Int(v), T::Int32) => one::<Int32Type>(t, i32::try_from(*v).ok()?),
        (OrderValue::Int(v), T::Date32) => one::<Date32Type>(t, i32::try_from(*v).ok()?),
        (OrderValue::Int(v), T::Int64) => one::<Int64Type>(t, *v),
        (OrderValue::Int(v), T::Date64) => one::<Date64Type>(t, *v),
        (OrderValue::Int(v), T::Timestamp(unit, _)) => match unit {
            TimeUnit::Second => one::<TimestampSecondType>(t, *v),
            TimeUnit::Millisecond => one::<TimestampMillisecondType>(t, *v),
            TimeUnit::Microsecond => one::<TimestampMicrosecondType>(t, *v),
            TimeUnit::Nanosecond => one::<TimestampNanosecondType>(t, *v),
        },
        (OrderValue::Uint(v), T::UInt8) => one::<UInt8Type>(t, u8::try_from(*v).ok()?),
        (OrderValue::Uint(v), T::UInt16) => one::<UInt16Type>(t, u16::try_from(*v).ok()?),
        (OrderValue::Uint(v), T::UInt32) => one::<UInt32Type>(t, u32::try_from(*v).ok()?),
        (OrderValue::Uint(v), T::UInt64) => one::<UInt64Type>(t, *v),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a value that is no f32 equals none"
        )]
        (OrderValue::Float(v), T::Float32) => one::<Float32Type>(t, v.get() as f32),
        (OrderValue::Float(v), T::Float64) => one::<Float64Type>(t, v.get()),
        (OrderValue::Decimal(v), T::Decimal128(..)) => one::<Decimal128Type>(t, v.to_i128()?),
        (OrderValue::Text(v), T::Utf8) => Arc::new(StringArray::from(vec![v.as_str()])),
        (OrderValue::Text(v), T::LargeUtf8) => Arc::new(LargeStringArray::from(vec![v.as_str()])),
        (OrderValue::Text(v), T::Utf8View) => Arc::new(StringViewArray::from(vec![v.as_str()])),
        _ => return None,
    })
}

/// Where both hold; null does not.
pub(super) fn both(a: &BooleanArray, b: &BooleanArray) -> BooleanArray {
    a.iter()
        .zip(b.iter())
        .map(|(a, b)| Some(a == Some(true) && b == Some(true)))
        .collect()
}
