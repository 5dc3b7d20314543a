//! From a description to bars under way: columns looked up, types checked, coarser resolutions fed by finer ones.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef};

use super::aggregate::state;
use super::boundary::Boundary;
use super::keys::Keys;
use super::order::is_time;
use super::running::{Column, Running};
use super::snapshots::Snapshots;
use super::{BarFunctions, Bars, BarsError, BarsSpec, Binning, Bins, Resolution};
use crate::StreamSchema;

pub(super) fn bars(
    spec: &BarsSpec,
    input: &StreamSchema,
    functions: &BarFunctions,
) -> Result<Bars, BarsError> {
    let unsuitable = |found: String| BarsError::Order { found };
    let order = input
        .order()
        .ok_or_else(|| unsuitable("nothing".to_owned()))?;
    let order_field = input.schema().field(order);
    if !is_time(order_field.data_type()) {
        return Err(unsuitable(format!(
            "`{}` of type {}",
            order_field.name(),
            order_field.data_type()
        )));
    }
    if spec.resolutions.is_empty() {
        return Err(BarsError::Description(
            "there is no resolution; describe at least one".to_owned(),
        ));
    }
    let columns: Vec<usize> = spec
        .keys
        .iter()
        .map(|key| column(input.schema(), key))
        .collect::<Result<_, _>>()?;
    if let Some(name) = spec.keys.iter().find(|name| *name == order_field.name()) {
        return Err(BarsError::Description(format!(
            "`{name}` orders the stream and cannot be part of the key; leave it away"
        )));
    }
    // Dictionaries come out as their values.
    let fields: Vec<Field> = columns
        .iter()
        .map(|index| input.schema().field(*index))
        .map(|field| match field.data_type() {
            DataType::Dictionary(_, values) => {
                Field::new(field.name(), values.as_ref().clone(), field.is_nullable())
            }
            _ => field.clone(),
        })
        .collect();
    let keys = Keys::new(columns, fields.clone())?;

    let mut running = Vec::new();
    for (way, resolution) in spec.resolutions.iter().enumerate() {
        if spec.resolutions[..way]
            .iter()
            .any(|other| other.name == resolution.name)
        {
            return Err(BarsError::Description(format!(
                "two resolutions are called `{}`; name one of them otherwise",
                resolution.name
            )));
        }
        running.push(resolution_under_way(
            resolution, way, input, order, &fields, functions,
        )?);
    }
    let mut outputs = Vec::new();
    let mut names = Vec::new();
    for (one, resolution) in running.iter().zip(&spec.resolutions) {
        let schema = match &one.after {
            Some((_, after)) => after.schema(&one.schema)?,
            None => Arc::clone(&one.schema),
        };
        let label = schema
            .fields()
            .first()
            .map(|field| field.name().clone())
            .unwrap_or_default();
        outputs.push(StreamSchema::ordered(schema, &label).map_err(|error| {
            BarsError::Description(format!("resolution `{}`: {error}", resolution.name))
        })?);
        names.push(resolution.name.clone());
    }
    for (one, resolution) in running.iter_mut().zip(&spec.resolutions) {
        if let Some(period) = &resolution.snapshots {
            let bins = Bins::new(period, order_field.data_type())?;
            let snapshots = Snapshots::new(outputs.len(), bins, &one.schema);
            let schema = Arc::clone(snapshots.schema());
            outputs.push(
                StreamSchema::ordered(schema, order_field.name())
                    .map_err(|error| BarsError::Description(error.to_string()))?,
            );
            names.push(format!("{} snapshots", resolution.name));
            one.snapshots = Some(snapshots);
        }
    }
    Ok(Bars::of(
        keys,
        order,
        feed(running, spec, input),
        outputs,
        names,
    ))
}

fn column(schema: &SchemaRef, name: &str) -> Result<usize, BarsError> {
    schema.index_of(name).map_err(|_| BarsError::NoColumn {
        column: name.to_owned(),
        columns: schema
            .fields()
            .iter()
            .map(|field| field.name().clone())
            .collect(),
    })
}

fn resolution_under_way(
    resolution: &Resolution,
    way: usize,
    input: &StreamSchema,
    order: usize,
    keys: &[Field],
    functions: &BarFunctions,
) -> Result<Running, BarsError> {
    let name = &resolution.name;
    let order_field = input.schema().field(order);
    let boundary = match &resolution.binning {
        Binning::Period(period) => Boundary::Period(Bins::new(period, order_field.data_type())?),
        Binning::Rows { count: 0, .. } => {
            return Err(BarsError::Description(format!(
                "resolution `{name}` asks for bins of 0 rows; at least 1"
            )));
        }
        Binning::Rows { count, label } => Boundary::Rows {
            count: *count,
            label: *label,
        },
        Binning::Function(function) => Boundary::Function {
            name: function.clone(),
            function: functions.bins(function)?,
            cuts: Vec::new(),
            next: 0,
            last: None,
        },
    };
    if resolution.empty_periods && boundary.counts_bins() {
        return Err(BarsError::Description(format!(
            "resolution `{name}` asks for empty periods but has no periods; leave them out"
        )));
    }
    if resolution.columns.is_empty() {
        return Err(BarsError::Description(format!(
            "resolution `{name}` has no columns; ask for at least one"
        )));
    }
    let mut fields = vec![Field::new(
        order_field.name(),
        order_field.data_type().clone(),
        false,
    )];
    if boundary.counts_bins() {
        fields.push(Field::new("bin", DataType::Int64, false));
    }
    fields.extend(keys.iter().cloned());
    let mut columns = Vec::new();
    for wanted in &resolution.columns {
        let index = wanted
            .column
            .as_deref()
            .map(|name| column(input.schema(), name))
            .transpose()?;
        let data_type = index.map(|index| input.schema().field(index).data_type());
        let none = || match &wanted.column {
            Some(column) => BarsError::NoFunction {
                function: wanted.function,
                column: column.clone(),
                data_type: data_type.cloned().unwrap_or(DataType::Null),
            },
            None => BarsError::Description(format!(
                "`{}` needs a column to take the {} of; name one",
                wanted.out, wanted.function
            )),
        };
        let state = state(wanted.function, data_type).ok_or_else(none)?;
        let field = match data_type {
            Some(data_type) => wanted
                .function
                .field(&wanted.out, data_type)
                .ok_or_else(none)?,
            None => Field::new(&wanted.out, DataType::Int64, true),
        };
        if fields.iter().any(|other| other.name() == field.name()) {
            return Err(BarsError::TwoColumns {
                resolution: name.clone(),
                column: wanted.out.clone(),
            });
        }
        fields.push(field);
        columns.push(Column {
            out: wanted.out.clone(),
            state,
            input: index,
        });
    }
    let after = match &resolution.after {
        Some(name) => Some((name.clone(), functions.after(name)?)),
        None => None,
    };
    Ok(Running {
        name: name.clone(),
        way,
        columns,
        boundary,
        filter: resolution.filter.clone(),
        open: None,
        present: Vec::new(),
        ever: resolution.empty_periods.then(Vec::new),
        last: None,
        number: 0,
        schema: Arc::new(Schema::new(fields)),
        after,
        snapshots: None,
        coarser: Vec::new(),
        labels: Vec::new(),
        numbers: Vec::new(),
        slots: Vec::new(),
        ready: Vec::new(),
        order: Vec::new(),
    })
}

/// Puts each resolution that can be had exactly from a finer one's bars behind that one.
fn feed(running: Vec<Running>, spec: &BarsSpec, input: &StreamSchema) -> Vec<Running> {
    let count = running.len();
    let sources: Vec<Option<(usize, Vec<usize>)>> = (0..count)
        .map(|coarse| {
            let finer = (0..count).filter(|fine| *fine != coarse);
            finer
                .filter_map(|fine| {
                    Some((
                        fine,
                        derived(&spec.resolutions[fine], &spec.resolutions[coarse], input)?,
                    ))
                })
                .next()
        })
        .collect();
    let mut slots: Vec<Option<Running>> = running.into_iter().map(Some).collect();
    for coarse in 0..count {
        // A chain would need the finer to be in place still: only those that take rows themselves feed.
        if let Some((fine, columns)) = &sources[coarse]
            && sources[*fine].is_none()
            && let Some(one) = slots[coarse].take()
            && let Some(finer) = &mut slots[*fine]
        {
            finer.coarser.push((one, columns.clone()));
        }
    }
    slots.into_iter().flatten().collect()
}

/// For each column of the coarser resolution its column in the finer one, where the coarser bars follow from the finer ones to the last bit.
fn derived(fine: &Resolution, coarse: &Resolution, input: &StreamSchema) -> Option<Vec<usize>> {
    let (Binning::Period(short), Binning::Period(long)) = (&fine.binning, &coarse.binning) else {
        return None;
    };
    let order = input.order_type()?;
    let (short, long) = (Bins::new(short, order).ok()?, Bins::new(long, order).ok()?);
    // Of two equal periods neither follows from the other.
    let nests = short.nests_in(&long) && !long.nests_in(&short);
    if !nests || fine.filter.is_some() || coarse.filter.is_some() || coarse.snapshots.is_some() {
        return None;
    }
    let columns = coarse.columns.iter().map(|wanted| {
        let exact = match &wanted.column {
            Some(name) => wanted
                .function
                .merges_exactly(input.schema().field_with_name(name).ok()?.data_type()),
            None => true,
        };
        let same = |column: &&super::BarColumn| {
            column.function == wanted.function && column.column == wanted.column
        };
        let index = fine.columns.iter().position(|column| same(&column))?;
        exact.then_some(index)
    });
    columns.collect()
}
