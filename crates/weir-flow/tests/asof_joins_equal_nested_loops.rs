//! As-of joins give what nested loops give: for any ties, keys, cuts, turns of the inputs, sizes of outputs and restarts.

#![allow(clippy::unwrap_used)]

mod joining;

use joining::{Delivery, Form, Row, assert_values, deliver, deliveries, key_columns, pairs, rows};
use proptest::prelude::*;
use weir_flow::{AsofDirection, AsofJoin, Distance, JoinKind};

#[derive(Clone, Debug)]
struct Case {
    direction: AsofDirection,
    exact: bool,
    tolerance: Option<u64>,
    kind: JoinKind,
}

fn cases() -> impl Strategy<Value = Case> {
    let direction = prop_oneof![
        Just(AsofDirection::Backward),
        Just(AsofDirection::Forward),
        Just(AsofDirection::Nearest),
    ];
    let tolerance = prop::option::of(prop_oneof![Just(0_u64), 1..6_u64, Just(u64::MAX)]);
    let kind = prop_oneof![Just(JoinKind::Left), Just(JoinKind::Inner)];
    (direction, any::<bool>(), tolerance, kind).prop_map(|(direction, exact, tolerance, kind)| {
        Case {
            direction,
            exact,
            tolerance,
            kind,
        }
    })
}

/// Which right row a left row meets, by looking at all of them.
fn meets(case: &Case, left: Row, right: &[Row]) -> Option<usize> {
    let mut best: Option<(u64, i64, usize)> = None;
    for (number, row) in right.iter().enumerate() {
        let after = row.time > left.time;
        let suits = match case.direction {
            AsofDirection::Backward => !after,
            AsofDirection::Forward => after || row.time == left.time,
            AsofDirection::Nearest => true,
        };
        let distance = row.time.abs_diff(left.time);
        let near = case.tolerance.is_none_or(|tolerance| distance <= tolerance);
        let exact = case.exact || row.time != left.time;
        if left.key.is_none() || row.key != left.key || !suits || !near || !exact {
            continue;
        }
        // The nearest; of equally near ones the last in stream order.
        if best.is_none_or(|(least, _, _)| distance <= least) {
            best = Some((distance, row.time, number));
        }
    }
    best.map(|(_, _, number)| number)
}

fn model(case: &Case, left: &[Row], right: &[Row]) -> Vec<(usize, Option<usize>)> {
    let all = left
        .iter()
        .enumerate()
        .map(|(number, row)| (number, meets(case, *row, right)));
    all.filter(|(_, met)| case.kind == JoinKind::Left || met.is_some())
        .collect()
}

fn join(case: &Case, form: Form) -> AsofJoin {
    let mut join = AsofJoin::new(case.direction)
        .exact(case.exact)
        .kind(case.kind)
        .right_columns(["t", "id", "text"]);
    for key in key_columns(form) {
        join = join.on(*key);
    }
    match (case.tolerance, form) {
        // Times are halves there.
        (Some(units), Form::FloatsAndText) => join.tolerance(Distance::Number(units as f64 / 2.0)),
        (Some(units), _) => join.tolerance(Distance::Units(units)),
        (None, _) => join,
    }
}

fn check(case: &Case, form: Form, left: &[Row], right: &[Row], how: &Delivery) {
    let given = deliver(&join(case, form), form, [left, right], how);
    assert_eq!(pairs(&given), model(case, left, right));
    assert_values(&given, form, [left, right]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn any_delivery_gives_what_nested_loops_give(
        case in cases(),
        form in prop_oneof![Just(Form::Integers), Just(Form::FloatsAndText), Just(Form::TwoKeys)],
        left in rows(60),
        right in rows(60),
        how in deliveries(),
    ) {
        check(&case, form, &left, &right, &how);
    }
}

#[test]
fn empty_inputs_and_one_that_ends_early() {
    let some = [3, 5, 5, 9].map(|time| Row { time, key: Some(1) });
    for direction in [
        AsofDirection::Backward,
        AsofDirection::Forward,
        AsofDirection::Nearest,
    ] {
        for kind in [JoinKind::Left, JoinKind::Inner] {
            let case = Case {
                direction,
                exact: true,
                tolerance: None,
                kind,
            };
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
                    check(&case, Form::Integers, left, right, &how);
                }
            }
        }
    }
}

#[test]
fn the_last_of_equal_times_wins() {
    let left = [Row {
        time: 5,
        key: Some(1),
    }];
    let right = [5, 5, 5].map(|time| Row { time, key: Some(1) });
    for direction in [
        AsofDirection::Backward,
        AsofDirection::Forward,
        AsofDirection::Nearest,
    ] {
        let case = Case {
            direction,
            exact: true,
            tolerance: None,
            kind: JoinKind::Left,
        };
        assert_eq!(model(&case, &left, &right), [(0, Some(2))]);
        for seed in 0..50 {
            let how = Delivery {
                seed,
                cut: 1,
                restarts: false,
                memory: 1 << 20,
            };
            check(&case, Form::Integers, &left, &right, &how);
        }
    }
}
