//! Joins by equal keys give what nested loops give, in the same order, in memory and spilled: for any keys (few with many
//! rows, many with few), cuts, turns of the inputs and memory from one byte on.

#![allow(clippy::unwrap_used)]

mod joining;

use joining::{Delivery, Form, Row, assert_values, deliver, deliveries, key_columns, pairs, rows};
use proptest::prelude::*;
use weir_flow::{EqualJoin, JoinKind};

fn model(kind: JoinKind, left: &[Row], right: &[Row]) -> Vec<(usize, Option<usize>)> {
    let mut all = Vec::new();
    for (number, row) in left.iter().enumerate() {
        let met = right.iter().enumerate();
        let met = met.filter(|(_, other)| row.key.is_some() && other.key == row.key);
        let found = all.len();
        all.extend(met.map(|(other, _)| (number, Some(other))));
        if all.len() == found && kind == JoinKind::Left {
            all.push((number, None));
        }
    }
    all
}

fn check(kind: JoinKind, form: Form, left: &[Row], right: &[Row], how: &Delivery) {
    let mut join = EqualJoin::new(kind).right_columns(["t", "id", "text"]);
    for key in key_columns(form) {
        join = join.on(*key);
    }
    let given = deliver(&join, form, [left, right], how);
    assert_eq!(pairs(&given), model(kind, left, right));
    assert_values(&given, form, [left, right]);
}

fn forms() -> impl Strategy<Value = Form> {
    prop_oneof![
        Just(Form::Integers),
        Just(Form::FloatsAndText),
        Just(Form::TwoKeys),
        Just(Form::Unordered),
    ]
}

fn kinds() -> impl Strategy<Value = JoinKind> {
    prop_oneof![Just(JoinKind::Left), Just(JoinKind::Inner)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn few_keys_with_many_rows(
        kind in kinds(),
        form in forms(),
        left in rows(40),
        right in rows(40),
        how in deliveries(),
    ) {
        check(kind, form, &left, &right, &how);
    }

    #[test]
    fn many_keys_with_few_rows(
        kind in kinds(),
        left in prop::collection::vec(0..60_i64, 0..60),
        right in prop::collection::vec(0..60_i64, 0..60),
        spread in prop_oneof![Just(1_i64), Just(100_003), Just(1 << 50)],
        how in deliveries(),
    ) {
        let rows = |keys: Vec<i64>| -> Vec<Row> {
            let keys = keys.into_iter().enumerate();
            keys.map(|(time, key)| Row { time: time as i64, key: Some(key * spread) }).collect()
        };
        check(kind, Form::Unordered, &rows(left), &rows(right), &how);
    }
}

/// 30,000 right rows of one key do not fit, and no cut helps; 2,000 of others do.
#[test]
fn one_key_with_more_rows_than_fit() {
    let row = |number: usize| Row {
        time: number as i64,
        key: Some(if number.is_multiple_of(16) {
            number as i64
        } else {
            7
        }),
    };
    let right: Vec<Row> = (0..32_000).map(row).collect();
    let left: Vec<Row> = (0..48).map(|number| row(number * 3)).collect();
    for memory in [20_000, 200_000, usize::MAX / 4] {
        let how = Delivery {
            seed: 5,
            cut: 4_000,
            restarts: false,
            memory,
        };
        check(JoinKind::Left, Form::Unordered, &left, &right, &how);
    }
}

#[test]
fn empty_inputs() {
    let some: Vec<Row> = (0..5)
        .map(|time| Row {
            time,
            key: Some(time / 2),
        })
        .collect();
    for kind in [JoinKind::Left, JoinKind::Inner] {
        for (left, right) in [(&some[..], &[][..]), (&[], &some), (&[], &[])] {
            for memory in [1, 1 << 20] {
                let how = Delivery {
                    seed: 3,
                    cut: 2,
                    restarts: false,
                    memory,
                };
                check(kind, Form::Integers, left, right, &how);
            }
        }
    }
}
