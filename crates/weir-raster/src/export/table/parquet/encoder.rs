use std::{path::Path, sync::Arc};

use parquet::{
    errors::{ParquetError, Result as ParquetResult},
    file::{properties::WriterProperties, writer::SerializedFileWriter},
};
use weir_files::Files;
use weir_memory::{Bytes, Holder, Reservation};

use super::{FOOTER_BYTES, group::Group, page::Packer, schema::schema};
use crate::{
    ExportError,
    export::table::{
        chunk::{Chunk, Encoder},
        layout::Layout,
        sealed::{Facts, Refused, SealedWriter, sealed_bytes},
    },
};

/// Writes a part's rows as a Parquet file, a row group a group.
pub(in super::super) struct ParquetEncoder {
    layout: Arc<Layout>,
    group: Group,
    packer: Packer,
    file: SerializedFileWriter<SealedWriter>,
    refused: Refused,
    /// What it holds but for pages.
    fixed: u64,
    reserved: Reservation,
}

/// Bytes that an encoder holds beside its pages.
fn fixed_bytes(layout: &Layout) -> u64 {
    let columns = layout.layers.len() as u64 + 9;
    Group::bytes(layout)
        .saturating_add(Packer::BYTES + 64 * 1024)
        .saturating_add(columns * FOOTER_BYTES)
        .saturating_add(sealed_bytes(0))
}

/// The most memory that an encoder holds.
pub(in super::super) fn encoder_bytes(layout: &Layout) -> u64 {
    // Bytes that do not compress become a little longer.
    let pages = layout.group_cells().saturating_mul(layout.row_bytes());
    fixed_bytes(layout)
        .saturating_add(pages)
        .saturating_add(pages / 100)
}

impl ParquetEncoder {
    pub(in super::super) fn create(
        layout: &Arc<Layout>,
        files: &Arc<dyn Files>,
        path: &Path,
        holder: &Holder,
    ) -> Result<Self, ExportError> {
        let fixed = fixed_bytes(layout);
        let reserved = holder.reserve(Bytes::new(fixed))?;
        let sealed = SealedWriter::create(files, path)?;
        let refused = sealed.refused();
        let started = || -> ParquetResult<_> {
            let root = schema(layout)?.root_schema_ptr();
            let properties = Arc::new(WriterProperties::builder().build());
            let file = SerializedFileWriter::new(sealed, root, properties)?;
            Ok((file, Packer::new(layout.options.format.compression())?))
        };
        let (file, packer) = started().map_err(|error| failed(layout, &refused, &error))?;
        Ok(Self {
            group: Group::new(layout),
            layout: Arc::clone(layout),
            packer,
            file,
            refused,
            fixed,
            reserved,
        })
    }

    fn write_group(&mut self) -> ParquetResult<()> {
        let columns = self.file.schema_descr().columns().to_vec();
        let chunks = self.group.end(&mut self.packer, &columns)?;
        let mut group = self.file.next_row_group()?;
        for chunk in chunks {
            group.append_column(&chunk.pieces, chunk.close)?;
        }
        group.close()?;
        Ok(())
    }
}

/// What the disk refused, else what the Parquet library says.
pub(super) fn failed(layout: &Layout, refused: &Refused, error: &ParquetError) -> ExportError {
    match refused.get() {
        Some(refusal) => refusal.into(),
        None => layout.unfit(error.to_string()),
    }
}

impl Encoder for ParquetEncoder {
    fn take(&mut self, chunk: &Chunk) -> Result<(), ExportError> {
        self.group
            .take(chunk, &mut self.packer)
            .map_err(|error| failed(&self.layout, &self.refused, &error))?;
        let held = self.fixed.saturating_add(self.group.held());
        Ok(self.reserved.resize(Bytes::new(held))?)
    }

    fn end_group(&mut self) -> Result<(), ExportError> {
        // Row groups without rows are left out.
        if self.group.rows() > 0 {
            self.write_group()
                .map_err(|error| failed(&self.layout, &self.refused, &error))?;
            let columns = self.layout.layers.len() as u64 + 9;
            self.fixed += columns * FOOTER_BYTES;
            self.reserved.resize(Bytes::new(self.fixed))?;
        }
        Ok(())
    }

    fn finish(self: Box<Self>, facts: Facts) -> Result<u64, ExportError> {
        let Self {
            layout,
            file,
            refused,
            ..
        } = *self;
        let sealed = file
            .into_inner()
            .map_err(|error| failed(&layout, &refused, &error))?;
        sealed.seal(&facts)
    }
}
