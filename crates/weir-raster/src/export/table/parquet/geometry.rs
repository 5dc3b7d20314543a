//! Geometries as well-known binary (OGC 06-103r4), little-endian.

use parquet::{basic::Encoding, errors::Result, schema::types::ColumnDescPtr};

use super::{
    page::{Chunk, Packer, Pages},
    place::Place,
};
use crate::{
    Axis, Grid,
    export::table::{
        chunk::Chunk as Rows,
        options::{Geometry, TableCompression},
    },
};

/// Geometries of a page.
const PAGE_ROWS: usize = 1 << 13;

const POINT: u32 = 1;
const POLYGON: u32 = 3;

/// Encodes geometries, a chunk a group.
pub(super) struct GeometryColumn {
    geometry: Geometry,
    y: Axis,
    /// For each of the target's columns, the centre, or the edges.
    across: Vec<[f64; 2]>,
    page: Vec<u8>,
    page_rows: usize,
    rows: u64,
    pages: Pages,
}

impl GeometryColumn {
    /// The most bytes that it holds beside its pages.
    pub(super) fn bytes(axis: &Axis) -> u64 {
        axis.cells()
            .saturating_mul(16)
            .saturating_add((PAGE_ROWS * 97 * 2) as u64)
    }

    pub(super) fn new(geometry: Geometry, grid: &Grid) -> Self {
        let across = (0..grid.columns()).map(|cell| ends(geometry, &grid.x, cell));
        Self {
            geometry,
            y: grid.y,
            across: across.collect(),
            page: Vec::new(),
            page_rows: 0,
            rows: 0,
            pages: Pages::default(),
        }
    }

    pub(super) fn take(&mut self, rows: &Rows, packer: &mut Packer) -> Result<()> {
        let mut columns = rows.columns.iter();
        for &(row, count) in &rows.runs {
            let [south, north] = ends(self.geometry, &self.y, row);
            for &column in columns.by_ref().take(count) {
                let [west, east] = self.across[column as usize];
                match self.geometry {
                    Geometry::Points => append_point(west, south, &mut self.page),
                    Geometry::Cells => {
                        append_cell([west, south, east, north], &mut self.page);
                    }
                }
                self.page_rows += 1;
                if self.page_rows == PAGE_ROWS {
                    self.end_page(packer)?;
                }
            }
        }
        Ok(())
    }

    fn end_page(&mut self, packer: &mut Packer) -> Result<()> {
        self.pages
            .push(packer.data(&self.page, self.page_rows, Encoding::PLAIN)?);
        self.rows += self.page_rows as u64;
        self.page.clear();
        self.page_rows = 0;
        Ok(())
    }

    pub(super) fn end(
        &mut self,
        packer: &mut Packer,
        description: &ColumnDescPtr,
        compression: TableCompression,
    ) -> Result<Chunk> {
        if self.page_rows > 0 {
            self.end_page(packer)?;
        }
        let rows = std::mem::take(&mut self.rows);
        self.pages.close(None, description, compression, rows, None)
    }

    pub(super) fn held(&self) -> u64 {
        self.pages.held()
    }
}

/// The lesser and the greater end of a geometry along an axis.
fn ends(geometry: Geometry, axis: &Axis, cell: u64) -> [f64; 2] {
    let places = match geometry {
        Geometry::Points => [Place::Centre, Place::Centre],
        Geometry::Cells => [Place::Least, Place::Most],
    };
    places.map(|place| place.of(axis, cell))
}

/// The length of what follows, the order of bytes, the type.
fn append_head(length: u32, kind: u32, page: &mut Vec<u8>) {
    page.extend_from_slice(&length.to_le_bytes());
    page.push(1);
    page.extend_from_slice(&kind.to_le_bytes());
}

fn append_point(x: f64, y: f64, page: &mut Vec<u8>) {
    append_head(21, POINT, page);
    page.extend_from_slice(&x.to_le_bytes());
    page.extend_from_slice(&y.to_le_bytes());
}

/// One ring of five points, counter-clockwise from the lower left.
fn append_cell([west, south, east, north]: [f64; 4], page: &mut Vec<u8>) {
    append_head(93, POLYGON, page);
    page.extend_from_slice(&1_u32.to_le_bytes());
    page.extend_from_slice(&5_u32.to_le_bytes());
    let ring = [
        (west, south),
        (east, south),
        (east, north),
        (west, north),
        (west, south),
    ];
    for (x, y) in ring {
        page.extend_from_slice(&x.to_le_bytes());
        page.extend_from_slice(&y.to_le_bytes());
    }
}
