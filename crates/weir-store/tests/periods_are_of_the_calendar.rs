//! Periods of row groups: left-closed, from the epoch or of the calendar.
#![allow(clippy::unwrap_used)]

use arrow_schema::{DataType, TimeUnit};
use jiff::{civil::date, tz::TimeZone};
use proptest::prelude::*;
use weir_store::{
    Period,
    order::{OrderType, OrderValue},
};

fn order(unit: TimeUnit) -> OrderType {
    OrderType::of(&DataType::Timestamp(unit, None)).unwrap()
}

fn index(period: &str, text: &str) -> i64 {
    let order = order(TimeUnit::Millisecond);
    period
        .parse::<Period>()
        .unwrap()
        .index(&order, &order.parse(text).unwrap())
}

#[test]
fn periods_begin_where_the_calendar_says() {
    for (period, last, first) in [
        ("2h", "2024-01-01T01:59:59.999Z", "2024-01-01T02:00:00Z"),
        ("1D", "1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00Z"),
        ("1W", "2024-01-07T23:59:59.999Z", "2024-01-08T00:00:00Z"),
        ("1MS", "2024-02-29T23:59:59.999Z", "2024-03-01T00:00:00Z"),
        ("1QS", "1967-03-31T23:59:59.999Z", "1967-04-01T00:00:00Z"),
        ("1YS", "1999-12-31T23:59:59.999Z", "2000-01-01T00:00:00Z"),
        ("15min", "2024-01-01T00:14:59Z", "2024-01-01T00:15:00Z"),
    ] {
        assert_eq!(index(period, last) + 1, index(period, first), "{period}");
    }
    for wrong in ["", "D1", "0D", "-1D", "1M", "1.5h", "99999999D", "1 D"] {
        assert!(wrong.parse::<Period>().is_err(), "{wrong}");
    }
    assert_eq!("D".parse::<Period>().unwrap().to_string(), "1D");
    assert!(
        "1D".parse::<Period>()
            .unwrap()
            .check(&OrderType::of(&DataType::Int64).unwrap())
            .is_err()
    );
}

proptest! {
    #[test]
    fn months_are_those_of_a_calendar_library(seconds in -60_000_000_000_i64..200_000_000_000) {
        let at = jiff::Timestamp::from_second(seconds).unwrap().to_zoned(TimeZone::UTC);
        let order = order(TimeUnit::Second);
        let months = "1MS".parse::<Period>().unwrap().index(&order, &OrderValue::Int(seconds));
        prop_assert_eq!(months, (i64::from(at.year()) - 1970) * 12 + i64::from(at.month()) - 1);
        let weeks = "1W".parse::<Period>().unwrap().index(&order, &OrderValue::Int(seconds));
        let monday = date(1969, 12, 29).to_zoned(TimeZone::UTC).unwrap().timestamp().as_second();
        prop_assert_eq!(weeks, (seconds - monday).div_euclid(7 * 86_400));
    }

    #[test]
    fn the_index_grows_with_the_value(a in any::<i64>(), b in any::<i64>(), unit in 0..4, period in 0..6) {
        let unit = [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond][unit as usize];
        let period: Period = ["7s", "2h", "3D", "2W", "1MS", "1QS"][period as usize].parse().unwrap();
        let order = order(unit);
        let of = |value: i64| period.index(&order, &OrderValue::Int(value));
        prop_assert!(of(a.min(b)) <= of(a.max(b)));
    }
}
