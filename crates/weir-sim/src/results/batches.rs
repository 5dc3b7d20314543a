use std::sync::Arc;

use arrow_array::types::UInt8Type;
use arrow_array::{
    Array, ArrayRef, BooleanArray, DictionaryArray, Float32Array, PrimitiveArray, RecordBatch,
    StringArray, UInt8Array, UInt16Array, UInt32Array,
};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use arrow_schema::ArrowError;

use super::schema::{patients_schema, visits_schema};
use crate::protocol::Drug;
use crate::simulate::{Block, Done, End, PatientColumns, VisitColumns};

/// One block as Arrow: shares the columns' memory, no copy.
#[derive(Debug, Clone)]
pub struct BlockBatches {
    /// Rows of `patients`.
    pub patients: RecordBatch,
    /// Rows of `visits`; `None` where visits are not kept.
    pub visits: Option<RecordBatch>,
}

impl BlockBatches {
    /// Bytes that the rows take.
    pub fn bytes(&self) -> u64 {
        std::iter::once(&self.patients)
            .chain(&self.visits)
            .map(|batch| batch.get_array_memory_size() as u64)
            .sum()
    }
}

/// Takes the rows out of a block.
///
/// # Errors
/// None that a block can cause; Arrow checks lengths again.
pub fn batches(block: &mut Block, keep_visits: bool) -> Result<BlockBatches, ArrowError> {
    Ok(BlockBatches {
        patients: patients(std::mem::take(&mut block.patients))?,
        visits: keep_visits
            .then(|| visits(std::mem::take(&mut block.visits)))
            .transpose()?,
    })
}

fn visits(columns: VisitColumns) -> Result<RecordBatch, ArrowError> {
    let drugs: Vec<&str> = Drug::ALL.iter().map(|drug| drug.name()).collect();
    let seen = BooleanBuffer::collect_bool(columns.wet.len(), |row| columns.wet[row] == 1);
    let wet = BooleanArray::new(seen, there(&columns.wet, u8::MAX));
    let arrays: Vec<ArrayRef> = vec![
        Arc::new(UInt32Array::from(columns.patient)),
        Arc::new(BooleanArray::from(columns.fellow_eye)),
        Arc::new(UInt16Array::from(columns.day)),
        Arc::new(nullable::<UInt8Type>(columns.letters_measured, u8::MAX)),
        Arc::new(UInt8Array::from(columns.letters_true)),
        Arc::new(UInt8Array::from(columns.fluid_percent)),
        Arc::new(wet),
        named(UInt8Array::from(columns.done), &Done::NAMES)?,
        named(nullable::<UInt8Type>(columns.drug, u8::MAX), &drugs)?,
        Arc::new(nullable_days(columns.next_planned_days)),
    ];
    RecordBatch::try_new(visits_schema(), arrays)
}

fn patients(columns: PatientColumns) -> Result<RecordBatch, ArrowError> {
    let sex = columns
        .female
        .iter()
        .map(|&female| u8::from(!female))
        .collect::<Vec<_>>();
    let arrays: Vec<ArrayRef> = vec![
        Arc::new(UInt32Array::from(columns.patient)),
        Arc::new(UInt32Array::from(columns.enrolment_day)),
        Arc::new(Float32Array::from(columns.age_years)),
        named(UInt8Array::from(sex), &["female", "male"])?,
        Arc::new(UInt8Array::from(columns.baseline_letters)),
        Arc::new(UInt8Array::from(columns.last_letters)),
        Arc::new(UInt8Array::from(columns.final_letters_true)),
        Arc::new(UInt16Array::from(columns.followed_days)),
        named(
            nullable::<UInt8Type>(columns.first_end, u8::MAX),
            &End::NAMES,
        )?,
        Arc::new(nullable_days(columns.first_end_day)),
        Arc::new(nullable_days(columns.death_day)),
        Arc::new(UInt16Array::from(columns.visits)),
        Arc::new(UInt16Array::from(columns.missed_visits)),
        Arc::new(UInt16Array::from(columns.injections)),
        Arc::new(UInt8Array::from(columns.restarts)),
        Arc::new(nullable_days(columns.fellow_onset_day)),
        Arc::new(UInt16Array::from(columns.fellow_injections)),
        Arc::new(UInt32Array::from(columns.first_visit_row)),
    ];
    RecordBatch::try_new(patients_schema(), arrays)
}

/// A column in which `none` stands for null.
fn nullable<T: arrow_array::ArrowPrimitiveType>(
    values: Vec<T::Native>,
    none: T::Native,
) -> PrimitiveArray<T> {
    let valid = there(&values, none);
    PrimitiveArray::new(values.into(), valid)
}

/// Where values are other than `none`; nothing where all are.
fn there<N: Copy + PartialEq>(values: &[N], none: N) -> Option<NullBuffer> {
    let valid = BooleanBuffer::collect_bool(values.len(), |row| values[row] != none);
    Some(NullBuffer::new(valid)).filter(|nulls| nulls.null_count() > 0)
}

fn nullable_days(values: Vec<u16>) -> UInt16Array {
    nullable::<arrow_array::types::UInt16Type>(values, u16::MAX)
}

/// Codes with their names as a dictionary.
fn named(codes: UInt8Array, names: &[&str]) -> Result<ArrayRef, ArrowError> {
    // A null's code is beyond the names: Arrow looks at valid codes only.
    let names: ArrayRef = Arc::new(StringArray::from(names.to_vec()));
    debug_assert!(
        codes
            .iter()
            .flatten()
            .all(|code| usize::from(code) < names.len())
    );
    Ok(Arc::new(DictionaryArray::<UInt8Type>::try_new(
        codes, names,
    )?))
}
