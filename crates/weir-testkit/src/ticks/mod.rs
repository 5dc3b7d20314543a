//! Ticks for tests and measurements: every value is a pure function of the row's number.
//!
//! One million rows a day from 2024-01-01T00:00:00Z, ordered by time with about one row in nine tied to the row before it,
//! 1,000 symbols of which low numbers are frequent. Prices are whole cents. The same formulas in any language give the
//! same rows, so expected results can be made elsewhere.
//!
//! ```
//! use weir_testkit::ticks::{quote, trade};
//!
//! let first = trade(0);
//! assert_eq!((first.ts, first.symbol, first.price), (1_704_067_200_054_000_000, 395, 243.17));
//! assert!(trade(1).ts >= first.ts);
//! assert_eq!(quote(1, 10_000_000).reference, 7_381_132); // each row of 10,000,000 trades once
//! ```

#[cfg(feature = "arrow")]
mod batches;

#[cfg(feature = "arrow")]
pub use batches::{late_batches, quote_batches, quote_schema, trade_batches, trade_schema};

/// 2024-01-01T00:00:00Z in nanoseconds since the epoch.
pub const BASE: i64 = 1_704_067_200_000_000_000;

/// Nanoseconds from a row to the next: a million rows a day.
pub const SLOT: i64 = 86_400_000;

/// One trade.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trade {
    /// Nanoseconds since the epoch, non-decreasing in the row's number.
    pub ts: i64,
    /// 0..1000, low ones frequent.
    pub symbol: i32,
    /// In units of currency, whole cents.
    pub price: f64,
    /// 1..=1000.
    pub size: i64,
    /// Bought 1, sold −1.
    pub side: i8,
    /// The row's number.
    pub seq: i64,
}

/// One quote.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quote {
    /// Nanoseconds since the epoch, non-decreasing in the row's number.
    pub ts: i64,
    /// 0..1000, low ones frequent.
    pub symbol: i32,
    /// In units of currency, whole cents.
    pub bid: f64,
    /// Above `bid` by 1 to 20 cents.
    pub ask: f64,
    /// 1..=500.
    pub bid_size: i64,
    /// A permutation of the rows' numbers: the trade this quote refers to.
    pub reference: i64,
}

/// The trade in row `row`.
#[must_use]
pub fn trade(row: i64) -> Trade {
    let symbol = symbol(row, 0);
    let fifth = hash(row, 5);
    Trade {
        ts: time(row, 0),
        symbol,
        price: trade_cents(row, symbol) as f64 / 100.0,
        size: 1 + (fifth % 1000) as i64,
        side: if (fifth >> 40) & 1 == 1 { 1 } else { -1 },
        seq: row,
    }
}

/// The quote in row `row` of `rows`; `rows` has no factor in common with 7,368,787 if `reference` is to be a permutation.
#[must_use]
pub fn quote(row: i64, rows: i64) -> Quote {
    let symbol = symbol(row, 1);
    let fifth = hash(row, 21);
    let cents = cents(9_990, row, symbol, hash(row, 20));
    Quote {
        ts: time(row, 1),
        symbol,
        bid: cents as f64 / 100.0,
        ask: (cents + 1 + (fifth % 20) as i64) as f64 / 100.0,
        bid_size: 1 + (fifth % 500) as i64,
        reference: (row * 7_368_787 + 12_345) % rows,
    }
}

/// The correction of the trade in row `row`, which one row in twenty has: a price higher by 1.00 and a size larger by
/// 7 at the same time, symbol and number.
#[must_use]
pub fn late(row: i64) -> Option<Trade> {
    hash(row, 9).is_multiple_of(20).then(|| {
        let trade = trade(row);
        Trade {
            price: (trade_cents(row, trade.symbol) + 100) as f64 / 100.0,
            size: trade.size + 7,
            ..trade
        }
    })
}

/// The finaliser of SplitMix64 over row and purpose.
fn hash(row: i64, purpose: u64) -> u64 {
    let mut z = (row as u64)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(purpose.wrapping_mul(0xd1b5_4a32_d192_ed03))
        .wrapping_add(0x632b_e59b_d9b4_e019);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn time(row: i64, stream: u64) -> i64 {
    let tied = row > 0 && hash(row, stream * 16 + 2).is_multiple_of(8);
    let row = if tied { row - 1 } else { row };
    BASE + row * SLOT + (hash(row, stream * 16 + 1) % 86) as i64 * 1_000_000
}

fn symbol(row: i64, stream: u64) -> i32 {
    let uniform = (hash(row, stream * 16 + 3) >> 11) as f64 / 9_007_199_254_740_992.0;
    (1000.0 * uniform * uniform).floor() as i32
}

fn trade_cents(row: i64, symbol: i32) -> i64 {
    cents(10_000, row, symbol, hash(row, 4))
}

fn cents(level: i64, row: i64, symbol: i32, noise: u64) -> i64 {
    level + 37 * i64::from(symbol) + (noise % 2001) as i64 - 1000 + (row / 50_000) % 500
}
