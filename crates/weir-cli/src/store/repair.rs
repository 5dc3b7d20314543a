use std::fmt::Write;

use serde_json::json;
use weir_memory::Bytes;

use super::arguments::RepairArguments;
use crate::failure::{Exit, Failure};
use crate::output::{Output, counted};

/// Files that are named one by one.
const NAMED: usize = 20;

/// `weir store repair`.
pub fn run(arguments: &RepairArguments, output: &Output) -> Result<Exit, Failure> {
    let dataset = arguments.dataset.open()?;
    let repaired = dataset.repair()?;
    let mut text = String::new();
    let key = dataset.key();
    if repaired.set_aside.is_empty() {
        let _ = writeln!(
            text,
            "repaired   {key}: no manifest is damaged, version {} stays the newest; `weir store verify` looks into the files",
            repaired.version
        );
    } else if let Some(back_to) = repaired.back_to {
        let _ = writeln!(
            text,
            "repaired   {key}: version {} is version {back_to} anew",
            repaired.version
        );
        let _ = writeln!(
            text,
            "lost       what was written after version {back_to}: rows, columns, settings and metadata"
        );
    } else {
        let _ = writeln!(
            text,
            "repaired   {key}: version {} was sound and stays the newest; nothing of it is lost",
            repaired.version
        );
    }
    for aside in &repaired.set_aside {
        let _ = writeln!(text, "aside      version {}: {}", aside.version, aside.path);
    }
    for version in &repaired.without_files {
        let _ = writeln!(
            text,
            "passed     version {version}: not all of its files are there"
        );
    }
    if !repaired.unnamed.is_empty() {
        let bytes = repaired.unnamed.iter().map(|file| file.bytes).sum();
        let _ = writeln!(
            text,
            "unnamed    {} ({}) that no sound version names and a later vacuum removes; copy them away, and `weir store write` takes them in again",
            counted(repaired.unnamed.len() as u64, "file"),
            Bytes::new(bytes)
        );
    }
    for file in repaired.unnamed.iter().take(NAMED) {
        let _ = writeln!(text, "  {}", file.path);
    }
    if repaired.unnamed.len() > NAMED {
        let _ = writeln!(
            text,
            "  and {} more (--json names all)",
            repaired.unnamed.len() - NAMED
        );
    }
    let aside: Vec<_> = repaired
        .set_aside
        .iter()
        .map(|aside| json!({"version": aside.version, "path": aside.path, "why": aside.why}))
        .collect();
    let unnamed: Vec<_> = repaired
        .unnamed
        .iter()
        .map(|file| json!({"path": file.path, "bytes": file.bytes}))
        .collect();
    output.result(
        &text,
        &json!({
            "key": key.to_string(),
            "version": repaired.version,
            "back_to": repaired.back_to,
            "set_aside": aside,
            "without_files": repaired.without_files,
            "unnamed": unnamed,
        }),
    );
    Ok(Exit::Done)
}
