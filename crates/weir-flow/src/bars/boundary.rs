//! Where the bars of one resolution begin and end.

use arrow_array::RecordBatch;

use super::functions::{BinFunction, Cut};
use super::{BarsError, Bin, Bins, Side};

pub(super) enum Boundary {
    Period(Bins),
    Rows {
        count: u64,
        label: Side,
    },
    Function {
        name: String,
        function: Box<dyn BinFunction>,
        cuts: Vec<Cut>,
        next: usize,
        last: Option<i64>,
    },
}

/// The bars open in one resolution: they begin and end together for all keys.
#[derive(Clone, Debug)]
pub(super) struct Open {
    /// The period, where there is one.
    pub(super) bin: Option<Bin>,
    /// The least order value beyond them.
    pub(super) limit: Option<i64>,
    pub(super) number: i64,
    /// The label that a function gave.
    pub(super) named: i64,
    /// Order values of the first and the last row.
    pub(super) first: i64,
    pub(super) last: i64,
    /// Rows so far.
    pub(super) taken: u64,
}

impl Open {
    pub(super) fn take(&mut self, times: &[i64]) {
        self.taken += times.len() as u64;
        if let Some(last) = times.last() {
            self.last = *last;
        }
    }

    pub(super) fn label(&self, boundary: &Boundary) -> i64 {
        match (self.bin, boundary) {
            (Some(bin), _) => bin.label,
            (
                None,
                Boundary::Rows {
                    label: Side::Left, ..
                },
            ) => self.first,
            (None, Boundary::Rows { .. }) => self.last,
            (None, _) => self.named,
        }
    }
}

impl Boundary {
    /// Whether it can fail on rows that are in order.
    pub(super) fn may_fail(&self) -> bool {
        matches!(self, Self::Function { .. })
    }

    /// Whether bins need a number, labels being no name.
    pub(super) fn counts_bins(&self) -> bool {
        !matches!(self, Self::Period(_))
    }

    /// Checks that rows of this order value can be placed.
    pub(super) fn check(&self, time: i64) -> Result<(), BarsError> {
        self.bin(time).map(|_| ())
    }

    /// What no label of a bin that begins at or behind `time` lies below.
    pub(super) fn least_label(&self, time: i64) -> i64 {
        match self {
            Self::Period(bins) => bins.bin(time).map_or(i64::MIN, |bin| bin.label),
            Self::Rows { .. } => time,
            Self::Function { last, .. } => last.unwrap_or(i64::MIN),
        }
    }

    pub(super) fn bin(&self, time: i64) -> Result<Option<Bin>, BarsError> {
        match self {
            Self::Period(bins) => Ok(Some(bins.bin(time)?)),
            _ => Ok(None),
        }
    }

    /// Looks at a new batch.
    pub(super) fn look(&mut self, rows: &RecordBatch, times: &[i64]) -> Result<(), BarsError> {
        let Self::Function {
            name,
            function,
            cuts,
            next,
            last,
        } = self
        else {
            return Ok(());
        };
        if times.is_empty() {
            return Ok(());
        }
        let user = |source| BarsError::User {
            name: name.clone(),
            source,
        };
        cuts.clear();
        *next = 0;
        function.cuts(rows, times, cuts).map_err(user)?;
        if last.is_none() && cuts.first().is_none_or(|cut| cut.row != 0) {
            cuts.insert(
                0,
                Cut {
                    row: 0,
                    label: times[0],
                },
            );
        }
        let mut before = None;
        for cut in cuts.iter() {
            if cut.row >= times.len() || before.is_some_and(|row| cut.row <= row) {
                return Err(user(
                    format!(
                        "it began a bin at row {}, of {} and behind row {before:?}",
                        cut.row,
                        times.len()
                    )
                    .into(),
                ));
            }
            if last.is_some_and(|label| cut.label < label) {
                return Err(user(
                    format!(
                        "it gave the label {} behind {last:?}; labels must not go back",
                        cut.label
                    )
                    .into(),
                ));
            }
            before = Some(cut.row);
            *last = Some(cut.label);
        }
        Ok(())
    }

    /// Whether this row of the batch looked at begins a bin, whatever is open.
    pub(super) fn begins(&self, row: usize) -> bool {
        matches!(self, Self::Function { cuts, next, .. } if cuts.get(*next).is_some_and(|cut| cut.row == row))
    }

    /// Opens the bin of this row.
    pub(super) fn open(
        &mut self,
        row: usize,
        time: i64,
        number: i64,
    ) -> Result<(Open, Option<Bin>), BarsError> {
        let bin = self.bin(time)?;
        let mut named = time;
        if self.begins(row)
            && let Self::Function { cuts, next, .. } = self
        {
            named = cuts[*next].label;
            *next += 1;
        }
        let limit = bin.map(|bin| bin.limit);
        Ok((
            Open {
                bin,
                limit,
                number,
                named,
                first: time,
                last: time,
                taken: 0,
            },
            bin,
        ))
    }

    /// The row of the batch up to which rows from `at` on go into the open bin.
    pub(super) fn end(&self, open: &Open, at: usize, times: &[i64]) -> usize {
        match self {
            Self::Period(_) => match (open.limit, times.last()) {
                (Some(limit), Some(last)) if *last >= limit => {
                    at + times[at..].partition_point(|time| *time < limit)
                }
                _ => times.len(),
            },
            Self::Rows { count, .. } => {
                let left = usize::try_from(count.saturating_sub(open.taken)).unwrap_or(usize::MAX);
                times.len().min(at.saturating_add(left.max(1)))
            }
            Self::Function { cuts, next, .. } => cuts.get(*next).map_or(times.len(), |cut| cut.row),
        }
    }

    /// Whether the open bin takes no more rows.
    pub(super) fn is_full(&self, open: &Open) -> bool {
        matches!(self, Self::Rows { count, .. } if open.taken >= *count)
    }
}
