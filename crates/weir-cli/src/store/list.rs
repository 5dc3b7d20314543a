use std::fmt::Write;

use serde_json::json;
use weir_memory::Bytes;
use weir_store::{KeyPrefix, OpenError};

use super::arguments::LsArguments;
use super::dataset;
use crate::failure::{Exit, Failure};
use crate::output::{Output, count};

/// `weir store ls`.
pub fn run(arguments: &LsArguments, output: &Output) -> Result<Exit, Failure> {
    let store = dataset::open(&arguments.store)?;
    let prefix = match &arguments.prefix {
        Some(prefix) => store.key_schema().parse_prefix(prefix)?,
        None => KeyPrefix::all(),
    };
    let found = store.keys(&prefix)?;
    let (mut rows, mut damaged) = (Vec::new(), Vec::new());
    for key in &found.keys {
        match store.dataset(key).and_then(|dataset| dataset.latest()) {
            Ok(manifest) => rows.push((key.to_string(), manifest)),
            // Removed meanwhile.
            Err(OpenError::NoDataset { .. }) => {}
            // One damaged dataset does not hide the others.
            Err(OpenError::Manifest(error)) => damaged.push((key.to_string(), error.to_string())),
            Err(error) => return Err(error.into()),
        }
    }
    let mut text = String::new();
    let width = rows
        .iter()
        .map(|(key, _)| key.chars().count())
        .max()
        .unwrap_or(3)
        .max(3);
    if rows.is_empty() && damaged.is_empty() {
        let _ = writeln!(text, "no datasets under keys of {}", store.key_schema());
    } else {
        let _ = writeln!(
            text,
            "{:<width$}  {:>12}  {:>9}  {:>6}  {:>7}",
            "key", "rows", "size", "files", "version"
        );
        for (key, manifest) in &rows {
            let _ = writeln!(
                text,
                "{key:<width$}  {:>12}  {:>9}  {:>6}  {:>7}",
                count(manifest.rows()),
                Bytes::new(manifest.bytes()).to_string(),
                manifest.files.len(),
                manifest.version
            );
        }
    }
    for (key, why) in &damaged {
        output.message(&format!("warning: {key} cannot be opened: {why}"));
    }
    for (path, why) in &found.unparsed {
        output.message(&format!("warning: {path} is no dataset: {why}"));
    }
    let datasets: Vec<_> = rows
        .iter()
        .map(|(key, manifest)| {
            json!({"key": key, "rows": manifest.rows(), "bytes": manifest.bytes(), "files": manifest.files.len(), "version": manifest.version})
        })
        .collect();
    let unparsed: Vec<_> = found
        .unparsed
        .iter()
        .map(|(path, why)| json!({"path": path.to_string(), "why": why}))
        .collect();
    let broken: Vec<_> = damaged
        .iter()
        .map(|(key, why)| json!({"key": key, "why": why}))
        .collect();
    output.result(
        &text,
        &json!({"datasets": datasets, "damaged": broken, "unparsed": unparsed}),
    );
    Ok(if damaged.is_empty() {
        Exit::Done
    } else {
        Exit::Failed
    })
}
