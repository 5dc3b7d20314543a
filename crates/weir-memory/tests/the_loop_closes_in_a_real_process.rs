//! Memory that nobody reserved shrinks what can be reserved, in this very process.
//!
//! One test, so that no other allocates meanwhile.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};
use std::time::Duration;

use weir_memory::{
    Budget, Bytes, HolderName, Pressure, Sample, Sampler, peak_resident, resident, try_reset_peak,
};

/// Large enough to be mapped on its own and unmapped when dropped.
fn touched(size: Bytes) -> Vec<u8> {
    // Without the black box the compiler leaves out memory that nobody reads.
    std::hint::black_box(vec![7; size.as_usize()])
}

#[test]
fn unreserved_memory_shrinks_what_is_available_and_comes_back() {
    let budget = Budget::new(resident().unwrap().saturating_add(Bytes::mib(400)));
    let holder = budget.holder(HolderName::new("test", "loop", "work"));
    let near = |a: Bytes, b: Bytes| a.as_u64().abs_diff(b.as_u64()) < 8 << 20;
    budget.observe_now().unwrap();
    let idle = holder.available();

    // 1. Unreserved: unattributed, and less is available.
    let unreserved = touched(Bytes::mib(120));
    budget.observe_now().unwrap();
    let tight = holder.available();
    assert!(
        near(idle.saturating_sub(tight), Bytes::mib(120)),
        "{idle} {tight}"
    );
    assert!(near(budget.snapshot().resident, resident().unwrap()));

    // 2. Reserved and touched: attributed, so only the reservation counts, not both.
    let room = holder.reserve(Bytes::mib(100)).unwrap();
    let reserved = touched(Bytes::mib(100));
    budget.observe_now().unwrap();
    assert!(near(
        tight.saturating_sub(holder.available()),
        Bytes::mib(100)
    ));
    assert!(
        holder
            .reserve(idle.saturating_sub(Bytes::mib(150)))
            .is_err()
    );

    // 3. Freed: a refused holder has it looked at again, and finds it at once.
    drop(reserved);
    drop(room);
    drop(unreserved);
    let all = holder.reserve(idle.saturating_sub(Bytes::mib(20))).unwrap();
    drop(all);
    assert!(budget.ledger_is_empty());

    // 4. Critical pressure has memory given back; so has a refusal that it can avert.
    let hoard: Arc<Mutex<Vec<u8>>> = Arc::default();
    let (hidden, calls) = (Arc::clone(&hoard), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&calls);
    budget.set_give_back(move || {
        counted.fetch_add(1, Ordering::SeqCst);
        *hidden.lock().unwrap() = Vec::new();
    });
    *hoard.lock().unwrap() = touched(Bytes::mib(200));
    budget.observe_now().unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 0);
    let averted = holder.reserve(Bytes::mib(300)).unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    drop(averted);
    // Nothing more to gain: refused without another try.
    assert!(holder.reserve(Bytes::gib(4)).is_err());
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    *hoard.lock().unwrap() = touched(Bytes::mib(380));
    budget.observe_now().unwrap();
    assert_eq!(
        (calls.load(Ordering::SeqCst), budget.pressure()),
        (2, Pressure::Critical)
    );
    budget.observe_now().unwrap();
    assert_ne!(budget.pressure(), Pressure::Critical);
    *hoard.lock().unwrap() = touched(Bytes::mib(50));
    assert!(near(budget.give_back(), Bytes::mib(50)));

    // 5. A peak between two observations counts, where it can be reset to begin with.
    if try_reset_peak() {
        budget.observe_now().unwrap();
        let before = budget.snapshot();
        drop(touched(Bytes::mib(150)));
        budget.observe_now().unwrap();
        let after = budget.snapshot();
        assert!(
            near(after.resident, before.resident),
            "{} {}",
            before.resident,
            after.resident
        );
        let rise = after.unattributed.saturating_sub(before.resident);
        assert!(near(rise, Bytes::mib(150)), "{rise}");
        assert!(peak_resident().unwrap() >= after.resident.saturating_add(Bytes::mib(140)));
    }

    // 6. The sampler sees all that by itself, and stops at once.
    let (samples, seen) = mpsc::channel::<Sample>();
    let sampler = Sampler::start(budget.clone(), Duration::from_millis(2), move |sample| {
        let _ = samples.send(sample);
    })
    .unwrap();
    let first = seen.recv().unwrap();
    let room = holder.reserve(Bytes::mib(30)).unwrap();
    let grown = touched(Bytes::mib(60));
    let later = seen.iter().find(|sample| {
        sample.resident >= first.resident.saturating_add(Bytes::mib(50))
            && sample.reserved == Bytes::mib(30)
    });
    let later = later.unwrap();
    assert!(later.elapsed > first.elapsed && later.limit == budget.limit());
    assert!(later.peak.unwrap() >= Bytes::mib(50));
    assert!(
        later
            .psi_some_avg10
            .is_none_or(|share| (0.0..=100.0).contains(&share))
    );
    drop((grown, room));
    sampler.stop();
    // Ended: the channel closes after the last sample.
    assert!(seen.iter().last().is_some());

    // 7. Dropping does not wait for the period; a panic in the callback does not end the loop.
    let ran = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&ran);
    let sampler = Sampler::start(budget.clone(), Duration::from_secs(3_600), move |_| {
        flag.store(true, Ordering::SeqCst);
        panic!("on purpose");
    })
    .unwrap();
    let observed = budget.observations();
    drop(sampler);
    assert!(ran.load(Ordering::SeqCst) && budget.observations() > observed);
}
