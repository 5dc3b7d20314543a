//! Interval joins give what nested loops give: for any ties, keys, windows, cuts, turns of the inputs and restarts.

#![allow(clippy::unwrap_used)]

mod joining;

use joining::{Delivery, Form, Row, assert_values, deliver, deliveries, key_columns, pairs, rows};
use proptest::prelude::*;
use weir_flow::{Distance, IntervalJoin, JoinKind};

fn model(
    (before, open_start): (u64, bool),
    (after, open_end): (u64, bool),
    kind: JoinKind,
    left: &[Row],
    right: &[Row],
) -> Vec<(usize, Option<usize>)> {
    let mut all = Vec::new();
    for (number, row) in left.iter().enumerate() {
        let met = right.iter().enumerate().filter(|(_, other)| {
            row.key.is_some() && other.key == row.key && {
                let (time, other) = (i128::from(row.time), i128::from(other.time));
                let (start, end) = (time - i128::from(before), time + i128::from(after));
                (start + i128::from(open_start)..=end - i128::from(open_end)).contains(&other)
            }
        });
        let found = all.len();
        all.extend(met.map(|(other, _)| (number, Some(other))));
        if all.len() == found && kind == JoinKind::Left {
            all.push((number, None));
        }
    }
    all
}

fn check(
    [before, after]: [(u64, bool); 2],
    kind: JoinKind,
    form: Form,
    left: &[Row],
    right: &[Row],
    how: &Delivery,
) {
    let distance = |units: u64| match form {
        Form::FloatsAndText => Distance::Number(units as f64 / 2.0),
        _ => Distance::Units(units),
    };
    let mut join = IntervalJoin::new(distance(before.0), distance(after.0))
        .kind(kind)
        .right_columns(["t", "id", "text"]);
    if before.1 {
        join = join.open_start();
    }
    if after.1 {
        join = join.open_end();
    }
    for key in key_columns(form) {
        join = join.on(*key);
    }
    let given = deliver(&join, form, [left, right], how);
    assert_eq!(pairs(&given), model(before, after, kind, left, right));
    assert_values(&given, form, [left, right]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn any_delivery_gives_what_nested_loops_give(
        before in (prop_oneof![Just(0_u64), 1..8_u64, Just(u64::MAX)], any::<bool>()),
        after in (prop_oneof![Just(0_u64), 1..8_u64, Just(u64::MAX)], any::<bool>()),
        kind in prop_oneof![Just(JoinKind::Left), Just(JoinKind::Inner)],
        form in prop_oneof![Just(Form::Integers), Just(Form::FloatsAndText), Just(Form::TwoKeys)],
        left in rows(60),
        right in rows(60),
        how in deliveries(),
    ) {
        check([before, after], kind, form, &left, &right, &how);
    }
}

#[test]
fn both_ends_belong_to_the_window() {
    let left = [Row {
        time: 10,
        key: Some(1),
    }];
    let right = [6, 7, 10, 12, 13].map(|time| Row { time, key: Some(1) });
    let how = Delivery {
        seed: 1,
        cut: 1,
        restarts: false,
        memory: 1 << 20,
    };
    assert_eq!(
        model((3, false), (2, false), JoinKind::Inner, &left, &right),
        [(0, Some(1)), (0, Some(2)), (0, Some(3))]
    );
    check(
        [(3, false), (2, false)],
        JoinKind::Inner,
        Form::Integers,
        &left,
        &right,
        &how,
    );
}

#[test]
fn empty_inputs_and_one_that_ends_early() {
    let some = [3, 5, 5, 9].map(|time| Row { time, key: Some(1) });
    for kind in [JoinKind::Left, JoinKind::Inner] {
        for (left, right) in [
            (&some[..], &[][..]),
            (&[], &some),
            (&[], &[]),
            (&some[..1], &some),
            (&some, &some[..1]),
        ] {
            for seed in 0..20 {
                let how = Delivery {
                    seed,
                    cut: 1,
                    restarts: seed % 2 == 0,
                    memory: 1 << 20,
                };
                check(
                    [(1, false), (2, false)],
                    kind,
                    Form::Integers,
                    left,
                    right,
                    &how,
                );
            }
        }
    }
}
