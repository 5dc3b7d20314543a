//! Files that follow each other, as one sequence of rows.

use std::{collections::VecDeque, sync::Arc};

use arrow_array::RecordBatch;
use arrow_schema::{Schema, SchemaRef};
use weir_memory::Holder;

use super::{OrderRange, Predicate};
use crate::{
    data::{DataError, DataFile, DataRows, Reading, adapt},
    manifest::FileEntry,
    order::{OrderColumn, OrderType},
    snapshot::Snapshot,
    storage::ReadCounter,
};

/// How files are read.
#[derive(Debug, Clone)]
pub(crate) struct ChainOptions {
    /// The columns that come out, as the dataset has them.
    pub(crate) schema: SchemaRef,
    pub(crate) range: OrderRange,
    pub(crate) batch_rows: usize,
    pub(crate) holder: Holder,
    pub(crate) counter: ReadCounter,
    /// Files that these rule out are left out.
    pub(crate) prune: Vec<Predicate>,
}

/// Reads files one after the other, each opened when the one before has ended, and leaves out rows beyond the range.
pub(crate) struct Chain {
    snapshot: Snapshot,
    files: VecDeque<FileEntry>,
    options: ChainOptions,
    order_type: OrderType,
    /// The schema of the order column alone.
    order_only: SchemaRef,
    open: Option<Open>,
    failed: bool,
}

struct Open {
    rows: DataRows,
    path: String,
    /// Whether rows beyond the range have to be cut off.
    cut: bool,
}

impl Chain {
    pub(crate) fn new(
        snapshot: &Snapshot,
        files: impl IntoIterator<Item = FileEntry>,
        options: ChainOptions,
    ) -> Self {
        Self {
            order_type: snapshot.order_type(),
            order_only: Arc::new(Schema::new(
                snapshot
                    .schema
                    .fields()
                    .iter()
                    .filter(|field| *field.name() == snapshot.order_column)
                    .cloned()
                    .collect::<Vec<_>>(),
            )),
            snapshot: snapshot.clone(),
            files: files.into_iter().collect(),
            options,
            open: None,
            failed: false,
        }
    }

    fn open(&self, entry: &FileEntry) -> Result<Option<Open>, DataError> {
        let options = &self.options;
        let path = self.snapshot.describe_file(entry);
        let object = self.snapshot.open_file(entry, &options.counter)?;
        let file = DataFile::open(object, entry, path, &options.holder)?;
        if options
            .prune
            .iter()
            .any(|predicate| !predicate.may_match(&file))
        {
            return Ok(None);
        }
        let cut = !options.range.covers(entry);
        let mut columns: Vec<String> = options
            .schema
            .fields()
            .iter()
            .map(|field| field.name().clone())
            .collect();
        if cut && !columns.contains(&self.snapshot.order_column) {
            columns.push(self.snapshot.order_column.clone());
        }
        let reading = Reading {
            columns: Some(columns),
            batch_rows: options.batch_rows,
        };
        Ok(Some(Open {
            rows: file.read(&reading, &options.holder)?,
            path: file.path().to_owned(),
            cut,
        }))
    }

    fn step(&mut self) -> Result<Option<RecordBatch>, DataError> {
        loop {
            let Some(open) = &mut self.open else {
                let Some(entry) = self.files.pop_front() else {
                    return Ok(None);
                };
                if self.options.range.meets(&entry) {
                    self.open = self.open(&entry)?;
                }
                continue;
            };
            let Some(batch) = open.rows.next() else {
                self.open = None;
                continue;
            };
            let mut batch = batch?;
            if open.cut {
                let array = adapt(&batch, &self.order_only, &open.path)?;
                let column = OrderColumn::new(&self.order_type, array.column(0))?;
                let rows = self.options.range.rows(&column);
                batch = batch.slice(rows.start, rows.len());
            }
            if batch.num_rows() > 0 {
                return adapt(&batch, &self.options.schema, &open.path).map(Some);
            }
        }
    }
}

impl Iterator for Chain {
    type Item = Result<RecordBatch, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let step = self.step();
        self.failed = step.is_err();
        step.transpose()
    }
}
