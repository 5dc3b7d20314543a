//! The columns of a row group that is under way.

use parquet::{errors::Result, schema::types::ColumnDescPtr};

use super::{
    geometry::GeometryColumn,
    page::{Chunk, Packer},
    place::{Across, Down, Place},
    value::{ValueColumn, value_column},
};
use crate::export::table::{
    chunk::Chunk as Rows,
    layout::Layout,
    options::{Geometry, TableCompression},
};

/// Encodes rows column by column.
pub(super) struct Group {
    across: Across,
    down: Down,
    values: Vec<Box<dyn ValueColumn>>,
    geometry: Option<GeometryColumn>,
    keys: bool,
    compression: TableCompression,
    rows: u64,
}

/// Columns along one axis.
fn places(layout: &Layout) -> Vec<Place> {
    let mut places = Vec::new();
    if layout.options.keys {
        places.push(Place::Number);
    }
    places.push(Place::Centre);
    if layout.options.format.geometry() == Some(Geometry::Cells) {
        places.extend([Place::Least, Place::Most]);
    }
    places
}

impl Group {
    /// The most bytes that it holds beside its pages.
    pub(super) fn bytes(layout: &Layout) -> u64 {
        let values: u64 = layout
            .layers
            .iter()
            .map(|layer| value_column(layer.pixel).1)
            .sum();
        let geometry = layout.options.format.geometry();
        let geometry = geometry.map_or(0, |_| GeometryColumn::bytes(&layout.grid.x));
        Across::bytes(&layout.grid.x, places(layout).len())
            .saturating_add(values)
            .saturating_add(geometry)
    }

    pub(super) fn new(layout: &Layout) -> Self {
        let layers = layout.layers.iter();
        let geometry = layout.options.format.geometry();
        Self {
            across: Across::new(&layout.grid.x, places(layout)),
            down: Down::new(&layout.grid.y, places(layout)),
            values: layers.map(|layer| value_column(layer.pixel).0).collect(),
            geometry: geometry.map(|geometry| GeometryColumn::new(geometry, &layout.grid)),
            keys: layout.options.keys,
            compression: layout.options.format.compression(),
            rows: 0,
        }
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn take(&mut self, rows: &Rows, packer: &mut Packer) -> Result<()> {
        self.rows += rows.rows() as u64;
        self.across.take(&rows.columns, packer)?;
        self.down.take(&rows.runs);
        for (column, values) in self.values.iter_mut().zip(&rows.values) {
            column.take(values, packer)?;
        }
        if let Some(geometry) = &mut self.geometry {
            geometry.take(rows, packer)?;
        }
        Ok(())
    }

    /// Bytes of all pages.
    pub(super) fn held(&self) -> u64 {
        let values: u64 = self.values.iter().map(|column| column.held()).sum();
        self.across.held() + values + self.geometry.as_ref().map_or(0, GeometryColumn::held)
    }

    /// The chunks of the group in the schema's order; the next group begins.
    pub(super) fn end(
        &mut self,
        packer: &mut Packer,
        columns: &[ColumnDescPtr],
    ) -> Result<Vec<Chunk>> {
        self.rows = 0;
        let compression = self.compression;
        let pairs = if self.keys { 4 } else { 2 };
        let (places, rest) = columns.split_at(pairs);
        let (layers, rest) = rest.split_at(self.values.len());
        // Columns across and down the target take turns: col after row, x before y, xmin before ymin.
        let (geometries, edges) = rest.split_at(rest.len().min(1));
        let mut across = Vec::new();
        let mut down = Vec::new();
        if self.keys {
            down.push(places[0].clone());
            across.push(places[1].clone());
        }
        across.push(places[pairs - 2].clone());
        down.push(places[pairs - 1].clone());
        for edge in edges.chunks(2) {
            across.push(edge[0].clone());
            down.push(edge[1].clone());
        }
        let mut across = self.across.end(packer, &across, compression)?.into_iter();
        let mut down = self.down.end(packer, &down, compression)?.into_iter();
        let mut chunks = Vec::with_capacity(columns.len());
        if self.keys {
            chunks.extend(down.next());
            chunks.extend(across.next());
        }
        chunks.extend(across.next());
        chunks.extend(down.next());
        for (column, description) in self.values.iter_mut().zip(layers) {
            chunks.push(column.end(packer, description, compression)?);
        }
        if let (Some(column), Some(description)) = (&mut self.geometry, geometries.first()) {
            chunks.push(column.end(packer, description, compression)?);
        }
        for (x, y) in across.zip(down) {
            chunks.extend([x, y]);
        }
        Ok(chunks)
    }
}
