//! Subscribers hear of every change of level, in order, and may use the budget meanwhile.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use weir_memory::{
    Budget, BudgetBuilder, Bytes, HolderName, Pressure, PressureChange, Subscription,
    ThresholdError, Thresholds,
};

type Heard = Arc<Mutex<Vec<(Pressure, Pressure)>>>;

fn hundred() -> Budget {
    BudgetBuilder::new(Bytes::new(100))
        .reserve(Bytes::ZERO)
        .detached()
        .build()
}

fn listen(budget: &Budget) -> (Heard, Subscription) {
    let heard = Heard::default();
    let notes = Arc::clone(&heard);
    let listening =
        budget.subscribe(move |change| notes.lock().unwrap().push((change.from, change.to)));
    (heard, listening)
}

fn see(budget: &Budget, percents: &[u64]) {
    for &percent in percents {
        budget.observe(Bytes::new(percent));
    }
}

#[test]
fn on_edges_only_until_dropped() {
    use Pressure::{Calm, Critical, Elevated, Warning};
    let budget = hundred();
    let (heard, listening) = listen(&budget);
    see(&budget, &[10, 72, 73, 69, 68, 81, 95, 95, 20]);
    let expected = [
        (Calm, Elevated),
        (Elevated, Warning),
        (Warning, Critical),
        (Critical, Calm),
    ];
    assert_eq!(*heard.lock().unwrap(), expected);
    drop(listening);
    see(&budget, &[95, 10]);
    assert_eq!(heard.lock().unwrap().len(), 4);
}

#[test]
fn a_change_carries_its_numbers() {
    let budget = hundred();
    let last: Arc<Mutex<Option<PressureChange>>> = Arc::default();
    let note = Arc::clone(&last);
    let _listening = budget.subscribe(move |change| *note.lock().unwrap() = Some(change));
    see(&budget, &[85]);
    let change = last.lock().unwrap().unwrap();
    assert_eq!(
        (change.resident, change.limit),
        (Bytes::new(85), Bytes::new(100))
    );
    assert_eq!(budget.pressure(), Pressure::Warning);
    assert_eq!(change.to.to_string(), "warning");
}

#[test]
fn callbacks_may_reserve_drop_subscribe_and_observe() {
    let budget = hundred();
    let holder = budget.holder(HolderName::new("run", "stage", "cache"));
    let cache = Mutex::new(Some(holder.reserve(Bytes::new(40)).unwrap()));
    let nested = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&nested);
    let inner = budget.clone();
    let kept: Mutex<Vec<Subscription>> = Mutex::default();
    let listening = budget.subscribe(move |change| {
        if change.to == Pressure::Critical {
            drop(cache.lock().unwrap().take());
            let _small = holder.reserve(Bytes::new(1));
            drop(inner.subscribe(|_| {}));
            let count = Arc::clone(&count);
            kept.lock().unwrap().push(inner.subscribe(move |_| {
                count.fetch_add(1, Ordering::SeqCst);
            }));
            // Told after this callback has returned, to those who came meanwhile too.
            inner.observe(Bytes::new(10));
        }
    });
    see(&budget, &[95]);
    assert_eq!(budget.pressure(), Pressure::Calm);
    assert!(budget.ledger_is_empty());
    assert_eq!(nested.load(Ordering::SeqCst), 1);
    drop(listening);
}

#[test]
fn a_callback_may_drop_its_own_and_another_subscription() {
    let budget = hundred();
    let (heard, second) = {
        let all: Arc<Mutex<Vec<Subscription>>> = Arc::default();
        let drops = Arc::clone(&all);
        let first = budget.subscribe(move |_| drops.lock().unwrap().clear());
        let (heard, second) = listen(&budget);
        all.lock().unwrap().push(first);
        all.lock().unwrap().push(second);
        (heard, all)
    };
    see(&budget, &[95, 10]);
    // The first dropped the second before its turn came.
    assert!(heard.lock().unwrap().is_empty() && second.lock().unwrap().is_empty());
}

#[test]
fn a_panicking_callback_harms_nobody_else() {
    let budget = hundred();
    let _bad = budget.subscribe(|_| panic!("on purpose"));
    let (heard, _good) = listen(&budget);
    see(&budget, &[95, 10]);
    assert_eq!(heard.lock().unwrap().len(), 2);
    assert_eq!(budget.pressure(), Pressure::Calm);
}

#[test]
fn a_subscription_may_outlive_its_budget() {
    let (_, listening) = listen(&hundred());
    drop(listening);
}

/// From several threads at once every listener hears a chain: each change begins where the one
/// before ended.
#[test]
fn changes_come_in_order_from_many_threads() {
    let budget = hundred();
    let (heard, _listening) = listen(&budget);
    thread::scope(|scope| {
        for thread in 0..4u64 {
            let budget = &budget;
            scope.spawn(move || {
                for step in 0..2_000u64 {
                    budget.observe(Bytes::new((step * 31 + thread * 17) % 101));
                }
            });
        }
    });
    let heard = heard.lock().unwrap();
    assert!(heard.len() > 10);
    assert!(heard.iter().all(|(from, to)| from != to));
    for pair in heard.windows(2) {
        assert_eq!(pair[0].1, pair[1].0);
    }
    assert_eq!(heard.last().unwrap().1, budget.pressure());
}

#[test]
fn thresholds_are_settable_and_checked() {
    let thresholds = Thresholds::new(40, 50, 60, 10).unwrap();
    let budget = BudgetBuilder::new(Bytes::new(100))
        .thresholds(thresholds)
        .detached()
        .build();
    let levels: Vec<_> = [41, 55, 60, 50, 49, 29]
        .map(|percent| {
            budget.observe(Bytes::new(percent));
            budget.pressure().name()
        })
        .to_vec();
    assert_eq!(
        levels,
        [
            "elevated", "warning", "critical", "critical", "warning", "calm"
        ]
    );
    for (e, w, c) in [
        (0, 50, 60),
        (50, 50, 60),
        (50, 60, 60),
        (50, 60, 101),
        (60, 50, 70),
    ] {
        assert!(matches!(
            Thresholds::new(e, w, c, 5),
            Err(ThresholdError::Order { .. })
        ));
    }
    for hysteresis in [0, 40, 99] {
        let error = Thresholds::new(40, 50, 60, hysteresis).unwrap_err();
        assert!(
            matches!(error, ThresholdError::Hysteresis { .. }),
            "{error}"
        );
    }
}
