//! Hourly and daily bars per symbol of a Parquet file of trades, in one pass, as fast as it goes:
//! `cargo run --release -p weir-flow --example bars -- TRADES.parquet [--check]`.
//!
//! Prints CPU seconds (user and system), the peak of resident memory, and sums over all bars. `--check` keeps the bars (in memory: not for
//! measuring it) and prints the SHA-256 of each resolution as CSV, ordered by symbol and time.
#![allow(clippy::print_stdout, reason = "its result")]

use std::error::Error;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, TimestampNanosecondType};
use sha2::{Digest, Sha256};
use weir_flow::bars::{
    BarColumn, BarFunctions, Bars, BarsSpec, Binning, Function, Period, Resolution,
};
use weir_flow::{ParquetOptions, ParquetSource, Source};
use weir_memory::{Budget, HolderName};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments
        .next()
        .ok_or("give the path of a Parquet file of trades (ts, symbol, price, size)")?;
    let check = arguments
        .next()
        .is_some_and(|argument| argument == "--check");

    let budget = Budget::detached("64MiB".parse()?);
    let holder = budget.holder(HolderName::new("bars", "flow", "read"));
    let columns = ["ts", "symbol", "price", "size"]
        .map(str::to_owned)
        .to_vec();
    let options = ParquetOptions {
        columns: Some(columns),
        ..Default::default()
    };
    let mut source = ParquetSource::open(path, Some("ts"), &options, holder)?;
    let resolution = |name: &str, period: &str| {
        let columns = vec![
            BarColumn::new("open", Function::First, "price"),
            BarColumn::new("close", Function::Last, "price"),
            BarColumn::new("low", Function::Min, "price"),
            BarColumn::new("high", Function::Max, "price"),
            BarColumn::new("volume", Function::Sum, "size"),
            BarColumn::rows("n"),
        ];
        Ok::<_, Box<dyn Error>>(Resolution::new(
            name,
            Binning::Period(Period::parse(period)?),
            columns,
        ))
    };
    let spec = BarsSpec {
        keys: vec!["symbol".to_owned()],
        resolutions: vec![resolution("hour", "1h")?, resolution("day", "1D")?],
    };
    let mut bars = Bars::new(&spec, source.stream(), &BarFunctions::new())?;

    let mut sums = vec![Sums::default(); 2];
    while let Some(rows) = source.next()? {
        bars.take_in(&[&rows])?;
        while let Some((way, rows)) = bars.next_finished() {
            sums[way].add(&rows, check);
        }
    }
    for (way, rows) in bars.open_bars()? {
        sums[way].add(&rows, check);
    }

    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap_or("?")
        .trim()
        .to_owned();
    let times = std::fs::read_to_string("/proc/self/stat")?;
    let ticks: Vec<f64> = times
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(|field| field.parse().ok())
        .collect();
    // Fields 14 and 15 of the line; the state is no number. Ticks are hundredths of a second on every Linux in use.
    println!(
        "cpu {:.2} s (user {:.2}, system {:.2}), peak {peak}",
        (ticks[10] + ticks[11]) / 100.0,
        ticks[10] / 100.0,
        ticks[11] / 100.0
    );
    for (name, sums) in ["hour", "day"].iter().zip(&mut sums) {
        println!("{name}: {}", sums.show(check));
    }
    Ok(())
}

#[derive(Clone, Default)]
struct Sums {
    rows: usize,
    n: i64,
    volume: i64,
    ticks: [i64; 4],
    lines: Vec<(i32, i64, String)>,
}

impl Sums {
    fn add(&mut self, bars: &RecordBatch, keep: bool) {
        let prices: Vec<&[f64]> = (2..6)
            .map(|column| &bars.column(column).as_primitive::<Float64Type>().values()[..])
            .collect();
        let volume = bars.column(6).as_primitive::<Int64Type>().values();
        let n = bars.column(7).as_primitive::<Int64Type>().values();
        self.rows += bars.num_rows();
        self.n += n.iter().sum::<i64>();
        self.volume += volume.iter().sum::<i64>();
        for (sum, prices) in self.ticks.iter_mut().zip(&prices) {
            *sum += prices
                .iter()
                .map(|price| (price * 100.0).round() as i64)
                .sum::<i64>();
        }
        if keep {
            let labels = bars
                .column(0)
                .as_primitive::<TimestampNanosecondType>()
                .values();
            let symbols = bars.column(1).as_primitive::<Int32Type>().values();
            for row in 0..bars.num_rows() {
                let values = prices
                    .iter()
                    .map(|prices| format!("{:.2}", prices[row]))
                    .collect::<Vec<_>>()
                    .join(",");
                let line = format!(
                    "{},{},{values},{},{}\n",
                    symbols[row], labels[row], volume[row], n[row]
                );
                self.lines.push((symbols[row], labels[row], line));
            }
        }
    }

    fn show(&mut self, keep: bool) -> String {
        let [open, close, low, high] = self.ticks;
        let mut text = format!(
            "rows {} n {} volume {} open {open} close {close} low {low} high {high} (ticks)",
            self.rows, self.n, self.volume
        );
        if keep {
            self.lines.sort();
            let mut sha = Sha256::new();
            sha.update("symbol,bar,open,close,low,high,volume,n\n");
            self.lines.iter().for_each(|(_, _, line)| sha.update(line));
            let hex: String = sha
                .finalize()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            text += &format!(" sha256 {hex}");
        }
        text
    }
}
