//! A global raster of 30 arc seconds as a cloud optimized GeoTIFF: `write_cog FOLDER [deflate|zstd|lzw|none] [LEVEL] [ROWS]`.
//! With `rows` instead of a folder only the rows are made, to know what they cost.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{path::Path, sync::Arc};

use weir_files::RealFiles;
use weir_memory::{Budget, Bytes, HolderName};
use weir_raster::{
    Axis, Column, Compression, Crs, Export, GeoTiffExport, GeoTiffOptions, Grid, Part, PixelType,
    Target,
};
use weir_run::Cancel;

const COLUMNS: u64 = 43200;

/// A third of it land, smooth with noise of 31 steps, as reference rasters have it.
struct Rows {
    /// Waves along the columns, once for all rows.
    waves: Vec<[f64; 3]>,
    rows: u64,
    row: Vec<f64>,
}

impl Rows {
    fn new(rows: u64) -> Self {
        let longitude =
            |column: u64| (column as f64 + 0.5) / COLUMNS as f64 * std::f64::consts::TAU;
        let waves = |column: u64| {
            let at = longitude(column);
            [
                libm::sin(3.0 * at + 1.0),
                libm::cos(7.0 * at),
                libm::sin(5.0 * at),
            ]
        };
        Self {
            waves: (0..COLUMNS).map(waves).collect(),
            rows,
            row: vec![0.0; COLUMNS as usize],
        }
    }

    fn row(&mut self, row: u64) -> &[f64] {
        let latitude = (0.5 - (row as f64 + 0.5) / self.rows as f64) * std::f64::consts::PI;
        let [a, b, c, d] = [
            libm::cos(2.0 * latitude),
            0.4 * libm::sin(5.0 * latitude),
            25.0 * libm::cos(latitude),
            4.0 * libm::cos(3.0 * latitude),
        ];
        for (column, (value, [x, y, z])) in self.row.iter_mut().zip(&self.waves).enumerate() {
            let mut hash = (row << 32 | column as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            hash ^= hash >> 29;
            hash = hash.wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let noise = (hash >> 40) as f64 / (1u64 << 24) as f64;
            *value = if x * a + y * b > 0.25 {
                ((c + d * z + 3.0 * noise) * 10.0).round_ties_even() / 10.0
            } else {
                f64::NAN
            };
        }
        &self.row
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("a folder, or the word rows");
    let compression = match arguments.next().as_deref() {
        None | Some("deflate") => Compression::Deflate,
        Some("zstd") => Compression::Zstd,
        Some("lzw") => Compression::Lzw,
        Some("none") => Compression::None,
        Some(other) => panic!("no compression {other}"),
    };
    let level = arguments.next().and_then(|level| level.parse().ok());
    let rows: u64 = arguments.next().map_or(21600, |rows| rows.parse().unwrap());
    let mut source = Rows::new(rows);
    if folder == "rows" {
        let cells = (0..rows).map(|row| {
            source
                .row(row)
                .iter()
                .filter(|value| !value.is_nan())
                .count()
        });
        println!("{} cells have a value", cells.sum::<usize>());
        return;
    }
    let target = Target {
        grid: Grid::new(
            Axis::new(-180.0, 360.0 / COLUMNS as f64, COLUMNS).unwrap(),
            Axis::new(90.0, -180.0 / rows as f64, rows).unwrap(),
        ),
        crs: Crs::Geographic(4326),
    };
    let column = Column {
        name: "cont".into(),
        pixel: PixelType::Float32,
        nodata: Some(-9999.0),
    };
    let options = GeoTiffOptions {
        compression,
        level,
        ..GeoTiffOptions::cog()
    };
    let export = GeoTiffExport::new(Arc::new(RealFiles), &target, column, 0, options).unwrap();
    let holder = Budget::new(Bytes::mib(256)).holder(HolderName::new("example", "export", "cog"));
    println!(
        "a part holds {:.1} MiB",
        Bytes::new(export.part_bytes()).as_mib_f64()
    );
    let folder = Path::new(&folder);
    let height = export.part_rows();
    let mut parts = Vec::new();
    for number in 0..rows.div_ceil(height) {
        let part = Part {
            number: number as u32,
            rows: number * height..rows.min((number + 1) * height),
        };
        let path = folder.join(format!("part-{number}"));
        let mut writer = export.begin(&part, &path, &holder).unwrap();
        for row in part.rows.clone() {
            writer.row(row, &[source.row(row)]).unwrap();
        }
        writer.finish().unwrap();
        parts.push((part, path));
    }
    let borrowed: Vec<(Part, &Path)> = parts
        .iter()
        .map(|(part, path)| (part.clone(), path.as_path()))
        .collect();
    let out = folder.join("out.tif");
    let exported = export
        .assemble(&borrowed, &out, &holder, &Cancel::new())
        .unwrap();
    println!("{} cells, {} bytes", exported.rows, exported.bytes);
}
