//! Rasters brought onto targets in another reference system: totals, averages, poles, seams, and the same bits for any window and part.
#![allow(clippy::unwrap_used)]

mod resampled;
mod tiff;

use resampled::grid;
use tiff::{Plain, holder, rows, whole};
use weir_memory::Bytes;
use weir_raster::{
    Area, Crs, Grid, LayerError, LayerOptions, Method, PixelType, Target, Transform,
};

const DEGREES: Crs = Crs::Geographic(4326);
const UTM: Crs = Crs::Projected(32633);
const EUROPE: Crs = Crs::Projected(3035);

fn sinusoidal() -> Crs {
    Crs::modis_sinusoidal()
}

fn plain(grid: Grid, crs: Crs) -> Plain {
    let count = grid.columns() * grid.rows();
    let values = (0..count).map(|at| (at * 7919 % 251) as f64 + 1.0);
    Plain {
        crs,
        pixel: PixelType::Float64,
        ..Plain::new(grid, values.collect())
    }
}

fn total(values: &[f64]) -> f64 {
    values.iter().filter(|value| !value.is_nan()).sum()
}

#[track_caller]
fn assert_near(found: f64, wanted: f64, tolerance: f64) {
    assert!(
        (found - wanted).abs() <= tolerance * wanted.abs(),
        "{found} instead of {wanted}"
    );
}

/// Kilometre cells about Vienna.
fn vienna() -> Plain {
    plain(grid([560e3, 5300e3, 620e3, 5360e3], 60, 60), UTM)
}

#[test]
fn totals_are_conserved_onto_coarse_and_fine_targets() {
    let source = vienna();
    let wanted = total(&source.values);
    for (crs, extent, sizes) in [
        (
            DEGREES,
            [15.5, 47.5, 17.0, 48.7],
            [(3, 4), (31, 41), (240, 300)],
        ),
        (
            EUROPE,
            [4.70e6, 2.72e6, 4.86e6, 2.88e6],
            [(4, 4), (41, 37), (320, 320)],
        ),
        (
            Crs::Projected(3857),
            [1.72e6, 6.0e6, 1.9e6, 6.25e6],
            [(2, 2), (50, 40), (300, 200)],
        ),
        (
            sinusoidal(),
            [1.1e6, 5.28e6, 1.3e6, 5.42e6],
            [(3, 2), (29, 50), (280, 300)],
        ),
    ] {
        for (rows, columns) in sizes {
            let target = Target {
                grid: grid(extent, rows, columns),
                crs: crs.clone(),
            };
            let sums = whole(&source, &target, LayerOptions::new(Method::Sum)).unwrap();
            assert_near(total(&sums), wanted, 1e-9);
        }
    }
}

#[test]
fn averages_are_those_of_many_points() {
    let source = vienna();
    let target = Target {
        grid: grid([15.9, 47.9, 16.5, 48.3], 8, 9),
        crs: DEGREES,
    };
    let options = [
        Method::Average,
        Method::Mode,
        Method::Coverage,
        Method::Maximum,
    ];
    let mut layer = source
        .layer(&target, &options.map(LayerOptions::new))
        .unwrap();
    let found = rows(&mut layer, 0..8, 2048, &holder(Bytes::mib(64))).unwrap();
    // Not with polygons: 96 × 96 points a cell, which count alike in UTM within a ten-thousandth.
    let transform = Transform::new(&DEGREES, &UTM).unwrap();
    const POINTS: usize = 96;
    for row in 0..8 {
        for column in 0..9 {
            let (x, y) = (target.grid.x, target.grid.y);
            let mut points = Vec::new();
            for at in 0..POINTS * POINTS {
                let part = |at: usize| (at as f64 + 0.5) / POINTS as f64;
                points.push((
                    x.edge(column) + x.step() * part(at % POINTS),
                    y.edge(row) + y.step() * part(at / POINTS),
                ));
            }
            transform.apply(&mut points);
            let (mut sum, mut count) = (0.0, 0);
            for (east, north) in points {
                let (c, r) = ((east - 560e3) / 1e3, (5360e3 - north) / 1e3);
                if (0.0..60.0).contains(&c) && (0.0..60.0).contains(&r) {
                    sum += source.values[r as usize * 60 + c as usize];
                    count += 1;
                }
            }
            let at = (row * 9 + column) as usize;
            assert!(count > 0);
            // The points' own error where edges cut cells.
            assert_near(found[0][at], sum / f64::from(count), 5e-3);
            assert_eq!(found[2][at], 1.0);
        }
    }
}

#[test]
fn a_globe_and_back_keeps_its_total_and_a_constant_stays_one() {
    let globe = plain(grid([-180.0, -90.0, 180.0, 90.0], 90, 180), DEGREES);
    // MODIS' world, in cells of 1/200 of its width.
    let (wide, high) = (20_015_109.354, 10_007_554.677);
    let modis = Target {
        grid: grid([-wide, -high, wide, high], 100, 200),
        crs: sinusoidal(),
    };
    let constant = Plain {
        values: vec![3.5; globe.values.len()],
        ..globe.clone()
    };
    let averages = whole(&constant, &modis, LayerOptions::new(Method::Average)).unwrap();
    let valid: Vec<f64> = averages
        .into_iter()
        .filter(|value| !value.is_nan())
        .collect();
    // The world is 2/π of its rectangle.
    assert!((12_700..13_300).contains(&valid.len()), "{}", valid.len());
    valid
        .iter()
        .for_each(|value| assert_near(*value, 3.5, 1e-12));
    // Cells that the world's edge cuts lose the smallest pieces that it cuts.
    let sums = whole(&globe, &modis, LayerOptions::new(Method::Sum)).unwrap();
    assert_near(total(&sums), total(&globe.values), 0.003);
    // The other way nothing is cut, as the seam is an edge of target cells.
    let source = plain(grid([-4e6, -3e6, 4e6, 3e6], 60, 80), sinusoidal());
    let target = Target {
        grid: grid([-180.0, -90.0, 180.0, 90.0], 60, 120),
        crs: DEGREES,
    };
    let told = LayerOptions {
        crs: Some(sinusoidal()),
        ..LayerOptions::new(Method::Sum)
    };
    let sums = whole(&source, &target, told).unwrap();
    assert_near(total(&sums), total(&source.values), 1e-9);
}

#[test]
fn the_pole_lies_in_a_cell_like_any_other() {
    let cap = plain(grid([-180.0, 60.0, 180.0, 90.0], 30, 90), DEGREES);
    let target = Target {
        grid: grid([0.2e6, 2.0e6, 9.6e6, 12.0e6], 50, 47),
        crs: EUROPE,
    };
    let sums = whole(&cap, &target, LayerOptions::new(Method::Sum)).unwrap();
    assert_near(total(&sums), total(&cap.values), 1e-9);
    let constant = Plain {
        values: vec![2.0; cap.values.len()],
        ..cap
    };
    let mut pole = [(10.0, 90.0)];
    Transform::new(&DEGREES, &EUROPE).unwrap().apply(&mut pole);
    let [(x, y)] = pole;
    let (column, row) = (
        ((x - 0.2e6) / 0.2e6) as usize,
        ((12e6 - y) / 0.2e6) as usize,
    );
    for method in [Method::Average, Method::Minimum, Method::Maximum] {
        let found = whole(&constant, &target, LayerOptions::new(method)).unwrap();
        let valued = found.iter().filter(|value| !value.is_nan());
        // The cap has the area of 854 target cells, and its edge cuts some more.
        let count = valued.clone().count();
        assert!((854..1050).contains(&count), "{method}: {count}");
        valued.for_each(|value| assert_near(*value, 2.0, 1e-12));
        for row in row - 1..=row + 1 {
            for column in column - 1..=column + 1 {
                assert_near(found[row * 47 + column], 2.0, 1e-12);
            }
        }
    }
}

#[test]
fn the_seam_of_a_globe_from_0_to_360_is_none() {
    // Longitude 0 is the raster's seam, and Greenwich is in the middle of the target.
    let globe = plain(grid([0.0, 40.0, 360.0, 60.0], 40, 720), DEGREES);
    let turned = Plain {
        grid: grid([-180.0, 40.0, 180.0, 60.0], 40, 720),
        values: globe
            .values
            .chunks(720)
            .flat_map(|row| [&row[360..], &row[..360]].concat())
            .collect(),
        ..globe.clone()
    };
    let target = Target {
        grid: grid([3.2e6, 2.9e6, 4.0e6, 3.3e6], 13, 25),
        crs: EUROPE,
    };
    for method in [
        Method::Sum,
        Method::Average,
        Method::Bilinear,
        Method::Cubic,
        Method::Nearest,
    ] {
        let (a, b) = (
            whole(&globe, &target, LayerOptions::new(method)).unwrap(),
            whole(&turned, &target, LayerOptions::new(method)).unwrap(),
        );
        for (a, b) in a.iter().zip(b) {
            assert!(!a.is_nan(), "{method}");
            assert_near(*a, b, 1e-9);
        }
    }
}

#[test]
fn no_point_falls_into_the_seam() {
    // The raster begins at the meridian on which the target's centres lie, some by a rounding west of it.
    let source = plain(grid([15.0, 40.0, 375.0, 60.0], 40, 720), DEGREES);
    let target = Target {
        grid: grid([499_500.0, 4.6e6, 500_500.0, 6.4e6], 1800, 1),
        crs: UTM,
    };
    for method in [Method::Nearest, Method::Bilinear] {
        let found = whole(&source, &target, LayerOptions::new(method)).unwrap();
        let none = found.iter().filter(|value| value.is_nan()).count();
        assert_eq!(none, 0, "{method}");
    }
}

#[test]
fn windows_parts_and_budgets_do_not_change_a_bit() {
    let source = Plain {
        nodata: Some(7.0),
        ..vienna()
    };
    for block in [(16, 16), (0, 5)] {
        let source = Plain {
            block,
            ..source.clone()
        };
        let target = Target {
            grid: grid([15.5, 47.5, 17.0, 48.7], 45, 97),
            crs: DEGREES,
        };
        for methods in [
            vec![
                Method::Sum,
                Method::Average,
                Method::Mode,
                Method::Median,
                Method::Deviation,
                Method::Count,
            ],
            vec![Method::Cubic],
        ] {
            let options: Vec<LayerOptions> =
                methods.iter().copied().map(LayerOptions::new).collect();
            let mut layer = source.layer(&target, &options).unwrap();
            let mut run = |window, cut: usize, limit| {
                let mut all = vec![Vec::new(); methods.len()];
                for start in (0..45).step_by(cut) {
                    let range = start..45.min(start + cut as u64);
                    let part = rows(&mut layer, range, window, &holder(limit)).unwrap();
                    for (all, part) in all.iter_mut().zip(part) {
                        all.extend(part.into_iter().map(f64::to_bits));
                    }
                }
                all
            };
            let wanted = run(2048, 45, Bytes::mib(256));
            assert!(wanted == run(256, 7, Bytes::mib(64)));
            assert!(wanted == run(1, 1, Bytes::mib(32)));
        }
    }
}

#[test]
fn a_target_far_away_has_no_values() {
    let target = Target {
        grid: grid([100.0, -40.0, 110.0, -30.0], 4, 4),
        crs: DEGREES,
    };
    for method in [Method::Sum, Method::Nearest] {
        let found = whole(&vienna(), &target, LayerOptions::new(method)).unwrap();
        assert!(found.iter().all(|value| value.is_nan()));
    }
}

#[test]
fn what_cannot_be_is_told() {
    let target = Target {
        grid: grid([15.5, 47.5, 17.0, 48.7], 4, 4),
        crs: Crs::Projected(2154),
    };
    let error = whole(&vienna(), &target, LayerOptions::new(Method::Sum)).unwrap_err();
    assert!(matches!(error, LayerError::Crs { .. }));
    let error = error.to_string();
    assert!(
        error.contains("EPSG:2154") && error.contains("EPSG:32633"),
        "{error}"
    );

    let spherical = LayerOptions {
        area: Some(Area::Spherical),
        ..LayerOptions::new(Method::Average)
    };
    let target = Target {
        crs: DEGREES,
        ..target
    };
    let error = whole(&vienna(), &target, spherical)
        .unwrap_err()
        .to_string();
    assert!(error.contains("planar"), "{error}");

    // The reference system that the file does not name can be told.
    let nameless = Plain {
        crs: Crs::Unknown(String::new()),
        ..vienna()
    };
    assert!(whole(&nameless, &target, LayerOptions::new(Method::Sum)).is_err());
    let told = LayerOptions {
        crs: Some(UTM),
        ..LayerOptions::new(Method::Sum)
    };
    let named = whole(&vienna(), &target, LayerOptions::new(Method::Sum)).unwrap();
    assert_eq!(
        format!("{named:?}"),
        format!("{:?}", whole(&nameless, &target, told).unwrap())
    );
}
