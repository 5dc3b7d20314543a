//! Nearest, bilinear and cubic values: by their formulas, beside missing neighbours, and as `gdalwarp` gives them where it means the same.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod resampled;
mod tiff;

use std::{fs::File, path::Path, process::Command};

use resampled::grid;
use tiff::{Plain, holder, rows, whole};
use weir_memory::Bytes;
use weir_raster::{Crs, GeoTiff, Grid, Layer, LayerOptions, Method, PixelType, ReadLimits, Target};

fn target(grid: Grid) -> Target {
    Target {
        grid,
        crs: Crs::Geographic(4326),
    }
}

fn source(extent: [f64; 4], rows: u64, values: &[f64]) -> Plain {
    let columns = values.len() as u64 / rows;
    Plain {
        pixel: PixelType::Float64,
        ..Plain::new(grid(extent, rows, columns), values.to_vec())
    }
}

#[track_caller]
fn assert_near(found: &[f64], wanted: &[f64]) {
    assert_eq!(found.len(), wanted.len());
    for (found, wanted) in found.iter().zip(wanted) {
        let same = (found - wanted).abs() <= 1e-14 * wanted.abs().max(1.0);
        assert!(
            same || (found.is_nan() && wanted.is_nan()),
            "{found} instead of {wanted}"
        );
    }
}

#[test]
fn positions_are_those_of_the_formula() {
    // (i + 0.5)·f − 0.5 with f = 1/2 and 5/2.
    let ramp = source([0.0, 0.0, 5.0, 1.0], 1, &[0.0, 1.0, 2.0, 3.0, 4.0]);
    let half = target(grid([0.0, 0.0, 5.0, 1.0], 1, 10));
    let by = |target: &Target, method| whole(&ramp, target, LayerOptions::new(method)).unwrap();
    assert_near(
        &by(&half, Method::Nearest),
        &[0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0],
    );
    // -0.25 and 4.25 have one neighbour, whose weight is 1 then.
    assert_near(
        &by(&half, Method::Bilinear),
        &[0.0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3.25, 3.75, 4.0],
    );
    let coarse = target(grid([0.0, 0.0, 5.0, 1.0], 1, 2));
    // 0.75 and 3.25: GDAL takes wider kernels there, this does not.
    assert_near(&by(&coarse, Method::Bilinear), &[0.75, 3.25]);
    assert_near(&by(&coarse, Method::Nearest), &[1.0, 3.0]);
}

#[test]
fn a_centre_on_an_edge_takes_the_cell_after_it() {
    // 0.1 has no double, and centres of 0.2 degrees lie on its edges all the same.
    let count = 600;
    let values: Vec<f64> = (0..count).map(f64::from).collect();
    let source = source([0.0, 0.0, 60.0, 0.1], 1, &values);
    let target = target(grid([0.0, 0.0, 60.0, 0.1], 1, 300));
    let found = whole(&source, &target, LayerOptions::new(Method::Nearest)).unwrap();
    let wanted: Vec<f64> = (0..300).map(|at| f64::from(2 * at + 1)).collect();
    assert_near(&found, &wanted);
    // And half way between two centres is the mean of both, to the last bit.
    let found = whole(&source, &target, LayerOptions::new(Method::Bilinear)).unwrap();
    let wanted: Vec<f64> = (0..300).map(|at| f64::from(2 * at) + 0.5).collect();
    assert_eq!(found, wanted);
}

#[test]
fn cubic_is_keys_kernel_of_minus_one_half() {
    let source = source([0.0, 0.0, 6.0, 1.0], 1, &[1.0, 4.0, 2.0, 8.0, 5.0, 7.0]);
    let target = target(grid([0.0, 0.0, 6.0, 1.0], 1, 12));
    let found = whole(&source, &target, LayerOptions::new(Method::Cubic)).unwrap();
    // t = 3/4 and 1/4: weights of Keys (1981), equation 15, by hand.
    let quarter = [-0.0703125, 0.8671875, 0.2265625, -0.0234375];
    let at = |first: usize, weights: [f64; 4]| -> f64 {
        let values = [1.0, 4.0, 2.0, 8.0, 5.0, 7.0];
        (0..4).map(|tap| values[first + tap] * weights[tap]).sum()
    };
    let mut mirrored = quarter;
    mirrored.reverse();
    assert_near(
        &found[4..8],
        &[
            at(0, mirrored),
            at(1, quarter),
            at(1, mirrored),
            at(2, quarter),
        ],
    );
}

#[test]
fn neighbours_without_a_value_leave_their_weight_to_the_others() {
    let none = f64::NAN;
    let source = source(
        [0.0, 0.0, 4.0, 2.0],
        2,
        &[1.0, none, 3.0, 4.0, 5.0, none, 7.0, 8.0],
    );
    let target = target(grid([0.0, 0.0, 4.0, 2.0], 4, 8));
    let bilinear = whole(&source, &target, LayerOptions::new(Method::Bilinear)).unwrap();
    // Row 1: a quarter below the first centres. Weights 3/4 and 1/4 of 1 and 5.
    assert_near(
        &bilinear[8..16],
        &[2.0, 2.0, 2.0, 4.0, 4.0, 4.25, 4.75, 5.0],
    );
    // The cubic kernel's outer weights are negative; it never leaves the values' own range by much.
    let cubic = whole(&source, &target, LayerOptions::new(Method::Cubic)).unwrap();
    assert!(
        cubic.iter().all(|value| (0.0..9.0).contains(value)),
        "{cubic:?}"
    );
    let nearest = whole(&source, &target, LayerOptions::new(Method::Nearest)).unwrap();
    assert_eq!(nearest.iter().filter(|value| value.is_nan()).count(), 8);
}

/// `gdalwarp` onto a target, and what this gives; none where GDAL is not there.
fn both(
    folder: &Path,
    source: &Plain,
    target: &Target,
    method: Method,
) -> Option<(Vec<f64>, Vec<f64>)> {
    if Command::new("gdalwarp").arg("--version").output().is_err() {
        println!("gdalwarp is not on PATH: not compared");
        return None;
    }
    let (from, to) = (folder.join("from.tif"), folder.join("to.tif"));
    std::fs::write(&from, source.bytes()).unwrap();
    let _ = std::fs::remove_file(&to);
    let grid = &target.grid;
    let extent = [
        grid.x.edge(0),
        grid.y.edge(grid.rows()),
        grid.x.edge(grid.columns()),
        grid.y.edge(0),
    ];
    let mut command = Command::new("gdalwarp");
    command.args([
        "-q",
        "-ot",
        "Float64",
        "-et",
        "0",
        "-r",
        &method.to_string(),
    ]);
    command.args([
        "-s_srs",
        &source.crs.to_string(),
        "-t_srs",
        &target.crs.to_string(),
    ]);
    command.args(["-dstnodata", "nan", "-te"]);
    command.args(extent.map(|edge| edge.to_string()));
    command.args(["-ts", &grid.columns().to_string(), &grid.rows().to_string()]);
    let output = command.args([&from, &to]).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let raster = GeoTiff::open("to.tif", File::open(&to).unwrap(), ReadLimits::default()).unwrap();
    assert_eq!(
        (raster.info().grid.columns(), raster.info().grid.rows()),
        (grid.columns(), grid.rows())
    );
    let own = Target {
        grid: raster.info().grid,
        crs: raster.info().crs.clone(),
    };
    let mut copy = Layer::open(raster, &own, &[LayerOptions::new(Method::Nearest)]).unwrap();
    assert!(copy.is_passthrough());
    let theirs = rows(&mut copy, 0..grid.rows(), 512, &holder(Bytes::mib(64))).unwrap();
    let ours = whole(source, target, LayerOptions::new(method)).unwrap();
    Some((theirs.into_iter().next().unwrap(), ours))
}

fn waves(extent: [f64; 4], rows: u64, columns: u64, crs: Crs) -> Plain {
    let values = (0..rows * columns).map(|at| {
        let (row, column) = ((at / columns) as f64, (at % columns) as f64);
        100.0 + 40.0 * (row / 5.0).sin() * (column / 7.0).cos() + column / 10.0
    });
    Plain {
        crs,
        pixel: PixelType::Float64,
        ..Plain::new(grid(extent, rows, columns), values.collect())
    }
}

#[test]
fn as_gdalwarp_on_finer_grids() {
    let folder = tempfile::tempdir().unwrap();
    let source = waves([10.0, 40.0, 16.0, 46.0], 60, 60, Crs::Geographic(4326));
    let fine = target(grid([10.0, 40.0, 16.0, 46.0], 256, 256));
    for method in [Method::Nearest, Method::Bilinear, Method::Cubic] {
        let Some((theirs, ours)) = both(folder.path(), &source, &fine, method) else {
            return;
        };
        // Where a neighbour is beyond the raster's edge GDAL's cubic is bilinear, and here its other weights count more.
        let beside = |at: usize| {
            let position = |cell: usize| (cell as f64 + 0.5) * 60.0 / 256.0 - 0.5;
            let near = |p: f64| !(1.0..58.0).contains(&p);
            near(position(at / 256)) || near(position(at % 256))
        };
        let mut compared = 0;
        for (at, (theirs, ours)) in theirs.iter().zip(&ours).enumerate() {
            if method == Method::Cubic && beside(at) {
                continue;
            }
            assert!(
                (theirs - ours).abs() < 1e-9,
                "{method} {at}: {ours}, GDAL {theirs}"
            );
            compared += 1;
        }
        assert!(compared > 50_000, "{compared}");
    }
}

#[test]
fn as_gdalwarp_in_another_reference_system() {
    let folder = tempfile::tempdir().unwrap();
    let source = waves(
        [500e3, 5200e3, 700e3, 5400e3],
        100,
        100,
        Crs::Projected(32633),
    );
    let inside = Target {
        grid: grid([15.2, 47.2, 17.0, 48.5], 200, 270),
        crs: Crs::Geographic(4326),
    };
    for method in [Method::Nearest, Method::Bilinear, Method::Cubic] {
        let Some((theirs, ours)) = both(folder.path(), &source, &inside, method) else {
            return;
        };
        let mut apart = 0;
        for (theirs, ours) in theirs.iter().zip(&ours) {
            // A millimetre beside an edge between cells is another cell for the nearest.
            apart += usize::from((theirs - ours).abs() > 1e-4);
        }
        assert!(
            apart <= if method == Method::Nearest { 5 } else { 0 },
            "{method}: {apart}"
        );
    }
}
