//! Joins Parquet files of ticks (`make_ticks`) and prints sums over the result: `join_ticks asof|interval|equal TRADES QUOTES`.

#![allow(clippy::print_stdout, reason = "a program: this is its face")]

use std::fs::File;
use std::sync::Arc;

use arrow_array::{Array, RecordBatch, cast::AsArray, types};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use weir_files::RealFiles;
use weir_flow::{
    AsofDirection, AsofJoin, Context, Distance, EqualJoin, Fired, Frontier, Held, HeldBatch,
    IntervalJoin, JoinKind, MakeOperator, Operator, Output, StreamSchema,
};
use weir_memory::{Budget, HolderName};

type Failure = Box<dyn std::error::Error>;

/// Rows decoded at a time.
const ROWS: usize = 8192;

/// Bytes passed on at a time.
const TARGET: usize = 1 << 20;

struct Input {
    rows: ParquetRecordBatchReader,
    stream: StreamSchema,
    frontier: Frontier,
}

impl Input {
    fn open(path: &str, columns: &[&str], order: Option<&str>) -> Result<Self, Failure> {
        let file = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?;
        let mask = ProjectionMask::columns(file.parquet_schema(), columns.iter().copied());
        let rows = file.with_projection(mask).with_batch_size(ROWS).build()?;
        let schema = arrow_array::RecordBatchReader::schema(&rows);
        let stream = match order {
            Some(order) => StreamSchema::ordered(schema, order)?,
            None => StreamSchema::unordered(schema),
        };
        Ok(Self {
            rows,
            stream,
            frontier: Frontier::Start,
        })
    }

    fn next(&mut self) -> Result<Option<RecordBatch>, Failure> {
        let Some(rows) = self.rows.next().transpose()? else {
            self.frontier = Frontier::End;
            return Ok(None);
        };
        if let Some(time) = self.stream.time(&rows, rows.num_rows() - 1)? {
            self.frontier = Frontier::At(time);
        }
        Ok(Some(rows))
    }
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [what, trades, quotes] = &arguments[..] else {
        return Err("usage: join_ticks asof|interval|equal TRADES QUOTES".into());
    };
    match what.as_str() {
        "asof" => {
            let left = Input::open(
                trades,
                &["ts", "symbol", "price", "size", "seq"],
                Some("ts"),
            )?;
            let right = Input::open(quotes, &["ts", "symbol", "bid", "ask", "bsize"], Some("ts"))?;
            let join = AsofJoin::new(AsofDirection::Backward)
                .on("symbol")
                .right_columns(["bid", "ask", "bsize"]);
            let mut sums = Sums::default();
            run(join, [left, right], |rows| {
                let bid = rows.column(5);
                sums.rows += rows.num_rows();
                sums.unmatched += bid.null_count();
                sums.bid += cents(bid);
                sums.ask += cents(rows.column(6));
                sums.bsize += whole(rows.column(7));
            })?;
            println!(
                "answer {} {} {} {} {}",
                sums.rows, sums.unmatched, sums.bid, sums.ask, sums.bsize
            );
        }
        "interval" => {
            let left = Input::open(trades, &["ts", "symbol", "seq"], Some("ts"))?;
            let right = Input::open(quotes, &["ts", "symbol", "bsize"], Some("ts"))?;
            let join = IntervalJoin::new(std::time::Duration::from_secs(60), Distance::Units(0))
                .on("symbol")
                .open_start()
                .kind(JoinKind::Inner)
                .right_columns(["bsize"]);
            let mut sums = Sums::default();
            run(join, [left, right], |rows| {
                sums.rows += rows.num_rows();
                sums.bsize += whole(rows.column(3));
            })?;
            println!("answer {} {}", sums.rows, sums.bsize);
        }
        "equal" => {
            let left = Input::open(trades, &["symbol", "price", "seq"], None)?;
            let right = Input::open(quotes, &["symbol", "bsize", "ref"], None)?;
            let join = EqualJoin::new(JoinKind::Inner)
                .on_pair("seq", "ref")
                .right_columns(["bsize", "symbol"]);
            let mut sums = Sums::default();
            let mut next = 0;
            run(join, [left, right], |rows| {
                let symbols = rows.column(0).as_primitive::<types::Int32Type>().values();
                let prices = rows.column(1).as_primitive::<types::Float64Type>().values();
                let seq = rows.column(2).as_primitive::<types::Int64Type>().values();
                let sizes = rows.column(3).as_primitive::<types::Int64Type>().values();
                let others = rows.column(4).as_primitive::<types::Int32Type>().values();
                for row in 0..rows.num_rows() {
                    sums.price_x_bsize += (prices[row] * 100.0).round() as i64 * sizes[row];
                    sums.symbol_x_symbol += i64::from(symbols[row]) * i64::from(others[row]);
                    sums.same_symbol += i64::from(symbols[row] == others[row]);
                    sums.in_order += i64::from(seq[row] == next);
                    next += 1;
                }
                sums.rows += rows.num_rows();
            })?;
            if sums.in_order != sums.rows as i64 {
                return Err("the left's order is not kept".into());
            }
            let Sums {
                rows,
                price_x_bsize,
                symbol_x_symbol,
                same_symbol,
                ..
            } = sums;
            println!("answer {rows} {price_x_bsize} {symbol_x_symbol} {same_symbol}");
        }
        _ => return Err("asof, interval or equal".into()),
    }
    Ok(())
}

#[derive(Debug, Default)]
struct Sums {
    rows: usize,
    unmatched: usize,
    bid: i64,
    ask: i64,
    bsize: i64,
    price_x_bsize: i64,
    symbol_x_symbol: i64,
    same_symbol: i64,
    /// Rows whose `seq` is their place.
    in_order: i64,
}

fn cents(column: &dyn Array) -> i64 {
    let column = column.as_primitive::<types::Float64Type>();
    column
        .iter()
        .flatten()
        .map(|value| (value * 100.0).round() as i64)
        .sum()
}

fn whole(column: &dyn Array) -> i64 {
    column
        .as_primitive::<types::Int64Type>()
        .iter()
        .flatten()
        .sum()
}

/// Feeds the input that is behind, until both have ended.
fn run(
    join: impl MakeOperator,
    [mut left, mut right]: [Input; 2],
    mut each: impl FnMut(&RecordBatch),
) -> Result<(), Failure> {
    let scratch = tempfile::tempdir()?;
    let mut join = Box::new(join).make(&[left.stream.clone(), right.stream.clone()])?;
    join.open(&Context {
        name: "join".to_owned(),
        holder: Budget::detached("128MiB".parse()?)
            .holder(HolderName::new("bench", "flow", "join")),
        files: Arc::new(RealFiles),
        spill: Some(scratch.path().to_path_buf()),
        memory: 32 << 20,
    })?;
    let mut out = Output::new(TARGET);
    while left.frontier != Frontier::End || right.frontier != Frontier::End {
        // Without an order the right comes first: a join by equal keys waits for its end.
        let right_first = right.frontier < left.frontier
            || (right.frontier == Frontier::Start && left.frontier == Frontier::Start);
        let input = usize::from(right_first);
        let next = if input == 0 {
            left.next()?
        } else {
            right.next()?
        };
        let batches = next
            .into_iter()
            .map(|rows| HeldBatch { input, rows })
            .collect();
        let frontiers = vec![left.frontier.clone(), right.frontier.clone()];
        let held = Held { batches, frontiers };
        drain(join.fire(&held, &mut out)?, &mut *join, &mut out, &mut each)?;
    }
    drain(join.end(&mut out)?, &mut *join, &mut out, &mut each)
}

fn drain(
    mut fired: Fired,
    join: &mut dyn Operator,
    out: &mut Output,
    each: &mut impl FnMut(&RecordBatch),
) -> Result<(), Failure> {
    loop {
        for (_, rows) in out.take() {
            each(&rows);
        }
        if fired == Fired::Done {
            return Ok(());
        }
        fired = join.resume(out)?;
    }
}
