//! Sum and average of a global raster on a grid of 1/6 degree, in one pass over its blocks.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::fs::File;

use weir_raster::{
    Area, AreaPass, Average, Axis, GeoTiff, Grid, PassError, ReadLimits, Sum, Window, overlaps,
    with_samples,
};

fn main() {
    let path = std::env::args().nth(1).expect("a GeoTIFF");
    let file = File::open(&path).unwrap();
    let mut raster = GeoTiff::open(path, file, ReadLimits::default()).unwrap();
    let info = raster.info().clone();
    let target = Grid::new(
        Axis::new(-180.0, 1.0 / 6.0, 2160).unwrap(),
        Axis::new(90.0, -1.0 / 6.0, 1080).unwrap(),
    );
    let (x, y) = overlaps(&info.grid, &target, Area::Planar).unwrap();
    let (mut sums, mut averages) = (AreaPass::new(Sum, &x, &y), AreaPass::new(Average, &x, &y));
    let (mut total, mut mean, mut valid) = (0.0, 0.0, 0);
    for down in 0..info.blocks_down() {
        for across in 0..info.blocks_across() {
            let samples = raster.block(1, across, down).unwrap();
            let (columns, _) = raster.block_shape(across, down);
            with_samples!(&samples, values => {
                let window = Window {
                    row: down * info.block_rows,
                    column: across * info.block_columns,
                    columns: columns as usize,
                    values,
                    nodata: info.nodata.map(|value| value as _),
                };
                sums.take(&window, |_, row| {
                    total += row.iter().filter(|value| !value.is_nan()).sum::<f64>();
                    Ok::<_, PassError>(())
                }).unwrap();
                averages.take(&window, |_, row| {
                    mean += row.iter().filter(|value| !value.is_nan()).sum::<f64>();
                    valid += row.iter().filter(|value| !value.is_nan()).count();
                    Ok::<_, PassError>(())
                }).unwrap();
            });
        }
    }
    println!(
        "total {total} mean of averages {} of {valid} cells",
        mean / valid as f64
    );
}
