//! Bars in one pass, chunked and restarted, are what a group-by of all rows gives.
#![allow(clippy::unwrap_used)]

mod bar_rows;

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use bar_rows::{Row, batch, chunks, columns, float, int, period, row, rows, run, spec, whole};
use proptest::prelude::*;
use weir_flow::bars::{BarFunctions, Bars, Binning, Period, Resolution, RowFilter, Side};

/// (label, key) → rows, by the definition of a left-closed period of seconds.
fn groups(rows: &[Row], seconds: i64) -> BTreeMap<(i64, Option<i32>), Vec<&Row>> {
    let mut groups: BTreeMap<_, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        groups
            .entry((row.ts.div_euclid(seconds) * seconds, row.key))
            .or_default()
            .push(row);
    }
    groups
}

fn bits(values: Vec<Option<f64>>) -> Vec<Option<u64>> {
    values
        .into_iter()
        .map(|value| value.map(f64::to_bits))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_function_is_what_its_definition_says(rows in rows(120)) {
        let all = whole(&spec(vec![period("minute", "1min"), period("hour", "1h")]), &rows);
        for (bars, seconds) in all.iter().zip([60, 3600]) {
            let groups = groups(&rows, seconds);
            let members: Vec<&Vec<&Row>> = groups.values().collect();
            prop_assert_eq!(int(bars, "ts"), groups.keys().map(|(label, _)| Some(*label)).collect::<Vec<_>>());
            prop_assert_eq!(int(bars, "key"), groups.keys().map(|(_, key)| key.map(i64::from)).collect::<Vec<_>>());
            let price = |of: &dyn Fn(Vec<f64>) -> Option<f64>| -> Vec<Option<u64>> {
                bits(members.iter().map(|rows| of(rows.iter().filter_map(|row| row.price).collect())).collect())
            };
            let size = |of: &dyn Fn(Vec<i64>) -> Option<i64>| -> Vec<Option<i64>> {
                members.iter().map(|rows| of(rows.iter().filter_map(|row| row.size).collect())).collect()
            };
            prop_assert_eq!(bits(float(bars, "open")), price(&|v| v.first().copied()));
            prop_assert_eq!(bits(float(bars, "close")), price(&|v| v.last().copied()));
            prop_assert_eq!(bits(float(bars, "low")), price(&|v| v.into_iter().min_by(f64::total_cmp)));
            prop_assert_eq!(bits(float(bars, "high")), price(&|v| v.into_iter().max_by(f64::total_cmp)));
            let sum = |v: &[f64]| v.iter().fold(0.0, |a, b| a + b);
            prop_assert_eq!(bits(float(bars, "turnover")), price(&|v| (!v.is_empty()).then(|| sum(&v))));
            prop_assert_eq!(bits(float(bars, "mean")), price(&|v| (!v.is_empty()).then(|| sum(&v) / v.len() as f64)));
            prop_assert_eq!(int(bars, "volume"), size(&|v| (!v.is_empty()).then(|| v.iter().sum())));
            prop_assert_eq!(int(bars, "sizes"), size(&|v| Some(v.len() as i64)));
            prop_assert_eq!(int(bars, "n"), members.iter().map(|rows| Some(rows.len() as i64)).collect::<Vec<_>>());
            let means = size(&|v| (!v.is_empty()).then(|| ((v.iter().sum::<i64>() as f64 / v.len() as f64).to_bits()) as i64));
            prop_assert_eq!(bits(float(bars, "mean_size")), means.iter().map(|bits| bits.map(|bits| bits as u64)).collect::<Vec<_>>());
            for ((got, median), rows) in float(bars, "variance").iter().zip(float(bars, "median")).zip(&members) {
                let mut v: Vec<f64> = rows.iter().filter_map(|row| row.size).map(|size| size as f64).collect();
                let mean = v.iter().sum::<f64>() / v.len() as f64;
                let two_pass = (v.len() > 1).then(|| v.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (v.len() - 1) as f64);
                match (got, two_pass) {
                    (Some(got), Some(exact)) => prop_assert!((got - exact).abs() <= 1e-9 * exact.max(1.0)),
                    (got, exact) => prop_assert_eq!(*got, exact),
                }
                v.sort_by(f64::total_cmp);
                let exact = (!v.is_empty()).then(|| v[(v.len() - 1) / 2]);
                prop_assert_eq!(median.is_some(), exact.is_some());
                if let (Some(got), Some(exact)) = (median, exact) {
                    prop_assert!((got - exact).abs() <= exact.abs() / 128.0);
                }
            }
        }
    }

    #[test]
    fn chunked_and_restarted_is_one_shot(rows in rows(100), cuts in prop::collection::vec((any::<usize>(), any::<bool>()), 0..6)) {
        let positive = RowFilter::new("positive size", |rows| {
            let sizes = rows.column(3).as_primitive::<Int64Type>();
            Ok(sizes.iter().map(|size| size.map(|size| size > 0)).collect())
        });
        let right = Period::parse("1h").unwrap().closed(Side::Right).label(Side::Right);
        let rows_of_five = Resolution::new("five", Binning::Rows { count: 5, label: Side::Left }, columns());
        let spec = spec(vec![
            period("day", "1D"),
            period("minute", "1min").with_empty_periods(),
            period("hour", "1h").with_snapshots(Period::parse("10min").unwrap()),
            period("positive", "15min").filtered(positive),
            Resolution::new("right", Binning::Period(right), columns()),
            rows_of_five,
        ]);
        let once = whole(&spec, &rows);
        let chunked = run(&spec, &BarFunctions::new(), &chunks(&rows, &cuts));
        prop_assert_eq!(&once, &chunked);
        let one_by_one: Vec<(&[Row], bool)> = rows.chunks(1).map(|row| (row, true)).collect();
        prop_assert_eq!(&once, &run(&spec, &BarFunctions::new(), &one_by_one));
    }

    #[test]
    fn one_pass_equals_separate_passes(rows in rows(150)) {
        let each = [
            period("minute", "1min"),
            period("quarter", "15min").with_empty_periods(),
            period("hour", "1h"),
            period("day", "1D"),
            period("month", "1MS"),
        ];
        let together = whole(&spec(each.to_vec()), &rows);
        for (one, bars) in each.into_iter().zip(together) {
            prop_assert_eq!(whole(&spec(vec![one]), &rows).remove(0), bars);
        }
        // Exact functions only: these follow from the minutes.
        let exact: Vec<_> = columns().into_iter().filter(|column| !["turnover", "mean", "variance"].contains(&column.out.as_str())).collect();
        let each = ["1min", "1h", "1D"].map(|text| Resolution::new(text, Binning::Period(Period::parse(text).unwrap()), exact.clone()));
        let together = whole(&spec(each.to_vec()), &rows);
        for (one, bars) in each.into_iter().zip(together) {
            prop_assert_eq!(whole(&spec(vec![one]), &rows).remove(0), bars);
        }
    }

    #[test]
    fn advancing_early_changes_nothing(rows in rows(80)) {
        let spec = spec(vec![period("minute", "1min"), period("hour", "1h").with_empty_periods()]);
        let mut bars = Bars::new(&spec, &bar_rows::stream(), &BarFunctions::new()).unwrap();
        let mut out = vec![Vec::new(); 2];
        for (index, one) in rows.iter().enumerate() {
            bars.take_in(&[&batch(std::slice::from_ref(one))]).unwrap();
            bars.advance(rows.get(index + 1).map_or(one.ts, |next| next.ts)).unwrap();
            while let Some((way, rows)) = bars.next_finished() {
                out[way].push(rows);
            }
        }
        for (way, rows) in bars.open_bars().unwrap() {
            out[way].push(rows);
        }
        for (way, bars) in whole(&spec, &rows).iter().enumerate() {
            prop_assert_eq!(&arrow_select::concat::concat_batches(&bars.schema(), &out[way]).unwrap(), bars);
        }
    }
}

/// The predecessor's stream stopped at a bar whose sum is exactly 0.
#[test]
fn a_bar_whose_sum_is_zero_stops_nothing() {
    let rows = [
        row(0, 1, 1.0, 5),
        row(10, 1, -1.0, -5),
        row(60, 1, 2.0, 7),
        row(120, 1, 0.0, 0),
    ];
    let bars = &whole(&spec(vec![period("minute", "1min")]), &rows)[0];
    assert_eq!(int(bars, "volume"), [Some(0), Some(7), Some(0)]);
    assert_eq!(float(bars, "turnover"), [Some(0.0), Some(2.0), Some(0.0)]);
}

#[test]
fn no_rows_are_no_error_and_no_bars() {
    let bars = whole(&spec(vec![period("minute", "1min")]), &[]);
    assert_eq!(bars[0].num_rows(), 0);
}

#[test]
fn a_restart_exactly_on_a_bars_end_continues() {
    let rows = [
        row(0, 1, 1.0, 1),
        row(59, 2, 2.0, 1),
        row(60, 1, 3.0, 1),
        row(61, 2, 4.0, 1),
    ];
    let spec = spec(vec![period("minute", "1min")]);
    let cut = run(
        &spec,
        &BarFunctions::new(),
        &[(&rows[..2], false), (&[], true), (&rows[2..], true)],
    );
    assert_eq!(cut, whole(&spec, &rows));
}

#[test]
fn empty_periods_are_rows_of_nulls_between_the_first_and_the_last_bar() {
    let rows = [row(0, 2, 1.0, 1), row(200, 1, 2.0, 1), row(310, 1, 3.0, 1)];
    let bars = &whole(
        &spec(vec![period("minute", "1min").with_empty_periods()]),
        &rows,
    )[0];
    let labels: Vec<i64> = int(bars, "ts").into_iter().flatten().collect();
    assert_eq!(labels, [0, 60, 120, 180, 180, 240, 240, 300, 300]);
    let keys: Vec<i64> = int(bars, "key").into_iter().flatten().collect();
    assert_eq!(keys, [2, 2, 2, 1, 2, 1, 2, 1, 2]);
    assert_eq!(float(bars, "open").iter().flatten().count(), 3);
    assert_eq!(int(bars, "n").iter().flatten().count(), 3);
}

#[test]
fn snapshots_show_the_running_bars() {
    let rows = [
        row(0, 1, 1.0, 1),
        row(5, 1, 2.0, 2),
        row(15, 1, 3.0, 4),
        row(40, 2, 4.0, 8),
        row(60, 1, 5.0, 16),
    ];
    let one = period("minute", "1min").with_snapshots(Period::parse("20s").unwrap());
    let shown = &whole(&spec(vec![one]), &rows)[1];
    assert_eq!(int(shown, "ts"), [20, 40, 60, 60].map(Some));
    assert_eq!(int(shown, "bar"), [0, 0, 0, 0].map(Some));
    assert_eq!(int(shown, "key"), [1, 1, 1, 2].map(Some));
    assert_eq!(int(shown, "volume"), [7, 7, 7, 8].map(Some));
}

#[test]
fn bins_of_rows_are_counted_and_carry_the_asked_label() {
    let rows: Vec<Row> = (0..7).map(|i| row(i * 10, 0, i as f64, 1)).collect();
    for (side, labels) in [(Side::Left, [0, 30, 60]), (Side::Right, [20, 50, 60])] {
        let one = Resolution::new(
            "three",
            Binning::Rows {
                count: 3,
                label: side,
            },
            columns(),
        );
        let bars = &whole(&spec(vec![one]), &rows)[0];
        assert_eq!(int(bars, "ts"), labels.map(Some));
        assert_eq!(int(bars, "bin"), [0, 1, 2].map(Some));
        assert_eq!(int(bars, "n"), [3, 3, 1].map(Some));
    }
}
