//! From what a user writes and what the machine has to a limit, its origin and warnings.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests")]

use std::fs;

use proptest::prelude::*;
use weir_memory::{
    Budget, BudgetError, BudgetSpec, BudgetWarning, Bytes, DetectError, Detected, detect_at,
};

/// A machine with so much RAM and no groups.
fn machine(memory: Bytes) -> Result<Detected, DetectError> {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("proc")).unwrap();
    let text = format!("MemTotal: {} kB\n", memory.as_u64() >> 10);
    fs::write(root.path().join("proc/meminfo"), text).unwrap();
    detect_at(root.path())
}

fn spec(text: &str) -> BudgetSpec {
    text.parse().unwrap()
}

#[test]
fn shares_are_of_what_was_detected() {
    let plan = spec("50%").plan(&machine(Bytes::gib(4))).unwrap();
    assert_eq!(plan.limit, Bytes::gib(2));
    assert_eq!(plan.origin.to_string(), "50 % of the machine's 4 GiB (RAM)");
    assert!(plan.warnings.is_empty());
    let budget = Budget::from(plan);
    assert_eq!(budget.limit(), Bytes::gib(2));
    assert_eq!(
        budget.origin().to_string(),
        "50 % of the machine's 4 GiB (RAM)"
    );
    assert!(
        !budget.snapshot().unattributed.is_zero(),
        "the process itself counts"
    );
}

#[test]
fn more_than_there_is_is_taken_with_a_warning() {
    let plan = spec("8GiB").plan(&machine(Bytes::gib(4))).unwrap();
    assert_eq!(
        (plan.limit, plan.origin.to_string()),
        (Bytes::gib(8), "as asked".to_owned())
    );
    assert!(matches!(
        plan.warnings[..],
        [BudgetWarning::BeyondMemory { .. }]
    ));
    let told = plan.warnings[0].to_string();
    assert!(
        told.contains("8 GiB is more than the machine's 4 GiB (RAM)"),
        "{told}"
    );
}

#[test]
fn small_budgets_are_taken_with_a_warning_and_tiny_ones_refused() {
    let machine = machine(Bytes::gib(4));
    assert!(spec("128MiB").plan(&machine).unwrap().warnings.is_empty());
    let plan = spec("64MiB").plan(&machine).unwrap();
    assert_eq!(
        plan.warnings,
        [BudgetWarning::BelowGuarantee {
            limit: Bytes::mib(64)
        }]
    );
    for text in ["65535KiB", "0", "1%"] {
        let error = spec(text).plan(&machine).unwrap_err();
        assert!(matches!(error, BudgetError::TooSmall { .. }));
        let told = error.to_string();
        assert!(
            told.contains("at least 64 MiB") && told.contains("--budget 128MiB"),
            "{told}"
        );
    }
}

proptest! {
    /// What is shown as an option is read as the same number.
    #[test]
    fn options_read_back(bytes in prop_oneof![any::<u64>(), (0u64..1 << 14).prop_map(|n| n << 20)]) {
        let bytes = Bytes::new(bytes);
        prop_assert_eq!(bytes.to_option().parse(), Ok(bytes));
    }

    /// What is shown to people is read as nearly the same number.
    #[test]
    fn shown_numbers_read_back_nearly(bytes in 0u64..1 << 60) {
        let read: Bytes = Bytes::new(bytes).to_string().parse().unwrap();
        prop_assert!(read.as_u64().abs_diff(bytes) <= bytes / 19 + 1, "{} {}", bytes, read);
    }

    /// Whole numbers of a unit are exact or too large, never wrapped.
    #[test]
    fn units_multiply_exactly(count in any::<u64>(), unit in 0usize..11, space in " {0,3}") {
        const UNITS: [(&str, u128); 11] = [
            ("", 1), ("B", 1), ("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000),
            ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40), ("m", 1 << 20), ("g", 1 << 30),
        ];
        let (name, size) = UNITS[unit];
        let exact = u128::from(count) * size;
        let read = format!("{count}{space}{name}").parse::<Bytes>().ok();
        prop_assert_eq!(read.map(|bytes| u128::from(bytes.as_u64())), (exact <= u128::from(u64::MAX)).then_some(exact));
    }

    /// Fractions are within a byte of the real number.
    #[test]
    fn fractions_are_within_a_byte(whole in 0u32..1_000, fraction in "[0-9]{1,30}", unit in 0usize..3) {
        let (name, size) = [("KiB", 1024.0), ("MB", 1e6), ("GiB", 1_073_741_824.0)][unit];
        let text = format!("{whole}.{fraction}");
        let read: Bytes = format!("{text}{name}").parse().unwrap();
        let real = text.parse::<f64>().unwrap() * size;
        prop_assert!((read.as_u64() as f64 - real).abs() <= 1.5, "{} {}", read.as_u64(), real);
    }

    /// No text panics, and every message is short enough to be shown.
    #[test]
    fn any_text_gives_an_answer(text in ".{0,200}") {
        let told = match text.parse::<BudgetSpec>() {
            Ok(spec) => spec.to_string(),
            Err(error) => error.to_string(),
        };
        prop_assert!(told.len() < 400, "{}", told);
    }

    /// Likewise for texts that look like sizes and shares.
    #[test]
    fn any_likely_text_gives_an_answer(text in "[-+0-9.]{0,25} ?[kKmMgGtTpPiIbB%eE]{0,4}") {
        let _ = text.parse::<BudgetSpec>();
        let _ = text.parse::<Bytes>();
    }
}
