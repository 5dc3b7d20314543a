//! Bars of the generated ticks have the sums that other programs found.
#![allow(clippy::unwrap_used)]

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use weir_flow::StreamSchema;
use weir_flow::bars::{
    BarColumn, BarFunctions, Bars, BarsSpec, Binning, Function, Period, Resolution,
};
use weir_testkit::ticks::{trade_batches, trade_schema};

/// Bars, rows in them, volume, and open, close, low, high in hundredths.
type Sums = [i64; 7];

fn add(sums: &mut Sums, bars: &RecordBatch) {
    let whole = |column: usize| -> i64 {
        let column = bars.column(column).as_primitive::<Int64Type>();
        column.values().iter().sum()
    };
    let ticks = |column: usize| -> i64 {
        let column = bars.column(column).as_primitive::<Float64Type>();
        let ticks = column.values().iter().map(|price| (price * 100.0).round());
        ticks.map(|ticks| ticks as i64).sum()
    };
    let more = [
        bars.num_rows() as i64,
        whole(7),
        whole(6),
        ticks(2),
        ticks(3),
        ticks(4),
        ticks(5),
    ];
    sums.iter_mut()
        .zip(more)
        .for_each(|(sum, more)| *sum += more);
}

fn sums(rows: i64) -> [Sums; 2] {
    let resolution = |name: &str, period: &str| {
        let columns = vec![
            BarColumn::new("open", Function::First, "price"),
            BarColumn::new("close", Function::Last, "price"),
            BarColumn::new("low", Function::Min, "price"),
            BarColumn::new("high", Function::Max, "price"),
            BarColumn::new("volume", Function::Sum, "size"),
            BarColumn::rows("n"),
        ];
        Resolution::new(
            name,
            Binning::Period(Period::parse(period).unwrap()),
            columns,
        )
    };
    let spec = BarsSpec {
        keys: vec!["symbol".to_owned()],
        resolutions: vec![resolution("hour", "1h"), resolution("day", "1D")],
    };
    let input = StreamSchema::ordered(trade_schema(), "ts").unwrap();
    let mut bars = Bars::new(&spec, &input, &BarFunctions::new()).unwrap();
    let mut sums = [[0; 7]; 2];
    for rows in trade_batches(0..rows, 8_192) {
        bars.take_in(&[&rows]).unwrap();
        while let Some((way, rows)) = bars.next_finished() {
            add(&mut sums[way], &rows);
        }
    }
    for (way, rows) in bars.open_bars().unwrap() {
        add(&mut sums[way], &rows);
    }
    sums
}

#[test]
#[ignore = "ten million rows"]
fn ten_million() {
    let [hour, day] = sums(10_000_000);
    assert_eq!(
        hour,
        [
            240_000,
            10_000_000,
            5_005_479_717,
            6_859_585_045,
            6_859_159_608,
            6_634_663_365,
            7_084_178_611
        ]
    );
    assert_eq!(
        day,
        [
            10_000,
            10_000_000,
            5_005_479_717,
            285_772_398,
            285_968_518,
            275_794_686,
            295_824_516
        ]
    );
}

/// The days are whole: 1,000 symbols have a bar in each, and their hours add up to them.
#[test]
fn hours_add_up_to_days() {
    let [hour, day] = sums(100_000);
    assert_eq!((hour[1], hour[2]), (day[1], day[2]));
    assert_eq!(day[1], 100_000);
    assert!(hour[0] > day[0] && day[5] <= hour[5]);
}
