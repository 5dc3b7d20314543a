use serde_json::json;
use weir_memory::Bytes;
use weir_store::CompactOptions;

use super::arguments::CompactArguments;
use super::dataset;
use crate::budget;
use crate::failure::{Exit, Failure};
use crate::output::{Output, counted};

/// `weir store compact`.
pub fn run(arguments: &CompactArguments, output: &Output) -> Result<Exit, Failure> {
    let budget = budget::resolve(&arguments.budget, output)?;
    let dataset = arguments.dataset.open()?;
    let report = dataset.compact(&CompactOptions::new(dataset::holder(&budget, "compact")))?;
    let text = if report.published {
        format!(
            "compacted  {}: version {}, {} for {}, {} written",
            dataset.key(),
            report.version,
            counted(report.files_added, "file"),
            report.files_removed,
            Bytes::new(report.bytes_written)
        )
    } else {
        format!(
            "compacted  {}: version {} is compact already",
            dataset.key(),
            report.version
        )
    };
    output.result(
        &text,
        &json!({"version": report.version, "published": report.published, "files_added": report.files_added, "files_removed": report.files_removed, "bytes_written": report.bytes_written}),
    );
    Ok(Exit::Done)
}
