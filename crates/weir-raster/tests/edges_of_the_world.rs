//! Antimeridian, poles, rows to the north, one cell, nothing at all: right, or told.
#![allow(clippy::unwrap_used)]

mod resampled;
mod tiff;

use resampled::grid;
use tiff::{Plain, whole};
use weir_raster::{Area, Axis, Crs, Grid, LayerError, LayerOptions, Method, PixelType, Target};

fn degrees(grid: Grid) -> Target {
    Target {
        grid,
        crs: Crs::Geographic(4326),
    }
}

fn counted(grid: Grid) -> Plain {
    let count = grid.columns() * grid.rows();
    Plain::new(grid, (1..=count).map(|value| value as f64).collect())
}

fn by(method: Method) -> LayerOptions {
    LayerOptions::new(method)
}

#[test]
fn longitudes_from_0_to_360_go_onto_those_from_minus_180_and_back() {
    let east = counted(grid([0.0, -90.0, 360.0, 90.0], 4, 8));
    let target = degrees(grid([-180.0, -90.0, 180.0, 90.0], 4, 8));
    let rotated: Vec<f64> = (0..32)
        .map(|at| f64::from(at / 8 * 8 + (at % 8 + 4) % 8 + 1))
        .collect();
    for method in [Method::Sum, Method::Mode, Method::Nearest, Method::Bilinear] {
        assert_eq!(
            whole(&east, &target, by(method)).unwrap(),
            rotated,
            "{method}"
        );
    }
    let west = counted(target.grid);
    let back = degrees(east.grid);
    assert_eq!(whole(&west, &back, by(Method::Sum)).unwrap(), rotated);
}

#[test]
fn a_target_across_180_takes_cells_from_both_sides() {
    let source = counted(grid([-180.0, 0.0, 180.0, 45.0], 1, 8));
    // Fiji's side of the world: cells of 60 degrees, the middle one half on each side of the seam.
    let target = degrees(grid([90.0, 0.0, 270.0, 45.0], 1, 3));
    let sums = whole(&source, &target, by(Method::Sum)).unwrap();
    let near =
        |found: f64, wanted: f64| assert!((found - wanted).abs() < 1e-12, "{found} {wanted}");
    near(sums[0], 7.0 + 8.0 / 3.0);
    near(sums[1], 8.0 * 2.0 / 3.0 + 2.0 / 3.0);
    near(sums[2], 1.0 / 3.0 + 2.0);
    let coverage = whole(&source, &target, by(Method::Coverage)).unwrap();
    assert_eq!(coverage, [1.0; 3]);
    // Between the centres of the last and the first cell there is nothing but the seam.
    let seam = degrees(grid([175.0, 0.0, 185.0, 45.0], 1, 1));
    assert_eq!(whole(&source, &seam, by(Method::Bilinear)).unwrap(), [4.5]);
}

#[test]
fn a_raster_that_does_not_go_all_round_has_nothing_in_its_gap() {
    // 100 E to 100 W, by the east; on a target from 180 W to 180 E its ends are apart.
    let source = counted(grid([100.0, 0.0, 260.0, 40.0], 2, 8));
    let target = degrees(grid([-180.0, 0.0, 180.0, 40.0], 2, 18));
    for (method, none) in [
        (Method::Sum, f64::NAN),
        (Method::Minimum, f64::NAN),
        (Method::Count, 0.0),
    ] {
        let found = whole(&source, &target, by(method)).unwrap();
        let wanted = |value: f64| if method == Method::Count { 1.0 } else { value };
        for (column, value) in found[..18].iter().enumerate() {
            match column {
                0..4 => assert_eq!(*value, wanted(column as f64 + 5.0)),
                14..18 => assert_eq!(*value, wanted(column as f64 - 13.0)),
                _ => assert_eq!(value.to_bits(), none.to_bits(), "{method} {column}"),
            }
        }
    }
    let coverage = whole(&source, &target, by(Method::Coverage)).unwrap();
    assert_eq!((coverage[0], coverage[8], coverage[17]), (1.0, 0.0, 1.0));
}

#[test]
fn a_seam_that_cells_do_not_meet_is_told() {
    // 7 does not divide 360.
    let source = counted(Grid::new(
        Axis::new(-180.0, 7.0, 51).unwrap(),
        Axis::new(7.0, -7.0, 2).unwrap(),
    ));
    let error = whole(
        &source,
        &degrees(grid([0.0, -7.0, 360.0, 7.0], 2, 36)),
        by(Method::Sum),
    );
    let error = error.unwrap_err();
    assert!(matches!(error, LayerError::Unfit { .. }));
    assert!(error.to_string().contains("do not divide 360"), "{error}");
    // On its own side nothing is wrong with it.
    let own = degrees(grid([-180.0, -7.0, 180.0, 7.0], 2, 36));
    let sums = whole(&source, &own, by(Method::Sum)).unwrap();
    let total: f64 = sums.iter().filter(|value| !value.is_nan()).sum();
    assert!((total - (1..=102).sum::<i32>() as f64).abs() < 1e-9);
}

#[test]
fn a_target_rounded_up_beyond_the_globe_does_not_begin_again() {
    let source = counted(grid([-180.0, -90.0, 180.0, 90.0], 18, 36));
    let target = degrees(Grid::new(
        Axis::spanning(-180.0, 180.0, 7.0).unwrap(),
        Axis::spanning(90.0, -90.0, 7.0).unwrap(),
    ));
    assert!(target.grid.x.edge(target.grid.columns()) > 180.0);
    let sums = whole(&source, &target, by(Method::Sum)).unwrap();
    let total: f64 = sums.iter().sum();
    let wanted: f64 = source.values.iter().sum();
    assert!((total - wanted).abs() < 1e-9 * wanted, "{total} {wanted}");
}

#[test]
fn rows_to_the_north_are_turned() {
    let down = counted(grid([0.0, 0.0, 6.0, 6.0], 6, 6));
    let up = Plain {
        grid: Grid::new(
            Axis::new(0.0, 1.0, 6).unwrap(),
            Axis::new(0.0, 1.0, 6).unwrap(),
        ),
        values: down.values.chunks(6).rev().flatten().copied().collect(),
        block: (0, 4),
        ..down.clone()
    };
    let target = degrees(grid([0.0, 0.0, 6.0, 6.0], 4, 4));
    for method in [
        Method::Sum,
        Method::Average,
        Method::Mode,
        Method::Cubic,
        Method::Nearest,
    ] {
        let (from_up, from_down) = (
            whole(&up, &target, by(method)).unwrap(),
            whole(&down, &target, by(method)).unwrap(),
        );
        assert_eq!(from_up, from_down, "{method}");
    }
    // Cells that are equal but for their order are copied.
    let same = degrees(down.grid);
    let layer = up.layer(&same, &[by(Method::Average)]).unwrap();
    assert!(layer.is_passthrough() && layer.pixel(0) == up.pixel);
    assert_eq!(whole(&up, &same, by(Method::Average)).unwrap(), down.values);
    // And a target to the north has the same rows the other way round.
    let north = degrees(Grid::new(target.grid.x, Axis::new(0.0, 1.5, 4).unwrap()));
    let turned = whole(&down, &north, by(Method::Sum)).unwrap();
    let wanted = whole(&down, &target, by(Method::Sum)).unwrap();
    let turned: Vec<f64> = turned.chunks(4).rev().flatten().copied().collect();
    for (found, wanted) in turned.iter().zip(wanted) {
        assert!((found - wanted).abs() < 1e-12 * wanted);
    }
}

#[test]
fn poles_have_areas_and_nothing_lies_beyond_them() {
    let source = counted(grid([-180.0, 60.0, 180.0, 90.0], 2, 4));
    let target = degrees(grid([-180.0, 60.0, 180.0, 90.0], 1, 4));
    let average = whole(&source, &target, by(Method::Average)).unwrap();
    let sine = |degrees: f64| degrees.to_radians().sin();
    let weight = (1.0 - sine(75.0)) / (1.0 - sine(60.0));
    assert!((average[0] - (weight + 5.0 * (1.0 - weight))).abs() < 1e-12);
    // Grids of centres reach half a cell beyond.
    let beyond = counted(grid([-180.0, -91.0, 180.0, 91.0], 91, 180));
    let target = degrees(grid([-180.0, -90.0, 180.0, 90.0], 9, 18));
    let error = beyond.layer(&target, &[by(Method::Average)]).err().unwrap();
    assert!(matches!(error, LayerError::Grid { .. }), "{error}");
    let error = error.to_string();
    assert!(
        error.contains("plain.tif") && error.contains("planar"),
        "{error}"
    );
    let planar = LayerOptions {
        area: Some(Area::Planar),
        ..by(Method::Average)
    };
    assert!(whole(&beyond, &target, planar).is_ok());
    // Points and copies need no areas.
    assert!(whole(&beyond, &target, by(Method::Nearest)).is_ok());
    let same = degrees(beyond.grid);
    assert_eq!(
        whole(&beyond, &same, by(Method::Average)).unwrap(),
        beyond.values
    );
}

#[test]
fn one_cell_onto_one_cell_and_onto_many() {
    let source = counted(grid([10.0, 10.0, 11.0, 11.0], 1, 1));
    let all = [
        Method::Sum,
        Method::Average,
        Method::Nearest,
        Method::Bilinear,
        Method::Cubic,
        Method::Median,
        Method::Mode,
    ];
    for method in all {
        let same = degrees(source.grid);
        assert_eq!(whole(&source, &same, by(method)).unwrap(), [1.0]);
        let finer = degrees(grid([10.0, 10.0, 11.0, 11.0], 3, 2));
        let found = whole(&source, &finer, by(method)).unwrap();
        if method == Method::Sum {
            assert!((found.iter().sum::<f64>() - 1.0).abs() < 1e-15);
        } else {
            assert_eq!(found, [1.0; 6], "{method}");
        }
        // A world with that cell inside one of its own.
        let world = degrees(grid([-180.0, -90.0, 180.0, 90.0], 2, 4));
        let found = whole(&source, &world, by(method)).unwrap();
        let at: Vec<usize> = (0..8).filter(|at| !found[*at].is_nan()).collect();
        // No centre of the world's cells lies in it, and an area of one does.
        let point = matches!(method, Method::Nearest | Method::Bilinear | Method::Cubic);
        assert_eq!(at, if point { vec![] } else { vec![2] }, "{method}");
    }
}

#[test]
fn no_value_anywhere_stays_no_value() {
    let source = Plain {
        nodata: Some(-1.0),
        ..Plain::new(grid([0.0, 0.0, 4.0, 4.0], 4, 4), vec![-1.0; 16])
    };
    let target = degrees(grid([0.0, 0.0, 4.0, 4.0], 2, 2));
    for method in [
        "sum",
        "average",
        "mode",
        "min",
        "max",
        "med",
        "deviation",
        "near",
        "cubic",
    ] {
        let found = whole(&source, &target, by(method.parse().unwrap())).unwrap();
        assert!(found.iter().all(|value| value.is_nan()), "{method}");
    }
    assert_eq!(
        whole(&source, &target, by(Method::Count)).unwrap(),
        [0.0; 4]
    );
    assert_eq!(
        whole(&source, &target, by(Method::Coverage)).unwrap(),
        [0.0; 4]
    );
}

#[test]
fn zeros_stay_where_nodata_is_no_value_of_the_type() {
    let source = Plain {
        pixel: PixelType::UInt8,
        nodata: Some(-9999.0),
        ..Plain::new(grid([0.0, 0.0, 2.0, 2.0], 2, 2), vec![0.0, 0.0, 0.0, 4.0])
    };
    let target = degrees(grid([0.0, 0.0, 2.0, 2.0], 1, 1));
    let planar = |method| LayerOptions {
        area: Some(Area::Planar),
        ..by(method)
    };
    assert_eq!(
        whole(&source, &target, planar(Method::Average)).unwrap(),
        [1.0]
    );
}

#[test]
fn apart_is_told_with_both_extents() {
    let source = counted(grid([0.0, 0.0, 4.0, 4.0], 4, 4));
    for target in [[20.0, 0.0, 24.0, 4.0], [0.0, 4.0, 4.0, 8.0]] {
        let error = whole(&source, &degrees(grid(target, 2, 2)), by(Method::Sum)).unwrap_err();
        assert!(matches!(error, LayerError::Apart { .. }));
        assert!(error.to_string().contains("no cell in common"), "{error}");
    }
}

#[test]
fn classes_in_floating_point_are_classes() {
    let source = Plain::new(grid([0.0, 0.0, 4.0, 1.0], 1, 4), vec![1.5, 2.5, 2.5, 1.5]);
    // 0.1 and 0.3 as 32-bit values are themselves again, not nearby doubles.
    let target = degrees(grid([0.0, 0.0, 4.0, 1.0], 1, 1));
    assert_eq!(whole(&source, &target, by(Method::Mode)).unwrap(), [1.5]);
    let layer = source.layer(&target, &[by(Method::Mode)]).unwrap();
    assert_eq!(layer.pixel(0), PixelType::Float32);
    let tenths = Plain::new(source.grid, vec![0.1, 0.3, 0.3, f64::NAN]);
    let found = whole(&tenths, &target, by(Method::Mode)).unwrap();
    assert_eq!(found, [f64::from(0.3f32)]);
}
