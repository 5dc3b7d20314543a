//! Rasters made here, byte by byte.
#![allow(dead_code, reason = "each test file uses what it needs")]
#![allow(unreachable_pub, reason = "a test has no outside")]

use std::path::Path;

/// A GeoTIFF of 32-bit floats, tiled, not compressed.
pub struct Tiff {
    pub columns: u32,
    pub rows: u32,
    /// West and north.
    pub origin: (f64, f64),
    /// Size of a cell.
    pub cell: f64,
    pub epsg: u16,
    /// Columns and rows of a tile.
    pub tile: u32,
    pub nodata: Option<f32>,
    /// Scale and offset.
    pub scale: Option<(f64, f64)>,
    pub values: fn(u32, u32) -> f32,
}

impl Tiff {
    /// A world of cells of so many degrees.
    pub fn world(columns: u32, values: fn(u32, u32) -> f32) -> Self {
        Self {
            columns,
            rows: columns / 2,
            origin: (-180.0, 90.0),
            cell: 360.0 / f64::from(columns),
            epsg: 4326,
            tile: 64,
            nodata: Some(-1.0),
            scale: None,
            values,
        }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let across = self.columns.div_ceil(self.tile);
        let down = self.rows.div_ceil(self.tile);
        let tiles = across * down;
        let tile_bytes = self.tile * self.tile * 4;
        let nodata = self
            .nodata
            .map(|value| format!("{value}\0"))
            .unwrap_or_default();
        // Header, directory of 15 entries, then what does not fit into entries, then tiles.
        let metadata = self.scale.map(|(scale, offset)| {
            format!(
                "<GDALMetadata><Item name=\"OFFSET\" sample=\"0\" role=\"offset\">{offset}</Item><Item name=\"SCALE\" sample=\"0\" role=\"scale\">{scale}</Item></GDALMetadata>\0"
            )
        });
        let metadata = metadata.unwrap_or_default();
        let entries = 14 + u32::from(self.nodata.is_some()) + u32::from(self.scale.is_some());
        let after = 8 + 2 + entries * 12 + 4;
        let mut extra: Vec<u8> = Vec::new();
        let mut directory: Vec<u8> = Vec::new();
        let mut entry = |tag: u16, kind: u16, count: u32, bytes: &[u8]| {
            directory.extend(tag.to_le_bytes());
            directory.extend(kind.to_le_bytes());
            directory.extend(count.to_le_bytes());
            if bytes.len() <= 4 {
                let mut inline = [0; 4];
                inline[..bytes.len()].copy_from_slice(bytes);
                directory.extend(inline);
            } else {
                directory.extend((after + extra.len() as u32).to_le_bytes());
                extra.extend(bytes);
            }
        };
        let doubles = |values: &[f64]| {
            values
                .iter()
                .flat_map(|value| value.to_le_bytes())
                .collect::<Vec<u8>>()
        };
        let shorts = |values: &[u16]| {
            values
                .iter()
                .flat_map(|value| value.to_le_bytes())
                .collect::<Vec<u8>>()
        };
        let longs = |values: &[u32]| {
            values
                .iter()
                .flat_map(|value| value.to_le_bytes())
                .collect::<Vec<u8>>()
        };
        entry(256, 4, 1, &self.columns.to_le_bytes());
        entry(257, 4, 1, &self.rows.to_le_bytes());
        entry(258, 3, 1, &32u16.to_le_bytes());
        entry(259, 3, 1, &1u16.to_le_bytes());
        entry(262, 3, 1, &1u16.to_le_bytes());
        entry(277, 3, 1, &1u16.to_le_bytes());
        entry(322, 4, 1, &self.tile.to_le_bytes());
        entry(323, 4, 1, &self.tile.to_le_bytes());
        // Offsets are known when all that is before the tiles is: its length is known already.
        let keys = match self.epsg {
            4000..5000 => [
                1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, self.epsg,
            ],
            _ => [
                1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, self.epsg,
            ],
        };
        let table = if tiles > 1 { tiles * 4 } else { 0 };
        let rest = 24
            + 48
            + 32
            + metadata.len() as u32
            + if nodata.len() > 4 {
                nodata.len() as u32
            } else {
                0
            };
        let data = after + 2 * table + rest;
        let offsets: Vec<u32> = (0..tiles).map(|tile| data + tile * tile_bytes).collect();
        entry(324, 4, tiles, &longs(&offsets));
        entry(325, 4, tiles, &longs(&vec![tile_bytes; tiles as usize]));
        entry(339, 3, 1, &3u16.to_le_bytes());
        entry(33550, 12, 3, &doubles(&[self.cell, self.cell, 0.0]));
        entry(
            33922,
            12,
            6,
            &doubles(&[0.0, 0.0, 0.0, self.origin.0, self.origin.1, 0.0]),
        );
        entry(34735, 3, 16, &shorts(&keys));
        if self.scale.is_some() {
            entry(42112, 2, metadata.len() as u32, metadata.as_bytes());
        }
        if self.nodata.is_some() {
            entry(42113, 2, nodata.len() as u32, nodata.as_bytes());
        }
        assert_eq!(after + extra.len() as u32, data);
        let mut bytes = b"II*\0\x08\0\0\0".to_vec();
        bytes.extend((entries as u16).to_le_bytes());
        bytes.extend(directory);
        bytes.extend([0; 4]);
        bytes.extend(extra);
        for (y, x) in (0..down).flat_map(|y| (0..across).map(move |x| (y, x))) {
            for (row, column) in
                (0..self.tile).flat_map(|row| (0..self.tile).map(move |column| (row, column)))
            {
                let (row, column) = (y * self.tile + row, x * self.tile + column);
                let inside = row < self.rows && column < self.columns;
                let value = if inside {
                    (self.values)(row, column)
                } else {
                    0.0
                };
                bytes.extend(value.to_le_bytes());
            }
        }
        bytes
    }

    pub fn write(&self, path: &Path) {
        std::fs::write(path, self.bytes()).unwrap();
    }
}

/// Whole numbers that look random, a third of them none.
pub fn noise(row: u32, column: u32) -> f32 {
    let mut hash = row.wrapping_mul(0x9E37_79B1) ^ column.wrapping_mul(0x85EB_CA77);
    hash ^= hash >> 15;
    hash = hash.wrapping_mul(0x2C1B_3C6D);
    hash ^= hash >> 12;
    if hash.is_multiple_of(3) {
        -1.0
    } else {
        (hash % 1000) as f32
    }
}

/// Small classes in blotches.
pub fn classes(row: u32, column: u32) -> f32 {
    ((row / 7 + column / 5) % 6) as f32
}
