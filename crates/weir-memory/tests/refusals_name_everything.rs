//! A refusal says what was asked, what there is, who holds it and what to do.

#![allow(clippy::unwrap_used, reason = "tests")]

use weir_memory::{
    Budget, BudgetBuilder, BudgetOrigin, BudgetPlan, Bytes, HolderName, Origin, Refusal, Share,
};

fn budget() -> Budget {
    let plan = BudgetPlan {
        limit: Bytes::mib(256),
        origin: BudgetOrigin::Share {
            share: Share::DEFAULT,
            of: Bytes::mib(342),
            origin: Origin::CgroupV2 {
                file: "memory.max",
                group: "/".to_owned(),
            },
        },
        memory: Some(Bytes::mib(342)),
        warnings: Vec::new(),
    };
    let budget = BudgetBuilder::from(plan).detached().build();
    budget.observe(Bytes::mib(12));
    budget
}

fn name(stage: &str, operation: &str) -> HolderName {
    HolderName::new("calm-otter", stage, operation)
}

#[test]
fn shown_with_numbers_holders_and_numbered_remedies() {
    let budget = budget();
    let _sort = budget
        .holder(name("sql", "sort"))
        .reserve(Bytes::mib(38))
        .unwrap();
    let other = budget.holder(HolderName::new("brave-newt", "raster", "windows"));
    let _windows = other.reserve(Bytes::mib(17)).unwrap();
    let refusal = budget
        .holder(name("simulate", "block"))
        .reserve(Bytes::mib(412))
        .unwrap_err();
    let refusal = refusal.with_remedy("--results summary (keeps no visits)");
    assert_eq!(
        refusal.to_string(),
        "simulate block asks for 412 MiB, the budget leaves 173 MiB\n  \
         budget   256 MiB, 75 % of the container's 342 MiB (cgroup v2, memory.max)\n  \
         of it    55 MiB reserved, 12 MiB outside reservations, 16 MiB kept for work that cannot be spilled\n  \
         held by  sql sort 38 MiB, raster windows of brave-newt 17 MiB\n  \
         try      1. 512 MiB of memory for this process; it can have 342 MiB now   2. --results summary (keeps no visits)"
    );
    assert_eq!(Refusal::CODE, "W0107");
    assert_eq!(refusal.asker(), &name("simulate", "block"));
    assert_eq!(
        [
            refusal.asked(),
            refusal.available(),
            refusal.used(),
            refusal.unattributed(),
            refusal.reserve(),
            refusal.limit()
        ],
        [412, 173, 55, 12, 16, 256].map(Bytes::mib)
    );
}

#[test]
fn the_larger_budget_is_named_only_where_there_is_memory_for_it() {
    let refused = |mib: u64| {
        budget()
            .holder(name("a", "b"))
            .reserve(Bytes::mib(mib))
            .unwrap_err()
    };
    assert_eq!(refused(250).remedies(), ["--budget 320MiB"]);
    assert_eq!(
        refused(400).remedies(),
        ["448 MiB of memory for this process; it can have 342 MiB now"]
    );
    // Where nothing was detected nobody knows better.
    let alone = Budget::detached(Bytes::mib(128));
    let refusal = alone
        .holder(name("a", "b"))
        .reserve(Bytes::gib(1))
        .unwrap_err();
    assert_eq!(refusal.remedies(), ["--budget 1088MiB"]);
    assert!(
        refusal
            .to_string()
            .contains("128 MiB, as asked\n  of it    0 B reserved")
    );
}

#[test]
fn the_five_largest_are_named_in_the_same_order_each_time() {
    let budget = budget();
    let held: Vec<_> = (0..8)
        .map(|n| {
            budget
                .holder(name("stage", &format!("op{}", 7 - n)))
                .reserve(Bytes::mib(3))
                .unwrap()
        })
        .collect();
    let refusal = budget
        .holder(name("stage", "late"))
        .reserve(Bytes::gib(9))
        .unwrap_err();
    let named: Vec<_> = refusal
        .holders()
        .iter()
        .map(|held| held.name.operation())
        .collect();
    assert_eq!(named, ["op0", "op1", "op2", "op3", "op4"]);
    drop(held);
    let refusal = budget
        .holder(name("stage", "late"))
        .reserve(Bytes::gib(9))
        .unwrap_err();
    assert!(refusal.holders().is_empty() && !refusal.to_string().contains("held by"));
}

#[test]
fn any_number_can_be_asked_for_and_nothing_changes() {
    let budget = budget();
    let holder = budget.holder(name("a", "b"));
    let mut held = holder.reserve(Bytes::mib(10)).unwrap();
    let before = budget.snapshot();
    for bytes in [Bytes::mib(229), Bytes::gib(1), Bytes::MAX] {
        assert_eq!(holder.reserve(bytes).unwrap_err().asked(), bytes);
        assert!(held.grow(bytes).is_err());
    }
    assert!(held.resize(Bytes::MAX).is_err());
    assert_eq!(held.size(), Bytes::mib(10));
    assert_eq!(budget.snapshot(), before);
    // And whoever was refused may ask again.
    assert!(holder.reserve(Bytes::mib(200)).is_ok());
}
