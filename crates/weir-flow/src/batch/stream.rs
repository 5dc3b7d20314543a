use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch, types};
use arrow_schema::{DataType, SchemaRef, TimeUnit};

use super::EventTime;
use super::time::FloatTime;

/// What a stream carries: the columns, and which of them its rows are ordered by.
///
/// Invariant: the order column exists and is of an orderable type. Rows of an ordered stream are
/// non-decreasing in it, within a batch and from batch to batch; it has neither nulls nor NaN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamSchema {
    schema: SchemaRef,
    order: Option<usize>,
}

/// Why a stream cannot be, or why rows do not belong to it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// There is no such column.
    #[error("there is no column `{column}`; there are {}", .columns.join(", "))]
    NoColumn {
        /// As asked for.
        column: String,
        /// What there is.
        columns: Vec<String>,
    },
    /// Its type has no order that weir knows.
    #[error("rows cannot be ordered by column `{column}` of type {data_type}{}", weir_store::order::in_its_place(.data_type))]
    NotOrderable {
        /// The column.
        column: String,
        /// Its type.
        data_type: DataType,
    },
    /// A null or NaN in the order column.
    #[error(
        "the order column `{column}` is {what} in row {row} of the batch; filter such rows out before"
    )]
    NoOrder {
        /// The column.
        column: String,
        /// `null` or `NaN`.
        what: &'static str,
        /// Counted from 0 within the batch.
        row: usize,
    },
    /// A row comes before one that went before it.
    #[error(
        "row {row} of the batch has {column} {time}, after a row with {before}; sort the input or do not claim that it is sorted"
    )]
    OutOfOrder {
        /// The column.
        column: String,
        /// Counted from 0 within the batch.
        row: usize,
        /// This row's value, as people read it.
        time: String,
        /// The value before it.
        before: String,
    },
    /// The batch has other columns.
    #[error("rows have other columns than their stream: {difference}")]
    Schema {
        /// What differs first.
        difference: String,
    },
}

impl StreamSchema {
    /// A stream ordered by this column.
    ///
    /// # Errors
    ///
    /// [`StreamError::NoColumn`] and [`StreamError::NotOrderable`].
    pub fn ordered(schema: SchemaRef, column: &str) -> Result<Self, StreamError> {
        let Ok(order) = schema.index_of(column) else {
            return Err(StreamError::NoColumn {
                column: column.to_owned(),
                columns: schema.fields().iter().map(|f| f.name().clone()).collect(),
            });
        };
        let data_type = schema.field(order).data_type();
        if !is_orderable(data_type) {
            return Err(StreamError::NotOrderable {
                column: column.to_owned(),
                data_type: data_type.clone(),
            });
        }
        Ok(Self {
            schema,
            order: Some(order),
        })
    }

    /// A stream without an order: only a sort, or what treats rows one by one, can take it.
    #[must_use]
    pub fn unordered(schema: SchemaRef) -> Self {
        Self {
            schema,
            order: None,
        }
    }

    /// The columns.
    #[must_use]
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The index of the order column.
    #[must_use]
    pub fn order(&self) -> Option<usize> {
        self.order
    }

    /// The name of the order column.
    #[must_use]
    pub fn order_name(&self) -> Option<&str> {
        self.order
            .map(|index| self.schema.field(index).name().as_str())
    }

    /// The type of the order column.
    #[must_use]
    pub fn order_type(&self) -> Option<&DataType> {
        self.order.map(|index| self.schema.field(index).data_type())
    }

    /// An event time of this stream as people read it: `2024-01-01T00:00:00Z`.
    #[must_use]
    pub fn show(&self, time: &EventTime) -> String {
        match self.order_type() {
            Some(data_type) => time.show(data_type),
            None => time.to_string(),
        }
    }

    /// The event time of a row of this stream; nothing in a stream without order.
    ///
    /// # Errors
    ///
    /// [`StreamError::NoOrder`] where it is null or NaN, [`StreamError::Schema`] where the batch
    /// has no such row or another type of column.
    pub fn time(&self, rows: &RecordBatch, row: usize) -> Result<Option<EventTime>, StreamError> {
        let Some(order) = self.order else {
            return Ok(None);
        };
        let name = self.schema.field(order).name();
        if order >= rows.num_columns() || row >= rows.num_rows() {
            return Err(StreamError::Schema {
                difference: format!("no row {row} with column {order} (`{name}`)"),
            });
        }
        let column = rows.column(order);
        if column.is_null(row) {
            return Err(StreamError::NoOrder {
                column: name.clone(),
                what: "null",
                row,
            });
        }
        match value(column, row) {
            Some(EventTime::Float(time)) if time.get().is_nan() => Err(StreamError::NoOrder {
                column: name.clone(),
                what: "NaN",
                row,
            }),
            Some(time) => Ok(Some(time)),
            None => Err(StreamError::NotOrderable {
                column: name.clone(),
                data_type: column.data_type().clone(),
            }),
        }
    }
}

fn is_orderable(data_type: &DataType) -> bool {
    use DataType::*;
    matches!(
        data_type,
        Int8 | Int16
            | Int32
            | Int64
            | UInt8
            | UInt16
            | UInt32
            | UInt64
            | Float32
            | Float64
            | Date32
            | Date64
            | Time32(_)
            | Time64(_)
            | Timestamp(_, _)
            | Decimal128(_, _)
            | Utf8
            | LargeUtf8
    )
}

fn value(column: &dyn Array, row: usize) -> Option<EventTime> {
    macro_rules! int {
        ($type:ident) => {
            EventTime::Int(i64::from(column.as_primitive::<types::$type>().value(row)))
        };
    }
    macro_rules! uint {
        ($type:ident) => {
            EventTime::Uint(u64::from(column.as_primitive::<types::$type>().value(row)))
        };
    }
    Some(match column.data_type() {
        DataType::Int8 => int!(Int8Type),
        DataType::Int16 => int!(Int16Type),
        DataType::Int32 => int!(Int32Type),
        DataType::Int64 => int!(Int64Type),
        DataType::UInt8 => uint!(UInt8Type),
        DataType::UInt16 => uint!(UInt16Type),
        DataType::UInt32 => uint!(UInt32Type),
        DataType::UInt64 => uint!(UInt64Type),
        DataType::Date32 => int!(Date32Type),
        DataType::Date64 => int!(Date64Type),
        DataType::Time32(TimeUnit::Second) => int!(Time32SecondType),
        DataType::Time32(_) => int!(Time32MillisecondType),
        DataType::Time64(TimeUnit::Microsecond) => int!(Time64MicrosecondType),
        DataType::Time64(_) => int!(Time64NanosecondType),
        DataType::Timestamp(TimeUnit::Second, _) => int!(TimestampSecondType),
        DataType::Timestamp(TimeUnit::Millisecond, _) => int!(TimestampMillisecondType),
        DataType::Timestamp(TimeUnit::Microsecond, _) => int!(TimestampMicrosecondType),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => int!(TimestampNanosecondType),
        DataType::Float32 => EventTime::Float(FloatTime::new(f64::from(
            column.as_primitive::<types::Float32Type>().value(row),
        ))),
        DataType::Float64 => EventTime::Float(FloatTime::new(
            column.as_primitive::<types::Float64Type>().value(row),
        )),
        DataType::Decimal128(_, _) => {
            EventTime::Decimal(column.as_primitive::<types::Decimal128Type>().value(row))
        }
        DataType::Utf8 => EventTime::Text(column.as_string::<i32>().value(row).into()),
        DataType::LargeUtf8 => EventTime::Text(column.as_string::<i64>().value(row).into()),
        _ => return None,
    })
}
