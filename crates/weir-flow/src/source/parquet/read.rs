//! Reading row group after row group, page by page.

use std::path::Path;

use arrow_array::RecordBatch;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use weir_memory::{Bytes, Holder, Reservation};

use super::open::{Opened, ParquetOptions, caught, open, read};
use super::pages;
use crate::{OrderCheck, Position, Source, SourceError, StreamSchema};

const BATCH_ROWS: usize = 8192;

/// The rows of one Parquet file, in order.
///
/// Memory is what one page of each column read takes, decoded and as stored, and one batch: it is reserved from page headers before a row group is
/// read, and a row group whose pages do not fit is refused with their size. The order is checked. A damaged or hostile file is a [`SourceError`].
///
/// ```no_run
/// use weir_flow::{ParquetOptions, ParquetSource, Source};
/// use weir_memory::{Budget, HolderName};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let budget = Budget::detached("64MiB".parse()?);
/// let holder = budget.holder(HolderName::new("run-1", "flow", "read"));
/// let options = ParquetOptions { columns: Some(vec!["price".into()]), ..Default::default() };
/// let mut ticks = ParquetSource::open("ticks.parquet", Some("ts"), &options, holder)?;
/// while let Some(rows) = ticks.next()? {
///     println!("{} rows", rows.num_rows());
/// }
/// # Ok(())
/// # }
/// ```
pub struct ParquetSource {
    opened: Opened,
    holder: Holder,
    batch_rows: usize,
    /// The row group to read next.
    group: usize,
    reader: Option<Group>,
    /// Rows given.
    rows: u64,
    order: OrderCheck,
}

/// A row group under way.
struct Group {
    reader: ParquetRecordBatchReader,
    /// Rows it should still give.
    left: u64,
    _held: Reservation,
}

impl ParquetSource {
    /// Opens a file; `order` names the column that its rows are ordered by, if they are.
    ///
    /// # Errors
    /// [`SourceError::Read`] where it is no Parquet file or lacks a column, [`SourceError::Memory`] where its footer does not fit.
    pub fn open(
        path: impl AsRef<Path>,
        order: Option<&str>,
        options: &ParquetOptions,
        holder: Holder,
    ) -> Result<Self, SourceError> {
        let opened = open(path.as_ref(), order, options, &holder)?;
        let batch_rows = options.batch_rows.unwrap_or(BATCH_ROWS).max(1);
        let order = OrderCheck::new(opened.stream.clone());
        Ok(Self {
            opened,
            holder,
            batch_rows,
            group: 0,
            reader: None,
            rows: 0,
            order,
        })
    }

    /// Opens the next row group, leaving out its first rows.
    fn open_group(&self, group: usize, leave_out: u64) -> Result<Group, SourceError> {
        let name = &self.opened.name;
        let metadata = self.opened.metadata.metadata();
        let about = metadata.row_group(group);
        let rows = u64::try_from(about.num_rows()).map_err(|_| {
            read(
                name,
                format!("row group {group} has a negative number of rows"),
            )
        })?;
        let mut bytes = 0u64;
        for (leaf, chunk) in about.columns().iter().enumerate() {
            if !self.opened.mask.leaf_included(leaf) {
                continue;
            }
            let column = chunk.column_path().string();
            let pages = pages::look(&self.opened.file, chunk).map_err(|bad| {
                read(name, format!("row group {group}, column `{column}`: {} (offset {}); the file is damaged, write it again from its source", bad.what, bad.offset))
            })?;
            // A dictionary is held decoded beside the page it came from while that is decoded.
            let width = if pages.values == 0 {
                0
            } else {
                pages.data.saturating_mul(2) / pages.values.max(1)
            };
            let batch = (self.batch_rows as u64)
                .saturating_mul(width.clamp(8, 64))
                .saturating_mul(2);
            bytes = bytes
                .saturating_add(pages.stored + pages.data + pages.dictionary.saturating_mul(2))
                .saturating_add(batch);
        }
        let held = self.holder.reserve(Bytes::new(bytes))?;
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(
            self.opened.file.clone(),
            self.opened.metadata.clone(),
        );
        let skip = usize::try_from(leave_out).unwrap_or(usize::MAX);
        let reader = caught(name, || {
            let builder = builder
                .with_projection(self.opened.mask.clone())
                .with_row_groups(vec![group])
                .with_batch_size(self.batch_rows);
            if skip > 0 {
                builder.with_offset(skip).build()
            } else {
                builder.build()
            }
        })?;
        Ok(Group {
            reader,
            left: rows.saturating_sub(leave_out),
            _held: held,
        })
    }

    fn rows_of(&self, group: usize) -> u64 {
        let groups = self.opened.metadata.metadata().row_groups();
        groups
            .get(group)
            .map_or(0, |group| u64::try_from(group.num_rows()).unwrap_or(0))
    }

    fn detail(&self) -> serde_json::Value {
        serde_json::json!({ "bytes": self.opened.file.length(), "footer_crc32": self.opened.footer })
    }
}

impl Source for ParquetSource {
    fn stream(&self) -> &StreamSchema {
        &self.opened.stream
    }

    fn next(&mut self) -> Result<Option<RecordBatch>, SourceError> {
        let name = &self.opened.name;
        loop {
            if self.reader.is_none() {
                if self.group >= self.opened.metadata.metadata().num_row_groups() {
                    return Ok(None);
                }
                self.reader = Some(self.open_group(self.group, 0)?);
            }
            let number = self.group;
            let in_group = self.rows_of(number);
            let Some(group) = &mut self.reader else {
                continue;
            };
            let next = caught(name, || group.reader.next().transpose());
            let rows = match next {
                // The decoder's state after an error is nobody's guess: the row group is opened anew where it failed.
                Err(error) => {
                    let done = in_group - group.left.min(in_group);
                    self.reader = None;
                    self.reader = self.open_group(number, done).ok();
                    return Err(error);
                }
                Ok(Some(rows)) => rows,
                Ok(None) if group.left == 0 => {
                    self.reader = None;
                    self.group += 1;
                    continue;
                }
                Ok(None) => {
                    let left = group.left;
                    return Err(read(
                        name,
                        format!(
                            "row group {number} ends {left} rows early; the file is damaged, write it again from its source"
                        ),
                    ));
                }
            };
            if rows.schema_ref().fields() != self.opened.stream.schema().fields() {
                return Err(read(
                    name,
                    "its columns are not those that its footer tells",
                ));
            }
            let rows = RecordBatch::try_new(
                std::sync::Arc::clone(self.opened.stream.schema()),
                rows.columns().to_vec(),
            )
            .map_err(|error| read(name, error))?;
            self.order
                .check(&rows)
                .map_err(|source| SourceError::Rows {
                    name: name.clone(),
                    first_row: self.rows,
                    source: Box::new(source),
                })?;
            group.left = group.left.saturating_sub(rows.num_rows() as u64);
            self.rows += rows.num_rows() as u64;
            return Ok(Some(rows));
        }
    }

    fn position(&self) -> Position {
        Position {
            rows: self.rows,
            detail: self.detail(),
        }
    }

    fn seek(&mut self, position: &Position) -> Result<(), SourceError> {
        let moved = |what: &str| SourceError::Moved {
            name: self.opened.name.clone(),
            what: what.to_owned(),
            versions: false,
        };
        if position.rows > 0 && position.detail != self.detail() {
            return Err(moved("its length or its footer differ"));
        }
        let (mut group, mut left) = (0, position.rows);
        let groups = self.opened.metadata.metadata().num_row_groups();
        while group < groups && left >= self.rows_of(group) {
            left -= self.rows_of(group);
            group += 1;
        }
        if left > 0 && group == groups {
            return Err(moved("it has fewer rows"));
        }
        self.reader = None;
        self.reader = if group < groups && left > 0 {
            Some(self.open_group(group, left)?)
        } else {
            None
        };
        self.group = group;
        self.rows = position.rows;
        self.order = OrderCheck::new(self.opened.stream.clone());
        Ok(())
    }

    fn total_rows(&self) -> Option<u64> {
        u64::try_from(self.opened.metadata.metadata().file_metadata().num_rows()).ok()
    }
}
