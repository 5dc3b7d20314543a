use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch, types};
use arrow_schema::DataType;

use super::{EventTime, StreamError, StreamSchema};

/// Checks, batch after batch, that the rows of a stream have its columns and come in its order.
#[derive(Clone, Debug)]
pub struct OrderCheck {
    stream: StreamSchema,
    last: Option<EventTime>,
}

impl OrderCheck {
    /// For a stream from its beginning.
    #[must_use]
    pub fn new(stream: StreamSchema) -> Self {
        Self { stream, last: None }
    }

    /// The event time of the last row that was checked.
    #[must_use]
    pub fn last(&self) -> Option<&EventTime> {
        self.last.as_ref()
    }

    /// Checks the next batch; the event times of its first and last row, where the stream has an order and the
    /// batch has rows. After an error the check is as before.
    ///
    /// # Errors
    ///
    /// [`StreamError::Schema`], [`StreamError::NoOrder`], [`StreamError::OutOfOrder`].
    pub fn check(
        &mut self,
        rows: &RecordBatch,
    ) -> Result<Option<(EventTime, EventTime)>, StreamError> {
        self.check_columns(rows)?;
        let Some(order) = self.stream.order().filter(|_| rows.num_rows() > 0) else {
            return Ok(None);
        };
        let column = rows.column(order);
        if column.null_count() > 0 {
            let row = (0..column.len()).find(|&row| column.is_null(row));
            self.stream.time(rows, row.unwrap_or(0))?;
        }
        let first = self.stream.time(rows, 0)?;
        let last = self.stream.time(rows, rows.num_rows() - 1)?;
        let (Some(first), Some(last)) = (first, last) else {
            return Ok(None);
        };
        if let Some(before) = self.last.as_ref().filter(|before| first < **before) {
            return Err(self.out_of_order(0, first, before.clone()));
        }
        if let Some(row) = first_descent(column) {
            let time = self.stream.time(rows, row)?;
            let before = self.stream.time(rows, row - 1)?;
            if let (Some(time), Some(before)) = (time, before) {
                return Err(self.out_of_order(row, time, before));
            }
        }
        self.last = Some(last.clone());
        Ok(Some((first, last)))
    }

    fn check_columns(&self, rows: &RecordBatch) -> Result<(), StreamError> {
        let (expected, found) = (self.stream.schema(), rows.schema_ref());
        if std::sync::Arc::ptr_eq(expected, found) {
            return Ok(());
        }
        if expected.fields().len() != found.fields().len() {
            return Err(StreamError::Schema {
                difference: format!(
                    "{} columns instead of {}",
                    found.fields().len(),
                    expected.fields().len()
                ),
            });
        }
        for (expected, found) in expected.fields().iter().zip(found.fields()) {
            let same = expected.name() == found.name() && expected.data_type() == found.data_type();
            if !same {
                return Err(StreamError::Schema {
                    difference: format!(
                        "`{}` {} instead of `{}` {}",
                        found.name(),
                        found.data_type(),
                        expected.name(),
                        expected.data_type()
                    ),
                });
            }
        }
        Ok(())
    }

    fn out_of_order(&self, row: usize, time: EventTime, before: EventTime) -> StreamError {
        StreamError::OutOfOrder {
            column: self.stream.order_name().unwrap_or_default().to_owned(),
            row,
            time: self.stream.show(&time),
            before: self.stream.show(&before),
        }
    }
}

/// The first row that is not at or after the one before it. NaN is neither.
fn first_descent(column: &dyn Array) -> Option<usize> {
    macro_rules! descent {
        ($($type:ident),*) => {{
            $(if let Some(column) = column.as_primitive_opt::<types::$type>() {
                let values = column.values();
                // Without a way out, so that it is vectorised; nearly always it is sorted.
                let in_order = values.windows(2).filter(|pair| pair[0] <= pair[1]).count();
                if in_order + 1 >= values.len() {
                    return None;
                }
                let in_order = values.windows(2).take_while(|pair| pair[0] <= pair[1]).count();
                return Some(in_order + 1);
            })*
        }};
    }
    match column.data_type() {
        DataType::Utf8 => {
            let column = column.as_string::<i32>();
            (1..column.len()).find(|&row| column.value(row) < column.value(row - 1))
        }
        DataType::LargeUtf8 => {
            let column = column.as_string::<i64>();
            (1..column.len()).find(|&row| column.value(row) < column.value(row - 1))
        }
        _ => {
            descent!(
                TimestampNanosecondType,
                TimestampMicrosecondType,
                TimestampMillisecondType,
                TimestampSecondType,
                Int64Type,
                Int32Type,
                Int16Type,
                Int8Type,
                UInt64Type,
                UInt32Type,
                UInt16Type,
                UInt8Type,
                Date32Type,
                Date64Type,
                Time32SecondType,
                Time32MillisecondType,
                Time64MicrosecondType,
                Time64NanosecondType,
                Float64Type,
                Float32Type,
                Decimal128Type
            );
            None
        }
    }
}
