//! The columns of a join: keys, times, output.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, RecordBatch, RecordBatchOptions, UInt32Array, UInt64Array, new_null_array,
};
use arrow_row::{RowConverter, SortField};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use arrow_select::{interleave::interleave, take::take};

use super::inputs::{LeftRows, Plan};
use super::piece::Piece;
use super::{JoinError, JoinKind, rank};
use crate::{OperatorError, StreamError, StreamSchema};

/// What all joins are told of columns.
#[derive(Clone, Debug)]
pub(super) struct ColumnChoice {
    pub(super) keys: Vec<(String, String)>,
    pub(super) kind: JoinKind,
    pub(super) right_columns: Option<Vec<String>>,
    pub(super) suffix: String,
}

impl ColumnChoice {
    pub(super) fn new(kind: JoinKind) -> Self {
        Self {
            keys: Vec::new(),
            kind,
            right_columns: None,
            suffix: "_right".to_owned(),
        }
    }
}

/// Where everything is: the left as it comes; the right cut down to order column, keys and what goes out.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) output: StreamSchema,
    pub(super) left_schema: SchemaRef,
    pub(super) left_keys: Vec<usize>,
    pub(super) left_order: Option<usize>,
    /// Columns of the right input that are kept.
    kept: Vec<usize>,
    pub(super) right_schema: SchemaRef,
    pub(super) right_keys: Vec<usize>,
    pub(super) right_order: Option<usize>,
    /// Columns of the kept ones that go out.
    pub(super) right_out: Vec<usize>,
    /// One row without values, for left rows that meet none.
    nulls: Vec<ArrayRef>,
    pub(super) key_types: Vec<DataType>,
    pub(super) kind: JoinKind,
}

/// Which input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

impl Side {
    pub(super) fn of(input: usize) -> Self {
        if input == 0 { Self::Left } else { Self::Right }
    }
}

fn find(schema: &Schema, column: &str, side: &'static str) -> Result<usize, JoinError> {
    schema.index_of(column).map_err(|_| JoinError::NoColumn {
        side,
        column: column.to_owned(),
        columns: schema
            .fields()
            .iter()
            .map(|field| field.name().clone())
            .collect(),
    })
}

impl Shape {
    pub(super) fn new(choice: &ColumnChoice, inputs: &[StreamSchema]) -> Result<Self, JoinError> {
        let [left, right] = inputs else {
            return Err(JoinError::Inputs {
                inputs: inputs.len(),
            });
        };
        let (left_schema, all_right) = (left.schema(), right.schema());
        let mut left_keys = Vec::new();
        let mut all_right_keys = Vec::new();
        let mut key_types = Vec::new();
        for (left_name, right_name) in &choice.keys {
            let left_key = find(left_schema, left_name, "left")?;
            let right_key = find(all_right, right_name, "right")?;
            let left_type = left_schema.field(left_key).data_type();
            let right_type = all_right.field(right_key).data_type();
            if left_type != right_type {
                return Err(JoinError::KeyTypes {
                    left: left_name.clone(),
                    left_type: left_type.clone(),
                    right: right_name.clone(),
                    right_type: right_type.clone(),
                });
            }
            if !RowConverter::supports_fields(&[SortField::new(left_type.clone())]) {
                return Err(JoinError::KeyType {
                    column: left_name.clone(),
                    data_type: left_type.clone(),
                });
            }
            key_types.push(left_type.clone());
            left_keys.push(left_key);
            all_right_keys.push(right_key);
        }
        let chosen = match &choice.right_columns {
            Some(names) => {
                let names = names.iter().map(|name| find(all_right, name, "right"));
                names.collect::<Result<Vec<_>, _>>()?
            }
            None => (0..all_right.fields().len())
                .filter(|index| !all_right_keys.contains(index))
                .collect(),
        };
        let mut kept: Vec<usize> = chosen.clone();
        kept.extend(&all_right_keys);
        kept.extend(right.order());
        kept.sort_unstable();
        kept.dedup();
        let place = |index: &usize| {
            kept.binary_search(index)
                .expect("chosen columns, keys and order are kept")
        };
        let right_fields: Vec<_> = kept
            .iter()
            .map(|index| all_right.fields()[*index].clone())
            .collect();
        let right_out: Vec<usize> = chosen.iter().map(place).collect();
        let (output, nulls) = output(choice, left, &right_fields, &right_out)?;
        Ok(Self {
            output,
            left_schema: left_schema.clone(),
            left_keys,
            left_order: left.order(),
            right_keys: all_right_keys.iter().map(place).collect(),
            right_order: right.order().as_ref().map(place),
            right_schema: Arc::new(Schema::new(right_fields)),
            right_out,
            kept,
            nulls,
            key_types,
            kind: choice.kind,
        })
    }

    /// The order columns' type, for joins that use the order.
    pub(super) fn order_type(&self) -> Result<DataType, JoinError> {
        let left = self.left_order.ok_or(JoinError::NoOrder { side: "left" })?;
        let right = self
            .right_order
            .ok_or(JoinError::NoOrder { side: "right" })?;
        let left = self.left_schema.field(left).data_type();
        let right = self.right_schema.field(right).data_type();
        if left != right {
            return Err(JoinError::OrderTypes {
                left: left.clone(),
                right: right.clone(),
            });
        }
        if !rank::has_rank(left) {
            return Err(JoinError::NoRank {
                data_type: left.clone(),
            });
        }
        Ok(left.clone())
    }

    /// The same join of narrow left rows: keys (`k0`, `k1`, …), time (`t`) and number (`n`), of which only those that meet some go out.
    pub(super) fn narrow(&self) -> Result<Self, JoinError> {
        let left_order = self.left_order.ok_or(JoinError::NoOrder { side: "left" })?;
        let named = |index: usize, name: String| {
            Field::new(
                name,
                self.left_schema.field(index).data_type().clone(),
                true,
            )
        };
        let keys = self.left_keys.iter().enumerate();
        let mut fields: Vec<Field> = keys
            .map(|(place, key)| named(*key, format!("k{place}")))
            .collect();
        fields.push(named(left_order, "t".to_owned()));
        fields.push(Field::new("n", DataType::UInt64, false));
        let left_schema = Arc::new(Schema::new(fields.clone()));
        let out = self.right_out.iter().enumerate();
        fields.extend(out.map(|(place, out)| {
            let field = self.right_schema.field(*out).clone();
            field.with_name(format!("r{place}"))
        }));
        let output = StreamSchema::ordered(Arc::new(Schema::new(fields)), "t")
            .expect("the left's order column can order rows");
        Ok(Self {
            output,
            left_schema,
            left_keys: (0..self.left_keys.len()).collect(),
            left_order: Some(self.left_keys.len()),
            kept: (0..self.right_schema.fields().len()).collect(),
            kind: JoinKind::Inner,
            ..self.clone()
        })
    }

    /// Left rows as narrow ones, numbered from `first` on.
    pub(super) fn narrow_rows(
        &self,
        narrow: &Self,
        rows: &RecordBatch,
        first: u64,
    ) -> Result<RecordBatch, OperatorError> {
        let mut columns = self.keys(Side::Left, rows);
        columns.extend(self.left_order.map(|order| rows.column(order).clone()));
        let numbers = UInt64Array::from_iter_values(first..first + rows.num_rows() as u64);
        columns.push(Arc::new(numbers));
        Ok(RecordBatch::try_new(narrow.left_schema.clone(), columns)?)
    }

    /// What is kept of the rows of an input.
    pub(super) fn keep(
        &self,
        side: Side,
        rows: &RecordBatch,
    ) -> Result<RecordBatch, OperatorError> {
        let expected = match side {
            Side::Left => self.left_schema.fields().len(),
            Side::Right => self.kept.last().map_or(0, |last| last + 1),
        };
        if rows.num_columns() < expected {
            return Err(StreamError::Schema {
                difference: format!("{} columns, not {expected} or more", rows.num_columns()),
            }
            .into());
        }
        Ok(match side {
            Side::Left => rows.clone(),
            Side::Right => rows.project(&self.kept)?,
        })
    }

    /// The key columns of kept rows.
    pub(super) fn keys(&self, side: Side, rows: &RecordBatch) -> Vec<ArrayRef> {
        let keys = match side {
            Side::Left => &self.left_keys,
            Side::Right => &self.right_keys,
        };
        keys.iter().map(|key| rows.column(*key).clone()).collect()
    }

    /// The order column of kept rows: its index.
    pub(super) fn order(&self, side: Side) -> Option<usize> {
        match side {
            Side::Left => self.left_order,
            Side::Right => self.right_order,
        }
    }

    /// The rows of a piece of output that was decided, whose right rows are in `right`.
    pub(super) fn rows(&self, plan: &Plan, right: &[Piece]) -> Result<RecordBatch, OperatorError> {
        let mut indices: Vec<(usize, usize)> = Vec::with_capacity(plan.right.len());
        let mut unmatched = false;
        for at in &plan.right {
            unmatched |= at.is_none();
            indices.push(if at.is_none() {
                (0, 0)
            } else {
                (at.piece() + 1, at.row())
            });
        }
        let mut columns = self.left_columns(plan, unmatched)?;
        if unmatched && self.kind == JoinKind::Inner {
            indices.retain(|(piece, _)| *piece > 0);
        }
        let mut sources: Vec<&dyn Array> = Vec::with_capacity(right.len() + 1);
        for (out, column) in self.right_out.iter().enumerate() {
            sources.clear();
            sources.push(&self.nulls[out]);
            sources.extend(
                right
                    .iter()
                    .map(|piece| piece.rows.column(*column).as_ref()),
            );
            columns.push(interleave(&sources, &indices)?);
        }
        self.output_rows(columns, indices.len())
    }

    /// Rows of the output, of all its columns.
    pub(super) fn output_rows(
        &self,
        columns: Vec<ArrayRef>,
        rows: usize,
    ) -> Result<RecordBatch, OperatorError> {
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let schema = self.output.schema().clone();
        Ok(RecordBatch::try_new_with_options(
            schema, columns, &options,
        )?)
    }

    fn left_columns(&self, plan: &Plan, unmatched: bool) -> Result<Vec<ArrayRef>, OperatorError> {
        let inner = unmatched && self.kind == JoinKind::Inner;
        let met = |rows: &mut dyn Iterator<Item = u32>| -> UInt32Array {
            let rows = rows
                .zip(&plan.right)
                .filter(|(_, at)| !(inner && at.is_none()));
            rows.map(|(row, _)| row).collect::<Vec<_>>().into()
        };
        let rows = match &plan.left_rows {
            LeftRows::From(first) if !inner => {
                let rows = plan.left.rows.slice(*first, plan.right.len());
                return Ok(rows.columns().to_vec());
            }
            LeftRows::From(first) => met(&mut (*first as u32..)),
            LeftRows::Take(rows) => met(&mut rows.iter().copied()),
        };
        let columns = plan.left.rows.columns().iter();
        Ok(columns
            .map(|column| take(column, &rows, None))
            .collect::<Result<_, _>>()?)
    }
}

/// The output's columns: the left's, then the chosen ones of the right, with a suffix where a name is taken.
fn output(
    choice: &ColumnChoice,
    left: &StreamSchema,
    right: &[Arc<Field>],
    right_out: &[usize],
) -> Result<(StreamSchema, Vec<ArrayRef>), JoinError> {
    let mut fields: Vec<Arc<Field>> = left.schema().fields().to_vec();
    let mut nulls = Vec::new();
    for index in right_out {
        let mut field = right[*index].as_ref().clone();
        if left.schema().index_of(field.name()).is_ok() {
            field = field
                .clone()
                .with_name(format!("{}{}", field.name(), choice.suffix));
        }
        if fields.iter().any(|other| other.name() == field.name()) {
            return Err(JoinError::NameTaken {
                column: field.name().clone(),
                suffix: choice.suffix.clone(),
            });
        }
        nulls.push(new_null_array(field.data_type(), 1));
        if choice.kind == JoinKind::Left {
            field = field.with_nullable(true);
        }
        fields.push(Arc::new(field));
    }
    let schema = Arc::new(Schema::new(fields));
    let output = match left.order_name() {
        Some(order) => StreamSchema::ordered(schema, order)
            .expect("the left's order column is a column of the output"),
        None => StreamSchema::unordered(schema),
    };
    Ok((output, nulls))
}
