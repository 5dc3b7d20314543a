//! A scan: base files, late files merged in, filtered and projected.

use std::sync::Arc;

use arrow_array::{BooleanArray, RecordBatch, RecordBatchOptions};
use arrow_schema::{Schema, SchemaRef};
use arrow_select::filter::filter_record_batch;

use super::{
    Chain, ChainOptions, OrderRange, Predicate, ScanError, ScanOptions,
    predicate::{both, field},
};
use crate::{
    data::DataError,
    manifest::FileEntry,
    merge::{Duplicates, Input, Merge, Rows},
    snapshot::Snapshot,
    storage::ReadCounter,
};

/// Rows of a version in order, batch by batch. After an error it has ended.
pub struct Scan {
    schema: SchemaRef,
    rows: Rows<'static>,
    filter: Vec<Predicate>,
    counter: ReadCounter,
    failed: bool,
}

impl Snapshot {
    /// Reads rows: in order, those of equal order value in the order they were written; with de-duplication the last of each key.
    ///
    /// Memory: the chunks of the columns read of one file, and of every late file that meets the range, and a batch of each.
    ///
    /// # Errors
    /// [`ScanError::NoColumn`], [`ScanError::Value`]; files are opened when their turn comes, so their errors come from the iterator.
    pub fn scan(&self, options: ScanOptions) -> Result<Scan, ScanError> {
        let schema = &self.schema;
        let projected = match &options.columns {
            None => schema.clone(),
            Some(names) => {
                let fields = names
                    .iter()
                    .map(|name| field(schema, name).cloned())
                    .collect::<Result<Vec<_>, _>>()?;
                Arc::new(Schema::new(fields))
            }
        };
        check_range(self, &options.range)?;
        for predicate in &options.filter {
            predicate.check(schema)?;
        }
        let of = |files: &[FileEntry]| -> Vec<FileEntry> {
            files
                .iter()
                .filter(|file| options.range.meets(file))
                .cloned()
                .collect()
        };
        let (base, late) = (of(self.base_files()), of(self.late_files()));
        let keys = match &self.settings.duplicates_on {
            Some(names) if !late.is_empty() => Some(names.clone()),
            _ => None,
        };
        let mut wanted: Vec<&str> = projected
            .fields()
            .iter()
            .map(|field| field.name().as_str())
            .collect();
        wanted.extend(
            options
                .filter
                .iter()
                .map(|predicate| predicate.column.as_str()),
        );
        if !late.is_empty() {
            wanted.push(&self.order_column);
            wanted.extend(keys.iter().flatten().map(String::as_str));
        }
        let read: SchemaRef = Arc::new(Schema::new(
            schema
                .fields()
                .iter()
                .filter(|field| wanted.contains(&field.name().as_str()))
                .cloned()
                .collect::<Vec<_>>(),
        ));
        let counter = ReadCounter::new();
        let files = base.len() + late.len();
        let chain = ChainOptions {
            schema: read.clone(),
            range: options.range.clone(),
            batch_rows: batch_rows(&options, &base, &late, files),
            holder: options.holder.clone(),
            counter: counter.clone(),
            prune: options.filter.clone(),
        };
        let rows: Rows<'static> = if late.is_empty() {
            Box::new(Chain::new(self, base, chain))
        } else {
            Box::new(merged(self, base, late, keys.as_deref(), &chain)?)
        };
        Ok(Scan {
            schema: projected,
            rows,
            filter: options.filter,
            counter,
            failed: false,
        })
    }
}

/// Base rows with late rows merged in; every late file is an input, the newest last.
pub(crate) fn merged(
    snapshot: &Snapshot,
    base: Vec<FileEntry>,
    late: Vec<FileEntry>,
    duplicates_on: Option<&[String]>,
    options: &ChainOptions,
) -> Result<Merge<'static>, DataError> {
    let order_column = options
        .schema
        .index_of(&snapshot.order_column)
        .map_err(DataError::unsupported)?;
    let duplicates = duplicates_on
        .map(|names| Duplicates::new(&options.schema, order_column, names))
        .transpose()?;
    let mut inputs = vec![Input {
        rows: Box::new(Chain::new(snapshot, base, options.clone())),
        replaces: false,
    }];
    for file in late {
        let mut options = options.clone();
        if duplicates.is_some() {
            // A late row that the filter leaves out still replaces a stored one that it would let through.
            options.prune.clear();
        }
        inputs.push(Input {
            rows: Box::new(Chain::new(snapshot, [file], options)),
            replaces: true,
        });
    }
    Merge::new(
        &options.schema,
        &snapshot.order_type(),
        order_column,
        inputs,
        duplicates,
        options.batch_rows,
        &options.holder,
    )
}

fn check_range(snapshot: &Snapshot, range: &OrderRange) -> Result<(), ScanError> {
    let order_type = snapshot.order_type();
    for value in range.values() {
        if !order_type.accepts(value) {
            return Err(ScanError::Value {
                column: snapshot.order_column.clone(),
                found: order_type.to_string(),
                value: value.to_string(),
            });
        }
    }
    Ok(())
}

/// So many rows that the batches of all inputs take about an eighth of what is free.
fn batch_rows(
    options: &ScanOptions,
    base: &[FileEntry],
    late: &[FileEntry],
    files: usize,
) -> usize {
    let rows: u64 = base.iter().chain(late).map(|file| file.rows).sum();
    let bytes: u64 = base.iter().chain(late).map(|file| file.bytes).sum();
    // Decoded rows are larger than encoded ones, by a factor that is rarely above eight.
    let row = (bytes.saturating_mul(8) / rows.max(1)).max(16);
    let inputs = (late.len() + 1).min(files.max(1)) as u64;
    let fit = options.holder.available().as_u64() / 8 / row / inputs;
    let fit = usize::try_from(fit).unwrap_or(usize::MAX).max(64);
    options.batch_rows.clamp(1, fit)
}

/// The columns of `schema`, in its order.
pub(crate) fn project(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, DataError> {
    let columns = schema
        .fields()
        .iter()
        .map(|field| {
            batch
                .column_by_name(field.name())
                .cloned()
                .ok_or_else(|| DataError::unsupported(format!("no column {}", field.name())))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(schema.clone(), columns, &options)
        .map_err(DataError::unsupported)
}

impl Scan {
    /// The columns that come out.
    #[must_use]
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Bytes fetched from files so far.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.counter.bytes()
    }

    fn step(&mut self) -> Result<Option<RecordBatch>, DataError> {
        for batch in self.rows.by_ref() {
            let mut batch = batch?;
            let mut mask: Option<BooleanArray> = None;
            for predicate in &self.filter {
                let rows = predicate.rows(&batch)?;
                mask = Some(match mask {
                    None => rows,
                    Some(mask) => both(&mask, &rows),
                });
            }
            if let Some(mask) = mask {
                batch = filter_record_batch(&batch, &mask).map_err(DataError::unsupported)?;
            }
            if batch.num_rows() > 0 {
                return project(&batch, &self.schema).map(Some);
            }
        }
        Ok(None)
    }
}

impl Iterator for Scan {
    type Item = Result<RecordBatch, ScanError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let step = self.step();
        self.failed = !matches!(step, Ok(Some(_)));
        step.map_err(ScanError::from).transpose()
    }
}

impl std::fmt::Debug for Scan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scan")
            .field("schema", &self.schema)
            .finish_non_exhaustive()
    }
}
