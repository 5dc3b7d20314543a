//! Sum and average of a global raster on a grid of 1/6 degree, as two results of one layer.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::fs::File;

use weir_memory::{Budget, Bytes, HolderName};
use weir_raster::{Area, Axis, GeoTiff, Grid, Layer, LayerOptions, Method, ReadLimits, Target};
use weir_run::Cancel;

fn main() {
    let path = std::env::args().nth(1).expect("a GeoTIFF");
    let file = File::open(&path).unwrap();
    let raster = GeoTiff::open(path, file, ReadLimits::default()).unwrap();
    let grid = Grid::new(
        Axis::new(-180.0, 1.0 / 6.0, 2160).unwrap(),
        Axis::new(90.0, -1.0 / 6.0, 1080).unwrap(),
    );
    let target = Target {
        grid,
        crs: raster.info().crs.clone(),
    };
    let wanted = [Method::Sum, Method::Average].map(|method| LayerOptions {
        area: Some(Area::Planar),
        ..LayerOptions::new(method)
    });
    let mut layer = Layer::open(raster, &target, &wanted).unwrap();
    let budget = Budget::detached(Bytes::mib(64));
    let holder = budget.holder(HolderName::new("run", "resample", "layer"));
    layer.start(0..1080, &holder).unwrap();
    let (mut total, mut mean, mut valid) = (0.0, 0.0, 0);
    while let Some(rows) = layer.next_row(&mut || 2048, &Cancel::new()).unwrap() {
        let values = |row: &'_ [f64]| -> Vec<f64> {
            row.iter()
                .copied()
                .filter(|value| !value.is_nan())
                .collect()
        };
        total += values(&rows[0]).iter().sum::<f64>();
        mean += values(&rows[1]).iter().sum::<f64>();
        valid += values(&rows[1]).len();
    }
    println!(
        "total {total} mean of averages {} of {valid} cells, {} reserved at the end",
        mean / valid as f64,
        budget.snapshot().reserved
    );
}
