//! Late, corrected and removed rows re-open exactly the bars they touch; the result is that of making everything anew.
#![allow(clippy::unwrap_used)]

mod bar_rows;

use arrow_array::RecordBatch;
use arrow_select::concat::concat_batches;
use arrow_select::filter::filter_record_batch;
use bar_rows::{Row, batch, columns, int, period, row, rows, spec, stream, whole};
use proptest::prelude::*;
use weir_flow::bars::{BarFunctions, Bars, BarsSpec, Binning, Continue, LatePlan, Resolution};

/// What a store holds of one resolution after bars under these labels were replaced.
fn replaced(stored: &RecordBatch, first: i64, last: i64, bars: &[RecordBatch]) -> RecordBatch {
    let labels: Vec<i64> = int(stored, "ts").into_iter().flatten().collect();
    let part = |keep: &dyn Fn(i64) -> bool| {
        filter_record_batch(
            stored,
            &labels.iter().map(|label| Some(keep(*label))).collect(),
        )
        .unwrap()
    };
    let (before, behind) = (part(&|label| label < first), part(&|label| label > last));
    let all: Vec<&RecordBatch> = std::iter::once(&before)
        .chain(bars)
        .chain([&behind])
        .collect();
    concat_batches(&stored.schema(), all).unwrap()
}

/// Goes on after the change as a plan says.
fn follow(
    spec: &BarsSpec,
    before: &[Row],
    after: &[Row],
    changed: &[(i64, i64)],
) -> (LatePlan, Vec<RecordBatch>) {
    let mut stored = whole(spec, before);
    let last = before.last().map_or(0, |row| row.ts);
    let plan = LatePlan::new(spec, &stream(), changed, last).unwrap();
    for again in &plan.reopened {
        let rows: Vec<Row> = after
            .iter()
            .filter(|row| again.from <= row.ts && row.ts < again.until)
            .cloned()
            .collect();
        let mut bars = again
            .under_way(spec, &stream(), &BarFunctions::new())
            .unwrap();
        bars.take_in(&[&batch(&rows)]).unwrap();
        let closed: Vec<_> = std::iter::from_fn(|| bars.next_finished()).collect();
        let bars: Vec<RecordBatch> = closed
            .into_iter()
            .chain(bars.open_bars().unwrap())
            .map(|(_, rows)| rows)
            .collect();
        stored[again.way] = replaced(
            &stored[again.way],
            again.first_label,
            again.last_label,
            &bars,
        );
    }
    let from = match plan.go_on {
        Continue::Saved => return (plan, stored),
        Continue::From(from) => from,
        Continue::Beginning => i64::MIN,
    };
    let mut bars = Bars::new(spec, &stream(), &BarFunctions::new()).unwrap();
    let rows: Vec<Row> = after.iter().filter(|row| row.ts >= from).cloned().collect();
    bars.take_in(&[&batch(&rows)]).unwrap();
    let mut made: Vec<Vec<RecordBatch>> = vec![Vec::new(); stored.len()];
    std::iter::from_fn(|| bars.next_finished()).for_each(|(way, rows)| made[way].push(rows));
    bars.open_bars()
        .unwrap()
        .into_iter()
        .for_each(|(way, rows)| made[way].push(rows));
    for (stored, made) in stored.iter_mut().zip(made) {
        *stored = replaced(stored, from, i64::MAX, &made);
    }
    (plan, stored)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn the_result_is_that_of_making_everything_anew(
        rows in rows(120),
        change in prop::collection::vec((any::<usize>(), 0usize..3), 1..5),
        resolutions in prop::sample::subsequence(vec!["1min", "15min", "1h", "1D", "1W", "1MS"], 1..4),
    ) {
        prop_assume!(!rows.is_empty());
        let mut after = rows.clone();
        let mut changed = Vec::new();
        for (at, what) in change {
            let at = at % after.len().max(1);
            let Some(row) = after.get_mut(at) else { continue };
            changed.push((row.ts, row.ts));
            match what {
                0 => row.price = Some(77.0),
                1 => { let again = row.clone(); after.insert(at, again); }
                _ => { after.remove(at); }
            }
        }
        let mut each: Vec<Resolution> = resolutions.iter().map(|text| period(text, text)).collect();
        each.reverse();
        let spec = spec(each);
        // The last row stays where it is, so that the stream had come as far.
        let last = rows[rows.len() - 1].clone();
        if after.last().is_none_or(|row| row.ts != last.ts) {
            after.push(last);
        }
        let (_, got) = follow(&spec, &rows, &after, &changed);
        prop_assert_eq!(got, whole(&spec, &after));
    }
}

#[test]
fn only_the_touched_periods_are_made_again_and_bars_vanish() {
    let before: Vec<Row> = (0..300)
        .map(|i| row(i * 60, (i % 2) as i32, i as f64, 1))
        .collect();
    let mut after = before.clone();
    after.retain(|row| row.ts != 600);
    let spec = spec(vec![period("minute", "1min"), period("hour", "1h")]);
    let (plan, got) = follow(&spec, &before, &after, &[(600, 600)]);
    assert_eq!(plan.go_on, Continue::Saved);
    let spans: Vec<(usize, i64, i64)> = plan
        .reopened
        .iter()
        .map(|again| (again.way, again.from, again.until))
        .collect();
    assert_eq!(spans, [(0, 600, 660), (1, 0, 3600)]);
    assert_eq!(got, whole(&spec, &after));
    assert_eq!(got[0].num_rows(), 299);
}

#[test]
fn rows_behind_the_stream_re_open_nothing_and_the_open_bar_is_made_anew() {
    let spec = spec(vec![period("minute", "1min"), period("hour", "1h")]);
    let plan = |changed: &[(i64, i64)]| LatePlan::new(&spec, &stream(), changed, 7_300).unwrap();
    assert_eq!(
        plan(&[(7_301, 9_000)]),
        LatePlan {
            reopened: vec![],
            go_on: Continue::Saved
        }
    );
    assert_eq!(
        plan(&[(7_250, 7_250)]),
        LatePlan {
            reopened: vec![],
            go_on: Continue::From(7_200)
        }
    );
    let rows = Resolution::new(
        "five",
        Binning::Rows {
            count: 5,
            label: Default::default(),
        },
        columns(),
    );
    let all = LatePlan::new(&bar_rows::spec(vec![rows]), &stream(), &[(0, 0)], 7_300).unwrap();
    assert_eq!(all.go_on, Continue::Beginning);
}
