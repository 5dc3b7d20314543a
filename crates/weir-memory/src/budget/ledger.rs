//! Who holds how much: the pure core behind the budget's lock.

use std::collections::BTreeMap;

use super::{Held, HolderName, unattributed::Unattributed};
use crate::{Bytes, Pressure, PressureGauge};

/// Which part of the limit a holder may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Can make room when asked: all but the reserve.
    Spillable,
    /// Cannot: all.
    Unspillable,
}

/// Invariants: `reserved` is the sum of all entries and `unspillable` the sum of those of that
/// class; nothing is granted beyond `limit`.
#[derive(Debug)]
pub(super) struct Ledger {
    pub(super) limit: u64,
    /// Kept for unspillable work; what that holds already counts towards it.
    pub(super) reserve: u64,
    reserved: u64,
    unspillable: u64,
    most_reserved: u64,
    pub(super) unattributed: Unattributed,
    entries: BTreeMap<u64, Entry>,
    next: u64,
    pub(super) gauge: PressureGauge,
    pub(super) resident: u64,
    pub(super) peak_resident: u64,
    /// The process's peak at the last observation; a larger one is news.
    known_peak: u64,
    pub(super) observations: u64,
}

#[derive(Debug)]
struct Entry {
    name: HolderName,
    class: Class,
    bytes: u64,
}

impl Ledger {
    pub(super) fn new(
        limit: u64,
        reserve: u64,
        baseline: u64,
        known_peak: u64,
        gauge: PressureGauge,
    ) -> Self {
        Self {
            limit,
            reserve: reserve.min(limit),
            reserved: 0,
            unspillable: 0,
            most_reserved: 0,
            unattributed: Unattributed::new(baseline),
            entries: BTreeMap::new(),
            next: 0,
            gauge,
            resident: baseline,
            peak_resident: baseline,
            known_peak,
            observations: 0,
        }
    }

    pub(super) fn reserved(&self) -> u64 {
        self.reserved
    }

    /// What of the reserve is still kept from spillable work.
    pub(super) fn kept(&self) -> u64 {
        self.reserve.saturating_sub(self.unspillable)
    }

    /// What a holder of this class could have now.
    pub(super) fn available(&self, class: Class) -> u64 {
        self.limit
            .saturating_sub(self.reserved)
            .saturating_sub(self.unattributed.estimate())
            .saturating_sub(self.kept_from(class))
    }

    /// What of the reserve is out of reach for this class.
    pub(super) fn kept_from(&self, class: Class) -> u64 {
        match class {
            Class::Spillable => self.kept(),
            Class::Unspillable => 0,
        }
    }

    pub(super) fn enter(&mut self, name: HolderName, class: Class) -> u64 {
        let id = self.next;
        self.next += 1;
        self.entries.insert(
            id,
            Entry {
                name,
                class,
                bytes: 0,
            },
        );
        id
    }

    pub(super) fn leave(&mut self, id: u64) {
        let held = self.entries.get(&id).map_or(0, |entry| entry.bytes);
        self.release(id, held);
        self.entries.remove(&id);
    }

    /// Grants all or nothing; tells whether it did.
    pub(super) fn take(&mut self, id: u64, bytes: u64) -> bool {
        let Some(entry) = self.entries.get(&id) else {
            return false;
        };
        if bytes > 0 && bytes > self.available(entry.class) {
            return false;
        }
        self.grant(id, bytes);
        true
    }

    /// Like [`take`](Self::take), reusing memory that was released and is still resident: that
    /// adds nothing to resident memory as far as the allocator does reuse it. So it is enough
    /// that what is kept could be had once all is reused; meanwhile half of it is a margin for
    /// what the allocator does not reuse.
    pub(super) fn take_reusing(&mut self, id: u64, bytes: u64) -> bool {
        let Some(entry) = self.entries.get(&id) else {
            return false;
        };
        let (estimate, reusable) = (self.unattributed.estimate(), self.unattributed.reusable());
        let reused = bytes.min(reusable);
        let kept = self.kept_from(entry.class);
        let after = self
            .reserved
            .saturating_add(bytes)
            .saturating_add(estimate - reused)
            .saturating_add(kept / 2);
        let once_all_is_reused = self
            .reserved
            .saturating_add(bytes)
            .saturating_add(estimate - reusable)
            .saturating_add(kept);
        if after.max(once_all_is_reused) > self.limit {
            return false;
        }
        self.unattributed.reuse(reused);
        self.grant(id, bytes);
        true
    }

    fn grant(&mut self, id: u64, bytes: u64) {
        let Some(entry) = self.entries.get_mut(&id) else {
            return;
        };
        entry.bytes += bytes;
        self.reserved += bytes;
        if entry.class == Class::Unspillable {
            self.unspillable += bytes;
        }
        self.most_reserved = self.most_reserved.max(self.reserved);
    }

    pub(super) fn release(&mut self, id: u64, bytes: u64) {
        let Some(entry) = self.entries.get_mut(&id) else {
            return;
        };
        let bytes = bytes.min(entry.bytes);
        entry.bytes -= bytes;
        self.reserved -= bytes;
        if entry.class == Class::Unspillable {
            self.unspillable -= bytes;
        }
    }

    /// One observation of resident memory and, where it was read, of the process's peak so far;
    /// the level of pressure before, where it changed.
    pub(super) fn observe(&mut self, resident: u64, peak: Option<u64>) -> Option<Pressure> {
        // A peak above the one known is news; one below it was reset, and counts from there.
        let news = peak
            .filter(|peak| *peak > self.known_peak)
            .unwrap_or(0)
            .max(resident);
        self.known_peak = peak.unwrap_or(self.known_peak);
        self.unattributed
            .observe(resident, self.reserved, news, self.most_reserved);
        self.most_reserved = self.reserved;
        self.resident = resident;
        self.peak_resident = self.peak_resident.max(news);
        self.observations = self.observations.wrapping_add(1);
        self.gauge
            .update(Bytes::new(resident), Bytes::new(self.limit))
    }

    /// Everyone who holds something: the same name once, from the largest, then by name.
    pub(super) fn holders(&self) -> Vec<Held> {
        let mut by_name: BTreeMap<&HolderName, u64> = BTreeMap::new();
        for entry in self.entries.values().filter(|entry| entry.bytes > 0) {
            *by_name.entry(&entry.name).or_default() += entry.bytes;
        }
        let mut holders: Vec<Held> = by_name
            .into_iter()
            .map(|(name, bytes)| Held {
                name: name.clone(),
                bytes: Bytes::new(bytes),
            })
            .collect();
        // Stable, so names stay in order where equal.
        holders.sort_by_key(|held| std::cmp::Reverse(held.bytes));
        holders
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Step {
        Take(usize, u64),
        Reuse(usize, u64),
        Release(usize, u64),
        Observe(u64, Option<u64>),
        GaveBack(u64, u64),
        Leave(usize),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => (0usize..4, 0u64..600).prop_map(|(who, bytes)| Step::Take(who, bytes)),
            2 => (0usize..4, 0u64..600).prop_map(|(who, bytes)| Step::Reuse(who, bytes)),
            3 => (0usize..4, 0u64..600).prop_map(|(who, bytes)| Step::Release(who, bytes)),
            2 => (0u64..1_500, proptest::option::of(0u64..1_500)).prop_map(|(s, p)| Step::Observe(s, p)),
            1 => (0u64..1_500, 0u64..1_500).prop_map(|(b, a)| Step::GaveBack(b, a)),
            1 => (0usize..4).prop_map(Step::Leave),
        ]
    }

    proptest! {
        /// Nothing is ever granted that would bring reserved + unattributed (+ what is kept)
        /// above the limit, sums stay right, and the ledger comes back to zero.
        #[test]
        fn never_grants_beyond_the_limit(
            steps in proptest::collection::vec(step(), 0..200),
            reserve in 0u64..400,
            baseline in 0u64..1_200,
        ) {
            let mut ledger = Ledger::new(1_000, reserve, baseline, 0, PressureGauge::default());
            let class = |who: usize| if who == 3 { Class::Unspillable } else { Class::Spillable };
            let enter = |ledger: &mut Ledger, who: usize| {
                ledger.enter(HolderName::new("r", "s", who.to_string()), class(who))
            };
            let mut ids: Vec<u64> = (0..4).map(|who| enter(&mut ledger, who)).collect();
            let mut held = [0u64; 4];
            for step in steps {
                match step {
                    Step::Take(who, bytes) => {
                        let unspillable = held[3] + if who == 3 { bytes } else { 0 };
                        let kept = if who == 3 { 0 } else { reserve.saturating_sub(unspillable) };
                        let fits = held.iter().sum::<u64>() + ledger.unattributed.estimate() + kept + bytes <= 1_000;
                        prop_assert_eq!(ledger.take(ids[who], bytes), fits || bytes == 0);
                        if fits || bytes == 0 {
                            held[who] += bytes;
                        }
                    }
                    Step::Reuse(who, bytes) => {
                        let before = (ledger.unattributed.estimate(), ledger.unattributed.reusable());
                        if ledger.take_reusing(ids[who], bytes) {
                            held[who] += bytes;
                            let all = ledger.reserved() + ledger.unattributed.estimate();
                            prop_assert!(all <= 1_000);
                            let reusable = ledger.unattributed.reusable();
                            prop_assert!(all - reusable + ledger.kept_from(class(who)) <= 1_000);
                            prop_assert!(before.0 - ledger.unattributed.estimate() <= before.1.min(bytes));
                        } else {
                            let after = (ledger.unattributed.estimate(), ledger.unattributed.reusable());
                            prop_assert_eq!(before, after);
                        }
                    }
                    Step::Release(who, bytes) => {
                        ledger.release(ids[who], bytes);
                        held[who] = held[who].saturating_sub(bytes);
                    }
                    Step::Observe(resident, peak) => {
                        ledger.observe(resident, peak);
                        prop_assert!(ledger.unattributed.estimate() + ledger.reserved() >= resident);
                    }
                    Step::GaveBack(before, after) => {
                        ledger.unattributed.gave_back(before, after, ledger.reserved());
                    }
                    Step::Leave(who) => {
                        ledger.leave(ids[who]);
                        held[who] = 0;
                        ids[who] = enter(&mut ledger, who);
                    }
                }
                prop_assert_eq!(ledger.reserved(), held.iter().sum::<u64>());
                prop_assert_eq!(ledger.unspillable, held[3]);
                prop_assert_eq!(
                    ledger.holders().iter().map(|h| h.bytes.as_u64()).sum::<u64>(),
                    ledger.reserved()
                );
            }
            for id in ids {
                ledger.leave(id);
            }
            prop_assert_eq!(ledger.reserved(), 0);
            prop_assert!(ledger.entries.is_empty());
        }
    }

    #[test]
    fn holders_are_told_from_the_largest_then_by_name() {
        let mut ledger = Ledger::new(1_000, 0, 0, 0, PressureGauge::default());
        for (operation, bytes) in [("b", 5), ("a", 5), ("c", 9), ("a", 1), ("idle", 0)] {
            let id = ledger.enter(HolderName::new("r", "s", operation), Class::Spillable);
            assert!(ledger.take(id, bytes));
        }
        let told: Vec<_> = ledger
            .holders()
            .iter()
            .map(|h| (h.name.operation().to_owned(), h.bytes.as_u64()))
            .collect();
        assert_eq!(
            told,
            [
                ("c".to_owned(), 9),
                ("a".to_owned(), 6),
                ("b".to_owned(), 5)
            ]
        );
    }
}
