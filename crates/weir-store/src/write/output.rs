//! Rows into files.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use weir_memory::Holder;

use crate::{
    commit::{Change, Writing},
    data::{Compression, DataError, DataWriter},
    manifest::{FileEntry, Place},
    merge::{Cut, Cutter, Target},
    order::{OrderColumn, OrderType, OrderValue},
};

/// Cuts sorted rows into files and writes these. Files that are finished and not published are removed by [`Output::abandon`].
pub(crate) struct Output<'a> {
    writing: &'a Writing,
    schema: SchemaRef,
    order_type: OrderType,
    order_column: usize,
    compression: Compression,
    holder: Holder,
    open: Option<Open>,
    entries: Vec<FileEntry>,
    before: BTreeMap<String, Option<String>>,
}

struct Open {
    writer: DataWriter,
    name: String,
    place: Place,
    min: OrderValue,
    max: OrderValue,
}

impl<'a> Output<'a> {
    pub(crate) fn new(writing: &'a Writing, compression: Compression, holder: &Holder) -> Self {
        let base = writing.base();
        let schema = base.schema.clone();
        let order_column = schema.index_of(&base.order_column).unwrap_or_default();
        Self {
            writing,
            schema,
            order_type: base.order_type(),
            order_column,
            compression,
            holder: holder.clone(),
            open: None,
            entries: Vec::new(),
            before: BTreeMap::new(),
        }
    }

    /// Writes sorted rows as base files that stand in front of `next`, or behind all.
    pub(crate) fn write_base(
        &mut self,
        rows: impl Iterator<Item = Result<RecordBatch, DataError>>,
        target: &Target,
        next: Option<&FileEntry>,
    ) -> Result<(), DataError> {
        let from = self.entries.len();
        self.write(rows, target, Place::Base)?;
        for entry in &self.entries[from..] {
            let next = next.map(|next| next.name.clone());
            self.before.insert(entry.name.clone(), next);
        }
        Ok(())
    }

    /// Writes sorted rows as files of their own.
    pub(crate) fn write(
        &mut self,
        rows: impl Iterator<Item = Result<RecordBatch, DataError>>,
        target: &Target,
        place: Place,
    ) -> Result<(), DataError> {
        let mut cutter = Cutter::new(target.clone(), self.order_type.clone(), self.order_column);
        for batch in rows {
            let mut batch = batch?;
            while batch.num_rows() > 0 {
                match cutter.next(&batch)? {
                    Cut::Close => self.close()?,
                    Cut::Take(rows) => {
                        self.push(&batch.slice(0, rows), place)?;
                        batch = batch.slice(rows, batch.num_rows() - rows);
                    }
                }
            }
        }
        self.close()
    }

    fn push(&mut self, batch: &RecordBatch, place: Place) -> Result<(), DataError> {
        let array = batch.column(self.order_column);
        let last = array.slice(batch.num_rows() - 1, 1);
        let max = OrderColumn::new(&self.order_type, &last)?.value(0);
        if let Some(open) = &mut self.open {
            open.max = max;
            return open.writer.push(batch);
        }
        let min = OrderColumn::new(&self.order_type, &array.slice(0, 1))?.value(0);
        let sortable = self.order_type.sortable_name(&min);
        let name = self.writing.new_name(&sortable, place);
        let sink = self.writing.create_file(&name, place)?;
        let dataset = self.writing.base().dataset();
        let path = dataset.storage().describe(&dataset.file_path(&name, place));
        let mut writer = DataWriter::new(
            sink,
            path,
            &self.schema,
            &self.schema.field(self.order_column).name().clone(),
            self.compression,
            &self.holder,
        )?;
        writer.push(batch)?;
        self.open = Some(Open {
            writer,
            name,
            place,
            min,
            max,
        });
        Ok(())
    }

    fn close(&mut self) -> Result<(), DataError> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        let written = open.writer.finish()?;
        self.entries.push(FileEntry {
            name: open.name,
            place: open.place,
            rows: written.rows,
            min: open.min,
            max: open.max,
            bytes: written.bytes,
            footer_bytes: written.footer_bytes,
            footer_crc32: written.footer_crc32,
            commit: 0,
        });
        Ok(())
    }

    /// Adds the files written to a change.
    pub(crate) fn finish(&mut self, change: &mut Change) {
        change.add = std::mem::take(&mut self.entries);
        change.before = std::mem::take(&mut self.before);
    }

    /// Removes what was written.
    pub(crate) fn abandon(&mut self) {
        self.open = None;
        abandon(self.writing, &self.entries);
        self.entries.clear();
    }
}

/// Removes files that will not be published.
pub(crate) fn abandon(writing: &Writing, entries: &[FileEntry]) {
    writing.abandon(
        entries
            .iter()
            .map(|entry| (entry.name.as_str(), entry.place)),
    );
}
