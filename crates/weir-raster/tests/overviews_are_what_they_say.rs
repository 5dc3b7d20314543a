//! Every overview of a file against its definition on the raster.
#![allow(clippy::unwrap_used)]

mod exported;

use exported::{column, images, same, target, write};
use proptest::prelude::*;
use weir_raster::{GeoTiffOptions, Overviews, PixelType};

fn value(row: u64, column: u64) -> f64 {
    let hash = (row << 32 | column).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let hash = (hash ^ hash >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 32;
    // Some blocks of 16 × 16 have no value at all.
    if hash.is_multiple_of(3) || (row / 16 + column / 16).is_multiple_of(5) {
        f64::NAN
    } else {
        (hash % 7) as f64
    }
}

struct Image {
    columns: u64,
    rows: u64,
    values: Vec<f64>,
}

impl Image {
    /// The cells of rows and columns that there are.
    fn cells(&self, rows: std::ops::Range<u64>, columns: std::ops::Range<u64>) -> Vec<f64> {
        let columns = columns.start..columns.end.min(self.columns);
        (rows.start..rows.end.min(self.rows))
            .flat_map(|row| {
                columns
                    .clone()
                    .map(move |column| row * self.columns + column)
            })
            .map(|at| self.values[at as usize])
            .collect()
    }

    fn half(&self, cell: impl Fn(u64, u64) -> f64) -> Self {
        let (columns, rows) = (self.columns.div_ceil(2), self.rows.div_ceil(2));
        let values = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
        Self {
            columns,
            rows,
            values: values.map(|(row, column)| cell(row, column)).collect(),
        }
    }
}

fn mode(cells: &[f64]) -> f64 {
    let mut best = (0, f64::NAN);
    for candidate in 0..7 {
        let count = cells
            .iter()
            .filter(|cell| **cell == f64::from(candidate))
            .count();
        if count > best.0 {
            best = (count, f64::from(candidate));
        }
    }
    best.1
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn averages_modes_and_corners(columns in 1u64..900, rows in prop_oneof![1u64..700, 1000u64..5000], big in any::<bool>()) {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out.tif");
        let columns = if rows > 1000 { columns / 8 + 1 } else { columns };
        let row = |row: u64| -> Vec<f64> { (0..columns).map(|column| value(row, column)).collect() };
        let raster = || Image { columns, rows, values: (0..rows).flat_map(row).collect() };
        for overviews in [Overviews::Average, Overviews::Mode, Overviews::Nearest] {
            let options = GeoTiffOptions {
                overviews,
                tile: 128,
                offsets: if big { weir_raster::Offsets::Big } else { weir_raster::Offsets::Auto },
                ..GeoTiffOptions::cog()
            };
            write(&target(columns, rows), column(PixelType::Float64, None), options, &out, &row).unwrap();
            let found = images(&out);
            let whole = raster();
            let mut below = raster();
            for (level, (info, values)) in found.iter().enumerate() {
                if level > 0 {
                    let size = 1u64 << level;
                    below = match overviews {
                        Overviews::Average => below.half(|row, column| {
                            let cells = whole.cells(row * size..(row + 1) * size, column * size..(column + 1) * size);
                            let cells: Vec<f64> = cells.into_iter().filter(|cell| !cell.is_nan()).collect();
                            // Whole numbers: the sum is exact in any order.
                            cells.iter().sum::<f64>() / cells.len() as f64
                        }),
                        Overviews::Mode => below.half(|row, column| {
                            mode(&below.cells(row * 2..row * 2 + 2, column * 2..column * 2 + 2))
                        }),
                        _ => below.half(|row, column| whole.cells(row * size..row * size + 1, column * size..column * size + 1)[0]),
                    };
                }
                prop_assert_eq!((info.grid.columns(), info.grid.rows()), (below.columns, below.rows));
                prop_assert!(same(values, &below.values), "{:?} level {}", overviews, level);
            }
            prop_assert!(below.columns <= 128 && below.rows <= 128);
            prop_assert!(found.len() == 1 || columns.max(rows) > 128);
        }
    }
}

#[test]
fn averages_of_integers_are_rounded_once_and_never_are_nodata() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.tif");
    // Below every cell of the first overview are 3, 5, 4 and nothing; 4 is the mean.
    let row = |row: u64| -> Vec<f64> {
        let pair = if row.is_multiple_of(2) {
            [3.0, 5.0]
        } else {
            [4.0, f64::NAN]
        };
        pair.into_iter().cycle().take(300).collect()
    };
    for (nodata, mean) in [(0.0, 4.0), (9.0, 4.0)] {
        let options = GeoTiffOptions::cog();
        write(
            &target(300, 300),
            column(PixelType::UInt8, Some(nodata)),
            options,
            &out,
            &row,
        )
        .unwrap();
        let overview = &images(&out)[1].1;
        assert!(overview.iter().all(|cell| *cell == mean), "{nodata}");
    }
    // Where 4 means no value, the mean of 3 and 5 is written as 5.
    let row = |_: u64| -> Vec<f64> { [3.0, 5.0].into_iter().cycle().take(300).collect() };
    write(
        &target(300, 300),
        column(PixelType::UInt8, Some(4.0)),
        GeoTiffOptions::cog(),
        &out,
        &row,
    )
    .unwrap();
    assert!(images(&out)[1].1.iter().all(|cell| *cell == 5.0));
}
