//! Order values: every orderable type, its total order, its texts and its names.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use arrow_array::{
    ArrayRef, Decimal128Array, Decimal256Array, Float32Array, Float64Array, Int8Array, Int64Array,
    LargeStringArray, StringArray, StringViewArray, TimestampMicrosecondArray, UInt64Array,
};
use arrow_buffer::i256;
use arrow_schema::{DataType, TimeUnit};
use proptest::prelude::*;
use weir_store::order::{OrderColumn, OrderError, OrderType, OrderValue, TotalF64};

fn float(value: f64) -> OrderValue {
    OrderValue::Float(TotalF64::new(value).unwrap())
}

fn value_of(array: ArrayRef) -> Result<OrderValue, OrderError> {
    OrderType::of(array.data_type())
        .unwrap()
        .value_at(array.as_ref(), array.len() - 1)
}

#[test]
fn every_orderable_type_gives_its_value() {
    use OrderValue::{Decimal, Int, Text, Uint};
    let cases: Vec<(ArrayRef, OrderValue)> = vec![
        (Arc::new(Int8Array::from(vec![1, -5])), Int(-5)),
        (Arc::new(Int64Array::from(vec![i64::MIN])), Int(i64::MIN)),
        (Arc::new(UInt64Array::from(vec![u64::MAX])), Uint(u64::MAX)),
        (Arc::new(Float32Array::from(vec![1.5])), float(1.5)),
        (
            Arc::new(Float64Array::from(vec![f64::NEG_INFINITY])),
            float(f64::NEG_INFINITY),
        ),
        (
            Arc::new(TimestampMicrosecondArray::from(vec![7]).with_timezone("Europe/Berlin")),
            Int(7),
        ),
        (
            Arc::new(
                Decimal128Array::from(vec![-125])
                    .with_precision_and_scale(9, 2)
                    .unwrap(),
            ),
            Decimal(i256::from_i128(-125)),
        ),
        (
            Arc::new(Decimal256Array::from(vec![i256::MAX])),
            Decimal(i256::MAX),
        ),
        (
            Arc::new(StringArray::from(vec!["a", "ä"])),
            Text("ä".into()),
        ),
        (
            Arc::new(LargeStringArray::from(vec!["b"])),
            Text("b".into()),
        ),
        (
            Arc::new(StringViewArray::from(vec!["a string longer than a view"])),
            Text("a string longer than a view".into()),
        ),
    ];
    for (array, expected) in cases {
        let order = OrderType::of(array.data_type()).unwrap();
        let value = value_of(array).unwrap();
        assert_eq!(value, expected, "{order}");
        assert!(order.accepts(&value), "{order}");
        assert_eq!(order.parse(&order.show(&value)).unwrap(), value, "{order}");
    }
}

#[test]
fn null_and_nan_are_refused_with_their_row() {
    let nulls: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None]));
    assert_eq!(value_of(nulls), Err(OrderError::Null { row: 1 }));
    let nans: ArrayRef = Arc::new(Float64Array::from(vec![1.0, 2.0, f64::NAN]));
    assert_eq!(
        value_of(nans.clone()),
        Err(OrderError::NotANumber { row: 2 })
    );
    let order = OrderType::of(&DataType::Float64).unwrap();
    assert!(matches!(
        OrderColumn::new(&order, &nans),
        Err(OrderError::NotANumber { row: 2 })
    ));
    assert!(order.parse("NaN").is_err());
}

#[test]
fn types_without_an_order_are_refused() {
    for data_type in [DataType::Boolean, DataType::Binary, DataType::Null] {
        assert!(matches!(
            OrderType::of(&data_type),
            Err(OrderError::Type { .. })
        ));
    }
}

#[test]
fn zero_has_one_sign() {
    assert_eq!(float(-0.0), float(0.0));
    let array: ArrayRef = Arc::new(Float64Array::from(vec![0.0, -0.0]));
    let order = OrderType::of(&DataType::Float64).unwrap();
    let column = OrderColumn::new(&order, &array).unwrap();
    assert_eq!(column.first_unsorted(), None);
}

#[test]
fn unsorted_rows_are_named() {
    let order = OrderType::of(&DataType::Timestamp(TimeUnit::Second, Some("UTC".into()))).unwrap();
    let array: ArrayRef =
        Arc::new(arrow_array::TimestampSecondArray::from(vec![0, 60, 59]).with_timezone("UTC"));
    let column = OrderColumn::new(&order, &array).unwrap();
    let error = column.check_sorted(None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "row 2 is out of order: 1970-01-01T00:00:59Z comes after 1970-01-01T00:01:00Z"
    );
    let late = column.check_sorted(Some(&OrderValue::Int(1))).unwrap_err();
    assert!(matches!(
        late.after_rows(10),
        OrderError::Unsorted { row: 10, .. }
    ));
}

#[test]
fn texts_are_parsed_in_the_columns_unit_and_zone() {
    let of = |data_type| OrderType::of(&data_type).unwrap();
    let plain = of(DataType::Timestamp(TimeUnit::Millisecond, None));
    let offset = of(DataType::Timestamp(
        TimeUnit::Microsecond,
        Some("+02:00".into()),
    ));
    assert_eq!(
        plain.parse("2024-01-01T00:00:00Z"),
        Ok(OrderValue::Int(1_704_067_200_000))
    );
    assert_eq!(
        plain.parse("2024-01-01"),
        Ok(OrderValue::Int(1_704_067_200_000))
    );
    assert_eq!(
        offset.parse("2024-01-01T02:00:00"),
        Ok(OrderValue::Int(1_704_067_200_000_000))
    );
    assert_eq!(plain.parse("0"), Ok(OrderValue::Int(0)));
    assert!(
        plain
            .parse("2024-01-01T00:00:00.0001Z")
            .unwrap_err()
            .to_string()
            .contains("finer")
    );
    assert_eq!(
        of(DataType::Date32).parse("1969-12-31"),
        Ok(OrderValue::Int(-1))
    );
    assert_eq!(
        of(DataType::Time64(TimeUnit::Nanosecond)).parse("00:00:01"),
        Ok(OrderValue::Int(1_000_000_000))
    );
    let decimal = of(DataType::Decimal128(9, 2));
    assert_eq!(
        decimal.parse("-1.25"),
        Ok(OrderValue::Decimal(i256::from_i128(-125)))
    );
    assert_eq!(
        decimal.parse("1.2500"),
        Ok(OrderValue::Decimal(i256::from_i128(125)))
    );
    assert!(decimal.parse("1.255").is_err());
    assert!(decimal.parse("1x").is_err());
    assert!(of(DataType::Int8).parse("128").is_err());
    assert!(of(DataType::UInt8).parse("-1").is_err());
}

fn types() -> impl Strategy<Value = (DataType, OrderValue, OrderValue)> {
    let int = prop_oneof![any::<i64>(), -3_i64..3, Just(i64::MIN), Just(i64::MAX)];
    let pair = (int.clone(), int);
    let date = any::<(i32, i32)>();
    let number = any::<(f64, f64)>().prop_filter("no NaN", |(a, b)| !a.is_nan() && !b.is_nan());
    prop_oneof![
        pair.clone()
            .prop_map(|(a, b)| (DataType::Int64, OrderValue::Int(a), OrderValue::Int(b))),
        pair.clone().prop_map(|(a, b)| (
            DataType::Timestamp(TimeUnit::Nanosecond, None),
            OrderValue::Int(a),
            OrderValue::Int(b)
        )),
        pair.prop_map(|(a, b)| (
            DataType::Timestamp(TimeUnit::Second, Some("UTC".into())),
            OrderValue::Int(a),
            OrderValue::Int(b)
        )),
        date.prop_map(|(a, b)| (
            DataType::Date32,
            OrderValue::Int(a.into()),
            OrderValue::Int(b.into())
        )),
        any::<(u64, u64)>().prop_map(|(a, b)| (
            DataType::UInt64,
            OrderValue::Uint(a),
            OrderValue::Uint(b)
        )),
        number.prop_map(|(a, b)| (DataType::Float64, float(a), float(b))),
        any::<(i128, i128)>().prop_map(|(a, b)| (
            DataType::Decimal256(76, 3),
            OrderValue::Decimal(i256::from_i128(a)),
            OrderValue::Decimal(i256::from_i128(b))
        )),
        any::<(String, String)>().prop_map(|(a, b)| (
            DataType::Utf8,
            OrderValue::Text(a),
            OrderValue::Text(b)
        )),
    ]
}

proptest! {
    #[test]
    fn names_sort_as_values_do((data_type, a, b) in types()) {
        let order = OrderType::of(&data_type).unwrap();
        let (name_a, name_b) = (order.sortable_name(&a), order.sortable_name(&b));
        let plain = |name: &str| name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'.');
        prop_assert!(plain(&name_a) && name_a.len() <= 80, "{name_a}");
        if name_a != name_b {
            prop_assert_eq!(name_a.cmp(&name_b), a.cmp(&b), "{} {}", name_a, name_b);
        } else if !matches!(a, OrderValue::Text(_)) {
            prop_assert_eq!(a, b);
        }
    }

    #[test]
    fn values_survive_json_and_text((data_type, a, _) in types()) {
        let order = OrderType::of(&data_type).unwrap();
        let json = serde_json::to_string(&a).unwrap();
        prop_assert_eq!(&serde_json::from_str::<OrderValue>(&json).unwrap(), &a);
        let whitespace = matches!(&a, OrderValue::Text(_));
        if !whitespace {
            prop_assert_eq!(order.parse(&order.show(&a)).unwrap(), a);
        }
    }

    #[test]
    fn columns_compare_as_values_do(mut numbers in prop::collection::vec(any::<f64>().prop_filter("no NaN", |v| !v.is_nan()), 1..50), probe in -10.0..10.0) {
        numbers.sort_by(f64::total_cmp);
        let order = OrderType::of(&DataType::Float64).unwrap();
        let array: ArrayRef = Arc::new(Float64Array::from(numbers.clone()));
        let column = OrderColumn::new(&order, &array).unwrap();
        prop_assert_eq!(column.first_unsorted(), None);
        prop_assert_eq!(column.rows_below(&float(probe)), numbers.iter().filter(|v| **v < probe).count());
        prop_assert_eq!(column.rows_up_to(&float(probe)), numbers.iter().filter(|v| **v <= probe).count());
        for (row, number) in numbers.iter().enumerate() {
            prop_assert_eq!(column.value(row), float(*number));
        }
    }
}
