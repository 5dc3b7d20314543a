use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use weir_flow::{ColumnType, CsvOptions, OpenedRows, RowFormat, open_rows, read_rows_once};
use weir_memory::{Bytes, Holder};
use weir_store::{Dataset, DatasetSpec, OpenError, Settings, WriteOptions, WriteReport};

use super::alter::late_rows;
use super::arguments::WriteArguments;
use super::dataset;
use crate::budget;
use crate::failure::{Exit, Failure};
use crate::output::{Output, counted};

/// `weir store write`.
pub fn run(arguments: &WriteArguments, output: &Output) -> Result<Exit, Failure> {
    let budget = budget::resolve(&arguments.budget, output)?;
    let holder = dataset::holder(&budget, "write");
    let store = dataset::open(&arguments.dataset.store)?;
    let key = store.key_schema().parse_key(&arguments.dataset.key)?;
    let existing = match store.dataset(&key) {
        Ok(dataset) => Some(dataset),
        Err(OpenError::NoDataset { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    if let Some(dataset) = &existing {
        agree(arguments, dataset)?;
    }
    // All are opened before anything is made.
    let mut opened = Vec::new();
    for path in &arguments.rows {
        let rows = rows(arguments, path, existing.as_ref(), &holder)?;
        if !rows.inferred.is_empty() {
            output.message(&format!(
                "inferred   {}: {} (--type COLUMN=TYPE sets one)",
                path.display(),
                rows.inferred.join(", ")
            ));
        }
        opened.push(rows);
    }
    let (dataset, created) = match (existing, opened.first()) {
        (Some(dataset), _) => (dataset, None),
        (None, Some(first)) => {
            let Some(order) = &arguments.order_column else {
                return Err(Failure::new(
                    "W0501",
                    format!("there is no dataset {key} yet, and a new one needs its order column"),
                )
                .with("--order-column COLUMN")
                .with("weir store ls STORE lists the keys there are")
                .exit(Exit::Usage));
            };
            let mut spec = DatasetSpec::new(Arc::clone(first.source.stream().schema()), order);
            spec.settings = settings(arguments, &Settings::default())?;
            let dataset = store.create_dataset(&key, spec)?;
            let version = dataset.latest()?.version;
            (dataset, Some(version))
        }
        (None, None) => return Err(Failure::new("W0507", "no rows were named").exit(Exit::Usage)),
    };
    let written = publish(arguments, &dataset, opened, holder);
    if let (Err(_), Some(version)) = (&written, created) {
        // All or nothing: no dataset without rows, whose columns and settings would bind the next attempt.
        let _ = store.remove_unwritten(&dataset, version);
    }
    let report = written?;
    let text = format!(
        "written    {} into {key}: version {}, {} and {} of files written, {} replaced",
        counted(report.rows, "row"),
        report.version,
        counted(report.files_added, "file"),
        Bytes::new(report.bytes_written),
        report.files_removed,
    );
    output.result(
        &text,
        &json!({
            "key": key.to_string(),
            "version": report.version,
            "published": report.published,
            "rows": report.rows,
            "rows_written": report.rows_written,
            "files_added": report.files_added,
            "files_removed": report.files_removed,
            "bytes_written": report.bytes_written,
            "bytes_read": report.bytes_read,
        }),
    );
    Ok(Exit::Done)
}

/// Refuses what is said of a new dataset and is not so of this one.
fn agree(arguments: &WriteArguments, dataset: &Dataset) -> Result<(), Failure> {
    let manifest = dataset.latest()?;
    let refuse = |what: String| Err(Failure::new("W0503", what).exit(Exit::Usage));
    if let Some(column) = &arguments.order_column
        && *column != manifest.order_column
    {
        return refuse(format!(
            "the order column of {} is {:?} and cannot become {column:?}; write to another key, or leave --order-column out",
            dataset.key(),
            manifest.order_column
        ));
    }
    for (column, wanted) in &arguments.types {
        if let Ok(field) = manifest.schema.field_with_name(column)
            && *field.data_type() != wanted.0
        {
            return refuse(format!(
                "column {column:?} of {} is {}, not {wanted}; leave --type out, since the dataset's types hold",
                dataset.key(),
                ColumnType(field.data_type().clone())
            ));
        }
    }
    Ok(())
}

fn publish(
    arguments: &WriteArguments,
    dataset: &Dataset,
    opened: Vec<OpenedRows>,
    holder: Holder,
) -> Result<WriteReport, Failure> {
    let mut options =
        WriteOptions::new(holder).settings(settings(arguments, &dataset.latest()?.settings)?);
    options.sorted = arguments.sorted;
    for (name, value) in &arguments.metadata {
        let value = match value.as_str() {
            "" => None,
            text => {
                Some(serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned())))
            }
        };
        options.metadata.insert(name.clone(), value);
    }
    let mut writer = dataset.writer(options)?;
    for mut rows in opened {
        while let Some(batch) = rows.source.next()? {
            writer.push(batch)?;
        }
    }
    Ok(writer.commit(weir_store::MetadataPatch::new())?)
}

fn rows(
    arguments: &WriteArguments,
    path: &Path,
    existing: Option<&Dataset>,
    holder: &Holder,
) -> Result<OpenedRows, Failure> {
    let mut csv = CsvOptions {
        delimiter: arguments.delimiter,
        ..CsvOptions::default()
    };
    match existing {
        Some(dataset) => {
            let manifest = dataset.latest()?;
            let fields = manifest.schema.fields().iter();
            csv.types = fields
                .map(|field| (field.name().clone(), field.data_type().clone()))
                .collect();
            csv.known_only = true;
        }
        None => {
            let types = arguments.types.iter();
            csv.types = types
                .map(|(name, data_type)| (name.clone(), data_type.0.clone()))
                .collect();
        }
    }
    if path != Path::new("-") {
        return Ok(open_rows(path, arguments.format, csv, holder.clone())?);
    }
    let format = arguments.format.unwrap_or(RowFormat::Csv);
    Ok(read_rows_once(
        "standard input",
        Box::new(std::io::stdin()),
        format,
        csv,
    )?)
}

/// The settings with what the arguments change of them.
fn settings(arguments: &WriteArguments, base: &Settings) -> Result<Settings, Failure> {
    let mut settings = base.clone();
    if let Some(size) = &arguments.row_group {
        settings.row_group = dataset::row_group(size)?;
    }
    if let Some(columns) = &arguments.duplicates_on {
        settings.duplicates_on = Some(dataset::columns(columns));
    }
    if let Some(late) = arguments.late {
        settings.late_rows = late_rows(late);
    }
    if arguments.max_off_target.is_some() {
        settings.max_off_target = arguments.max_off_target;
    }
    Ok(settings)
}
