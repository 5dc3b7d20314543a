//! Steps of a pipeline file as operators.

use super::*;

pub(super) fn make(
    make: impl FnOnce(&[StreamSchema]) -> Result<Box<dyn Operator>, OperatorError> + Send + 'static,
) -> Box<dyn MakeOperator> {
    Box::new(move |inputs: &[StreamSchema]| {
        if inputs.is_empty() {
            return Err(OperatorError::Rows("it has no input".to_owned()));
        }
        make(inputs)
    })
}

pub(super) fn predicates(
    input: &StreamSchema,
    said: &[Said<Comparison>],
) -> Result<Vec<Predicate>, OperatorError> {
    said.iter()
        .filter_map(|said| said.0.as_ref())
        .map(|comparison| match &comparison.test {
            Test::Compare { operator, value } => {
                Predicate::compare(input, &comparison.column, operator, value)
            }
            Test::IsNull(null) => Predicate::is_null(input, &comparison.column, *null),
        })
        .collect()
}

/// Rows for which all of these are true.
pub(super) fn filter_of(name: &str, all: Vec<Predicate>) -> RowFilter {
    RowFilter::new(name, move |rows| {
        let mut keep: Option<arrow_array::BooleanArray> = None;
        for predicate in &all {
            let mask = predicate
                .mask(rows)
                .map_err(|error| arrow_schema::ArrowError::ComputeError(error.to_string()))?;
            keep = Some(match keep {
                None => mask,
                Some(keep) => arrow_arith::boolean::and(&keep, &mask)?,
            });
        }
        Ok(keep.unwrap_or_else(|| vec![true; rows.num_rows()].into()))
    })
}

pub(super) fn bars(step: &BarsStep, input: &StreamSchema) -> Result<BarsSpec, OperatorError> {
    let columns: Vec<BarColumn> = step
        .columns
        .iter()
        .filter_map(|(out, said)| {
            let aggregate = said.0.as_ref()?;
            Some(match &aggregate.column {
                Some(column) => BarColumn::new(out, aggregate.function, column),
                None if aggregate.function == Function::Count => BarColumn::rows(out),
                None => return None,
            })
        })
        .collect();
    let mut resolutions = Vec::new();
    for (name, spec) in &step.resolutions {
        let period = |length| {
            let mut period = Period::new(length).closed(spec.closed).label(spec.label);
            if let Some(zone) = &spec.zone.0 {
                period = period.in_zone(&zone.0);
            }
            period
        };
        let binning = match spec.period.0 {
            Some(length) => Binning::Period(period(length)),
            None => Binning::Rows {
                count: spec.rows.into(),
                label: spec.label,
            },
        };
        let mut resolution = Resolution::new(name, binning, columns.clone());
        if !spec.filter.is_empty() {
            resolution = resolution.filtered(filter_of(name, predicates(input, &spec.filter)?));
        }
        if spec.empty_periods {
            resolution = resolution.with_empty_periods();
        }
        if let Some(length) = spec.snapshots.0 {
            resolution = resolution.with_snapshots(period(length));
        }
        resolutions.push(resolution);
    }
    Ok(BarsSpec {
        keys: step.keys.clone(),
        resolutions,
    })
}

pub(super) fn distance(span: Span) -> Distance {
    match span {
        Span::Units(units) => Distance::Units(units),
        Span::Nanoseconds(span) => Distance::Time(Duration::from_nanos(span)),
    }
}

pub(super) fn join(step: &JoinStep) -> Box<dyn MakeOperator> {
    macro_rules! columns {
        ($join:expr) => {{
            let mut join = $join.kind(step.kind);
            for pair in step.on.iter().filter_map(|said| said.0.as_ref()) {
                join = join.on_pair(&pair.left, &pair.right);
            }
            if !step.right_columns.is_empty() {
                join = join.right_columns(step.right_columns.iter().cloned());
            }
            if let Some(suffix) = &step.suffix.0 {
                join = join.suffix(&suffix.0);
            }
            Box::new(join)
        }};
    }
    match &step.how {
        How::Asof {
            direction,
            exact,
            tolerance,
        } => {
            let mut join = AsofJoin::new(*direction).exact(*exact);
            if let Some(span) = tolerance.0 {
                join = join.tolerance(distance(span));
            }
            columns!(join)
        }
        How::Interval { before, after } => {
            let reach = |said: &Said<Span>| distance(said.0.unwrap_or(Span::Units(0)));
            columns!(IntervalJoin::new(reach(before), reach(after)))
        }
        How::Equal => columns!(EqualJoin::new(step.kind)),
    }
}

/// The unit of a column of this type.
pub(super) fn nanoseconds(data_type: &DataType) -> Option<u64> {
    let unit = match data_type {
        DataType::Date32 => return Some(86_400_000_000_000),
        DataType::Date64 => TimeUnit::Millisecond,
        DataType::Time32(unit) | DataType::Time64(unit) | DataType::Timestamp(unit, _) => *unit,
        _ => return None,
    };
    Some(match unit {
        TimeUnit::Second => 1_000_000_000,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1_000,
        TimeUnit::Nanosecond => 1,
    })
}
