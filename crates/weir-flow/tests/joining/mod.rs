//! Feeding a join in any way, and the same join as nested loops.

#![allow(dead_code, reason = "each test uses its part")]

use std::sync::Arc;

use arrow_array::{
    ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, cast::AsArray, types::Int64Type,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use proptest::prelude::*;
use weir_files::RealFiles;
use weir_flow::{
    Context, EventTime, Fired, FloatTime, Frontier, Held, HeldBatch, MakeOperator, Operator,
    Output, StreamSchema,
};
use weir_memory::{Budget, HolderName};
use weir_testkit::Seeded;

/// A row: its time and key; its number is its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) time: i64,
    pub(crate) key: Option<i64>,
}

/// What the columns are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Integer times, one integer key.
    Integers,
    /// Floating-point times (halves of the integers), one text key.
    FloatsAndText,
    /// Integer times, the key in two columns.
    TwoKeys,
    /// No order, one integer key.
    Unordered,
}

pub(crate) fn rows(most: usize) -> impl Strategy<Value = Vec<Row>> {
    let key = prop_oneof![
        1 => Just(None),
        8 => prop_oneof![Just(-1_i64), Just(0), Just(1), Just(70_000), Just(i64::MIN)].prop_map(Some),
    ];
    // Steps of time; most rows are tied to the row before them.
    let step = prop_oneof![4 => Just(0_i64), 3 => 1..3_i64, 1 => 5..20_i64];
    (-10..10_i64, prop::collection::vec((step, key), 0..most)).prop_map(|(start, rows)| {
        let mut time = start;
        rows.into_iter()
            .map(|(step, key)| {
                time += step;
                Row { time, key }
            })
            .collect()
    })
}

pub(crate) fn schema(form: Form) -> SchemaRef {
    let time = match form {
        Form::FloatsAndText => DataType::Float64,
        _ => DataType::Int64,
    };
    let mut fields = vec![Field::new("t", time, true)];
    match form {
        Form::Integers | Form::Unordered => fields.push(Field::new("k", DataType::Int64, true)),
        Form::FloatsAndText => fields.push(Field::new("k", DataType::Utf8, true)),
        Form::TwoKeys => fields.extend([
            Field::new("k", DataType::Int64, true),
            Field::new("k2", DataType::Utf8, true),
        ]),
    }
    fields.push(Field::new("id", DataType::Int64, false));
    fields.push(Field::new("text", DataType::Utf8, true));
    Arc::new(Schema::new(fields))
}

pub(crate) fn stream(form: Form) -> StreamSchema {
    match form {
        Form::Unordered => StreamSchema::unordered(schema(form)),
        _ => StreamSchema::ordered(schema(form), "t").unwrap(),
    }
}

pub(crate) fn key_columns(form: Form) -> &'static [&'static str] {
    match form {
        Form::TwoKeys => &["k", "k2"],
        _ => &["k"],
    }
}

pub(crate) fn batch(form: Form, rows: &[Row], first_id: usize) -> RecordBatch {
    let ids = first_id as i64..(first_id + rows.len()) as i64;
    let integer_keys: ArrayRef = Arc::new(rows.iter().map(|row| row.key).collect::<Int64Array>());
    let text_keys = || -> ArrayRef {
        Arc::new(
            rows.iter()
                .map(|row| row.key.map(|key| format!("key {key}")))
                .collect::<StringArray>(),
        )
    };
    let mut columns: Vec<ArrayRef> = vec![match form {
        Form::FloatsAndText => Arc::new(
            rows.iter()
                .map(|row| Some(row.time as f64 / 2.0))
                .collect::<Float64Array>(),
        ),
        _ => Arc::new(
            rows.iter()
                .map(|row| Some(row.time))
                .collect::<Int64Array>(),
        ),
    }];
    match form {
        Form::Integers | Form::Unordered => columns.push(integer_keys),
        Form::FloatsAndText => columns.push(text_keys()),
        Form::TwoKeys => {
            // The key is null when either column is.
            let halves = rows
                .iter()
                .map(|row| row.key.map(|key| key / 2))
                .collect::<Int64Array>();
            columns.push(Arc::new(halves));
            columns.push(text_keys());
        }
    }
    columns.push(Arc::new(Int64Array::from_iter_values(ids.clone())));
    columns.push(Arc::new(
        ids.map(|id| (id % 5 > 0).then(|| format!("row {id}")))
            .collect::<StringArray>(),
    ));
    RecordBatch::try_new(schema(form), columns).unwrap()
}

fn event_time(form: Form, time: i64) -> EventTime {
    match form {
        Form::FloatsAndText => EventTime::Float(FloatTime::new(time as f64 / 2.0)),
        _ => EventTime::Int(time),
    }
}

/// How rows are delivered.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    /// Decides cuts, turns, frontiers, sizes of outputs.
    pub(crate) seed: u64,
    /// Rows of a delivered batch at the most.
    pub(crate) cut: usize,
    /// Whether the state is saved and restored into a new operator now and then.
    pub(crate) restarts: bool,
    /// Bytes of state before the operator spills.
    pub(crate) memory: usize,
}

pub(crate) fn deliveries() -> impl Strategy<Value = Delivery> {
    let memory = prop_oneof![
        Just(1_usize),
        Just(2_000),
        Just(20_000),
        Just(usize::MAX / 4)
    ];
    (
        any::<u64>(),
        prop_oneof![Just(1_usize), 2..9_usize, Just(usize::MAX)],
        any::<bool>(),
        memory,
    )
        .prop_map(|(seed, cut, restarts, memory)| Delivery {
            seed,
            cut,
            restarts,
            memory,
        })
}

pub(crate) fn context(memory: usize, folder: &std::path::Path) -> Context {
    Context {
        name: "join".to_owned(),
        holder: Budget::detached("256MiB".parse().unwrap())
            .holder(HolderName::new("test", "flow", "join")),
        files: Arc::new(RealFiles),
        spill: Some(folder.to_path_buf()),
        memory,
    }
}

/// Everything that the join passes on, delivered in this way.
pub(crate) fn deliver<J: MakeOperator + Clone + 'static>(
    join: &J,
    form: Form,
    sides: [&[Row]; 2],
    how: &Delivery,
) -> RecordBatch {
    let folder = tempfile::tempdir().unwrap();
    let context = context(how.memory, folder.path());
    let make = || {
        let mut join = Box::new(join.clone())
            .make(&[stream(form), stream(form)])
            .unwrap();
        join.open(&context).unwrap();
        join
    };
    let mut join = make();
    let mut random = Seeded::new(how.seed);
    let mut at = [0, 0];
    let mut ended = [false, false];
    let mut given = Vec::new();
    while ended != [true, true] {
        let mut batches = Vec::new();
        for _ in 0..=random.below(3) {
            let input = random.below(2) as usize;
            let left = sides[input].len() - at[input];
            if left == 0 {
                ended[input] = true;
                continue;
            }
            let rows = 1 + random.below(how.cut.min(left) as u64) as usize;
            let cut = &sides[input][at[input]..at[input] + rows];
            batches.push(HeldBatch {
                input,
                rows: batch(form, cut, at[input]),
            });
            at[input] += rows;
        }
        let frontiers = (0..2).map(|input| {
            if ended[input] {
                return Frontier::End;
            }
            if form == Form::Unordered {
                return Frontier::Start;
            }
            // What was seen, or what a source may know better.
            let seen = at[input].checked_sub(1).map(|row| sides[input][row].time);
            let next = sides[input].get(at[input]).map(|row| row.time);
            let known = if random.below(2) == 0 {
                seen
            } else {
                next.or(seen)
            };
            known.map_or(Frontier::Start, |time| Frontier::At(event_time(form, time)))
        });
        let frontiers: Vec<Frontier> = frontiers.collect();
        let settled = join.frontier(&frontiers);
        fire(
            &mut *join,
            &Held { batches, frontiers },
            random.below(600) as usize,
            &mut given,
        );
        assert!(form == Form::Unordered || settled <= Frontier::End);
        if how.restarts
            && random.below(4) == 0
            && let Some(state) = join.save().unwrap()
        {
            join = make();
            join.restore(&state).unwrap();
        }
    }
    let mut out = Output::new(random.below(600) as usize);
    let mut fired = join.end(&mut out).unwrap();
    given.extend(out.take());
    while fired == Fired::More {
        fired = join.resume(&mut out).unwrap();
        given.extend(out.take());
    }
    let schema = join.output().schema().clone();
    let given: Vec<RecordBatch> = given.into_iter().map(|(_, rows)| rows).collect();
    drop(join);
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        0,
        "a spill file is left"
    );
    arrow_select::concat::concat_batches(&schema, &given).unwrap()
}

fn fire(
    join: &mut dyn Operator,
    held: &Held,
    target: usize,
    given: &mut Vec<(usize, RecordBatch)>,
) {
    let mut out = Output::new(target);
    let mut fired = join.fire(held, &mut out).unwrap();
    given.extend(out.take());
    while fired == Fired::More {
        fired = join.resume(&mut out).unwrap();
        given.extend(out.take());
    }
}

/// The pairs of rows' numbers in an output.
pub(crate) fn pairs(rows: &RecordBatch) -> Vec<(usize, Option<usize>)> {
    let left = rows["id"].as_primitive::<Int64Type>();
    let right = rows["id_right"].as_primitive::<Int64Type>();
    let pairs = left.values().iter().zip(right);
    pairs
        .map(|(left, right)| (*left as usize, right.map(|right| right as usize)))
        .collect()
}

/// That each output row holds the values of its left and right row.
pub(crate) fn assert_values(rows: &RecordBatch, form: Form, sides: [&[Row]; 2]) {
    let pairs = pairs(rows);
    let left = batch(form, sides[0], 0);
    let right = batch(form, sides[1], 0);
    let take = |column: &ArrayRef, rows: Vec<Option<u32>>| {
        arrow_select::take::take(column, &arrow_array::UInt32Array::from(rows), None).unwrap()
    };
    for field in left.schema().fields() {
        let expected = take(
            left.column_by_name(field.name()).unwrap(),
            pairs.iter().map(|pair| Some(pair.0 as u32)).collect(),
        );
        assert_eq!(
            rows.column_by_name(field.name()).unwrap(),
            &expected,
            "{field}"
        );
    }
    for name in ["t", "text"] {
        let expected = take(
            right.column_by_name(name).unwrap(),
            pairs
                .iter()
                .map(|pair| pair.1.map(|row| row as u32))
                .collect(),
        );
        assert_eq!(
            rows.column_by_name(&format!("{name}_right")).unwrap(),
            &expected,
            "{name}"
        );
    }
}
