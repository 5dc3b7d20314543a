//! Ids, names, rates, throttles, timelines, states: no clock, no disk.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use proptest::prelude::*;
use weir_memory::Pressure;
use weir_run::{
    MemorySample, MemoryUsage, Rate, RunId, RunKind, RunName, RunState, Throttle, Timeline,
    Timestamp,
};

proptest! {
    #[test]
    fn ids_survive_text_and_sort_by_time(
        (first, second) in any::<(u32, u32)>(),
        random in any::<([u8; 10], [u8; 10])>(),
    ) {
        let at = |seconds: u32| Timestamp::from_micros(i64::from(seconds) * 1_000_000);
        let a = RunId::from_parts(at(first), random.0);
        let b = RunId::from_parts(at(second), random.1);
        let text = a.to_string();
        prop_assert_eq!(text.len(), RunId::LENGTH);
        prop_assert_eq!(text.parse::<RunId>().unwrap(), a);
        prop_assert_eq!(text.to_lowercase().parse::<RunId>().unwrap(), a);
        if first != second {
            prop_assert_eq!(a < b, first < second);
        }
        prop_assert_eq!(a < b, text < b.to_string());
    }

    #[test]
    fn any_text_is_an_id_or_an_error(text in ".{0,40}") {
        if let Ok(id) = text.parse::<RunId>() {
            prop_assert_eq!(id.to_string(), text.to_ascii_uppercase());
        }
    }

    #[test]
    fn names_made_from_ids_are_names(random in any::<[u8; 10]>(), n in any::<u32>()) {
        let id = RunId::from_parts(Timestamp::from_micros(0), random);
        let name = RunName::from_id(id);
        prop_assert_eq!(&RunName::from_id(id), &name);
        prop_assert_eq!(&RunName::new(name.as_str()).unwrap(), &name);
        let numbered = name.numbered(n);
        prop_assert_eq!(&RunName::new(numbered.as_str()).unwrap(), &numbered);
    }

    #[test]
    fn a_rate_stays_between_the_slowest_and_the_fastest_speed(
        steps in proptest::collection::vec((1u64..10_000, 0u64..1_000_000), 1..50),
    ) {
        let mut rate = Rate::new(Duration::from_secs(5));
        let (mut at, mut done) = (Duration::ZERO, 0);
        rate.observe(at, done);
        let (mut slowest, mut fastest) = (f64::INFINITY, 0.0f64);
        for (milliseconds, units) in steps {
            let step = Duration::from_millis(milliseconds);
            at += step;
            done += units;
            rate.observe(at, done);
            let speed = units as f64 / step.as_secs_f64();
            slowest = slowest.min(speed);
            fastest = fastest.max(speed);
        }
        let shown = rate.per_second().unwrap();
        prop_assert!(shown >= slowest * (1.0 - 1e-9) && shown <= fastest * (1.0 + 1e-9));
        prop_assert!(rate.seconds_left(done, u64::MAX).is_none_or(|left| left.is_finite() && left >= 0.0));
    }

    #[test]
    fn a_throttle_passes_at_most_once_an_interval(
        steps in proptest::collection::vec(0u64..300, 1..200),
    ) {
        let throttle = Throttle::new(Duration::from_millis(100));
        let mut at = 0;
        let mut passed: Option<u64> = None;
        for step in steps {
            at += step;
            let passes = throttle.passes(Duration::from_millis(at));
            prop_assert_eq!(passes, passed.is_none_or(|last| at >= last + 100));
            if passes {
                passed = Some(at);
            }
        }
    }

    #[test]
    fn a_timeline_is_bounded_ordered_and_keeps_the_peak(
        capacity in 0usize..40,
        sizes in proptest::collection::vec(any::<u32>(), 0..600),
    ) {
        let mut timeline = Timeline::new(capacity);
        for (second, size) in sizes.iter().enumerate() {
            timeline.push(MemorySample {
                seconds: second as f64,
                stage: None,
                operation: None,
                resident: u64::from(*size),
                reserved: 0,
                limit: 0,
                pressure: Pressure::Calm.into(),
                system_available: None,
                system_total: None,
            });
            prop_assert!(timeline.len() <= capacity.max(4));
            prop_assert_eq!(timeline.len(), timeline.samples().count());
        }
        let kept: Vec<_> = timeline.samples().collect();
        prop_assert!(kept.windows(2).all(|pair| pair[0].seconds < pair[1].seconds));
        let peak = kept.iter().map(|sample| sample.resident).max();
        prop_assert_eq!(peak, sizes.iter().copied().max().map(u64::from));
        if !sizes.is_empty() && sizes.len() < capacity {
            prop_assert_eq!(kept.len(), sizes.len());
        }
    }

    #[test]
    fn usage_is_what_its_samples_come_to(sizes in proptest::collection::vec(1u64..1 << 40, 1..200)) {
        let usage = MemoryUsage::of(sizes.iter().map(|size| (*size, size / 2)));
        prop_assert_eq!(usage.samples, sizes.len() as u64);
        prop_assert_eq!(Some(usage.peak_resident), sizes.iter().copied().max());
        prop_assert_eq!(Some(usage.min_resident), sizes.iter().copied().min());
        let mean = sizes.iter().sum::<u64>() / usage.samples;
        prop_assert_eq!(usage.mean_resident, mean);
        // Exact, in integers: the sum of squared distances times the number of samples.
        let samples = i128::from(usage.samples);
        let sum: i128 = sizes.iter().map(|size| i128::from(*size)).sum();
        let squares: i128 = sizes.iter().map(|size| i128::from(*size).pow(2)).sum();
        let spread = samples * squares - sum * sum;
        let expected = (spread as f64 / (samples * (samples - 1).max(1)) as f64).sqrt();
        prop_assert!((usage.sd_resident as f64 - expected).abs() <= 0.5 + expected * 1e-9);
    }

    #[test]
    fn moments_survive_text_and_sort_like_it(a in 0i64..4_000_000_000_000_000, b in 0i64..4_000_000_000_000_000) {
        let (a, b) = (Timestamp::from_micros(a), Timestamp::from_micros(b));
        prop_assert_eq!(a.to_string().parse::<Timestamp>().unwrap(), a);
        prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
    }
}

#[test]
fn ids_use_the_published_layout() {
    // The ULID specification's example: this time and these random bits.
    let id: RunId = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
    assert_eq!(id.milliseconds(), 1_469_922_850_259);
    assert_eq!(id.to_string(), "01ARZ3NDEKTSV4RRFFQ69G5FAV");
    assert_eq!(id.suffix(), "9g5fav");
}

#[test]
fn texts_that_are_no_ids_say_why() {
    for (text, message) in [
        ("", "a run id has 26 characters, this one has 0"),
        (
            "01ARZ3NDEKTSV4RRFFQ69G5FAU",
            "'U' at position 25 cannot stand in a run id",
        ),
        (
            "81ARZ3NDEKTSV4RRFFQ69G5FAV",
            "'8' at position 0 cannot stand in a run id",
        ),
    ] {
        assert_eq!(text.parse::<RunId>().unwrap_err().to_string(), message);
    }
}

#[test]
fn names_and_kinds_have_rules() {
    for good in ["quiet-heron", "a-1", "dry-season-2", "heron", "big5"] {
        assert!(RunName::new(good).is_ok(), "{good}");
    }
    for bad in [
        "",
        "last",
        "01arz3ndektsv4rrffq69g5fav",
        "Quiet-Heron",
        "-a",
        "a-",
        "a--b",
        "1-a",
        "a b-c",
        "a-../b",
        "ü-b",
    ] {
        assert!(RunName::new(bad).is_err(), "{bad}");
    }
    assert!(RunKind::new("raster").is_ok());
    for bad in ["", "Sim", "1", "a/b", &"a".repeat(33)] {
        assert!(RunKind::new(bad).is_err(), "{bad}");
    }
}

#[test]
fn words_of_states_come_back_and_only_active_ones_change_with_a_dead_owner() {
    for state in RunState::ALL {
        assert_eq!(state.as_str().parse::<RunState>().unwrap(), state);
        assert_eq!(
            serde_json::to_string(&state).unwrap(),
            format!("\"{state}\"")
        );
        let buried = state.when_owner_dead();
        assert_eq!(buried != state, state.is_active());
        assert!(!buried.is_active());
    }
}
