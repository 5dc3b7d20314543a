use std::fmt::Write;

use serde_json::json;
use weir_flow::{ImportOptions, import_oups};
use weir_memory::Bytes;
use weir_store::Settings;

use super::arguments::ImportArguments;
use super::dataset;
use crate::budget;
use crate::failure::{Exit, Failure};
use crate::output::{Output, counted};

/// `weir store import`.
pub fn run(arguments: &ImportArguments, output: &Output) -> Result<Exit, Failure> {
    let budget = budget::resolve(&arguments.budget, output)?;
    let store = dataset::open(&arguments.store)?;
    let key = store.key_schema().parse_key(&arguments.key)?;
    let mut settings = Settings::default();
    if let Some(size) = &arguments.row_group {
        settings.row_group = dataset::row_group(size)?;
    }
    let report = import_oups(
        &arguments.path,
        &store,
        &key,
        &ImportOptions {
            order_column: arguments.order_column.clone(),
            settings,
            holder: dataset::holder(&budget, "import"),
        },
    )?;
    let mut text = format!(
        "imported   {} of {} into {key}: version {}, {}\n",
        counted(report.rows, "row"),
        counted(report.files, "file"),
        report.version,
        Bytes::new(report.bytes)
    );
    for checked in &report.checked {
        let _ = writeln!(text, "checked    {checked}");
    }
    for carried in &report.carried {
        let _ = writeln!(text, "carried    {carried}");
    }
    for left in &report.not_carried {
        let _ = writeln!(text, "left       {left}");
    }
    output.result(
        &text,
        &json!({"key": key.to_string(), "version": report.version, "rows": report.rows, "files": report.files, "bytes": report.bytes, "checked": report.checked, "carried": report.carried, "not_carried": report.not_carried}),
    );
    Ok(Exit::Done)
}
