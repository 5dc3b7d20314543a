//! Rows of one part become tiles in its file.

use std::{ops::Range, path::Path, sync::Arc};

use weir_files::Files;
use weir_memory::{Bytes, Holder, Reservation};

use super::{
    output::{BUFFER, Output},
    overview::{Cascade, OverviewRow},
    part_file::{Blob, END, RECORD, START},
    plan::{Plan, compressor, unfit},
    tile_rows::TileRows,
};
use crate::{
    ExportError, Exported, PartWriter,
    geotiff::write::{TileEncoder, Unwritable, is_uniform},
};

/// Of rows that are carried to the assembly: fast, as they are read once.
const CARRY_LEVEL: i32 = 1;

/// Bytes that zstd holds at [`CARRY_LEVEL`].
const CARRY_BYTES: u64 = 2 << 20;

/// Writes a part.
pub(super) struct GeoTiffPart {
    plan: Arc<Plan>,
    /// The column's name, for messages.
    name: String,
    /// Which of the row's slices.
    index: usize,
    rows: Range<u64>,
    next: u64,
    /// What a reader will see of the row, NaN for none.
    read: Vec<f64>,
    cascade: Cascade,
    sink: Sink,
    _reservation: Reservation,
}

/// Where the rows of all levels go.
struct Sink {
    plan: Arc<Plan>,
    output: Output,
    encoder: TileEncoder,
    /// Of the levels within the part.
    levels: Vec<TileRows>,
    /// For each of these levels its tiles, then the rows that are carried.
    blobs: Vec<Vec<Blob>>,
    cells: Vec<f64>,
    bytes: Vec<u8>,
    carry: Option<Carry>,
}

struct Carry {
    level: usize,
    zstd: zstd::bulk::Compressor<'static>,
    plain: Vec<u8>,
    packed: Vec<u8>,
}

impl GeoTiffPart {
    /// Bytes that a part holds, but for its index.
    pub(super) fn bytes(plan: &Plan) -> u64 {
        let levels = plan.levels.iter().enumerate().take(plan.within + 1);
        let tiles = levels.map(|(number, level)| TileRows::bytes(&plan.coding, *level, number));
        let tiles: u64 = tiles.fold(0, u64::saturating_add);
        let last = plan.carried().unwrap_or(plan.within);
        let carry = plan.carried().map_or(0, |level| {
            let row = OverviewRow::bytes(plan.overviews, plan.levels[level].columns);
            CARRY_BYTES.saturating_add(row.saturating_mul(2))
        });
        // The row as doubles twice and as cells.
        let row = plan.levels[0]
            .columns
            .saturating_mul(16 + plan.coding.pixel.bytes());
        [
            tiles,
            carry,
            row,
            Cascade::bytes(plan.overviews, &plan.levels, 0, last),
            plan.coding.encoder_bytes(),
            BUFFER as u64,
        ]
        .into_iter()
        .fold(0, u64::saturating_add)
    }

    /// Bytes of the index of a part of these rows, as it is held.
    pub(super) fn index_bytes(plan: &Plan, rows: &Range<u64>) -> u64 {
        let counts = plan.blob_counts(rows);
        counts
            .into_iter()
            .fold(0, u64::saturating_add)
            .saturating_mul(RECORD)
    }

    pub(super) fn begin(
        plan: &Arc<Plan>,
        (name, index): (&str, usize),
        rows: &Range<u64>,
        (files, path): (&Arc<dyn Files>, &Path),
        holder: &Holder,
    ) -> Result<Self, ExportError> {
        plan.check_rows(rows)?;
        let needed = Self::bytes(plan).saturating_add(Self::index_bytes(plan, rows));
        let reservation = holder.reserve(Bytes::new(needed))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let levels = plan.levels.iter().enumerate().take(plan.within + 1);
        let levels = levels.map(|(number, level)| {
            let shape = (number, *level, plan.rows_within(number, rows));
            let empty = plan.cells.empty();
            TileRows::new(files.clone(), folder.to_owned(), &plan.coding, shape, empty)
        });
        let counts = plan.blob_counts(rows).into_iter();
        let blobs = counts.map(|count| Vec::with_capacity(count as usize));
        let carry = match plan.carried() {
            None => None,
            Some(level) => {
                let row = OverviewRow::bytes(plan.overviews, plan.levels[level].columns) as usize;
                Some(Carry {
                    level,
                    zstd: zstd::bulk::Compressor::new(CARRY_LEVEL)
                        .map_err(|error| compressor(error, path))?,
                    plain: Vec::with_capacity(row),
                    packed: Vec::with_capacity(zstd::zstd_safe::compress_bound(row)),
                })
            }
        };
        let mut output = Output::create(files.clone(), path)?;
        let about = plan.describe();
        output.write(START)?;
        output.write(&(about.len() as u32).to_le_bytes())?;
        output.write(about.as_bytes())?;
        let columns = plan.levels[0].columns as usize;
        let last = plan.carried().unwrap_or(plan.within);
        Ok(Self {
            name: name.to_owned(),
            index,
            rows: rows.clone(),
            next: rows.start,
            read: vec![0.0; columns],
            cascade: Cascade::new(plan.overviews, &plan.levels, 0, last),
            sink: Sink {
                plan: plan.clone(),
                output,
                encoder: TileEncoder::new(plan.coding).map_err(|error| compressor(error, path))?,
                levels: levels.collect(),
                blobs: blobs.collect(),
                cells: Vec::with_capacity(columns.div_ceil(2)),
                bytes: vec![0; columns * plan.cells.width()],
                carry,
            },
            plan: plan.clone(),
            _reservation: reservation,
        })
    }

    fn unwritable(&self, row: u64, column: usize, value: f64, why: Unwritable) -> ExportError {
        let kind = self.plan.coding.pixel.name();
        let reason = match why {
            Unwritable::Missing => {
                format!(
                    "there is no value, and cells of type {kind} have none for that; choose a nodata value that no cell has"
                )
            }
            Unwritable::Range => {
                format!(
                    "{value:?} does not fit into cells of type {kind}; choose a type that reaches it"
                )
            }
            Unwritable::Nodata => {
                format!(
                    "{value:?} in cells of type {kind} is nodata, and would read as no value; choose another nodata, or a floating-point type with NaN"
                )
            }
        };
        ExportError::Value {
            name: self.name.clone(),
            row,
            column: column as u64,
            reason,
        }
    }
}

impl PartWriter for GeoTiffPart {
    fn row(&mut self, row: u64, columns: &[&[f64]]) -> Result<(), ExportError> {
        let cells = columns.get(self.index).copied().unwrap_or_default();
        if row != self.next || row >= self.rows.end || cells.len() != self.read.len() {
            return Err(unfit(format!(
                "row {row} with {} values of column {} came where row {} of {} values belongs",
                cells.len(),
                self.name,
                self.next,
                self.read.len()
            )));
        }
        self.next += 1;
        let cells_of = self.plan.cells;
        if let Err((column, why)) = cells_of.write(cells, &mut self.read, &mut self.sink.bytes) {
            return Err(self.unwritable(row, column, cells[column], why));
        }
        self.sink.level_row(0)?;
        let sink = &mut self.sink;
        self.cascade
            .cells(row, &self.read, |level, row| sink.overview_row(level, row))
    }

    fn finish(self: Box<Self>) -> Result<Exported, ExportError> {
        if self.next != self.rows.end {
            return Err(unfit(format!(
                "the part ended before row {}; its rows go to {}",
                self.next, self.rows.end
            )));
        }
        let bytes = self.sink.finish()?;
        let rows = self.rows.end - self.rows.start;
        Ok(Exported {
            rows: rows * self.plan.levels[0].columns,
            bytes,
        })
    }
}

impl Sink {
    /// Takes the row in `bytes` for a level, and writes tiles that are complete with it.
    fn level_row(&mut self, level: usize) -> Result<(), ExportError> {
        let width = self.plan.cells.width();
        let row = &self.bytes[..self.plan.levels[level].columns as usize * width];
        if !self.levels[level].push(row)? {
            return Ok(());
        }
        let (output, encoder, blobs) =
            (&mut self.output, &mut self.encoder, &mut self.blobs[level]);
        let empty = self.plan.sparse.then(|| self.plan.cells.empty());
        self.levels[level].tiles(|cells| {
            let blob = match &empty {
                Some(empty) if cells.starts_with(empty) && is_uniform(cells, width) => {
                    Blob::LEFT_OUT
                }
                _ => {
                    let encoded = encoder
                        .encode(cells)
                        .map_err(|error| compressor(error, output.path()))?;
                    write_blob(output, encoded)?
                }
            };
            blobs.push(blob);
            Ok(())
        })
    }

    fn overview_row(&mut self, level: usize, row: &OverviewRow) -> Result<(), ExportError> {
        match &mut self.carry {
            Some(carry) if carry.level == level => {
                carry.plain.clear();
                let numbers = row.values.iter().chain(&row.weights);
                carry
                    .plain
                    .extend(numbers.flat_map(|number| number.to_le_bytes()));
                carry
                    .zstd
                    .compress_to_buffer(&carry.plain, &mut carry.packed)
                    .map_err(|error| compressor(error, self.output.path()))?;
                let blob = write_blob(&mut self.output, &carry.packed)?;
                self.blobs[self.plan.within + 1].push(blob);
                Ok(())
            }
            _ => {
                row.cells_into(&mut self.cells);
                let bytes = self.cells.len() * self.plan.cells.width();
                self.plan
                    .cells
                    .write_derived(&self.cells, &mut self.bytes[..bytes]);
                self.level_row(level)
            }
        }
    }

    /// The index and the end.
    fn finish(mut self) -> Result<u64, ExportError> {
        let at = self.output.at();
        let mut checksum = crc32fast::Hasher::new();
        let mut bytes = Vec::with_capacity(RECORD as usize);
        for blobs in &self.blobs {
            bytes.clear();
            bytes.extend((blobs.len() as u64).to_le_bytes());
            checksum.update(&bytes);
            self.output.write(&bytes)?;
            for blob in blobs {
                bytes.clear();
                blob.put(&mut bytes);
                checksum.update(&bytes);
                self.output.write(&bytes)?;
            }
        }
        let length = self.output.at() - at;
        self.output.write(&at.to_le_bytes())?;
        self.output.write(&length.to_le_bytes())?;
        self.output.write(&checksum.finalize().to_le_bytes())?;
        self.output.write(END)?;
        Ok(self.output.commit()?)
    }
}

fn write_blob(output: &mut Output, bytes: &[u8]) -> Result<Blob, ExportError> {
    let blob = Blob {
        offset: output.at(),
        length: bytes.len() as u32,
        checksum: crc32fast::hash(bytes),
    };
    output.write(bytes)?;
    Ok(blob)
}
