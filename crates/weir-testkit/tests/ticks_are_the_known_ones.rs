//! Values made with the same formulas by another program (numpy).

#![allow(clippy::unwrap_used)]

use weir_testkit::ticks::{Quote, Trade, late, quote, trade};

const DAY: i64 = 86_400_000_000_000;
const BASE: i64 = 1_704_067_200_000_000_000;

#[test]
fn trades_are_the_known_ones() {
    let known = [
        (0, 54_000_000, 395, 243.17, 207, -1),
        (1, 86_400_000, 893, 425.2, 741, -1),
        (2, 200_800_000, 162, 150.53, 163, 1),
        (3, 278_200_000, 163, 150.45, 608, 1),
        (50_000, 4_320_034_000_000, 0, 90.45, 809, -1),
        (
            9_999_999,
            9 * DAY + 86_399_953_600_000,
            432,
            271.11,
            872,
            -1,
        ),
    ];
    for (seq, after, symbol, price, size, side) in known {
        let expected = Trade {
            ts: BASE + after,
            symbol,
            price,
            size,
            side,
            seq,
        };
        assert_eq!(trade(seq), expected);
    }
}

#[test]
fn quotes_are_the_known_ones() {
    let known = [
        (0, 47_000_000, 192, 176.18, 176.35, 77, 12_345),
        (1, 115_400_000, 442, 253.57, 253.72, 415, 7_381_132),
        (3, 264_200_000, 656, 333.13, 333.16, 43, 2_118_706),
        (
            9_999_999,
            9 * DAY + 86_399_918_600_000,
            0,
            108.46,
            108.47,
            141,
            2_643_558,
        ),
    ];
    for (row, after, symbol, bid, ask, bid_size, reference) in known {
        let expected = Quote {
            ts: BASE + after,
            symbol,
            bid,
            ask,
            bid_size,
            reference,
        };
        assert_eq!(quote(row, 10_000_000), expected);
    }
}

#[test]
fn corrections_are_the_known_ones() {
    let rows: Vec<Trade> = (0..200).filter_map(late).collect();
    assert_eq!(rows.len(), 13);
    let known = [
        (48, 179, 175.95, 582),
        (63, 337, 235.41, 745),
        (81, 326, 221.06, 431),
    ];
    for (row, known) in rows.iter().zip(known) {
        assert_eq!((row.seq, row.symbol, row.price, row.size), known);
        assert_eq!((row.ts, row.side), (trade(row.seq).ts, trade(row.seq).side));
    }
}

#[test]
fn time_never_goes_back_and_is_tied_now_and_then() {
    let times: Vec<i64> = (0..100_000).map(|row| trade(row).ts).collect();
    assert!(times.is_sorted());
    let ties = times.windows(2).filter(|pair| pair[0] == pair[1]).count();
    assert!((10_500..11_500).contains(&ties), "{ties}");
}

#[cfg(feature = "arrow")]
mod batches {
    use super::{late, quote, trade};
    use arrow_array::{cast::AsArray, types::Int64Type};
    use weir_testkit::ticks::{late_batches, quote_batches, trade_batches};

    #[test]
    fn hold_the_same_rows_for_any_cut() {
        for cut in [1, 7, 1000] {
            let seq: Vec<i64> = trade_batches(5..205, cut)
                .flat_map(|rows| rows["seq"].as_primitive::<Int64Type>().values().to_vec())
                .collect();
            assert_eq!(seq, (5..205).collect::<Vec<_>>());
            let sizes: Vec<i64> = late_batches(0..500, cut)
                .flat_map(|rows| rows["size"].as_primitive::<Int64Type>().values().to_vec())
                .collect();
            assert_eq!(
                sizes,
                (0..500)
                    .filter_map(late)
                    .map(|row| row.size)
                    .collect::<Vec<_>>()
            );
            let references: Vec<i64> = quote_batches(0..300, 1000, cut)
                .flat_map(|rows| rows["ref"].as_primitive::<Int64Type>().values().to_vec())
                .collect();
            assert_eq!(
                references,
                (0..300)
                    .map(|row| quote(row, 1000).reference)
                    .collect::<Vec<_>>()
            );
        }
        let rows = trade_batches(0..3, 10).next().unwrap();
        assert_eq!(
            rows["size"].as_primitive::<Int64Type>().value(2),
            trade(2).size
        );
    }
}
