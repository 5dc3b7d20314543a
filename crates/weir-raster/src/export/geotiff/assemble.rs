//! Parts become the file: what is left of the overviews is made, everything is laid out, tiles are copied.

use std::{fs::File, path::Path, sync::Arc};

use weir_files::{Doing, Files, FilesError, ScratchFile};
use weir_memory::{Bytes, Holder};
use weir_run::Cancel;

use super::{
    Offsets,
    output::{BUFFER, Output},
    overview::{Cascade, OverviewRow},
    part_file::u64_at,
    part_reader::PartReader,
    plan::{Plan, compressor, unfit},
    tile_rows::TileRows,
};
use crate::{
    ExportError, Exported, Part, ReadAt,
    geotiff::write::{Entry, FileLayout, Image, TileEncoder, is_uniform},
};

/// What the file says beside its tiles.
#[derive(Debug)]
pub(super) struct FileTags {
    pub(super) place: Vec<Entry>,
    pub(super) metadata: Option<String>,
    pub(super) nodata: Option<String>,
    pub(super) cog: bool,
    pub(super) offsets: Offsets,
}

/// Bytes that the unpacking of carried rows holds beside the rows.
const UNPACK_BYTES: u64 = 1 << 20;

pub(super) fn assemble(
    plan: &Plan,
    tags: &FileTags,
    (files, parts, out): (&Arc<dyn Files>, &[(Part, &Path)], &Path),
    holder: &Holder,
    cancel: &Cancel,
) -> Result<Exported, ExportError> {
    check_parts(plan, parts)?;
    let all = plan
        .levels
        .iter()
        .map(|level| level.across.saturating_mul(level.down));
    let tiles = all.fold(0, u64::saturating_add);
    let blob = (plan.coding.encoder_bytes()).saturating_add(BUFFER as u64);
    let _held = holder.reserve(Bytes::new(tiles.saturating_mul(4).saturating_add(blob)))?;
    let mut lengths: Vec<Vec<u32>> = plan
        .levels
        .iter()
        .map(|level| Vec::with_capacity((level.across * level.down) as usize))
        .collect();
    for (part, path) in parts {
        cancel.check()?;
        let reader = PartReader::open(plan, part, (&**files, path), holder)?;
        for (level, lengths) in lengths.iter_mut().enumerate().take(plan.within + 1) {
            lengths.extend(reader.blobs(level).map(|blob| blob.length));
        }
    }
    let mut further = Further::make(plan, (files, parts), holder, cancel, &mut lengths)?;

    let images: Vec<Image<'_>> = plan
        .levels
        .iter()
        .zip(&lengths)
        .map(|(level, lengths)| Image {
            columns: level.columns,
            rows: level.rows,
            lengths,
        })
        .collect();
    let big = match tags.offsets {
        Offsets::Auto => None,
        Offsets::Classic => Some(false),
        Offsets::Big => Some(true),
    };
    let texts = (tags.metadata.as_deref(), tags.nodata.as_deref());
    let layout = FileLayout::new(&images, &plan.coding, &tags.place, texts, tags.cog, big)
        .ok_or_else(|| {
            unfit("the file is longer than the 4 GiB of a classic TIFF; leave the choice of offsets to weir, or choose BigTIFF")
        })?;

    let mut output = Output::create(files.clone(), out)?;
    layout.head(|bytes| output.write(bytes))?;
    let mut tile = Vec::new();
    for level in (0..plan.levels.len()).rev() {
        if level > plan.within {
            for (number, length) in lengths[level].iter().enumerate() {
                cancel.check()?;
                further.read(level, number, *length, &mut tile)?;
                copy(&layout, &tile, &mut output)?;
            }
            continue;
        }
        for (part, path) in parts {
            let mut reader = PartReader::open(plan, part, (&**files, path), holder)?;
            for number in 0..reader.count(level) {
                cancel.check()?;
                reader.read(reader.blob(level, number), &mut tile)?;
                copy(&layout, &tile, &mut output)?;
            }
        }
    }
    debug_assert_eq!(output.at(), layout.bytes());
    drop(further);
    cancel.check()?;
    let bytes = output.commit()?;
    let raster = plan.levels[0];
    Ok(Exported {
        rows: raster.columns * raster.rows,
        bytes,
    })
}

fn copy(layout: &FileLayout<'_>, tile: &[u8], output: &mut Output) -> Result<(), FilesError> {
    if tile.is_empty() {
        return Ok(());
    }
    layout.tile(tile, |bytes| output.write(bytes))
}

/// Parts are all rows, each once.
fn check_parts(plan: &Plan, parts: &[(Part, &Path)]) -> Result<(), ExportError> {
    let mut next = 0;
    for (part, _) in parts {
        if part.rows.start != next {
            return Err(unfit(format!(
                "part {} begins at row {}, and row {next} is the next",
                part.number, part.rows.start
            )));
        }
        plan.check_rows(&part.rows)?;
        next = part.rows.end;
    }
    if next != plan.levels[0].rows {
        return Err(unfit(format!(
            "the parts end at row {next} of {}",
            plan.levels[0].rows
        )));
    }
    Ok(())
}

/// The overviews that are larger than parts: encoded into a scratch file, as they come row by row.
struct Further {
    /// Where the tiles of each level are in it, from the first of these levels.
    places: Vec<Vec<u64>>,
    first: usize,
    /// Closed before the file is removed.
    read: Option<File>,
    scratch: Option<ScratchFile>,
    _reservation: weir_memory::Reservation,
}

impl Further {
    fn make(
        plan: &Plan,
        (files, parts): (&Arc<dyn Files>, &[(Part, &Path)]),
        holder: &Holder,
        cancel: &Cancel,
        lengths: &mut [Vec<u32>],
    ) -> Result<Self, ExportError> {
        let (Some(carried), Some((_, path))) = (plan.carried(), parts.first()) else {
            return Ok(Self {
                places: Vec::new(),
                first: plan.levels.len(),
                read: None,
                scratch: None,
                _reservation: holder.reserve(Bytes::new(0))?,
            });
        };
        let levels = || plan.levels.iter().enumerate().skip(carried);
        let tiles = levels().map(|(_, level)| level.across.saturating_mul(level.down));
        let tiles = tiles.fold(0, u64::saturating_add);
        let reservation = holder.reserve(Bytes::new(tiles.saturating_mul(8)))?;
        let row_bytes = OverviewRow::bytes(plan.overviews, plan.levels[carried].columns);
        let last = plan.levels.len() - 1;
        let rows = levels().map(|(number, level)| TileRows::bytes(&plan.coding, *level, number));
        let held = [
            // Packed, plain, as a row, as cells, as the output's cells.
            row_bytes.saturating_mul(5),
            UNPACK_BYTES,
            rows.fold(0, u64::saturating_add),
            Cascade::bytes(plan.overviews, &plan.levels, carried, last),
            plan.coding.encoder_bytes(),
        ];
        let _while_making =
            holder.reserve(Bytes::new(held.into_iter().fold(0, u64::saturating_add)))?;
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let mut scratch = ScratchFile::create(files.clone(), &folder, "overviews")?;
        let failed = |error, scratch: &ScratchFile| compressor(error, scratch.path());
        let mut making = Making {
            plan,
            carried,
            rows: levels()
                .map(|(number, level)| {
                    let shape = (number, *level, level.rows);
                    let empty = plan.cells.empty();
                    TileRows::new(files.clone(), folder.clone(), &plan.coding, shape, empty)
                })
                .collect(),
            places: levels()
                .map(|(_, level)| Vec::with_capacity((level.across * level.down) as usize))
                .collect(),
            encoder: TileEncoder::new(plan.coding).map_err(|error| failed(error, &scratch))?,
            cells: Vec::new(),
            bytes: vec![0; plan.levels[carried].columns as usize * plan.cells.width()],
        };
        let mut cascade = Cascade::new(plan.overviews, &plan.levels, carried, last);
        let mut unpack =
            zstd::bulk::Decompressor::new().map_err(|error| failed(error, &scratch))?;
        let (mut packed, mut plain) = (Vec::new(), Vec::with_capacity(row_bytes as usize));
        let mut row = OverviewRow::default();
        let mut number = 0;
        for (part, path) in parts {
            let mut reader = PartReader::open(plan, part, (&**files, path), holder)?;
            for at in 0..reader.count(plan.within + 1) {
                cancel.check()?;
                let blob = reader.blob(plan.within + 1, at);
                reader.read(blob, &mut packed)?;
                let unpacked = unpack.decompress_to_buffer(&packed, &mut plain);
                if unpacked.ok() != Some(row_bytes as usize) {
                    return Err(
                        reader.damaged(blob.offset, "a row that is not as long as it should be")
                    );
                }
                let columns = plan.levels[carried].columns as usize;
                let numbers = |bytes: &[u8], into: &mut Vec<f64>| {
                    into.clear();
                    into.extend(
                        bytes
                            .chunks_exact(8)
                            .map(|bytes| f64::from_bits(u64_at(bytes, 0))),
                    );
                };
                numbers(&plain[..columns * 8], &mut row.values);
                numbers(&plain[columns * 8..], &mut row.weights);
                making.row(carried, &row, &mut scratch, lengths)?;
                cascade.row(number, &row, |level, row| {
                    making.row(level, row, &mut scratch, lengths)
                })?;
                number += 1;
            }
        }
        Ok(Self {
            places: making.places,
            first: carried,
            read: Some(scratch.open()?),
            scratch: Some(scratch),
            _reservation: reservation,
        })
    }

    fn read(
        &mut self,
        level: usize,
        number: usize,
        length: u32,
        tile: &mut Vec<u8>,
    ) -> Result<(), ExportError> {
        tile.clear();
        tile.resize(length as usize, 0);
        let (Some(read), Some(scratch)) = (&mut self.read, &self.scratch) else {
            return Ok(());
        };
        read.read_at(self.places[level - self.first][number], tile)
            .map_err(|error| FilesError::from_io(error, scratch.path(), Doing::Read).into())
    }
}

/// Rows of these levels become tiles.
struct Making<'a> {
    plan: &'a Plan,
    carried: usize,
    rows: Vec<TileRows>,
    places: Vec<Vec<u64>>,
    encoder: TileEncoder,
    cells: Vec<f64>,
    bytes: Vec<u8>,
}

impl Making<'_> {
    fn row(
        &mut self,
        level: usize,
        row: &OverviewRow,
        scratch: &mut ScratchFile,
        lengths: &mut [Vec<u32>],
    ) -> Result<(), ExportError> {
        let cells = self.plan.cells;
        let width = cells.width();
        row.cells_into(&mut self.cells);
        let bytes = &mut self.bytes[..self.cells.len() * width];
        cells.write_derived(&self.cells, bytes);
        let index = level - self.carried;
        if !self.rows[index].push(bytes)? {
            return Ok(());
        }
        let empty = self.plan.sparse.then(|| cells.empty());
        let (encoder, places) = (&mut self.encoder, &mut self.places[index]);
        self.rows[index].tiles(|cells| {
            places.push(scratch.written());
            let left_out = matches!(&empty, Some(empty) if cells.starts_with(empty) && is_uniform(cells, width));
            if left_out {
                lengths[level].push(0);
                return Ok(());
            }
            let encoded = encoder
                .encode(cells)
                .map_err(|error| compressor(error, scratch.path()))?;
            lengths[level].push(encoded.len() as u32);
            scratch.append(encoded)?;
            Ok(())
        })
    }
}
