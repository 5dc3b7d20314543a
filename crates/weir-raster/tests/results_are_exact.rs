//! Small cases and whole globes whose results are known, in the plane and on the sphere.
#![allow(clippy::unwrap_used)]

mod resampled;

use resampled::{grid, resample};
use serde_json::Value;
use weir_raster::{Area, Average, Count, Coverage, Grid, Maximum, Minimum, Mode, Statistic, Sum};

const KNOWN: &str = include_str!("fixtures/exact_results.json");

fn extent(value: &Value) -> [f64; 4] {
    serde_json::from_value(value.clone()).unwrap()
}

fn cells(value: &Value) -> Vec<Option<f64>> {
    let rows: Vec<Vec<Option<f64>>> = serde_json::from_value(value.clone()).unwrap();
    rows.into_iter().flatten().collect()
}

#[track_caller]
fn assert_near(case: &str, found: f64, wanted: Option<f64>) {
    match wanted {
        None => assert!(found.is_nan(), "{case}: {found} instead of no value"),
        Some(wanted) => assert!(
            (found - wanted).abs() <= 1e-12 * wanted.abs(),
            "{case}: {found} instead of {wanted}"
        ),
    }
}

#[test]
fn small_cases() {
    let known: Value = serde_json::from_str(KNOWN).unwrap();
    let mut compared = 0;
    for case in known["vectors"].as_array().unwrap() {
        let source_rows = case["source"].as_array().unwrap().len() as u64;
        let values: Vec<f64> = cells(&case["source"])
            .into_iter()
            .map(Option::unwrap)
            .collect();
        let source = grid(
            extent(&case["source_extent"]),
            source_rows,
            values.len() as u64 / source_rows,
        );
        let shape: [u64; 2] = serde_json::from_value(case["target_shape"].clone()).unwrap();
        let target = grid(extent(&case["target_extent"]), shape[0], shape[1]);
        let nodata = case["nodata"].as_f64();
        for (area, wanted) in [
            (Area::Planar, &case["planar"]),
            (Area::Spherical, &case["sphere"]),
        ] {
            for (name, wanted) in wanted.as_object().unwrap() {
                let one = One {
                    area,
                    source,
                    target,
                    values: &values,
                    nodata,
                };
                let found = match name.as_str() {
                    "sum" => one.run(Sum),
                    "average" => one.run(Average),
                    "majority" => one.run(Mode),
                    "coverage" => one.run(Coverage),
                    "min" => one.run(Minimum),
                    "max" => one.run(Maximum),
                    "valid_count" => one.run(Count),
                    other => panic!("unknown statistic {other}"),
                };
                for (found, wanted) in found.iter().zip(cells(wanted)) {
                    assert_near(&format!("{} {area:?} {name}", case["name"]), *found, wanted);
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 300, "{compared}");
}

struct One<'a> {
    area: Area,
    source: Grid,
    target: Grid,
    values: &'a [f64],
    nodata: Option<f64>,
}

impl One<'_> {
    fn run<S: Statistic>(&self, statistic: S) -> Vec<f64> {
        resample(
            statistic,
            self.area,
            &self.source,
            &self.target,
            self.values,
            self.nodata,
            (2, 3),
        )
    }
}

fn mix(mut x: u64) -> u64 {
    x ^= x >> 33;
    x = x.wrapping_mul(0xff51_afd7_ed55_8ccd);
    x ^= x >> 33;
    x = x.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    x ^ (x >> 33)
}

fn is_valid(cell: u64) -> bool {
    (mix(cell ^ 0x9E37_79B9_7F4A_7C15) >> 40) % 10 >= 3
}

/// Value of a cell of the global cases, -1 for none.
fn value(cell: u64) -> i16 {
    if is_valid(cell) {
        ((mix(cell + 1) >> 32) % 1000) as i16
    } else {
        -1
    }
}

/// Class of a cell of the global cases, 255 for none.
fn class(cell: u64) -> u8 {
    if is_valid(cell) {
        ((mix(cell + 12345) >> 48) % 5) as u8
    } else {
        255
    }
}

#[test]
fn whole_globes_conserve_totals_and_give_the_known_samples() {
    let known: Value = serde_json::from_str(KNOWN).unwrap();
    for case in known["globals"].as_array().unwrap() {
        let shape = |key: &str| -> [u64; 2] { serde_json::from_value(case[key].clone()).unwrap() };
        let ([rows, columns], [target_rows, target_columns]) =
            (shape("source_shape"), shape("target_shape"));
        let source = grid(extent(&case["extent"]), rows, columns);
        let target = grid(extent(&case["extent"]), target_rows, target_columns);
        let values: Vec<i16> = (0..rows * columns).map(value).collect();
        for (area, known) in [
            (Area::Planar, &case["planar"]),
            (Area::Spherical, &case["sphere"]),
        ] {
            let run = |windows| {
                let sums = resample(Sum, area, &source, &target, &values, Some(-1), windows);
                let averages =
                    resample(Average, area, &source, &target, &values, Some(-1), windows);
                (sums, averages)
            };
            let (sums, averages) = run((512, 512));
            let total: f64 = sums.iter().filter(|sum| !sum.is_nan()).sum();
            let wanted = case["source_total"].as_f64().unwrap();
            assert!(
                (total - wanted).abs() <= 1e-12 * wanted,
                "{total} of {wanted}"
            );
            let valid: Vec<f64> = averages
                .iter()
                .copied()
                .filter(|value| !value.is_nan())
                .collect();
            assert_eq!(valid.len() as u64, known["valid_cells"].as_u64().unwrap());
            let mean = valid.iter().sum::<f64>() / valid.len() as f64;
            let wanted = known["mean_of_average"].as_f64().unwrap();
            assert!(
                (mean - wanted).abs() <= 1e-11 * wanted,
                "{mean} of {wanted}"
            );
            for sample in known["samples"].as_array().unwrap() {
                let at = (sample["row"].as_u64().unwrap() * target_columns
                    + sample["col"].as_u64().unwrap()) as usize;
                let name = format!("{} {area:?} {at}", case["name"]);
                assert_near(&format!("{name} sum"), sums[at], sample["sum"].as_f64());
                assert_near(
                    &format!("{name} average"),
                    averages[at],
                    sample["average"].as_f64(),
                );
            }
        }
        let classes: Vec<u8> = (0..rows * columns).map(class).collect();
        let found = resample(
            Mode,
            Area::Planar,
            &source,
            &target,
            &classes,
            Some(255),
            (256, 2048),
        );
        let known = &case["majority_planar"];
        for (name, count) in known["counts_by_class"].as_object().unwrap() {
            let wanted: f64 = name.parse().unwrap();
            let cells = found
                .iter()
                .filter(|class| {
                    if wanted < 0.0 {
                        class.is_nan()
                    } else {
                        **class == wanted
                    }
                })
                .count();
            assert_eq!(
                cells as u64,
                count.as_u64().unwrap(),
                "class {name} of {}",
                case["name"]
            );
        }
        for sample in known["samples"].as_array().unwrap() {
            let at = (sample["row"].as_u64().unwrap() * target_columns
                + sample["col"].as_u64().unwrap()) as usize;
            assert_near(
                "class",
                found[at],
                sample["class"].as_f64().filter(|class| *class >= 0.0),
            );
        }
    }
}
