//! Late rows: which bars they re-open, and where the stream goes on.

use std::collections::BTreeSet;

use weir_store::{Manifest, OrderValue};

use super::{BarFunctions, Bars, BarsError, BarsSpec, Binning, Bins};
use crate::StreamSchema;

/// How often the place to go on from is moved back to a common begin of all resolutions before everything is made anew.
const STEPS: usize = 64;

/// What has to be made again when rows changed that bars were made of already. The result then equals making everything anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LatePlan {
    /// Bars behind which the stream already was, and which change.
    pub reopened: Vec<Reopened>,
    /// Where the stream goes on.
    pub go_on: Continue,
}

/// Bars of one resolution to make again: these and no other ones replace all that is stored under their labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reopened {
    /// The resolution, by its place in the description.
    pub way: usize,
    /// The rows they are made of: order values from here …
    pub from: i64,
    /// … to before here.
    pub until: i64,
    /// The first of the labels whose bars are replaced, …
    pub first_label: i64,
    /// … and the last. Bars under these labels that are not made again are gone.
    pub last_label: i64,
}

/// Where the stream goes on after late rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Continue {
    /// From the saved state: the open bars have not changed.
    Saved,
    /// With empty state from the first row with this order value or a greater one; bars from there on replace the stored ones.
    From(i64),
    /// With empty state from the first row; everything stored is replaced.
    Beginning,
}

/// The order ranges (least and greatest value, both within) whose rows may differ between two versions of a dataset: those of the files that only one of them has.
/// In order, not touching each other. A compaction between them makes ranges without changes; that costs time only.
///
/// Nothing where the order values are no integers, dates or timestamps.
pub fn changed_ranges(before: &Manifest, after: &Manifest) -> Vec<(i64, i64)> {
    let names = |manifest: &Manifest| -> BTreeSet<String> {
        manifest
            .files
            .iter()
            .map(|file| file.name.clone())
            .collect()
    };
    let (old, new) = (names(before), names(after));
    let only_one = before
        .files
        .iter()
        .filter(|file| !new.contains(&file.name))
        .chain(after.files.iter().filter(|file| !old.contains(&file.name)));
    let ranges = only_one.filter_map(|file| Some((integer(&file.min)?, integer(&file.max)?)));
    united(ranges.collect())
}

fn integer(value: &OrderValue) -> Option<i64> {
    match value {
        OrderValue::Int(value) => Some(*value),
        OrderValue::Uint(value) => i64::try_from(*value).ok(),
        _ => None,
    }
}

/// Ranges in order, those that overlap made one.
fn united(mut ranges: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    ranges.sort_unstable();
    let mut united: Vec<(i64, i64)> = Vec::new();
    for (from, to) in ranges {
        match united.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => united.push((from, to)),
        }
    }
    united
}

impl LatePlan {
    /// What follows from changes in these order ranges (both ends within) when the stream had come to a row with order value `last`.
    ///
    /// Periods are made again one by one. Bins of rows or of a function, empty periods, snapshots and post-processing depend on everything before: there a
    /// change makes everything anew.
    ///
    /// # Errors
    /// [`BarsError`] where the description does not suit the stream, or an order value lies outside what a period can place.
    pub fn new(
        spec: &BarsSpec,
        input: &StreamSchema,
        changed: &[(i64, i64)],
        last: i64,
    ) -> Result<Self, BarsError> {
        // What lies behind the last row is to come anyway. Rows at it may have come between those taken in, too.
        let changed: Vec<(i64, i64)> = changed
            .iter()
            .copied()
            .filter(|(from, _)| *from <= last)
            .collect();
        if changed.is_empty() {
            return Ok(Self {
                reopened: Vec::new(),
                go_on: Continue::Saved,
            });
        }
        let Some(bins) = periods(spec, input)? else {
            return Ok(Self {
                reopened: Vec::new(),
                go_on: Continue::Beginning,
            });
        };
        let Some(open) = common_begin(&bins, last)? else {
            return Ok(Self {
                reopened: Vec::new(),
                go_on: Continue::Beginning,
            });
        };
        let touched = changed.iter().any(|(_, to)| *to >= open);
        let mut reopened = Vec::new();
        for (way, bins) in bins.iter().enumerate() {
            let mut spans: Vec<(i64, i64)> = Vec::new();
            for (from, to) in changed.iter().filter(|(from, _)| *from < open) {
                // The period around the last changed row before `open` ends by it: `open` begins a period of every resolution.
                spans.push((bins.bin(*from)?.first, bins.bin((*to).min(open - 1))?.limit));
            }
            for (from, until) in united(spans) {
                let (first, last) = (bins.bin(from)?.label, bins.bin(until - 1)?.label);
                reopened.push(Reopened {
                    way,
                    from,
                    until,
                    first_label: first,
                    last_label: last,
                });
            }
        }
        let go_on = if touched {
            Continue::From(open)
        } else {
            Continue::Saved
        };
        Ok(Self { reopened, go_on })
    }
}

/// The periods of all resolutions; `None` where one depends on more than its own rows.
fn periods(spec: &BarsSpec, input: &StreamSchema) -> Result<Option<Vec<Bins>>, BarsError> {
    let order = input.order_type().ok_or_else(|| BarsError::Order {
        found: "nothing".to_owned(),
    })?;
    let mut all = Vec::new();
    for resolution in &spec.resolutions {
        let Binning::Period(period) = &resolution.binning else {
            return Ok(None);
        };
        if resolution.empty_periods || resolution.snapshots.is_some() || resolution.after.is_some()
        {
            return Ok(None);
        }
        all.push(Bins::new(period, order)?);
    }
    Ok(Some(all))
}

/// The greatest order value at or before the open periods of `last` at which every resolution begins a period.
fn common_begin(bins: &[Bins], last: i64) -> Result<Option<i64>, BarsError> {
    let mut begin = last;
    for _ in 0..STEPS {
        let mut least = begin;
        for bins in bins {
            least = least.min(bins.bin(begin)?.first);
        }
        if least == begin {
            return Ok(Some(begin));
        }
        begin = least;
    }
    Ok(None)
}

impl Reopened {
    /// Bars to give the rows from [`Reopened::from`] to before [`Reopened::until`], in order: what it finishes and what is open then are the bars anew. No rows: they are
    /// gone.
    ///
    /// # Errors
    /// [`BarsError`] where the description does not suit the stream.
    pub fn under_way(
        &self,
        spec: &BarsSpec,
        input: &StreamSchema,
        functions: &BarFunctions,
    ) -> Result<Bars, BarsError> {
        let resolutions = spec.resolutions.get(self.way).cloned();
        let one = BarsSpec {
            keys: spec.keys.clone(),
            resolutions: resolutions.into_iter().collect(),
        };
        Bars::new(&one, input, functions)
    }
}
