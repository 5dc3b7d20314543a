//! Plain TIFF files made in memory, and layers over them.
#![allow(dead_code)]

use weir_memory::{Budget, Bytes, Holder, HolderName};
use weir_raster::{
    Crs, GeoTiff, Grid, Layer, LayerError, LayerOptions, PixelType, ReadAt, ReadLimits, Target,
};
use weir_run::Cancel;

/// A raster to be written without compression.
#[derive(Debug, Clone)]
pub(crate) struct Plain {
    pub(crate) grid: Grid,
    pub(crate) values: Vec<f64>,
    pub(crate) pixel: PixelType,
    /// Columns and rows of a tile; strips of so many rows where there are no columns.
    pub(crate) block: (u64, u64),
    pub(crate) nodata: Option<f64>,
    pub(crate) crs: Crs,
}

impl Plain {
    /// Values of degrees in `Float32`, in tiles of 16 × 16.
    pub(crate) fn new(grid: Grid, values: Vec<f64>) -> Self {
        assert_eq!(values.len() as u64, grid.columns() * grid.rows());
        Self {
            grid,
            values,
            pixel: PixelType::Float32,
            block: (16, 16),
            nodata: None,
            crs: Crs::Geographic(4326),
        }
    }

    /// The file.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let (columns, rows) = (self.grid.columns(), self.grid.rows());
        let tiled = self.block.0 > 0;
        let (wide, high) = if tiled {
            self.block
        } else {
            (columns, self.block.1)
        };
        let mut file = b"II*\0\0\0\0\0".to_vec();
        let mut offsets = Vec::new();
        let mut lengths = Vec::new();
        for down in 0..rows.div_ceil(high) {
            for across in 0..columns.div_ceil(wide) {
                offsets.push(file.len() as u32);
                let stored_rows = if tiled {
                    high
                } else {
                    high.min(rows - down * high)
                };
                for row in down * high..down * high + stored_rows {
                    for column in across * wide..(across + 1) * wide {
                        let inside = row < rows && column < columns;
                        let value = if inside {
                            self.values[(row * columns + column) as usize]
                        } else {
                            0.0
                        };
                        self.store(value, &mut file);
                    }
                }
                lengths.push(file.len() as u32 - offsets.last().unwrap());
            }
        }
        let (bits, format) = match self.pixel {
            PixelType::UInt8 => (8, 1),
            PixelType::Int16 => (16, 2),
            PixelType::Float32 => (32, 3),
            PixelType::Float64 => (64, 3),
            other => panic!("{other:?} is not written here"),
        };
        let long = |values: &[u32]| {
            values
                .iter()
                .flat_map(|value| value.to_le_bytes())
                .collect()
        };
        let double = |values: &[f64]| -> Vec<u8> {
            values
                .iter()
                .flat_map(|value| value.to_le_bytes())
                .collect()
        };
        let (x, y) = (self.grid.x, self.grid.y);
        // Rows that run to the north need the matrix; a pixel scale is of rows that run to the south.
        let matrix = [
            x.step(),
            0.0,
            0.0,
            x.origin(),
            0.0,
            y.step(),
            0.0,
            y.origin(),
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
            1.0,
        ];
        let (model, key, code) = match self.crs {
            Crs::Geographic(code) => (2u16, 2048u16, code),
            Crs::Projected(code) => (1, 3072, code),
            Crs::Unknown(_) => (0, 0, 0),
        };
        let keys: Vec<u8> = [1u16, 1, 0, 2, 1024, 0, 1, model, key, 0, 1, code]
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        let mut entries: Vec<(u16, u16, u32, Vec<u8>)> = vec![
            (256, 4, 1, long(&[columns as u32])),
            (257, 4, 1, long(&[rows as u32])),
            (258, 3, 1, vec![bits, 0]),
            (259, 3, 1, vec![1, 0]),
            (262, 3, 1, vec![1, 0]),
            (277, 3, 1, vec![1, 0]),
            (339, 3, 1, vec![format, 0]),
            (34264, 12, 16, double(&matrix)),
        ];
        if code != 0 {
            entries.push((34735, 3, 12, keys));
        }
        let count = offsets.len() as u32;
        if tiled {
            entries.push((322, 4, 1, long(&[wide as u32])));
            entries.push((323, 4, 1, long(&[high as u32])));
            entries.push((324, 4, count, long(&offsets)));
            entries.push((325, 4, count, long(&lengths)));
        } else {
            entries.push((273, 4, count, long(&offsets)));
            entries.push((278, 4, 1, long(&[high as u32])));
            entries.push((279, 4, count, long(&lengths)));
        }
        if let Some(nodata) = self.nodata {
            let text = format!("{nodata}\0").into_bytes();
            entries.push((42113, 2, text.len() as u32, text));
        }
        entries.sort_by_key(|entry| entry.0);
        let mut placed = Vec::new();
        for (tag, kind, count, mut bytes) in entries {
            if bytes.len() > 4 {
                let offset = file.len() as u32;
                file.extend(&bytes);
                bytes = offset.to_le_bytes().to_vec();
            }
            bytes.resize(4, 0);
            placed.push((tag, kind, count, bytes));
        }
        let directory = file.len() as u32;
        file[4..8].copy_from_slice(&directory.to_le_bytes());
        file.extend((placed.len() as u16).to_le_bytes());
        for (tag, kind, count, bytes) in placed {
            file.extend(tag.to_le_bytes());
            file.extend(kind.to_le_bytes());
            file.extend(count.to_le_bytes());
            file.extend(bytes);
        }
        file.extend([0; 4]);
        file
    }

    fn store(&self, value: f64, file: &mut Vec<u8>) {
        match self.pixel {
            PixelType::UInt8 => file.push(value as u8),
            PixelType::Int16 => file.extend((value as i16).to_le_bytes()),
            PixelType::Float32 => file.extend((value as f32).to_le_bytes()),
            _ => file.extend(value.to_le_bytes()),
        }
    }

    /// A layer over the file.
    pub(crate) fn layer(
        &self,
        target: &Target,
        results: &[LayerOptions],
    ) -> Result<Layer<Vec<u8>>, LayerError> {
        let raster = GeoTiff::open("plain.tif", self.bytes(), ReadLimits::default())?;
        Layer::open(raster, target, results)
    }
}

/// Somewhere to reserve with.
pub(crate) fn holder(limit: Bytes) -> Holder {
    Budget::detached(limit).holder(HolderName::new("run", "resample", "layer"))
}

/// The rows `rows` of all results: by result, row after row.
pub(crate) fn rows<R: ReadAt>(
    layer: &mut Layer<R>,
    rows: std::ops::Range<u64>,
    window: u64,
    holder: &Holder,
) -> Result<Vec<Vec<f64>>, LayerError> {
    layer.start(rows.clone(), holder)?;
    let mut out = vec![Vec::new(); layer.results()];
    let mut count = 0;
    while let Some(row) = layer.next_row(&mut || window, &Cancel::new())? {
        for (out, row) in out.iter_mut().zip(row) {
            out.extend_from_slice(row);
        }
        count += 1;
    }
    assert_eq!(count, rows.end - rows.start);
    Ok(out)
}

/// All rows of one result, in one part.
pub(crate) fn whole(
    plain: &Plain,
    target: &Target,
    options: LayerOptions,
) -> Result<Vec<f64>, LayerError> {
    let mut layer = plain.layer(target, &[options])?;
    let all = rows(
        &mut layer,
        0..target.grid.rows(),
        2048,
        &holder(Bytes::mib(64)),
    )?;
    Ok(all.into_iter().next().unwrap())
}
