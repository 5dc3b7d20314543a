//! Properties of the planner, without files.
#![allow(clippy::unwrap_used)]

use std::ops::Range;

use arrow_array::{ArrayRef, Int64Array};
use arrow_schema::{DataType, TimeUnit};
use proptest::prelude::*;

use super::{FileFacts, Span, Spans, Target, canonical, plan};
use crate::order::{OrderColumn, OrderType, OrderValue};

fn file(rows: u64, min: i64, max: i64) -> FileFacts {
    FileFacts {
        rows,
        min: OrderValue::Int(min),
        max: OrderValue::Int(max),
    }
}

/// Ascending files that may share values at their borders.
fn files() -> impl Strategy<Value = Vec<FileFacts>> {
    prop::collection::vec((0_i64..4, 0_i64..6, 1_u64..10), 0..12).prop_map(|steps| {
        let mut at = 0;
        steps
            .into_iter()
            .map(|(gap, length, rows)| {
                let min = at + gap;
                at = min + length;
                file(rows, min, at)
            })
            .collect()
    })
}

fn count(files: &[FileFacts], rows: &[i64], meets_equal: bool) -> Vec<Span> {
    let mut spans = Spans::new(files, meets_equal);
    let mut rows = rows.to_vec();
    rows.sort_unstable();
    let array: ArrayRef = std::sync::Arc::new(Int64Array::from(rows));
    spans.add(&OrderColumn::new(&OrderType::of(&DataType::Int64).unwrap(), &array).unwrap());
    spans.finish()
}

fn touched_by(files: &[FileFacts], row: i64, meets_equal: bool) -> Vec<usize> {
    let row = OrderValue::Int(row);
    (0..files.len())
        .filter(|at| {
            let file = &files[*at];
            file.min <= row && (row < file.max || (meets_equal && row == file.max))
        })
        .collect()
}

proptest! {
    #[test]
    fn every_row_has_its_place(files in files(), rows in prop::collection::vec(-5_i64..60, 0..40), meets_equal in any::<bool>()) {
        let spans = count(&files, &rows, meets_equal);
        prop_assert_eq!(spans.iter().map(|span| span.rows).sum::<u64>(), rows.len() as u64);
        for pair in spans.windows(2) {
            prop_assert!(pair[0].max < pair[1].min);
            prop_assert!(pair[0].touched.start <= pair[1].touched.start);
        }
        for row in &rows {
            let span = spans.iter().find(|span| span.min <= OrderValue::Int(*row) && OrderValue::Int(*row) <= span.max).unwrap();
            prop_assert_eq!(span.touched.clone().collect::<Vec<_>>(), touched_by(&files, *row, meets_equal));
        }
    }

    #[test]
    fn regions_are_what_is_touched_and_coalesced(
        files in files(),
        rows in prop::collection::vec(-5_i64..60, 0..40),
        meets_equal in any::<bool>(),
        target in 1_u64..12,
        most in prop::option::of(0_u32..4),
    ) {
        let spans = count(&files, &rows, meets_equal);
        let regions = plan(&files, &spans, &Target::Rows(target), most);
        prop_assert_eq!(regions.iter().map(|region| region.rows).sum::<u64>(), rows.len() as u64);
        for pair in regions.windows(2) {
            prop_assert!(pair[0].files.end <= pair[1].files.start);
        }
        let inside = |at: usize| regions.iter().any(|region| region.files.contains(&at));
        for row in &rows {
            for at in touched_by(&files, *row, meets_equal) {
                prop_assert!(inside(at));
            }
        }
        for (at, file) in files.iter().enumerate() {
            let touched = rows.iter().any(|row| touched_by(&files, *row, meets_equal).contains(&at));
            let on_target = file.rows * 5 >= target * 4;
            if !touched && (most.is_none() || on_target) {
                prop_assert!(!inside(at), "file {} is rewritten for nothing", at);
            }
        }
        // The new rows of a region lie between its neighbours.
        let mut sorted = rows.clone();
        sorted.sort_unstable();
        let mut next = 0;
        for region in &regions {
            let count = usize::try_from(region.rows).unwrap();
            for row in &sorted[next..next + count] {
                let row = OrderValue::Int(*row);
                if let Some(before) = region.files.start.checked_sub(1) {
                    prop_assert!(files[before].max <= row);
                }
                if let Some(after) = files.get(region.files.end) {
                    prop_assert!(row < after.min || (!meets_equal && row <= after.min));
                }
            }
            next += count;
        }
    }

    #[test]
    fn what_stays_is_where_one_write_would_have_put_it(files in files(), target in 1_u64..12, foreign in prop::collection::vec(any::<bool>(), 12)) {
        let foreign = &foreign[..files.len()];
        let ranges = canonical(&files, foreign, &Target::Rows(target));
        let rewritten = |at: usize| ranges.iter().any(|range: &Range<usize>| range.contains(&at));
        let mut before = 0;
        let mut changed = false;
        for (at, file) in files.iter().enumerate() {
            changed |= foreign[at];
            let whole = before % target == 0 && (file.rows == target || (at + 1 == files.len() && file.rows < target));
            prop_assert_eq!(!rewritten(at), whole && !changed);
            before += file.rows;
        }
        for range in ranges {
            let rows: u64 = files[..range.start].iter().map(|file| file.rows).sum();
            prop_assert_eq!(rows % target, 0, "a range begins at a cut");
        }
    }
}

#[test]
fn split_periods_are_off_target() {
    let order = OrderType::of(&DataType::Timestamp(TimeUnit::Second, None)).unwrap();
    let target = Target::Period("1h".parse().unwrap(), order);
    let hour = 3_600;
    let files = [
        file(5, 0, hour - 1),
        file(1, hour, hour + 1),
        file(1, hour + 2, hour + 3),
        file(9, 2 * hour, 3 * hour - 1),
    ];
    let spans = [Span {
        touched: 3..3,
        rows: 1,
        min: OrderValue::Int(hour + 9),
        max: OrderValue::Int(hour + 9),
    }];
    let pairs = |ranges: Vec<Range<usize>>| -> Vec<(usize, usize)> {
        ranges
            .iter()
            .map(|range| (range.start, range.end))
            .collect()
    };
    let files_of = |most| {
        let regions = plan(&files, &spans, &target, most);
        pairs(regions.into_iter().map(|region| region.files).collect())
    };
    assert_eq!(files_of(None), [(3, 3)]);
    assert_eq!(files_of(Some(3)), [(3, 3)]);
    assert_eq!(files_of(Some(2)), [(1, 3)]);
    assert_eq!(pairs(canonical(&files, &[false; 4], &target)), [(1, 3)]);
}
