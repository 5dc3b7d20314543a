//! Where a row's cell is: columns whose values are the same in every target row, or the same along one.

use parquet::{
    basic::Encoding, errors::Result, file::statistics::Statistics, schema::types::ColumnDescPtr,
};

use super::{
    page::{Chunk, Packer, Pages},
    run,
};
use crate::{Axis, export::table::options::TableCompression};

/// Indices of a page across.
const PAGE_ROWS: usize = 1 << 17;

/// What a cell's place along an axis is written as.
pub(super) enum Place {
    /// Its number.
    Number,
    /// Its centre.
    Centre,
    /// Its lesser edge.
    Least,
    /// Its greater edge.
    Most,
}

impl Place {
    /// The coordinate of a cell; its number for [`Place::Number`].
    pub(super) fn of(&self, axis: &Axis, cell: u64) -> f64 {
        let edges = (axis.edge(cell), axis.edge(cell + 1));
        match self {
            Self::Number => cell as f64,
            Self::Centre => axis.centre(cell),
            Self::Least => edges.0.min(edges.1),
            Self::Most => edges.0.max(edges.1),
        }
    }

    fn append(&self, value: f64, out: &mut Vec<u8>) {
        match self {
            Self::Number => out.extend_from_slice(&(value as u32).to_le_bytes()),
            _ => out.extend_from_slice(&value.to_le_bytes()),
        }
    }

    /// Of values from one end to the other end of an axis.
    fn statistics(&self, one: f64, other: f64) -> Statistics {
        let (least, most) = (one.min(other), one.max(other));
        match self {
            Self::Number => {
                let (least, most) = (least as u32 as i32, most as u32 as i32);
                Statistics::int32(Some(least), Some(most), None, Some(0), false)
            }
            _ => {
                // Zero has two signs, and readers that compare bits must find either.
                let least = if least == 0.0 { -0.0 } else { least };
                let most = if most == 0.0 { 0.0 } else { most };
                Statistics::double(Some(least), Some(most), None, Some(0), false)
            }
        }
    }
}

/// Columns along a target row: their dictionary has all of the target's columns, and their indices have whole bytes, so that a row's indices
/// are the bytes of the row above and vanish when they are compressed.
pub(super) struct Across {
    columns: Vec<(Place, Vec<f64>, Pages)>,
    index_bytes: usize,
    indices: Vec<u8>,
    rows: u64,
    range: (u32, u32),
}

impl Across {
    /// The most bytes that it holds beside its pages.
    pub(super) fn bytes(axis: &Axis, places: usize) -> u64 {
        let tables = axis.cells().saturating_mul(8 * (places as u64 + 1));
        tables.saturating_add((PAGE_ROWS * 4 * 2) as u64)
    }

    pub(super) fn new(axis: &Axis, places: Vec<Place>) -> Self {
        let table = |place: &Place| (0..axis.cells()).map(|cell| place.of(axis, cell)).collect();
        Self {
            columns: places
                .into_iter()
                .map(|place| {
                    let table = table(&place);
                    (place, table, Pages::default())
                })
                .collect(),
            index_bytes: match axis.cells() {
                0..=0x100 => 1,
                0x101..=0x1_0000 => 2,
                _ => 4,
            },
            indices: Vec::new(),
            rows: 0,
            range: (u32::MAX, 0),
        }
    }

    fn page_rows(&self) -> usize {
        self.indices.len() / self.index_bytes
    }

    pub(super) fn take(&mut self, mut cells: &[u32], packer: &mut Packer) -> Result<()> {
        self.rows += cells.len() as u64;
        while !cells.is_empty() {
            let (now, later) = cells.split_at(cells.len().min(PAGE_ROWS - self.page_rows()));
            cells = later;
            self.range = now.iter().fold(self.range, |(least, most), &cell| {
                (least.min(cell), most.max(cell))
            });
            match self.index_bytes {
                1 => self.indices.extend(now.iter().map(|&cell| cell as u8)),
                2 => {
                    let pairs = now.iter().map(|&cell| (cell as u16).to_le_bytes());
                    self.indices.extend(pairs.flatten());
                }
                _ => {
                    let fours = now.iter().map(|&cell| cell.to_le_bytes());
                    self.indices.extend(fours.flatten());
                }
            }
            if self.page_rows() == PAGE_ROWS {
                self.end_page(packer)?;
            }
        }
        Ok(())
    }

    fn end_page(&mut self, packer: &mut Packer) -> Result<()> {
        let rows = self.page_rows();
        let mut plain = Vec::with_capacity(self.indices.len() + 64);
        plain.push(8 * self.index_bytes as u8);
        run::packed(rows, &mut plain);
        plain.extend_from_slice(&self.indices);
        plain.resize(
            plain.len() + (rows.next_multiple_of(8) - rows) * self.index_bytes,
            0,
        );
        let page = packer.data(&plain, rows, Encoding::RLE_DICTIONARY)?;
        for (_, _, pages) in &mut self.columns {
            pages.push(page.clone());
        }
        self.indices.clear();
        Ok(())
    }

    /// The cells of the page under way.
    fn cells(&self) -> impl Iterator<Item = usize> {
        self.indices.chunks(self.index_bytes).map(|bytes| {
            bytes
                .iter()
                .rev()
                .fold(0, |cell, &byte| cell << 8 | usize::from(byte))
        })
    }

    /// A chunk a column.
    pub(super) fn end(
        &mut self,
        packer: &mut Packer,
        descriptions: &[ColumnDescPtr],
        compression: TableCompression,
    ) -> Result<Vec<Chunk>> {
        let width = self.columns.first().map_or(0, |column| column.1.len());
        let paged = self
            .columns
            .first()
            .is_some_and(|column| !column.2.is_empty());
        // Few rows are shorter without a dictionary of the whole width.
        let direct = !paged && self.page_rows() < width;
        if direct {
            for at in 0..self.columns.len() {
                let (place, table, _) = &self.columns[at];
                let mut plain = Vec::with_capacity(8 * self.page_rows());
                self.cells()
                    .for_each(|cell| place.append(table[cell], &mut plain));
                let page = packer.data(&plain, self.page_rows(), Encoding::PLAIN)?;
                self.columns[at].2.push(page);
            }
            self.indices.clear();
        } else if self.page_rows() > 0 {
            self.end_page(packer)?;
        }
        let rows = std::mem::take(&mut self.rows);
        let (least, most) = std::mem::replace(&mut self.range, (u32::MAX, 0));
        let columns = self.columns.iter_mut().zip(descriptions);
        columns
            .map(|((place, table, pages), description)| {
                let dictionary = if direct {
                    None
                } else {
                    let mut plain = Vec::with_capacity(8 * table.len());
                    table
                        .iter()
                        .for_each(|&value| place.append(value, &mut plain));
                    Some(packer.dictionary(&plain, table.len())?)
                };
                let statistics = place.statistics(table[least as usize], table[most as usize]);
                pages.close(dictionary, description, compression, rows, Some(statistics))
            })
            .collect()
    }

    pub(super) fn held(&self) -> u64 {
        // The columns share their pages.
        self.columns.first().map_or(0, |column| column.2.held())
    }
}

/// Columns down the target: one run a target row.
pub(super) struct Down {
    axis: Axis,
    places: Vec<Place>,
    runs: Vec<(u64, usize)>,
}

impl Down {
    pub(super) fn new(axis: &Axis, places: Vec<Place>) -> Self {
        Self {
            axis: *axis,
            places,
            runs: Vec::new(),
        }
    }

    pub(super) fn take(&mut self, runs: &[(u64, usize)]) {
        for &(row, count) in runs {
            match self.runs.last_mut() {
                Some((last, before)) if *last == row => *before += count,
                _ => self.runs.push((row, count)),
            }
        }
    }

    /// A chunk a column.
    pub(super) fn end(
        &mut self,
        packer: &mut Packer,
        descriptions: &[ColumnDescPtr],
        compression: TableCompression,
    ) -> Result<Vec<Chunk>> {
        let runs = std::mem::take(&mut self.runs);
        let rows = runs.iter().map(|(_, count)| count).sum::<usize>();
        let width = run::width_of(runs.len());
        let mut plain = vec![width as u8];
        for (number, &(_, count)) in (0..).zip(&runs) {
            run::repeated(number, count, width, &mut plain);
        }
        let page = packer.data(&plain, rows, Encoding::RLE_DICTIONARY)?;
        let columns = self.places.iter().zip(descriptions);
        columns
            .map(|(place, description)| {
                let value = |&(row, _): &(u64, usize)| place.of(&self.axis, row);
                let mut plain = Vec::with_capacity(8 * runs.len());
                runs.iter()
                    .for_each(|run| place.append(value(run), &mut plain));
                let dictionary = packer.dictionary(&plain, runs.len())?;
                let ends = runs.first().zip(runs.last());
                let statistics =
                    ends.map(|(first, last)| place.statistics(value(first), value(last)));
                let mut pages = Pages::default();
                pages.push(page.clone());
                let rows = rows as u64;
                pages.close(Some(dictionary), description, compression, rows, statistics)
            })
            .collect()
    }
}
