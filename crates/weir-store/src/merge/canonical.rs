//! The layout that depends on rows and settings only.

use std::ops::Range;

use super::{FileFacts, Target};
use crate::order::OrderValue;

/// Ranges of files that have to be written again so that every file holds exactly the rows that it would hold if all rows were
/// written at once.
///
/// `foreign[i]`: file i cannot stay for another reason (late rows belong into it, it has another schema or compression).
pub(crate) fn canonical(
    files: &[FileFacts],
    foreign: &[bool],
    target: &Target,
) -> Vec<Range<usize>> {
    match target {
        Target::Rows(rows) => by_rows(files, foreign, *rows),
        Target::Period(..) => by_period(files, foreign, target),
    }
}

fn by_rows(files: &[FileFacts], foreign: &[bool], target: u64) -> Vec<Range<usize>> {
    // Late rows change the count of all rows that follow.
    let counted = foreign.iter().position(|f| *f).unwrap_or(files.len());
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut before = 0_u64;
    for (at, file) in files.iter().enumerate() {
        let whole = file.rows == target || (file.rows < target && at + 1 == files.len());
        let stays = at < counted && before.is_multiple_of(target) && whole;
        before += file.rows;
        if !stays {
            extend(&mut ranges, at);
        }
    }
    ranges
}

fn by_period(files: &[FileFacts], foreign: &[bool], target: &Target) -> Vec<Range<usize>> {
    let Target::Period(period, order_type) = target else {
        return Vec::new();
    };
    let index = |value: &OrderValue| period.index(order_type, value);
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for (at, file) in files.iter().enumerate() {
        let shares_before = at > 0 && index(&files[at - 1].max) == index(&file.min);
        let shares_after = files
            .get(at + 1)
            .is_some_and(|next| index(&next.min) == index(&file.max));
        if index(&file.min) != index(&file.max) || shares_before || shares_after || foreign[at] {
            extend(&mut ranges, at);
        }
    }
    ranges
}

fn extend(ranges: &mut Vec<Range<usize>>, at: usize) {
    match ranges.last_mut() {
        Some(last) if last.end == at => last.end += 1,
        _ => ranges.push(at..at + 1),
    }
}

/// Which files late rows between `min` and `max` may change: those that they overlap and one to each side, since a row between two files
/// may be of the period of either.
pub(crate) fn late_touches(
    files: &[FileFacts],
    min: &OrderValue,
    max: &OrderValue,
) -> Range<usize> {
    let start = files.partition_point(|file| file.max < *min);
    let end = files.partition_point(|file| file.min <= *max);
    start.saturating_sub(1)..(end + 1).min(files.len())
}
