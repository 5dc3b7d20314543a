//! Merge regions: which files are rewritten with which new rows.

use std::ops::Range;

use super::Period;
use crate::order::{OrderType, OrderValue};

/// How large files should be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Target {
    /// Rows.
    Rows(u64),
    /// One period of the order column.
    Period(Period, OrderType),
}

/// A file as far as planning needs it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FileFacts {
    pub(crate) rows: u64,
    pub(crate) min: OrderValue,
    pub(crate) max: OrderValue,
}

/// New rows that belong to the same place: into the files `touched`, or between files where `touched` is empty.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Span {
    pub(crate) touched: Range<usize>,
    pub(crate) rows: u64,
    pub(crate) min: OrderValue,
    pub(crate) max: OrderValue,
}

/// Files that are replaced, and how many of the new rows, in order, go there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Region {
    pub(crate) files: Range<usize>,
    pub(crate) rows: u64,
}

impl Target {
    /// Whether a count of rows is near enough to the target: at least 80 % of it.
    fn enough(target: u64, rows: u64) -> bool {
        u128::from(rows) * 5 >= u128::from(target) * 4
    }

    fn period(&self, value: &OrderValue) -> Option<i64> {
        match self {
            Self::Rows(_) => None,
            Self::Period(period, order_type) => Some(period.index(order_type, value)),
        }
    }
}

/// A span of rows, stored or to come, as the off-target rule sees it.
struct Piece {
    rows: u64,
    min: OrderValue,
    max: OrderValue,
    files: Range<usize>,
    new_rows: u64,
    touched: bool,
}

impl Piece {
    /// How many row groups off target it is, between its neighbours.
    fn off_target(&self, before: Option<&Self>, after: Option<&Self>, target: &Target) -> u64 {
        match target {
            Target::Rows(wanted) => {
                let last = if self.touched {
                    self.rows % *wanted
                } else {
                    self.rows
                };
                u64::from(last != 0 && !Target::enough(*wanted, last))
            }
            Target::Period(..) => {
                let (first, last) = (target.period(&self.min), target.period(&self.max));
                let split_before = before.is_some_and(|before| target.period(&before.max) == first);
                let split_after = after.is_some_and(|after| target.period(&after.min) == last);
                if self.touched {
                    // It will be cut at every period; only its ends can share theirs.
                    let ends = u64::from(split_before) + u64::from(split_after);
                    if first == last { ends.min(1) } else { ends }
                } else {
                    u64::from(first != last || split_before || split_after)
                }
            }
        }
    }
}

/// The regions of a write, ascending; the new rows go to them in order, `Region::rows` each.
///
/// `files` are ascending and do not overlap (they may share an order value at a border); `spans` are ascending. Spans that
/// touch the same or adjacent files make one region. With `max_off_target` n, a region whose row groups off target, with those
/// adjacent to it, are more than n takes these neighbours in. Without new rows every run of more than n files off target is a region.
pub(crate) fn plan(
    files: &[FileFacts],
    spans: &[Span],
    target: &Target,
    max_off_target: Option<u32>,
) -> Vec<Region> {
    let pieces = pieces(files, spans);
    let Some(most) = max_off_target else {
        return pieces
            .iter()
            .filter(|piece| piece.touched)
            .map(region)
            .collect();
    };
    let off: Vec<u64> = (0..pieces.len())
        .map(|at| {
            let before = at.checked_sub(1).and_then(|before| pieces.get(before));
            pieces[at].off_target(before, pieces.get(at + 1), target)
        })
        .collect();
    // A run: a touched piece or more with the neighbours off target, no piece on target between.
    let mut regions = Vec::new();
    let mut at = 0;
    while at < pieces.len() {
        let joins = |at: usize| pieces[at].touched || off[at] > 0;
        if !joins(at) {
            at += 1;
            continue;
        }
        let mut end = at;
        while end < pieces.len() && joins(end) {
            end += 1;
        }
        let run = &pieces[at..end];
        let count: u64 = off[at..end].iter().sum();
        let wanted = spans.is_empty() || run.iter().any(|piece| piece.touched);
        if wanted && count > u64::from(most) {
            regions.push(Region {
                files: run[0].files.start..run[run.len() - 1].files.end,
                rows: run.iter().map(|piece| piece.new_rows).sum(),
            });
        } else {
            regions.extend(run.iter().filter(|piece| piece.touched).map(region));
        }
        at = end;
    }
    regions
}

fn region(piece: &Piece) -> Region {
    Region {
        files: piece.files.clone(),
        rows: piece.new_rows,
    }
}

/// Untouched files one by one, and between them the joined spans.
fn pieces(files: &[FileFacts], spans: &[Span]) -> Vec<Piece> {
    let mut joined: Vec<Piece> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.touched.start <= last.files.end => {
                last.files.end = last.files.end.max(span.touched.end);
                last.new_rows += span.rows;
                last.max = last.max.clone().max(span.max.clone());
            }
            _ => joined.push(Piece {
                rows: 0,
                min: span.min.clone(),
                max: span.max.clone(),
                files: span.touched.clone(),
                new_rows: span.rows,
                touched: true,
            }),
        }
    }
    for piece in &mut joined {
        let stored = &files[piece.files.clone()];
        piece.rows = piece.new_rows + stored.iter().map(|file| file.rows).sum::<u64>();
        for file in stored {
            piece.min = piece.min.clone().min(file.min.clone());
            piece.max = piece.max.clone().max(file.max.clone());
        }
    }
    let mut all = Vec::with_capacity(files.len() + joined.len());
    let mut joined = joined.into_iter().peekable();
    let mut at = 0;
    loop {
        if let Some(piece) = joined.next_if(|piece| piece.files.start <= at) {
            at = at.max(piece.files.end);
            all.push(piece);
        } else if let Some(file) = files.get(at) {
            all.push(Piece {
                rows: file.rows,
                min: file.min.clone(),
                max: file.max.clone(),
                files: at..at + 1,
                new_rows: 0,
                touched: false,
            });
            at += 1;
        } else {
            return all;
        }
    }
}
