//! What is reserved is given back, whatever the order, and from any thread.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use proptest::prelude::*;
use weir_memory::{Budget, BudgetBuilder, Bytes, Holder, HolderName, Reservation};

fn holder(budget: &Budget, operation: &str) -> Holder {
    budget.holder(HolderName::new("run", "stage", operation))
}

/// 1,000 bytes, none of them kept.
fn thousand() -> Budget {
    BudgetBuilder::new(Bytes::new(1_000))
        .reserve(Bytes::ZERO)
        .detached()
        .build()
}

#[test]
fn resized_split_and_dropped() {
    let budget = thousand();
    let mut held = holder(&budget, "a").reserve(Bytes::new(300)).unwrap();
    held.resize(Bytes::new(800)).unwrap();
    held.resize(Bytes::new(500)).unwrap();
    held.shrink(Bytes::new(100));
    let part = held.split(Bytes::new(150));
    assert_eq!(
        (held.size(), part.size()),
        (Bytes::new(250), Bytes::new(150))
    );
    assert_eq!(budget.snapshot().reserved, Bytes::new(400));
    drop(held);
    assert_eq!(budget.snapshot().reserved, Bytes::new(150));
    let mut rest = part;
    let all = rest.split(Bytes::MAX);
    assert_eq!((rest.size(), all.size()), (Bytes::ZERO, Bytes::new(150)));
    rest.shrink(Bytes::MAX);
    drop((rest, all));
    assert!(budget.ledger_is_empty() && budget.snapshot().holders.is_empty());
}

#[test]
fn a_reservation_outlives_its_holder() {
    let budget = thousand();
    let held = holder(&budget, "a").reserve(Bytes::new(10)).unwrap();
    assert_eq!(budget.snapshot().holders[0].name.operation(), "a");
    drop(held);
    assert!(budget.ledger_is_empty());
}

#[test]
fn reserve_up_to_takes_what_there_is() {
    let budget = thousand();
    let a = holder(&budget, "a");
    let first = a.reserve_up_to(Bytes::new(100), Bytes::new(700)).unwrap();
    let second = a.reserve_up_to(Bytes::new(100), Bytes::new(700)).unwrap();
    assert_eq!(
        (first.size(), second.size()),
        (Bytes::new(700), Bytes::new(300))
    );
    assert_eq!(a.available(), Bytes::ZERO);
    assert_eq!(
        a.reserve_up_to(Bytes::new(100), Bytes::new(700))
            .unwrap_err()
            .asked(),
        Bytes::new(100)
    );
    assert!(
        a.reserve_up_to(Bytes::ZERO, Bytes::new(700))
            .unwrap()
            .size()
            .is_zero()
    );
}

#[test]
fn the_drain_runs_only_when_refused_and_once() {
    let budget = thousand();
    let a = holder(&budget, "a");
    let mut buffer = a
        .reserve_or_drain(Bytes::new(900), || panic!("not needed"))
        .unwrap();
    let mut drains = 0;
    let more = a.reserve_or_drain(Bytes::new(400), || {
        drains += 1;
        buffer.shrink(Bytes::new(350));
    });
    assert_eq!(more.unwrap().size(), Bytes::new(400));
    let refusal = a
        .reserve_or_drain(Bytes::new(2_000), || drains += 1)
        .unwrap_err();
    // The refusal tells what there was after the drain.
    assert_eq!((drains, refusal.available()), (2, Bytes::new(450)));
}

#[test]
fn the_reserve_is_for_work_that_cannot_be_spilled() {
    let budget = BudgetBuilder::new(Bytes::new(1_000))
        .reserve(Bytes::new(200))
        .detached()
        .build();
    let sort = holder(&budget, "sort");
    let spill = sort.unspillable();
    assert_eq!(
        (sort.available(), spill.available()),
        (Bytes::new(800), Bytes::new(1_000))
    );
    let _buffer = sort.reserve(Bytes::new(800)).unwrap();
    assert!(sort.reserve(Bytes::new(1)).is_err());
    let run = spill.reserve(Bytes::new(150)).unwrap();
    assert_eq!(budget.snapshot().reserve, Bytes::new(50));
    assert!(spill.reserve(Bytes::new(51)).is_err());
    // The same name is told once, with everything it holds.
    let holders = budget.snapshot().holders;
    assert_eq!((holders.len(), holders[0].bytes), (1, Bytes::new(950)));
    drop(run);
    assert!(sort.reserve(Bytes::new(1)).is_err());
}

#[test]
fn unattributed_memory_shrinks_what_can_be_reserved() {
    let budget = thousand();
    let a = holder(&budget, "a");
    let held = a.reserve(Bytes::new(300)).unwrap();
    // 450 resident: at least 150 of them nobody reserved.
    budget.observe(Bytes::new(450));
    assert_eq!(budget.snapshot().unattributed, Bytes::new(150));
    assert_eq!(a.available(), Bytes::new(550));
    assert!(a.reserve(Bytes::new(551)).is_err());
    let more = a.reserve(Bytes::new(550)).unwrap();
    // It grew after the grants: nothing is taken away, nothing more is given.
    budget.observe(Bytes::new(1_200));
    assert_eq!(
        (a.available(), held.size(), more.size()),
        (Bytes::ZERO, Bytes::new(300), Bytes::new(550))
    );
    assert!(a.reserve(Bytes::ZERO).is_ok());
    // Once gone it is forgotten: no more can be unattributed than is resident.
    drop((held, more));
    budget.observe(Bytes::new(40));
    assert_eq!(a.available(), Bytes::new(960));
}

/// An observation between two parts of a job finds memory that the allocator keeps. It is not
/// held against the next part, as long as no more was released.
#[test]
fn memory_kept_by_the_allocator_is_reused_where_it_cannot_be_given_back() {
    let kept_between_parts = || {
        let budget = thousand();
        budget.observe(Bytes::new(100));
        let part = holder(&budget, "part");
        let first = part.reserve(Bytes::new(800)).unwrap();
        budget.observe(Bytes::new(900));
        drop(first);
        budget.observe(Bytes::new(900));
        assert_eq!(part.available(), Bytes::new(100));
        (budget, part)
    };
    let (budget, part) = kept_between_parts();
    for _ in 0..3 {
        let next = part.reserve(Bytes::new(800)).unwrap();
        let now = budget.snapshot();
        assert!(now.reserved.saturating_add(now.unattributed) <= now.limit);
        // What is reused once is gone: the rest is still unattributed.
        assert!(holder(&budget, "other").reserve(Bytes::new(300)).is_err());
        budget.observe(Bytes::new(900));
        drop(next);
        budget.observe(Bytes::new(900));
    }
    // More than was released was never there.
    assert!(part.reserve(Bytes::new(950)).is_err());
    // Where it can be given back, and was not, it is really in use.
    let (budget, part) = kept_between_parts();
    budget.set_give_back(|| {});
    assert!(part.reserve(Bytes::new(800)).is_err());
}

#[test]
fn a_peak_between_observations_is_remembered() {
    let budget = thousand();
    budget.observe_with_peak(Bytes::new(100), Bytes::new(100));
    budget.observe_with_peak(Bytes::new(100), Bytes::new(600));
    let now = budget.snapshot();
    assert_eq!(
        (now.unattributed, now.peak_resident),
        (Bytes::new(600), Bytes::new(600))
    );
    // Told again, it is no news, also after an observation without a peak; nor after a reset.
    budget.observe(Bytes::new(100));
    budget.observe_with_peak(Bytes::new(100), Bytes::new(600));
    budget.observe_with_peak(Bytes::new(100), Bytes::new(110));
    assert_eq!(budget.snapshot().unattributed, Bytes::new(100));
    budget.observe_with_peak(Bytes::new(100), Bytes::new(120));
    assert_eq!(budget.snapshot().unattributed, Bytes::new(120));
}

#[test]
fn threads_never_hold_more_than_the_limit_together() {
    let budget = thousand();
    let held = AtomicU64::new(0);
    let granted = AtomicU64::new(0);
    thread::scope(|scope| {
        for thread in 0..4u64 {
            let (budget, held, granted) = (&budget, &held, &granted);
            scope.spawn(move || {
                let mine = holder(budget, &thread.to_string());
                let mut kept: Vec<Reservation> = Vec::new();
                for step in 0..5_000u64 {
                    let bytes = (step * 37 + thread * 101) % 290;
                    if let Ok(reservation) = mine.reserve(Bytes::new(bytes)) {
                        // Counted after it was granted, discounted before it is given back.
                        let together = held.fetch_add(bytes, Ordering::SeqCst) + bytes;
                        assert!(together <= 1_000, "{together}");
                        granted.fetch_add(1, Ordering::Relaxed);
                        kept.push(reservation);
                    }
                    if step % 3 == 0 || kept.len() > 4 {
                        let gone: u64 = kept.iter().map(|held| held.size().as_u64()).sum();
                        held.fetch_sub(gone, Ordering::SeqCst);
                        kept.clear();
                    }
                    if step % 50 == 0 {
                        budget.observe(Bytes::new(held.load(Ordering::SeqCst).min(100)));
                        assert!(budget.snapshot().reserved <= Bytes::new(1_000));
                    }
                }
                let gone: u64 = kept.iter().map(|held| held.size().as_u64()).sum();
                held.fetch_sub(gone, Ordering::SeqCst);
            });
        }
    });
    assert!(granted.load(Ordering::Relaxed) > 1_000);
    assert!(budget.ledger_is_empty() && budget.snapshot().holders.is_empty());
}

#[derive(Clone, Debug)]
enum Step {
    Reserve(usize, u64),
    UpTo(usize, u64, u64),
    Drain(usize, u64),
    Resize(usize, u64),
    Split(usize, u64),
    Drop(usize),
    Observe(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let (who, which, bytes) = (0usize..3, 0usize..64, 0u64..600);
    prop_oneof![
        (who.clone(), bytes.clone()).prop_map(|(a, b)| Step::Reserve(a, b)),
        (who.clone(), bytes.clone(), bytes.clone()).prop_map(|(a, b, c)| Step::UpTo(a, b, c)),
        (who, bytes.clone()).prop_map(|(a, b)| Step::Drain(a, b)),
        (which.clone(), bytes.clone()).prop_map(|(a, b)| Step::Resize(a, b)),
        (which.clone(), bytes).prop_map(|(a, b)| Step::Split(a, b)),
        which.prop_map(Step::Drop),
        (0u64..1_300).prop_map(Step::Observe),
    ]
}

proptest! {
    /// Through the public interface: at every grant all is within the limit, sizes and ledger
    /// agree, and in the end the ledger is empty.
    #[test]
    fn the_ledger_returns_to_zero(steps in proptest::collection::vec(step(), 0..150)) {
        let budget = BudgetBuilder::new(Bytes::new(1_000)).reserve(Bytes::new(100)).detached().build();
        let holders = [holder(&budget, "a"), holder(&budget, "b"), holder(&budget, "a").unspillable()];
        let mut held: Vec<Reservation> = Vec::new();
        for step in steps {
            let before = budget.snapshot().reserved;
            match step {
                Step::Reserve(who, bytes) => held.extend(holders[who].reserve(Bytes::new(bytes))),
                Step::UpTo(who, least, wanted) => {
                    let got = holders[who].reserve_up_to(Bytes::new(least), Bytes::new(wanted));
                    if let Ok(got) = &got {
                        prop_assert!(got.size() >= Bytes::new(least) && got.size() <= Bytes::new(wanted.max(least)));
                    }
                    held.extend(got);
                }
                Step::Drain(who, bytes) => {
                    let got = holders[who].reserve_or_drain(Bytes::new(bytes), || drop(held.pop()));
                    held.extend(got);
                }
                Step::Resize(which, bytes) if which < held.len() => {
                    let _ = held[which].resize(Bytes::new(bytes));
                }
                Step::Split(which, bytes) if which < held.len() => {
                    let part = held[which].split(Bytes::new(bytes));
                    held.push(part);
                }
                Step::Drop(which) if which < held.len() => drop(held.swap_remove(which)),
                Step::Observe(resident) => budget.observe(Bytes::new(resident)),
                _ => {}
            }
            let now = budget.snapshot();
            prop_assert_eq!(now.reserved, held.iter().map(Reservation::size).sum::<Bytes>());
            if now.reserved > before {
                prop_assert!(now.reserved.saturating_add(now.unattributed) <= now.limit);
            }
        }
        drop(held);
        prop_assert!(budget.ledger_is_empty());
        prop_assert!(budget.snapshot().holders.is_empty());
    }
}
