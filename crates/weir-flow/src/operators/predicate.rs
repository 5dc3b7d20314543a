use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch, Scalar, StringArray};
use arrow_ord::cmp;

use crate::batch::zones::{relabelled, type_at_utc};
use crate::{OperatorError, StreamError, StreamSchema};

/// A comparison of a column with a constant: `volume >= 100`, `symbol = "A"`, `price is null`.
///
/// Null compared with anything is not true. Floating-point numbers are ordered totally, NaN above all others, as in Arrow.
#[derive(Clone, Debug)]
pub struct Predicate {
    column: usize,
    test: Test,
}

#[derive(Clone, Debug)]
enum Test {
    Compare(Comparison, ArrayRef),
    IsNull(bool),
}

#[derive(Clone, Copy, Debug)]
enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Predicate {
    /// `column operator value`: the operator one of `=`, `==`, `!=`, `<`, `<=`, `>`, `>=`, and the value read as one of the
    /// column's type (timestamps as ISO 8601).
    ///
    /// # Errors
    ///
    /// [`OperatorError`] where there is no such column or operator, or the value is not of the column's type.
    pub fn compare(
        stream: &StreamSchema,
        column: &str,
        operator: &str,
        value: &str,
    ) -> Result<Self, OperatorError> {
        let comparison = match operator {
            "=" | "==" => Comparison::Equal,
            "!=" => Comparison::Unequal,
            "<" => Comparison::Less,
            "<=" => Comparison::LessOrEqual,
            ">" => Comparison::Greater,
            ">=" => Comparison::GreaterOrEqual,
            other => {
                return Err(OperatorError::Rows(format!(
                    "`{other}` is no comparison; there are =, !=, <, <=, >, >="
                )));
            }
        };
        let index = index_of(stream, column)?;
        let data_type = stream.schema().field(index).data_type();
        // A dictionary is compared by its values.
        let target = match data_type {
            arrow_schema::DataType::Dictionary(_, values) => values,
            other => other,
        };
        let text: ArrayRef = Arc::new(StringArray::from(vec![value]));
        let options = arrow_cast::CastOptions {
            safe: false,
            ..arrow_cast::CastOptions::default()
        };
        let constant = arrow_cast::cast_with_options(&text, &type_at_utc(target), &options)
            .and_then(|constant| relabelled(&constant, target)).map_err(|error| {
            OperatorError::Rows(format!(
                "`{value}` cannot be compared with column `{column}` of type {data_type}: {error}"
            ))
        })?;
        Ok(Self {
            column: index,
            test: Test::Compare(comparison, constant),
        })
    }

    /// `column is null`, or is not.
    ///
    /// # Errors
    ///
    /// [`OperatorError`] where there is no such column.
    pub fn is_null(stream: &StreamSchema, column: &str, null: bool) -> Result<Self, OperatorError> {
        Ok(Self {
            column: index_of(stream, column)?,
            test: Test::IsNull(null),
        })
    }

    /// For which rows it is true; never null.
    ///
    /// # Errors
    ///
    /// [`OperatorError::Arrow`] for types that Arrow does not compare.
    pub fn mask(&self, rows: &RecordBatch) -> Result<BooleanArray, OperatorError> {
        let column = rows.column(self.column);
        let mask = match &self.test {
            Test::IsNull(null) => {
                let values = (0..column.len()).map(|row| column.is_null(row) == *null);
                return Ok(BooleanArray::from_iter(values.map(Some)));
            }
            Test::Compare(comparison, constant) => {
                let constant = Scalar::new(Arc::clone(constant));
                match comparison {
                    Comparison::Equal => cmp::eq(column, &constant)?,
                    Comparison::Unequal => cmp::neq(column, &constant)?,
                    Comparison::Less => cmp::lt(column, &constant)?,
                    Comparison::LessOrEqual => cmp::lt_eq(column, &constant)?,
                    Comparison::Greater => cmp::gt(column, &constant)?,
                    Comparison::GreaterOrEqual => cmp::gt_eq(column, &constant)?,
                }
            }
        };
        Ok(match mask.nulls() {
            Some(nulls) => BooleanArray::new(mask.values() & nulls.inner(), None),
            None => mask,
        })
    }
}

pub(super) fn index_of(stream: &StreamSchema, column: &str) -> Result<usize, OperatorError> {
    stream.schema().index_of(column).map_err(|_| {
        let columns = stream
            .schema()
            .fields()
            .iter()
            .map(|field| field.name().clone());
        OperatorError::from(StreamError::NoColumn {
            column: column.to_owned(),
            columns: columns.collect(),
        })
    })
}
