//! Makes a Parquet file of ticks for measuring: `make_ticks trades|quotes|late ROWS OUT.parquet`.

#![allow(clippy::disallowed_methods, reason = "a file that nobody keeps")]

use std::fs::File;

use arrow_array::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use weir_testkit::ticks::{late_batches, quote_batches, quote_schema, trade_batches, trade_schema};

/// Rows of a row group: a day.
const GROUP: usize = 1_000_000;

/// Rows made at a time.
const ROWS: usize = 50_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [what, rows, path] = &arguments[..] else {
        return Err("usage: make_ticks trades|quotes|late ROWS OUT.parquet".into());
    };
    let rows: i64 = rows.parse()?;
    let (schema, batches): (_, Box<dyn Iterator<Item = RecordBatch>>) = match what.as_str() {
        "trades" => (trade_schema(), Box::new(trade_batches(0..rows, ROWS))),
        "quotes" => (quote_schema(), Box::new(quote_batches(0..rows, rows, ROWS))),
        "late" => (trade_schema(), Box::new(late_batches(0..rows, ROWS))),
        _ => return Err("trades, quotes or late".into()),
    };
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_max_row_group_row_count(Some(GROUP))
        .build();
    let mut writer = ArrowWriter::try_new(File::create(path)?, schema, Some(properties))?;
    for rows in batches {
        writer.write(&rows)?;
    }
    writer.close()?;
    Ok(())
}
