//! What bars refuse, what users' functions remember, and what no saved state can do to them.
#![allow(clippy::unwrap_used)]

mod bar_rows;

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{
    ArrayRef, BooleanArray, Decimal128Array, DictionaryArray, Int64Array, RecordBatch, StringArray,
    UInt64Array,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use bar_rows::{Row, batch, chunks, columns, float, int, period, row, rows, run, spec, stream};
use proptest::prelude::*;
use weir_flow::StreamSchema;
use weir_flow::bars::{
    AfterFunction, BarColumn, BarFunctions, Bars, BarsError, BarsSpec, BinFunction, Binning, Cut,
    Function, Period, Resolution, UserError,
};

/// A new bin whenever the sizes since the last one pass a sum.
#[derive(Default)]
struct BySize {
    sum: i64,
}

impl BinFunction for BySize {
    fn cuts(
        &mut self,
        rows: &RecordBatch,
        times: &[i64],
        cuts: &mut Vec<Cut>,
    ) -> Result<(), UserError> {
        for (row, size) in rows
            .column(3)
            .as_primitive::<Int64Type>()
            .iter()
            .enumerate()
        {
            let size = size.unwrap_or(0).abs();
            if size == 13 {
                return Err("thirteen".into());
            }
            self.sum += size;
            if self.sum >= 100 {
                self.sum = 0;
                cuts.push(Cut {
                    row,
                    label: times[row],
                });
            }
        }
        Ok(())
    }

    fn save(&self) -> Vec<u8> {
        self.sum.to_le_bytes().to_vec()
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), UserError> {
        self.sum = i64::from_le_bytes(state.try_into()?);
        Ok(())
    }
}

/// The number of bars so far, as a further column.
#[derive(Default)]
struct Running {
    bars: i64,
}

impl AfterFunction for Running {
    fn schema(&self, bars: &SchemaRef) -> Result<SchemaRef, ArrowError> {
        let running = Arc::new(Field::new("running", DataType::Int64, true));
        Ok(Arc::new(Schema::new(
            bars.fields()
                .iter()
                .cloned()
                .chain([running])
                .collect::<Vec<_>>(),
        )))
    }

    fn process(&mut self, bars: RecordBatch) -> Result<RecordBatch, UserError> {
        let from = self.bars;
        self.bars += bars.num_rows() as i64;
        let running: ArrayRef = Arc::new(Int64Array::from_iter_values(from..self.bars));
        let schema = self.schema(&bars.schema())?;
        Ok(RecordBatch::try_new(
            schema,
            bars.columns().iter().cloned().chain([running]).collect(),
        )?)
    }

    fn save(&self) -> Vec<u8> {
        self.bars.to_le_bytes().to_vec()
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), UserError> {
        self.bars = i64::from_le_bytes(state.try_into()?);
        Ok(())
    }
}

fn functions() -> BarFunctions {
    let mut functions = BarFunctions::new();
    functions.register_bins("by-size", BySize::default).unwrap();
    functions
        .register_after("running", Running::default)
        .unwrap();
    functions
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn users_functions_remember_across_restarts(rows in rows(100), cuts in prop::collection::vec((any::<usize>(), any::<bool>()), 0..6)) {
        let rows: Vec<Row> = rows.into_iter().map(|row| Row { size: row.size.map(|size| if size.abs() == 13 { 14 } else { size }), ..row }).collect();
        let spec = spec(vec![
            Resolution::new("size", Binning::Function("by-size".into()), columns()),
            period("minute", "1min").then("running"),
        ]);
        let once = run(&spec, &functions(), &[(&rows, false)]);
        let mut chunked = vec![(&rows[..0], true)];
        chunked.extend(chunks(&rows, &cuts));
        prop_assert_eq!(run(&spec, &functions(), &chunked), once.clone());
        let running: Vec<i64> = int(&once[1], "running").into_iter().flatten().collect();
        prop_assert_eq!(running, (0..once[1].num_rows() as i64).collect::<Vec<_>>());
    }

    #[test]
    fn no_bytes_make_a_state_panic(rows in rows(40), flips in prop::collection::vec((any::<usize>(), any::<u8>()), 1..4), end in any::<usize>()) {
        let spec = spec(vec![period("minute", "1min").with_empty_periods(), period("hour", "1h").then("running"),
            Resolution::new("size", Binning::Rows { count: 3, label: Default::default() }, columns())]);
        let mut bars = Bars::new(&spec, &stream(), &functions()).unwrap();
        bars.take_in(&[&batch(&rows)]).unwrap();
        let saved = bars.save().unwrap();
        let mut damaged = saved.clone();
        for (at, value) in flips {
            let at = at % damaged.len();
            damaged[at] ^= value;
        }
        // It may be accepted where the damage makes another state; then it must work.
        if bars.restore(&damaged).is_ok() {
            let _ = bars.open_bars();
        }
        prop_assert!(bars.restore(&saved[..end % saved.len()]).is_err());
        bars.restore(&saved).unwrap();
        prop_assert_eq!(bars.save().unwrap(), saved);
    }
}

#[test]
fn a_failing_function_changes_nothing() {
    let spec = spec(vec![Resolution::new(
        "size",
        Binning::Function("by-size".into()),
        columns(),
    )]);
    let mut bars = Bars::new(&spec, &stream(), &functions()).unwrap();
    bars.take_in(&[&batch(&[row(0, 1, 1.0, 60)])]).unwrap();
    let before = bars.save().unwrap();
    let error = bars
        .take_in(&[&batch(&[row(1, 1, 1.0, 60), row(2, 1, 1.0, 13)])])
        .unwrap_err();
    assert!(error.to_string().contains("by-size: thirteen"), "{error}");
    assert!(bars.next_finished().is_none());
    assert_eq!(bars.save().unwrap(), before);
    bars.take_in(&[&batch(&[row(1, 1, 1.0, 60)])]).unwrap();
    assert_eq!(int(&bars.next_finished().unwrap().1, "volume"), [Some(60)]);
}

#[test]
fn a_sum_that_passes_its_type_is_an_error_and_changes_nothing() {
    let spec = spec(vec![period("minute", "1min"), period("hour", "1h")]);
    let mut bars = Bars::new(&spec, &stream(), &BarFunctions::new()).unwrap();
    bars.take_in(&[&batch(&[row(0, 7, 1.0, i64::MAX), row(1, 8, 1.0, 2)])])
        .unwrap();
    let before = bars.save().unwrap();
    // The sum may pass its type on the way and come back.
    bars.take_in(&[&batch(&[
        row(2, 7, 1.0, 1),
        row(3, 7, 1.0, -5),
        row(60, 7, 1.0, 0),
    ])])
    .unwrap();
    assert_eq!(
        int(&bars.next_finished().unwrap().1, "volume"),
        [Some(i64::MAX - 4), Some(2)]
    );
    bars.restore(&before).unwrap();
    let error = bars
        .take_in(&[&batch(&[row(2, 7, 1.0, 1), row(60, 7, 1.0, 0)])])
        .unwrap_err();
    assert!(
        matches!(&error, BarsError::Overflow { column, label: 0, key } if column == "volume" && key == "7"),
        "{error}"
    );
    assert_eq!(bars.save().unwrap(), before);
}

#[test]
fn rows_out_of_order_or_without_order_are_refused_whole() {
    let mut bars = Bars::new(
        &spec(vec![period("minute", "1min")]),
        &stream(),
        &BarFunctions::new(),
    )
    .unwrap();
    let refused = bars.take_in(&[&batch(&[row(5, 1, 1.0, 1), row(4, 1, 1.0, 1)])]);
    let Err(BarsError::Unsorted {
        row: at,
        before,
        after,
    }) = refused
    else {
        panic!("{refused:?}");
    };
    assert_eq!(at, 1);
    assert_eq!(
        [before, after],
        ["1970-01-01T00:00:05", "1970-01-01T00:00:04"]
    );
    bars.take_in(&[&batch(&[row(5, 1, 1.0, 1)])]).unwrap();
    let refused = bars.take_in(&[&batch(&[row(6, 1, 1.0, 1)]), &batch(&[row(4, 1, 1.0, 1)])]);
    let Err(BarsError::Unsorted {
        row: at,
        before,
        after,
    }) = refused
    else {
        panic!("{refused:?}");
    };
    assert_eq!(at, 0);
    assert_eq!(
        [before, after],
        ["1970-01-01T00:00:06", "1970-01-01T00:00:04"]
    );
    assert_eq!(int(&bars.open_bars().unwrap()[0].1, "n"), [Some(1)]);
}

#[test]
fn a_gap_of_too_many_empty_periods_is_refused() {
    let spec = spec(vec![period("second", "1s").with_empty_periods()]);
    let mut bars = Bars::new(&spec, &stream(), &BarFunctions::new()).unwrap();
    bars.take_in(&[&batch(&[row(0, 1, 1.0, 1)])]).unwrap();
    assert!(matches!(
        bars.take_in(&[&batch(&[row(2_000_000, 1, 1.0, 1)])]),
        Err(BarsError::Gap {
            limit: 1_000_000,
            ..
        })
    ));
    bars.take_in(&[&batch(&[row(10, 1, 1.0, 1)])]).unwrap();
    assert_eq!(bars.next_finished().unwrap().1.num_rows(), 10);
}

#[test]
fn descriptions_that_cannot_be_are_refused_with_what_to_do() {
    let one = |columns: Vec<BarColumn>| BarsSpec {
        keys: vec!["key".into()],
        resolutions: vec![Resolution::new(
            "hour",
            Binning::Period(Period::parse("1h").unwrap()),
            columns,
        )],
    };
    let refused = |spec: &BarsSpec| {
        Bars::new(spec, &stream(), &BarFunctions::new())
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    };
    let sum = BarColumn::new("s", Function::Sum, "ts");
    assert!(refused(&one(vec![sum])).contains("there is no sum of column `ts`"));
    assert!(
        refused(&one(vec![BarColumn::new("x", Function::Max, "prize")]))
            .contains("no column is called `prize`; there are ts, key, price, size")
    );
    assert!(refused(&one(vec![BarColumn::rows("key")])).contains("two columns called `key`"));
    assert!(refused(&one(vec![])).contains("no columns"));
    assert!(
        refused(&BarsSpec {
            keys: vec![],
            resolutions: vec![]
        })
        .contains("no resolution")
    );
    assert!(
        refused(&BarsSpec {
            keys: vec!["ts".into()],
            ..one(vec![BarColumn::rows("n")])
        })
        .contains("orders the stream")
    );
    let twice = BarsSpec {
        resolutions: vec![period("a", "1h"), period("a", "1D")],
        keys: vec![],
    };
    assert!(refused(&twice).contains("two resolutions are called `a`"));
    let function = Resolution::new("f", Binning::Function("nobody".into()), columns());
    assert!(
        refused(&spec(vec![function]))
            .contains("no binning function is registered as `nobody`; registered: none")
    );
    assert!(refused(&spec(vec![period("h", "1h").then("nobody")])).contains("post-processing"));
    let mut functions = functions();
    assert!(functions.register_bins("by-size", BySize::default).is_err());
    assert!("quantile(1.5)".parse::<Function>().is_err() && "average".parse::<Function>().is_err());
    assert_eq!(
        "quantile(0.9)".parse::<Function>().unwrap().to_string(),
        "quantile(0.9)"
    );
}

/// Keys and values of other types than numbers.
#[test]
fn text_dictionary_boolean_and_decimal_columns() {
    let symbol: DictionaryArray<arrow_array::types::Int32Type> =
        vec![Some("b"), Some("a"), None, Some("b")]
            .into_iter()
            .collect();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("t", Arc::new(Int64Array::from(vec![0, 1, 2, 3]))),
        ("symbol", Arc::new(symbol)),
        (
            "venue",
            Arc::new(StringArray::from(vec!["y", "x", "x", "x"])),
        ),
        (
            "up",
            Arc::new(BooleanArray::from(vec![
                Some(true),
                None,
                Some(false),
                Some(false),
            ])),
        ),
        (
            "big",
            Arc::new(UInt64Array::from(vec![u64::MAX - 1, 2, 3, 1])),
        ),
        (
            "exact",
            Arc::new(
                Decimal128Array::from(vec![150, 250, 350, -50])
                    .with_precision_and_scale(10, 2)
                    .unwrap(),
            ),
        ),
    ];
    let rows = RecordBatch::try_from_iter_with_nullable(
        columns
            .into_iter()
            .map(|(name, column)| (name, column, true)),
    )
    .unwrap();
    let input = StreamSchema::ordered(rows.schema(), "t").unwrap();
    let of = BarColumn::new;
    let spec = BarsSpec {
        keys: vec!["symbol".into()],
        resolutions: vec![Resolution::new(
            "ten",
            Binning::Period(Period::parse("10").unwrap()),
            vec![
                of("first_venue", Function::First, "venue"),
                of("least_venue", Function::Min, "venue"),
                of("ever_up", Function::Max, "up"),
                of("big", Function::Sum, "big"),
                of("exact", Function::Sum, "exact"),
                of("mean", Function::Mean, "exact"),
            ],
        )],
    };
    let mut bars = Bars::new(&spec, &input, &BarFunctions::new()).unwrap();
    bars.take_in(&[&rows]).unwrap();
    let state = bars.save().unwrap();
    bars.restore(&state).unwrap();
    let got = bars.open_bars().unwrap().remove(0).1;
    let text = |name: &str| -> Vec<String> {
        let column = arrow_cast::cast(got.column_by_name(name).unwrap(), &DataType::Utf8).unwrap();
        column
            .as_string::<i32>()
            .iter()
            .map(|value| value.unwrap_or("-").to_owned())
            .collect()
    };
    assert_eq!(text("symbol"), ["-", "a", "b"]);
    assert_eq!(text("first_venue"), ["x", "x", "y"]);
    assert_eq!(text("least_venue"), ["x", "x", "x"]);
    assert_eq!(text("ever_up"), ["false", "-", "true"]);
    assert_eq!(text("big"), ["3", "2", "18446744073709551615"]);
    assert_eq!(text("exact"), ["3.50", "2.50", "1.00"]);
    assert_eq!(float(&got, "mean"), [Some(3.5), Some(2.5), Some(0.5)]);
}
