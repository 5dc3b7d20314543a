use serde_json::json;
use weir_memory::Bytes;
use weir_store::VacuumOptions;

use super::arguments::VacuumArguments;
use crate::failure::{Exit, Failure};
use crate::output::{Output, counted};

/// `weir store vacuum`.
pub fn run(arguments: &VacuumArguments, output: &Output) -> Result<Exit, Failure> {
    let dataset = arguments.dataset.open()?;
    let report = dataset.vacuum(&VacuumOptions {
        keep_versions: arguments.keep,
        grace: arguments.grace,
        dry_run: arguments.dry_run,
    })?;
    let head = if arguments.dry_run {
        "would go  "
    } else {
        "removed   "
    };
    let text = format!(
        "{head} {} and {} of {}",
        counted(report.versions.len() as u64, "version"),
        counted(report.files, "file"),
        Bytes::new(report.bytes)
    );
    output.result(
        &text,
        &json!({"versions": report.versions, "files": report.files, "bytes": report.bytes, "dry_run": arguments.dry_run}),
    );
    Ok(Exit::Done)
}
