use std::num::NonZeroU64;

use super::{Arriving, Bound, Limits, Load};

/// What to do with what arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Fire what is held, then ask again.
    FireFirst,
    /// Take all of it.
    Take,
    /// Take a slice that fits: at most so many rows and bytes, one row at least.
    Cut {
        /// At most so many rows.
        rows: u64,
        /// At most so many bytes, unless one row alone is larger.
        bytes: u64,
    },
}

/// Decides from counts and bytes alone. After [`Step::Take`] or [`Step::Cut`], [`is_due`] says whether to fire.
///
/// A pure function; with adaptive bytes resolved before (an adaptive bound is taken as none).
#[must_use]
pub fn decide(limits: &Limits, held: &Load, arriving: &Arriving) -> Step {
    if limits.soft {
        return Step::Take;
    }
    let rows = limits.rows.map_or(u64::MAX, NonZeroU64::get);
    let bytes = match limits.bytes {
        Bound::Fixed(bytes) => bytes.get(),
        Bound::Unbounded | Bound::Adaptive => u64::MAX,
    };
    let with = held.with(arriving);
    let passes = with.rows > rows || with.bytes > bytes || span_passes(limits, &with);
    if passes && !held.is_empty() {
        return Step::FireFirst;
    }
    if arriving.rows > 1 && (arriving.rows > rows || arriving.bytes > bytes) {
        return Step::Cut { rows, bytes };
    }
    Step::Take
}

/// Whether what is held makes the operator fire, without anything else arriving.
#[must_use]
pub fn is_due(limits: &Limits, held: &Load) -> bool {
    if limits.every.is_some_and(|every| held.count >= every.get()) {
        return true;
    }
    if !limits.soft || held.is_empty() {
        return false;
    }
    limits.rows.is_some_and(|rows| held.rows >= rows.get())
        || matches!(limits.bytes, Bound::Fixed(bytes) if held.bytes >= bytes.get())
        || span_passes(limits, held)
}

fn span_passes(limits: &Limits, load: &Load) -> bool {
    match (limits.event_time, load.since, load.until) {
        (Some(span), Some(since), Some(until)) => until.saturating_sub(since) >= span,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::trigger::Limits;

    fn item(bytes: u64) -> Arriving {
        Arriving {
            rows: 1,
            bytes,
            since: None,
            until: None,
            counts: true,
        }
    }

    /// The inputs, counted from 1, at which a firing happens before or after.
    fn firings(limits: &Limits, items: u64, size: u64) -> (Vec<u64>, Vec<u64>) {
        let (mut before, mut after, mut held) = (Vec::new(), Vec::new(), Load::default());
        for number in 1..=items {
            if decide(limits, &held, &item(size)) == Step::FireFirst {
                before.push(number);
                held = Load::default();
            }
            assert_eq!(decide(limits, &held, &item(size)), Step::Take);
            held = held.with(&item(size));
            if is_due(limits, &held) {
                after.push(number);
                held = Load::default();
            }
        }
        (before, after)
    }

    #[test]
    fn hard_bytes_fire_before_items_3_5_7() {
        let limits = Limits::unbounded().bytes("100B".parse().unwrap()).unwrap();
        assert_eq!(firings(&limits, 8, 40), (vec![3, 5, 7], vec![]));
    }

    #[test]
    fn soft_bytes_fire_at_items_3_6_9() {
        let limits = Limits::unbounded().bytes("100B".parse().unwrap()).unwrap();
        assert_eq!(firings(&limits.soft(), 9, 40), (vec![], vec![3, 6, 9]));
    }

    #[test]
    fn every_third_arrival_fires() {
        let limits = Limits::unbounded().every(3).unwrap();
        assert_eq!(firings(&limits, 7, 1), (vec![], vec![3, 6]));
    }

    #[test]
    fn event_time_fires_before_the_span_is_passed() {
        let limits = Limits::unbounded().event_time(10).unwrap();
        let at = |time| Arriving {
            since: Some(time),
            until: Some(time),
            ..item(1)
        };
        let held = Load::default().with(&at(3));
        assert_eq!(decide(&limits, &held, &at(12)), Step::Take);
        assert_eq!(decide(&limits, &held, &at(13)), Step::FireFirst);
    }

    #[test]
    fn limits_that_cannot_be_are_refused() {
        use crate::trigger::LimitError::*;
        assert_eq!(Limits::unbounded().every(0), Err(EveryZero));
        assert_eq!(Limits::unbounded().rows(0), Err(RowsZero));
        assert_eq!(
            Limits::unbounded().bytes("0B".parse().unwrap()),
            Err(BytesZero)
        );
        assert_eq!(
            Limits::unbounded().event_time(0),
            Err(EventTime { span: 0 })
        );
        assert_eq!(
            Limits::unbounded().event_time(-3),
            Err(EventTime { span: -3 })
        );
    }

    proptest! {
        /// A hard limit is never passed but by one row alone, nothing is lost, and there is always progress.
        #[test]
        fn hard_limits_hold(
            rows in 1u64..20, bytes in 1u64..500, every in 1u64..9,
            items in proptest::collection::vec((1u64..50, 1u64..100), 0..60),
        ) {
            let limits = Limits::unbounded().rows(rows).unwrap().bytes(weir_memory::Bytes::new(bytes)).unwrap().every(every).unwrap();
            let (mut held, mut fired, mut given) = (Load::default(), 0u64, 0u64);
            for (count, size) in items {
                given += count;
                let mut left = Arriving { rows: count, bytes: count * size, since: None, until: None, counts: true };
                while left.rows > 0 {
                    match decide(&limits, &held, &left) {
                        Step::FireFirst => {
                            prop_assert!(!held.is_empty());
                            fired += held.rows;
                            held = Load::default();
                            continue;
                        }
                        Step::Take => {
                            held = held.with(&left);
                            left.rows = 0;
                        }
                        Step::Cut { rows, bytes } => {
                            prop_assert!(held.is_empty());
                            let take = rows.min(bytes / size).max(1);
                            prop_assert!(take < left.rows, "a cut takes a part");
                            held = held.with(&Arriving { rows: take, bytes: take * size, ..left });
                            left = Arriving { rows: left.rows - take, bytes: left.bytes - take * size, counts: false, ..left };
                        }
                    }
                    prop_assert!(held.rows <= rows && (held.bytes <= bytes || held.rows == 1));
                    prop_assert!(held.count <= every);
                    if is_due(&limits, &held) {
                        fired += held.rows;
                        held = Load::default();
                    }
                }
            }
            prop_assert_eq!(fired + held.rows, given);
        }
    }
}
