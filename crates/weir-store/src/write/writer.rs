//! A write from its first row to its commit.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use super::{
    ATTEMPTS, Job, Output, Removed, Replaced, WriteError, WriteOptions, WriteReport,
    merging::fitting, output::abandon,
};
use crate::{
    commit::{Change, CommitError, MetadataPatch, Writing},
    dataset::Dataset,
    manifest::{FileEntry, Place, Settings},
    sort::{ExternalSort, SortOptions, Sorted},
};

/// Collects rows, then writes them all at once; dropped before [`DatasetWriter::commit`], it leaves nothing.
#[derive(Debug)]
pub struct DatasetWriter {
    dataset: Dataset,
    schema: SchemaRef,
    options: WriteOptions,
    sort: ExternalSort,
}

impl Dataset {
    /// Writes rows: late and corrected ones too, all or nothing.
    ///
    /// ```no_run
    /// # fn rows() -> Vec<Result<arrow_array::RecordBatch, std::io::Error>> { Vec::new() }
    /// # fn example(dataset: &weir_store::Dataset, holder: weir_memory::Holder) -> Result<(), Box<dyn std::error::Error>> {
    /// let report = dataset.write(rows(), weir_store::WriteOptions::new(holder))?;
    /// println!("version {}: {} rows", report.version, report.rows);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`WriteError`]; nothing was written then, unless the error says otherwise.
    pub fn write<E: std::fmt::Display>(
        &self,
        rows: impl IntoIterator<Item = Result<RecordBatch, E>>,
        options: WriteOptions,
    ) -> Result<WriteReport, WriteError> {
        let mut writer = self.writer(options)?;
        for batch in rows {
            writer.push(batch.map_err(|error| WriteError::Source {
                why: error.to_string(),
            })?)?;
        }
        writer.commit(MetadataPatch::new())
    }

    /// Starts a write whose rows come one batch after the other.
    ///
    /// # Errors
    /// [`WriteError::Open`], [`WriteError::Settings`].
    pub fn writer(&self, options: WriteOptions) -> Result<DatasetWriter, WriteError> {
        let manifest = self.latest()?;
        let settings = options.settings.as_ref().unwrap_or(&manifest.settings);
        check(settings, &manifest.schema, &manifest.order_type())?;
        let sort = ExternalSort::new(
            &manifest.schema,
            &manifest.order_column,
            SortOptions {
                holder: options.holder.clone(),
                spill: options.spill.clone(),
                sorted: options.sorted,
                batch_rows: 8192,
            },
        )?;
        Ok(DatasetWriter {
            dataset: self.clone(),
            schema: manifest.schema.clone(),
            options,
            sort,
        })
    }
}

/// Refuses settings that cannot be.
pub(crate) fn check(
    settings: &Settings,
    schema: &SchemaRef,
    order_type: &crate::order::OrderType,
) -> Result<(), WriteError> {
    super::merging::target(settings, order_type)?;
    for name in settings.duplicates_on.iter().flatten() {
        if schema.field_with_name(name).is_err() {
            return Err(WriteError::Settings {
                why: format!("duplicates are looked for in column {name:?}, which does not exist"),
            });
        }
    }
    Ok(())
}

impl DatasetWriter {
    /// The columns that rows must have.
    #[must_use]
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Rows so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.sort.len()
    }

    /// Adds rows. They must have the dataset's columns, in any order.
    ///
    /// # Errors
    /// [`WriteError::Schema`], [`WriteError::Null`], [`WriteError::Data`] with the row out of order when order was promised.
    pub fn push(&mut self, batch: RecordBatch) -> Result<(), WriteError> {
        let batch = fitting(&batch, &self.schema, self.sort.len())?;
        Ok(self.sort.push(batch)?)
    }

    /// Writes and publishes all rows, with these changes of metadata beside those of the options.
    ///
    /// # Errors
    /// [`WriteError`]; nothing was written then, unless the error says otherwise.
    pub fn commit(self, metadata: MetadataPatch) -> Result<WriteReport, WriteError> {
        let Self {
            dataset,
            schema,
            mut options,
            sort,
        } = self;
        options.metadata.extend(metadata);
        let rows = sort.finish()?;
        redo(&dataset, |writing| {
            if writing.base().schema != schema {
                return Err(WriteError::Schema {
                    why: "the dataset's schema changed since the write began".to_owned(),
                });
            }
            attempt(writing, &rows, &options)
        })
        .map(|report| WriteReport {
            rows: rows.len(),
            ..report
        })
    }
}

/// What one attempt made.
pub(crate) struct Made {
    pub(crate) change: Change,
    pub(crate) bytes_read: u64,
}

/// Makes a change from the newest version until it is published.
pub(crate) fn redo(
    dataset: &Dataset,
    mut make: impl FnMut(&Writing) -> Result<Made, WriteError>,
) -> Result<WriteReport, WriteError> {
    let mut writing = dataset.begin()?;
    let mut attempts = 0;
    loop {
        attempts += 1;
        let Made { change, bytes_read } = make(&writing)?;
        let mut report = WriteReport {
            version: writing.base().version,
            published: false,
            rows: 0,
            rows_written: change.add.iter().map(|file| file.rows).sum(),
            files_added: change.add.len() as u64,
            files_removed: change.remove.len() as u64,
            bytes_written: change.add.iter().map(|file| file.bytes).sum(),
            bytes_read,
            attempts,
        };
        if change == Change::of(change.base) {
            return Ok(report);
        }
        let files: Vec<FileEntry> = change.add.clone();
        match writing.commit(change) {
            Ok(manifest) => {
                report.version = manifest.version;
                report.published = true;
                return Ok(report);
            }
            Err(CommitError::Conflict { latest, .. }) => {
                abandon(&writing, &files);
                if attempts >= ATTEMPTS {
                    return Err(WriteError::Contended {
                        version: latest,
                        attempts,
                    });
                }
                writing = writing.redo()?;
            }
            // The files are published, or may be.
            Err(error @ (CommitError::NotDurable { .. } | CommitError::Uncertain { .. })) => {
                return Err(error.into());
            }
            Err(error) => {
                abandon(&writing, &files);
                return Err(error.into());
            }
        }
    }
}

fn attempt(writing: &Writing, rows: &Sorted, options: &WriteOptions) -> Result<Made, WriteError> {
    let base = writing.base();
    let moved = |(key, value): &(&String, &Option<serde_json::Value>)| {
        base.metadata.get(*key) != value.as_ref()
    };
    if let Some((key, _)) = options.expects.iter().find(moved) {
        return Err(WriteError::Overtaken {
            key: key.clone(),
            version: base.version,
        });
    }
    let settings = options.settings.as_ref().unwrap_or(&base.settings);
    check(settings, &base.schema, &base.order_type())?;
    let mut job = Job::new(writing, settings, &options.holder)?;
    let removed = Removed::new(
        &options.remove,
        &base.schema,
        &base.order_column,
        &base.order_type(),
        &options.holder,
    )?;
    job.replaced = Replaced::new(&options.replace).and(removed);
    let mut output = Output::new(writing, settings.compression, &options.holder);
    let remove = match job.write(rows, &mut output) {
        Ok(remove) => remove,
        Err(error) => {
            output.abandon();
            return Err(error);
        }
    };
    let mut change = Change::of(base.version);
    change.remove = remove;
    output.finish(&mut change);
    // What only lies beside fits on whatever others write meanwhile: as if it had been written after them.
    let only_beside =
        change.remove.is_empty() && change.add.iter().all(|file| file.place == Place::Late);
    if !only_beside {
        let (new, gone) = (rows.range().cloned(), job.replaced.hull());
        change.touched = match (new, gone) {
            (Some(new), Some(gone)) => Some((new.0.min(gone.0), new.1.max(gone.1))),
            (new, gone) => new.or(gone),
        };
    }
    change.metadata.clone_from(&options.metadata);
    // Setting what is so already publishes nothing.
    change
        .metadata
        .retain(|key, value| base.metadata.get(key) != value.as_ref());
    Ok(Made {
        change,
        bytes_read: job.counter.bytes(),
    })
}
