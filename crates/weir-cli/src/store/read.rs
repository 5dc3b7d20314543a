use std::io::{BufWriter, Write};
use std::ops::Bound;
use std::sync::Arc;

use serde_json::json;
use weir_files::{AtomicFile, Files, RealFiles};
use weir_flow::{RowFormat, RowWriteError, RowWriter};
use weir_memory::Bytes;
use weir_store::{OrderRange, Scan, ScanOptions};

use super::arguments::ReadArguments;
use super::dataset;
use crate::budget;
use crate::failure::{Exit, Failure};
use crate::output::{Output, counted};
use crate::piped::{Noted, Piped};

/// `weir store read`.
pub fn run(arguments: &ReadArguments, output: &Output) -> Result<Exit, Failure> {
    let budget = budget::resolve(&arguments.budget, output)?;
    let stored = arguments.dataset.open()?;
    let snapshot = dataset::snapshot(&stored, arguments.at.as_deref())?;
    let order = snapshot.order_type();
    let value = |name: &str, text: &Option<String>| match text {
        Some(text) => order
            .parse(text)
            .map(Some)
            .map_err(|error| Failure::new("W0505", format!("--{name}: {error}")).exit(Exit::Usage)),
        None => Ok(None),
    };
    let (from, to) = (value("from", &arguments.from)?, value("to", &arguments.to)?);
    if let (Some(from), Some(to)) = (&from, &to)
        && from >= to
    {
        return Err(Failure::new(
            "W0505",
            format!(
                "no row can be from {} on and before {}",
                order.show(from),
                order.show(to)
            ),
        )
        .with("a --from that is less than --to; rows at --to itself are left out")
        .exit(Exit::Usage));
    }
    let range = OrderRange {
        start: from.map_or(Bound::Unbounded, Bound::Included),
        end: to.map_or(Bound::Unbounded, Bound::Excluded),
    };
    let mut options = ScanOptions::new(dataset::holder(&budget, "read")).range(range);
    options.columns = (!arguments.columns.is_empty()).then(|| arguments.columns.clone());
    let mut scan = snapshot.scan(options)?;
    let by_ending = arguments.out.as_deref().map(RowFormat::of_path);
    let format = match (arguments.format, by_ending) {
        (Some(format), _) | (None, Some(Some(format))) => format,
        (None, None) => RowFormat::Csv,
        (None, Some(None)) => {
            return Err(
                Failure::new("W0507", "the ending of --out stands for no format")
                    .with("--format csv, parquet, arrow or arrows")
                    .exit(Exit::Usage),
            );
        }
    };
    let rows = match &arguments.out {
        Some(path) => {
            let files: Arc<dyn Files> = Arc::new(RealFiles);
            let file = AtomicFile::create(files, path)?;
            let (rows, file) = copy(&mut scan, format, file)?;
            let rows = rows?;
            file.commit()?;
            rows
        }
        None => {
            let gone = Noted::default();
            let out = BufWriter::with_capacity(64 << 10, Piped::new(&gone));
            match copy(&mut scan, format, out) {
                Ok((rows, mut out)) => {
                    output.written(out.flush());
                    rows?
                }
                // A reader that went away has what it wanted.
                Err(_) if gone.is_so() => return Ok(Exit::Done),
                Err(failure) => return Err(failure),
            }
        }
    };
    let text = format!(
        "read       {} of {}, version {}; {} fetched of {}",
        counted(rows, "row"),
        stored.key(),
        snapshot.version,
        Bytes::new(scan.bytes_read()),
        Bytes::new(snapshot.bytes()),
    );
    if arguments.out.is_some() {
        output.result(
            &text,
            &json!({"key": stored.key().to_string(), "version": snapshot.version, "rows": rows, "bytes_read": scan.bytes_read(), "out": arguments.out}),
        );
    } else {
        output.message(&text);
    }
    Ok(Exit::Done)
}

type Copied<W> = (Result<u64, Failure>, W);

/// Writes all rows; a damaged file ends it, with what was written before.
fn copy<W: Write + Send>(scan: &mut Scan, format: RowFormat, out: W) -> Result<Copied<W>, Failure> {
    let schema = Arc::clone(scan.schema());
    let mut writer = RowWriter::new(format, &schema, out).map_err(failed)?;
    let mut rows = 0;
    let mut ended = Ok(());
    for batch in scan {
        match batch {
            Ok(batch) => {
                rows += batch.num_rows() as u64;
                writer.write(&batch).map_err(failed)?;
            }
            Err(error) => {
                ended = Err(Failure::from(error));
                break;
            }
        }
    }
    let out = writer.finish().map_err(failed)?;
    Ok((ended.map(|()| rows), out))
}

fn failed(error: RowWriteError) -> Failure {
    error.into()
}
