//! Periods: fixed and of the calendar, closed on either side, in time zones.
#![allow(clippy::unwrap_used)]

use arrow_schema::{DataType, TimeUnit};
use proptest::prelude::*;
use weir_flow::bars::{Bin, Bins, Length, Period, PeriodError, Side};

const SECONDS: DataType = DataType::Timestamp(TimeUnit::Second, None);

fn at(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_second()
}

fn bins(text: &str, zone: Option<&str>) -> Bins {
    let period = Period::parse(text).unwrap();
    let period = match zone {
        Some(zone) => period.in_zone(zone),
        None => period,
    };
    Bins::new(&period, &SECONDS).unwrap()
}

/// The periods from one instant to another.
fn all(bins: &Bins, from: i64, until: i64) -> Vec<Bin> {
    let mut all = vec![bins.bin(from).unwrap()];
    while let Some(last) = all.last().copied().filter(|bin| bin.limit < until) {
        all.push(bins.after(&last).unwrap());
    }
    all
}

#[test]
fn periods_are_written_as_they_are_read() {
    for text in [
        "1ns", "250ms", "15min", "2h", "36h", "1D", "2W", "1MS", "1QS", "3YS", "1000",
    ] {
        assert_eq!(text.parse::<Length>().unwrap().to_string(), text);
    }
    assert_eq!("h".parse::<Length>().unwrap(), "60min".parse().unwrap());
    for text in [
        "",
        "0h",
        "-1h",
        "1.5h",
        "1 fortnight",
        "1M",
        "99999999999999999999h",
        "9999999D",
        "h1",
    ] {
        assert!(
            matches!(text.parse::<Length>(), Err(PeriodError::Malformed { .. })),
            "{text}"
        );
    }
}

#[test]
fn calendar_periods_begin_where_the_calendar_says() {
    let noon = at("2024-02-29T12:00:00Z");
    for (text, start, end) in [
        ("1D", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"),
        ("1W", "2024-02-26T00:00:00Z", "2024-03-04T00:00:00Z"),
        ("1MS", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"),
        ("1QS", "2024-01-01T00:00:00Z", "2024-04-01T00:00:00Z"),
        ("1YS", "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"),
        ("2h", "2024-02-29T12:00:00Z", "2024-02-29T14:00:00Z"),
    ] {
        let bin = bins(text, None).bin(noon).unwrap();
        assert_eq!((bin.start, bin.end), (at(start), at(end)), "{text}");
    }
    let before_the_epoch = bins("1MS", None).bin(at("1969-12-31T23:59:59Z")).unwrap();
    assert_eq!(before_the_epoch.start, at("1969-12-01T00:00:00Z"));
}

#[test]
fn days_have_23_and_25_hours_where_clocks_change() {
    let day = bins("1D", Some("Europe/Paris"));
    let hour = bins("1h", Some("Europe/Paris"));
    let two = bins("2h", Some("Europe/Paris"));
    for (noon, hours) in [
        ("2024-03-31T12:00:00Z", 23),
        ("2024-10-27T12:00:00Z", 25),
        ("2024-06-01T12:00:00Z", 24),
    ] {
        let bin = day.bin(at(noon)).unwrap();
        assert_eq!(bin.end - bin.start, hours * 3600, "{noon}");
        let within = all(&hour, bin.start, bin.end);
        assert_eq!(within.len() as i64, hours);
        assert!(within.iter().all(|hour| hour.end - hour.start == 3600));
        let pairs = all(&two, bin.start, bin.end);
        assert_eq!(
            (pairs.len() as i64, pairs.last().unwrap().end),
            ((hours + 1) / 2, bin.end)
        );
    }
    // Half an hour off.
    let bin = bins("1h", Some("Asia/Kolkata"))
        .bin(at("2024-01-01T00:00:00Z"))
        .unwrap();
    assert_eq!(bin.start, at("2023-12-31T23:30:00Z"));
    // The column's own zone counts where the period names none.
    let own = DataType::Timestamp(TimeUnit::Second, Some("Europe/Paris".into()));
    let bin = Bins::new(&Period::parse("1D").unwrap(), &own)
        .unwrap()
        .bin(at("2024-06-01T12:00:00Z"))
        .unwrap();
    assert_eq!(bin.start, at("2024-05-31T22:00:00Z"));
}

#[test]
fn the_closed_end_belongs_and_the_label_names() {
    let right = Period::parse("1h")
        .unwrap()
        .closed(Side::Right)
        .label(Side::Right);
    let right = Bins::new(&right, &SECONDS).unwrap();
    assert_eq!(right.bin(3600).unwrap().label, 3600);
    assert_eq!(right.bin(3601).unwrap().label, 7200);
    let left = bins("1h", None);
    assert_eq!(
        (left.bin(3599).unwrap().label, left.bin(3600).unwrap().label),
        (0, 3600)
    );
}

#[test]
fn units_and_dates_and_widths() {
    let hour = Period::parse("1h").unwrap();
    for (unit, scale) in [
        (TimeUnit::Second, 1),
        (TimeUnit::Millisecond, 1_000),
        (TimeUnit::Microsecond, 1_000_000),
        (TimeUnit::Nanosecond, 1_000_000_000),
    ] {
        let bin = Bins::new(&hour, &DataType::Timestamp(unit, None))
            .unwrap()
            .bin(4000 * scale)
            .unwrap();
        assert_eq!((bin.start, bin.end), (3600 * scale, 7200 * scale));
    }
    let month = Bins::new(&Period::parse("1MS").unwrap(), &DataType::Date32)
        .unwrap()
        .bin(40)
        .unwrap();
    assert_eq!((month.start, month.end), (31, 59));
    let tens = Bins::new(&Period::parse("10").unwrap(), &DataType::Int64).unwrap();
    assert_eq!(tens.bin(-1).unwrap().start, -10);
    for (text, data_type) in [
        ("1h", DataType::Date32),
        ("1h", DataType::Int64),
        ("10", SECONDS),
        ("1ms", SECONDS),
        ("1h", DataType::Utf8),
    ] {
        assert!(
            matches!(
                Bins::new(&Period::parse(text).unwrap(), &data_type),
                Err(PeriodError::DoesNotFit { .. })
            ),
            "{text} {data_type}"
        );
    }
    let nowhere = Period::parse("1D").unwrap().in_zone("Atlantis/Capital");
    assert!(matches!(
        Bins::new(&nowhere, &SECONDS),
        Err(PeriodError::UnknownZone { .. })
    ));
    assert!(matches!(
        bins("1MS", None).bin(i64::MAX),
        Err(PeriodError::OutOfRange { .. })
    ));
    assert!(matches!(
        bins("1h", None).bin(i64::MIN),
        Err(PeriodError::OutOfRange { .. })
    ));
}

proptest! {
    #[test]
    fn every_time_lies_in_one_period_and_periods_touch(
        time in -4_000_000_000i64..8_000_000_000,
        text in prop::sample::select(vec!["7s", "15min", "1h", "2h", "5h", "36h", "1D", "3D", "1W", "2W", "1MS", "5MS", "1QS", "1YS"]),
        zone in prop::sample::select(vec![None, Some("Europe/Paris"), Some("America/New_York"), Some("Australia/Lord_Howe"), Some("+05:30")]),
        closed in prop::sample::select(vec![Side::Left, Side::Right]),
    ) {
        let period = Period::parse(text).unwrap().closed(closed);
        let period = match zone { Some(zone) => period.in_zone(zone), None => period };
        let bins = Bins::new(&period, &SECONDS).unwrap();
        let bin = bins.bin(time).unwrap();
        prop_assert!(bin.first <= time && time < bin.limit);
        prop_assert_eq!(bins.bin(bin.first).unwrap(), bin);
        prop_assert_eq!(bins.bin(bin.limit - 1).unwrap(), bin);
        prop_assert_eq!(bins.after(&bin).unwrap().start, bin.end);
    }

    #[test]
    fn periods_that_nest_cut_where_the_coarser_do(
        time in 0i64..3_000_000_000,
        fine in prop::sample::select(vec!["15min", "1h", "2h", "1D", "1W", "1MS", "1QS"]),
        coarse in prop::sample::select(vec!["1h", "6h", "1D", "2D", "1W", "1MS", "1YS"]),
        zone in prop::sample::select(vec!["UTC", "Europe/Paris"]),
    ) {
        let (fine, coarse) = (bins(fine, Some(zone)), bins(coarse, Some(zone)));
        if fine.nests_in(&coarse) {
            let long = coarse.bin(time).unwrap();
            prop_assert_eq!(fine.bin(long.start).unwrap().start, long.start);
            let short = fine.bin(time).unwrap();
            prop_assert!(long.start <= short.start && short.end <= long.end);
        }
    }
}
