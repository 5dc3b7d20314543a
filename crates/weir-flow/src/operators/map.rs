use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, StringArray};
use arrow_schema::{DataType, Field, Schema};

use super::predicate::index_of;
use crate::{Fired, Held, Operator, OperatorError, Output, StreamSchema};

type Function = dyn Fn(&RecordBatch) -> Result<RecordBatch, OperatorError> + Send;

/// Turns each row into one row of other columns.
pub struct Map {
    output: StreamSchema,
    function: Box<Function>,
}

impl Map {
    /// By a function of a batch, which gives as many rows in the same order. What it makes of a row must depend on that row alone. The
    /// order column has to keep its order.
    #[must_use]
    pub fn new(
        output: StreamSchema,
        function: impl Fn(&RecordBatch) -> Result<RecordBatch, OperatorError> + Send + 'static,
    ) -> Self {
        Self {
            output,
            function: Box::new(function),
        }
    }
}

impl Operator for Map {
    fn output(&self) -> &StreamSchema {
        &self.output
    }

    fn fire(&mut self, held: &Held, out: &mut Output) -> Result<Fired, OperatorError> {
        for rows in held.input(0) {
            let mapped = (self.function)(rows)?;
            if mapped.num_rows() != rows.num_rows() {
                return Err(OperatorError::Rows(format!(
                    "a map gave {} rows for {}; use a filter to leave rows out",
                    mapped.num_rows(),
                    rows.num_rows()
                )));
            }
            out.push(mapped);
        }
        Ok(Fired::Done)
    }
}

/// Chooses, renames and computes columns.
///
/// ```
/// # use std::sync::Arc;
/// # use arrow_schema::{DataType, Field, Schema};
/// use weir_flow::{Columns, Operator, StreamSchema};
/// # let fields = vec![Field::new("ts", DataType::Int64, false), Field::new("price", DataType::Float64, true), Field::new("size", DataType::Float64, true)];
/// # let ticks = StreamSchema::ordered(Arc::new(Schema::new(fields)), "ts")?;
/// let map = Columns::of(&ticks)
///     .keep("ts")?
///     .keep_as("price", "p")?
///     .compute("turnover", "price", "*", "size")?
///     .compute("double", "price", "*", "2")?
///     .map()?;
/// assert_eq!(map.output().schema().field(2).name(), "turnover");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Columns {
    input: StreamSchema,
    columns: Vec<(String, Expression)>,
}

#[derive(Clone, Debug)]
enum Expression {
    Column(usize),
    Arithmetic(Arithmetic, Operand, Operand),
}

#[derive(Clone, Debug)]
enum Operand {
    Column(usize),
    Constant(ArrayRef),
}

#[derive(Clone, Copy, Debug)]
enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Columns {
    /// Of this stream; none chosen yet.
    #[must_use]
    pub fn of(input: &StreamSchema) -> Self {
        Self {
            input: input.clone(),
            columns: Vec::new(),
        }
    }

    /// All of them, as they are.
    #[must_use]
    pub fn all(input: &StreamSchema) -> Self {
        let fields = input.schema().fields().iter().enumerate();
        Self {
            columns: fields
                .map(|(index, field)| (field.name().clone(), Expression::Column(index)))
                .collect(),
            input: input.clone(),
        }
    }

    /// Keeps a column.
    ///
    /// # Errors
    ///
    /// [`OperatorError::Stream`] where it is not there.
    pub fn keep(self, column: &str) -> Result<Self, OperatorError> {
        self.keep_as(column, column)
    }

    /// Keeps a column under another name.
    ///
    /// # Errors
    ///
    /// [`OperatorError::Stream`] where it is not there.
    pub fn keep_as(mut self, column: &str, name: &str) -> Result<Self, OperatorError> {
        let index = index_of(&self.input, column)?;
        self.columns
            .push((name.to_owned(), Expression::Column(index)));
        Ok(self)
    }

    /// Computes `left operator right`: columns, or a constant of the other one's type; the operator one of `+ - * / %`. Types and nulls as in
    /// Arrow; integer overflow and division by zero are errors when they occur.
    ///
    /// # Errors
    ///
    /// [`OperatorError`] where it cannot be computed.
    pub fn compute(
        mut self,
        name: &str,
        left: &str,
        operator: &str,
        right: &str,
    ) -> Result<Self, OperatorError> {
        let operator = match operator {
            "+" => Arithmetic::Add,
            "-" => Arithmetic::Subtract,
            "*" => Arithmetic::Multiply,
            "/" => Arithmetic::Divide,
            "%" => Arithmetic::Remainder,
            other => {
                return Err(OperatorError::Rows(format!(
                    "`{other}` cannot be computed; there are +, -, *, /, %"
                )));
            }
        };
        let column = |text: &str| self.input.schema().index_of(text).ok();
        let (left, right) = match (column(left), column(right)) {
            (Some(left), Some(right)) => (Operand::Column(left), Operand::Column(right)),
            (Some(index), None) => (Operand::Column(index), self.constant(right, index)?),
            (None, Some(index)) => (self.constant(left, index)?, Operand::Column(index)),
            (None, None) => {
                index_of(&self.input, left)?;
                (Operand::Column(0), Operand::Column(0))
            }
        };
        self.columns.push((
            name.to_owned(),
            Expression::Arithmetic(operator, left, right),
        ));
        Ok(self)
    }

    fn constant(&self, text: &str, like: usize) -> Result<Operand, OperatorError> {
        let data_type = self.input.schema().field(like).data_type().clone();
        let array: ArrayRef = Arc::new(StringArray::from(vec![text]));
        let options = arrow_cast::CastOptions {
            safe: false,
            ..arrow_cast::CastOptions::default()
        };
        let constant = arrow_cast::cast_with_options(&array, &data_type, &options);
        constant.map(Operand::Constant).map_err(|_| {
            OperatorError::Rows(format!(
                "`{text}` is neither a column nor a constant of type {data_type}"
            ))
        })
    }

    /// The operator. Its order column is the input's where that is kept, under whatever name.
    ///
    /// # Errors
    ///
    /// [`OperatorError`] where two columns have one name, types do not fit, or the order column of an ordered stream is left out.
    pub fn map(self) -> Result<Map, OperatorError> {
        let empty = RecordBatch::new_empty(Arc::clone(self.input.schema()));
        let mut fields: Vec<Field> = Vec::new();
        let mut order = None;
        for (name, expression) in &self.columns {
            if fields.iter().any(|field| field.name() == name) {
                return Err(OperatorError::Rows(format!(
                    "two columns would have the name `{name}`"
                )));
            }
            fields.push(match expression {
                Expression::Column(index) => {
                    if self.input.order() == Some(*index) && order.is_none() {
                        order = Some(name.clone());
                    }
                    self.input.schema().field(*index).clone().with_name(name)
                }
                Expression::Arithmetic(..) => {
                    Field::new(name, expression.evaluate(&empty)?.data_type().clone(), true)
                }
            });
        }
        let schema = Arc::new(Schema::new_with_metadata(
            fields,
            self.input.schema().metadata().clone(),
        ));
        let output = match (self.input.order_name(), order) {
            (None, _) => StreamSchema::unordered(Arc::clone(&schema)),
            (Some(_), Some(name)) => StreamSchema::ordered(Arc::clone(&schema), &name)?,
            (Some(column), None) => {
                return Err(OperatorError::Rows(format!(
                    "the order column `{column}` must be kept"
                )));
            }
        };
        let columns = self.columns;
        Ok(Map::new(output, move |rows| {
            let arrays = columns
                .iter()
                .map(|(_, expression)| expression.evaluate(rows));
            let arrays = arrays.collect::<Result<Vec<_>, _>>()?;
            let options = RecordBatchOptions::new().with_row_count(Some(rows.num_rows()));
            Ok(RecordBatch::try_new_with_options(
                Arc::clone(&schema),
                arrays,
                &options,
            )?)
        }))
    }
}

impl Expression {
    fn evaluate(&self, rows: &RecordBatch) -> Result<ArrayRef, OperatorError> {
        use arrow_arith::numeric;
        let (operator, left, right) = match self {
            Self::Column(index) => return Ok(Arc::clone(rows.column(*index))),
            Self::Arithmetic(operator, left, right) => (operator, left, right),
        };
        let common = common_number(left.array(rows).data_type(), right.array(rows).data_type());
        let left = left.datum(rows, common.as_ref())?;
        let right = right.datum(rows, common.as_ref())?;
        Ok(match operator {
            Arithmetic::Add => numeric::add(&*left, &*right)?,
            Arithmetic::Subtract => numeric::sub(&*left, &*right)?,
            Arithmetic::Multiply => numeric::mul(&*left, &*right)?,
            Arithmetic::Divide => numeric::div(&*left, &*right)?,
            Arithmetic::Remainder => numeric::rem(&*left, &*right)?,
        })
    }
}

impl Operand {
    fn array<'a>(&'a self, rows: &'a RecordBatch) -> &'a ArrayRef {
        match self {
            Self::Column(index) => rows.column(*index),
            Self::Constant(constant) => constant,
        }
    }

    /// The values, as numbers of type `common` where there is one.
    fn datum(
        &self,
        rows: &RecordBatch,
        common: Option<&DataType>,
    ) -> Result<Box<dyn arrow_array::Datum>, OperatorError> {
        let array = match common {
            Some(common) => arrow_cast::cast(self.array(rows), common)?,
            None => Arc::clone(self.array(rows)),
        };
        Ok(match self {
            Self::Column(_) => Box::new(array),
            Self::Constant(_) => Box::new(arrow_array::Scalar::new(array)),
        })
    }
}

/// The type in which numbers of two types are calculated: 64-bit floating point as soon as one of them is floating point,
/// else 64-bit integers; nothing for equal types, for unsigned 64-bit integers beside signed ones, and for what is no number.
fn common_number(left: &DataType, right: &DataType) -> Option<DataType> {
    let number = |kind: &DataType| kind.is_integer() || kind.is_floating();
    if left == right || !number(left) || !number(right) {
        return None;
    }
    if left.is_floating() || right.is_floating() {
        return Some(DataType::Float64);
    }
    let widest = |kind: &DataType| *kind == DataType::UInt64;
    match (
        widest(left) || widest(right),
        left.is_signed_integer() || right.is_signed_integer(),
    ) {
        (true, true) => None,
        (true, false) => Some(DataType::UInt64),
        (false, _) => Some(DataType::Int64),
    }
}
