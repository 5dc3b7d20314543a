//! A whole grid through a pass, in windows of a given size.
#![allow(dead_code)]

use weir_raster::{Area, AreaPass, Axis, Grid, PassError, Pixel, Statistic, Window, overlaps};

/// A grid over `[west, south, east, north]`.
pub(crate) fn grid(extent: [f64; 4], rows: u64, columns: u64) -> Grid {
    let [west, south, east, north] = extent;
    Grid::new(
        Axis::new(west, (east - west) / columns as f64, columns).unwrap(),
        Axis::new(north, -(north - south) / rows as f64, rows).unwrap(),
    )
}

/// All target cells, row by row; NaN for none.
pub(crate) fn resample<S: Statistic, P: Pixel>(
    statistic: S,
    area: Area,
    source: &Grid,
    target: &Grid,
    values: &[P],
    nodata: Option<P>,
    windows: (usize, usize),
) -> Vec<f64> {
    let (x, y) = overlaps(source, target, area).unwrap();
    let mut pass = AreaPass::new(statistic, &x, &y);
    let (rows, columns) = (source.rows() as usize, source.columns() as usize);
    let mut out = Vec::new();
    for row in (0..rows).step_by(windows.0) {
        for column in (0..columns).step_by(windows.1) {
            let wide = windows.1.min(columns - column);
            let window: Vec<P> = (row..rows.min(row + windows.0))
                .flat_map(|at| {
                    values[at * columns + column..at * columns + column + wide]
                        .iter()
                        .copied()
                })
                .collect();
            let window = Window {
                row: row as u64,
                column: column as u64,
                columns: wide,
                values: &window,
                nodata,
            };
            pass.take(&window, |at, values| {
                assert_eq!(at as usize * values.len(), out.len());
                out.extend_from_slice(values);
                Ok::<_, PassError>(())
            })
            .unwrap();
        }
    }
    assert_eq!(out.len() as u64, target.rows() * target.columns());
    out
}
