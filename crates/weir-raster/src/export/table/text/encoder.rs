use std::{io, path::Path, sync::Arc};

use weir_files::{Doing, Files, FilesError};
use weir_memory::Reservation;

use super::{BLOCK, header, stream::Stream};
use crate::{
    Axis, ExportError, PixelType,
    export::table::{
        chunk::{Chunk, Encoder},
        layout::Layout,
        number::write_number,
        sealed::{Facts, SealedWriter},
    },
};

/// Writes a part's rows as lines.
pub(in super::super) struct TextEncoder {
    layout: Arc<Layout>,
    out: SealedWriter,
    stream: Stream,
    across: Texts,
    text: Vec<u8>,
    _reserved: Reservation,
}

/// What a column's cells have in their lines.
struct Texts {
    /// All texts, one after the other.
    text: Vec<u8>,
    /// Where they begin, and where the last one ends.
    starts: Vec<u32>,
}

impl Texts {
    fn of(axis: &Axis) -> Self {
        let mut text = Vec::new();
        let mut starts = vec![0];
        for cell in 0..axis.cells() {
            write_number(PixelType::Float64, axis.centre(cell), &mut text);
            text.push(b',');
            starts.push(text.len() as u32);
        }
        Self { text, starts }
    }

    fn get(&self, cell: u32) -> &[u8] {
        let cell = cell as usize;
        &self.text[self.starts[cell] as usize..self.starts[cell + 1] as usize]
    }
}

impl TextEncoder {
    pub(in super::super) fn create(
        layout: &Arc<Layout>,
        files: &Arc<dyn Files>,
        path: &Path,
        first_row: u64,
        reserved: Reservation,
    ) -> Result<Self, ExportError> {
        let mut text = Vec::with_capacity(2 * BLOCK);
        if first_row == 0 {
            text.extend_from_slice(header(layout).as_bytes());
        }
        Ok(Self {
            out: SealedWriter::create(files, path)?,
            stream: Stream::new(layout.options.format.compression()),
            across: Texts::of(&layout.grid.x),
            layout: Arc::clone(layout),
            text,
            _reserved: reserved,
        })
    }

    /// Hands full blocks on: what a compressor is given at once does not depend on chunks.
    fn hand_on(&mut self, all: bool) -> Result<(), ExportError> {
        let whole = self.text.len() - self.text.len() % BLOCK;
        let end = if all { self.text.len() } else { whole };
        for block in self.text[..end].chunks(BLOCK) {
            pass(&mut self.out, |out| self.stream.take(block, out))?;
        }
        self.text.drain(..end);
        Ok(())
    }
}

/// An error of the disk, or of a compressor.
enum Failed {
    Export(ExportError),
    Compressor(io::Error),
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Compressor(error)
    }
}

/// Lets the stream write to the file.
fn pass(
    out: &mut SealedWriter,
    stream: impl FnOnce(&mut dyn FnMut(&[u8]) -> Result<(), Failed>) -> Result<(), Failed>,
) -> Result<(), ExportError> {
    let answer = stream(&mut |bytes| out.append(bytes).map_err(Failed::Export));
    answer.map_err(|failed| match failed {
        Failed::Export(error) => error,
        Failed::Compressor(error) => FilesError::from_io(error, out.path(), Doing::Write).into(),
    })
}

impl Encoder for TextEncoder {
    fn take(&mut self, chunk: &Chunk) -> Result<(), ExportError> {
        let layout = Arc::clone(&self.layout);
        let mut at = 0;
        let (mut row_text, mut y_text) = (Vec::new(), Vec::new());
        for &(row, count) in &chunk.runs {
            row_text.clear();
            y_text.clear();
            write_number(PixelType::UInt64, row as f64, &mut row_text);
            let y = layout.grid.y.centre(row);
            write_number(PixelType::Float64, y, &mut y_text);
            for line in at..at + count {
                let column = chunk.columns[line];
                let text = &mut self.text;
                if layout.options.keys {
                    text.extend_from_slice(&row_text);
                    text.push(b',');
                    write_number(PixelType::UInt32, f64::from(column), text);
                    text.push(b',');
                }
                text.extend_from_slice(self.across.get(column));
                text.extend_from_slice(&y_text);
                for (layer, values) in layout.layers.iter().zip(&chunk.values) {
                    text.push(b',');
                    let value = values[line];
                    if !value.is_nan() {
                        write_number(layer.pixel, value, text);
                    }
                }
                text.push(b'\n');
                if text.len() >= BLOCK {
                    self.hand_on(false)?;
                }
            }
            at += count;
        }
        Ok(())
    }

    fn end_group(&mut self) -> Result<(), ExportError> {
        self.hand_on(true)?;
        pass(&mut self.out, |out| self.stream.end(out))
    }

    fn finish(self: Box<Self>, facts: Facts) -> Result<u64, ExportError> {
        self.out.seal(&facts)
    }
}
