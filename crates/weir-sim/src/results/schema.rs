use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef};

fn names() -> DataType {
    DataType::Dictionary(Box::new(DataType::UInt8), Box::new(DataType::Utf8))
}

fn schema(fields: Vec<Field>) -> SchemaRef {
    Arc::new(Schema::new(fields))
}

fn required(name: &str, kind: DataType) -> Field {
    Field::new(name, kind, false)
}

fn optional(name: &str, kind: DataType) -> Field {
    Field::new(name, kind, true)
}

/// `visits`: one row per attended visit, ordered by patient, eye and day.
///
/// `day` counts from the patient's enrolment; letters are ETDRS letters, measured ones null at visits that
/// only inject; `fluid_percent` is true fluid before today's injection; `drug` is null where nothing was
/// injected; `next_planned_days` is null where nothing more was planned.
pub fn visits_schema() -> SchemaRef {
    schema(vec![
        required("patient", DataType::UInt32),
        required("fellow_eye", DataType::Boolean),
        required("day", DataType::UInt16),
        optional("letters_measured", DataType::UInt8),
        required("letters_true", DataType::UInt8),
        required("fluid_percent", DataType::UInt8),
        optional("oct_wet", DataType::Boolean),
        required("done", names()),
        optional("drug", names()),
        optional("next_planned_days", DataType::UInt16),
    ])
}

/// `patients`: one row per patient, in order. Days count from enrolment, `enrolment_day` from the run's
/// day 0; `first_visit_row` counts within the part's visits.
pub fn patients_schema() -> SchemaRef {
    schema(vec![
        required("patient", DataType::UInt32),
        required("enrolment_day", DataType::UInt32),
        required("age_years", DataType::Float32),
        required("sex", names()),
        required("baseline_letters", DataType::UInt8),
        required("last_letters_measured", DataType::UInt8),
        required("final_letters_true", DataType::UInt8),
        required("followed_days", DataType::UInt16),
        optional("first_end", names()),
        optional("first_end_day", DataType::UInt16),
        optional("death_day", DataType::UInt16),
        required("visits", DataType::UInt16),
        required("missed_visits", DataType::UInt16),
        required("injections", DataType::UInt16),
        required("restarts", DataType::UInt8),
        optional("fellow_onset_day", DataType::UInt16),
        required("fellow_injections", DataType::UInt16),
        required("first_visit_row", DataType::UInt32),
    ])
}

/// `histograms`: exact counts; cells that are zero are left out.
pub fn counts_schema() -> SchemaRef {
    schema(vec![
        required("measure", names()),
        required("group", names()),
        required("period", DataType::Int32),
        required("value", DataType::Int32),
        required("count", DataType::Int64),
    ])
}

/// `summary`: statistics by month and group, derived from the histograms.
pub fn summary_schema() -> SchemaRef {
    let number = DataType::Float64;
    let whole = DataType::Int32;
    schema(vec![
        required("month", DataType::Int32),
        required("years", number.clone()),
        required("measure", names()),
        required("group", names()),
        required("count", DataType::Int64),
        optional("mean", number.clone()),
        optional("sd", number),
        optional("min", whole.clone()),
        optional("q05", whole.clone()),
        optional("q25", whole.clone()),
        optional("median", whole.clone()),
        optional("q75", whole.clone()),
        optional("q95", whole.clone()),
        optional("max", whole),
    ])
}
