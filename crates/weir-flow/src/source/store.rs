//! A dataset of a store, in its order.

use std::collections::BTreeSet;

use arrow_array::RecordBatch;
use weir_memory::Holder;
use weir_store::{Dataset, OrderRange, Scan, ScanOptions, Snapshot, Version};

use super::{Position, Source, SourceError};
use crate::StreamSchema;

/// What is read of a dataset.
#[derive(Debug, Clone, Default)]
pub struct StoreOptions {
    /// Which rows.
    pub range: OrderRange,
    /// Which columns; all of them by default. The order column has to be one.
    pub columns: Option<Vec<String>>,
}

/// Rows of one version of a dataset, which is held until the source is dropped.
///
/// A run goes on from a position in a newer version where only rows behind the position have changed since;
/// otherwise the source has [moved](SourceError::Moved).
pub struct StoreSource {
    name: String,
    snapshot: Snapshot,
    options: StoreOptions,
    holder: Holder,
    stream: StreamSchema,
    scan: Option<Scan>,
    rows: u64,
    skip: u64,
}

impl StoreSource {
    /// Reads this version.
    ///
    /// # Errors
    ///
    /// [`SourceError::Read`] where there are no such columns or the order column is not one of them.
    pub fn open(
        snapshot: Snapshot,
        options: StoreOptions,
        holder: Holder,
    ) -> Result<Self, SourceError> {
        let name = describe(snapshot.dataset());
        let scan = snapshot
            .scan(scan_options(&options, &holder))
            .map_err(|error| read_error(&name, error))?;
        let stream = StreamSchema::ordered(scan.schema().clone(), &snapshot.order_column)
            .map_err(|error| read_error(&name, error))?;
        Ok(Self {
            name,
            snapshot,
            options,
            holder,
            stream,
            scan: Some(scan),
            rows: 0,
            skip: 0,
        })
    }

    /// Bytes fetched so far.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.scan.as_ref().map_or(0, Scan::bytes_read)
    }
}

fn describe(dataset: &Dataset) -> String {
    dataset.storage().describe(dataset.folder())
}

fn scan_options(options: &StoreOptions, holder: &Holder) -> ScanOptions {
    let mut scan = ScanOptions::new(holder.clone()).range(options.range.clone());
    scan.columns.clone_from(&options.columns);
    scan
}

fn read_error(
    name: &str,
    error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> SourceError {
    SourceError::Read {
        name: name.to_owned(),
        source: error.into(),
    }
}

impl Source for StoreSource {
    fn stream(&self) -> &StreamSchema {
        &self.stream
    }

    fn next(&mut self) -> Result<Option<RecordBatch>, SourceError> {
        if self.scan.is_none() {
            let options = scan_options(&self.options, &self.holder);
            let scan = self.snapshot.scan(options);
            self.scan = Some(scan.map_err(|error| read_error(&self.name, error))?);
        }
        loop {
            let Some(rows) = self.scan.as_mut().and_then(Iterator::next) else {
                return Ok(None);
            };
            let rows = rows.map_err(|error| read_error(&self.name, error))?;
            let count = rows.num_rows() as u64;
            if self.skip >= count {
                self.skip -= count;
                continue;
            }
            // Fewer than the batch has.
            let skipped = usize::try_from(self.skip).unwrap_or(0);
            self.skip = 0;
            let rows = rows.slice(skipped, rows.num_rows() - skipped);
            self.rows += rows.num_rows() as u64;
            return Ok(Some(rows));
        }
    }

    fn position(&self) -> Position {
        Position {
            rows: self.rows,
            detail: serde_json::json!({
                "id": self.snapshot.id,
                "version": self.snapshot.version.0,
            }),
        }
    }

    fn seek(&mut self, position: &Position) -> Result<(), SourceError> {
        if position.rows > 0 {
            self.agrees(position)?;
        }
        self.scan = None;
        self.rows = position.rows;
        self.skip = position.rows;
        Ok(())
    }

    fn total_rows(&self) -> Option<u64> {
        // With de-duplication beside, or a range, fewer may come.
        (self.options.range == OrderRange::all()).then(|| self.snapshot.rows())
    }
}

impl StoreSource {
    /// Whether the rows before a position are those that were there when it was noted.
    fn agrees(&self, position: &Position) -> Result<(), SourceError> {
        let moved = |what: String| SourceError::Moved {
            name: self.name.clone(),
            what,
            versions: true,
        };
        if position.detail["id"].as_str() != Some(self.snapshot.id.as_str()) {
            return Err(moved("it was removed and created again".to_owned()));
        }
        let version = Version(position.detail["version"].as_u64().unwrap_or(0));
        if version == self.snapshot.version {
            return Ok(());
        }
        let then = self
            .snapshot
            .dataset()
            .snapshot_at(version)
            .map_err(|error| {
                moved(format!(
                    "version {version}, which was read then, is not there any more: {error}"
                ))
            })?;
        let now: BTreeSet<&str> = self.snapshot.files.iter().map(|file| &*file.name).collect();
        let mut left = position.rows;
        let plain = self.options.range == OrderRange::all() && then.late_files().is_empty();
        let mut last = None;
        for file in then.base_files() {
            if left == 0 {
                break;
            }
            if !plain || !now.contains(&*file.name) {
                last = None;
                break;
            }
            left = left.saturating_sub(file.rows);
            last = Some(&file.max);
        }
        let Some(last) = last.filter(|_| left == 0) else {
            return Err(moved(format!(
                "rows that were read in version {version} were changed up to version {}",
                self.snapshot.version
            )));
        };
        // Files that came since must begin behind what was read.
        let known: BTreeSet<&str> = then.files.iter().map(|file| &*file.name).collect();
        let newer = self
            .snapshot
            .files
            .iter()
            .filter(|file| !known.contains(&*file.name));
        if let Some(early) = newer
            .filter(|file| file.min < *last)
            .min_by(|a, b| a.min.cmp(&b.min))
        {
            let at = self.snapshot.order_type().show(&early.min);
            return Err(moved(format!(
                "late rows came between version {version} and version {}, from {at} on",
                self.snapshot.version
            )));
        }
        Ok(())
    }
}
