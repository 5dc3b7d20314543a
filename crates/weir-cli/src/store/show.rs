use std::fmt::Write;

use serde_json::json;
use weir_flow::ColumnType;
use weir_memory::Bytes;
use weir_store::{LateRows, RowGroupTarget};

use super::arguments::ShowArguments;
use super::dataset;
use crate::failure::{Exit, Failure};
use crate::output::{Output, counted};

/// `weir store show`.
pub fn run(arguments: &ShowArguments, output: &Output) -> Result<Exit, Failure> {
    let dataset = arguments.dataset.open()?;
    let snapshot = dataset::snapshot(&dataset, arguments.at.as_deref())?;
    let order = snapshot.order_type();
    let range = |file: Option<&weir_store::FileEntry>, least: bool| {
        file.map(|file| order.show(if least { &file.min } else { &file.max }))
    };
    let least = range(snapshot.files.iter().min_by(|a, b| a.min.cmp(&b.min)), true);
    let greatest = range(
        snapshot.files.iter().max_by(|a, b| a.max.cmp(&b.max)),
        false,
    );
    let late: u64 = snapshot.late_files().iter().map(|file| file.rows).sum();
    let mut text = String::new();
    let _ = writeln!(text, "dataset    {}", dataset.key());
    let _ = writeln!(
        text,
        "version    {} of {}",
        snapshot.version,
        weir_run::Timestamp::from_micros(snapshot.written_ms.saturating_mul(1000))
    );
    let _ = writeln!(
        text,
        "rows       {}, {} in {}",
        counted(snapshot.rows(), "row"),
        Bytes::new(snapshot.bytes()),
        counted(snapshot.files.len() as u64, "file")
    );
    if late > 0 {
        let _ = writeln!(
            text,
            "late       {} beside the others in {}{}",
            counted(late, "row"),
            counted(snapshot.late_files().len() as u64, "file"),
            match snapshot.settings.duplicates_on {
                // A row that one of them replaces is counted above until they are folded in.
                Some(_) => "; those that replace others count twice until compaction",
                None => "",
            }
        );
    }
    if let (Some(least), Some(greatest)) = (&least, &greatest) {
        let _ = writeln!(text, "from       {least}\nto         {greatest}");
    }
    let settings = &snapshot.settings;
    let target = match &settings.row_group {
        RowGroupTarget::Rows(rows) => counted(*rows, "row"),
        RowGroupTarget::Period(period) => period.clone(),
    };
    let duplicates = match &settings.duplicates_on {
        None => "duplicates are kept".to_owned(),
        Some(columns) if columns.is_empty() => {
            format!("the last row of each {} is kept", snapshot.order_column)
        }
        Some(columns) => format!(
            "the last row of each {}, {} is kept",
            snapshot.order_column,
            columns.join(", ")
        ),
    };
    let place = match settings.late_rows {
        LateRows::Merge => "late rows are merged",
        LateRows::Beside => "late rows go beside",
    };
    let _ = writeln!(
        text,
        "settings   row groups of {target}; {duplicates}; {place}"
    );
    let _ = writeln!(text, "columns");
    for field in snapshot.schema.fields() {
        let order = if *field.name() == snapshot.order_column {
            "  (order)"
        } else {
            ""
        };
        let null = if field.is_nullable() {
            ""
        } else {
            ", never null"
        };
        let _ = writeln!(
            text,
            "  {:<22} {}{null}{order}",
            field.name(),
            ColumnType(field.data_type().clone())
        );
    }
    if !snapshot.metadata.is_empty() {
        let _ = writeln!(text, "metadata");
        for (key, value) in &snapshot.metadata {
            let value: String = value.to_string().chars().take(100).collect();
            let _ = writeln!(text, "  {key:<22} {value}");
        }
    }
    let columns: Vec<_> = snapshot
        .schema
        .fields()
        .iter()
        .map(|field| json!({"name": field.name(), "type": ColumnType(field.data_type().clone()).to_string(), "nullable": field.is_nullable()}))
        .collect();
    output.result(
        &text,
        &json!({
            "key": dataset.key().to_string(),
            "version": snapshot.version,
            "written_ms": snapshot.written_ms,
            "rows": snapshot.rows(),
            "late_rows": late,
            "bytes": snapshot.bytes(),
            "files": snapshot.files.len(),
            "order_column": snapshot.order_column,
            "min": least,
            "max": greatest,
            "columns": columns,
            "settings": snapshot.settings,
            "metadata": snapshot.metadata,
        }),
    );
    Ok(Exit::Done)
}
