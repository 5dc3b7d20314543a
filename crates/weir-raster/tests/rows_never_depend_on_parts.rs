//! The rows of a layer are the same to the last bit in one part or in many, for any window, block and budget, and those of a plain pass.
#![allow(clippy::unwrap_used)]

mod resampled;
mod tiff;

use proptest::prelude::*;
use tiff::{Plain, holder, rows};
use weir_memory::Bytes;
use weir_raster::{
    Area, Average, Axis, Crs, Grid, LayerOptions, Method, Mode, PixelType, Quantile, Sum, Target,
};

const AREAS: [Method; 10] = [
    Method::Average,
    Method::Sum,
    Method::Mode,
    Method::Minimum,
    Method::Maximum,
    Method::Median,
    Method::Quantile(0.9),
    Method::Deviation,
    Method::Count,
    Method::Coverage,
];

#[derive(Debug, Clone)]
struct Case {
    plain: Plain,
    target: Grid,
    area: Area,
    cut: u64,
    window: u64,
    upwards: bool,
}

fn cases() -> impl Strategy<Value = Case> {
    let size = || {
        prop_oneof![
            Just(0.1),
            Just(0.25),
            Just(1.0 / 12.0),
            Just(0.3),
            Just(1.0),
            Just(0.100_001)
        ]
    };
    let shape = (1u64..40, 1u64..40, 1u64..30, 1u64..30);
    let block = prop_oneof![
        Just((16, 16)),
        Just((16, 32)),
        (Just(0u64), 1u64..7),
        Just((0, 40))
    ];
    (size(), size(), -6i32..6, shape, block, any::<[bool; 2]>(), 1u64..9, 1u64..40).prop_flat_map(
        |(from, to, shift, (rows, columns, target_rows, target_columns), block, [sphere, upwards], cut, window)| {
            let offset = f64::from(shift) * f64::min(from, to) / 13.0;
            let y = if upwards {
                Axis::new(50.0 - from * rows as f64, from, rows)
            } else {
                Axis::new(50.0, -from, rows)
            };
            let source = Grid::new(Axis::new(3.0, from, columns).unwrap(), y.unwrap());
            let target = Grid::new(
                Axis::new(3.0 + offset, to, target_columns).unwrap(),
                Axis::new(50.0 - offset, -to, target_rows).unwrap(),
            );
            let pixel = prop_oneof![1 => Just(-9999.0), 1 => Just(f64::NAN), 6 => (-20i16..20).prop_map(|value| f64::from(value) / 8.0)];
            prop::collection::vec(pixel, (rows * columns) as usize).prop_map(move |values| Case {
                plain: Plain {
                    nodata: Some(-9999.0),
                    block,
                    ..Plain::new(source, values)
                },
                target,
                area: if sphere { Area::Spherical } else { Area::Planar },
                cut,
                window,
                upwards,
            })
        },
    )
}

fn bits(results: Vec<Vec<f64>>) -> Vec<Vec<u64>> {
    results
        .into_iter()
        .map(|values| values.into_iter().map(f64::to_bits).collect())
        .collect()
}

fn check(case: &Case, methods: &[Method]) -> Result<Vec<Vec<f64>>, TestCaseError> {
    let target = Target {
        grid: case.target,
        crs: Crs::Geographic(4326),
    };
    let options: Vec<LayerOptions> = methods
        .iter()
        .map(|method| LayerOptions {
            area: Some(case.area),
            ..LayerOptions::new(*method)
        })
        .collect();
    let mut layer = case.plain.layer(&target, &options).unwrap();
    let wide = holder(Bytes::mib(256));
    let all = rows(&mut layer, 0..case.target.rows(), 2048, &wide).unwrap();
    let mut cut = vec![Vec::new(); methods.len()];
    // From the last part to the first: no part knows of another.
    let mut end = case.target.rows();
    while end > 0 {
        let start = end.saturating_sub(case.cut);
        let part = rows(&mut layer, start..end, case.window, &wide).unwrap();
        for (all, part) in cut.iter_mut().zip(part) {
            all.splice(0..0, part);
        }
        end = start;
    }
    prop_assert_eq!(bits(all.clone()), bits(cut));
    Ok(all)
}

fn meets(case: &Case) -> bool {
    let target = Target {
        grid: case.target,
        crs: Crs::Geographic(4326),
    };
    case.plain
        .layer(&target, &[LayerOptions::new(Method::Sum)])
        .is_ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn statistics_of_areas(case in cases()) {
        prop_assume!(meets(&case));
        let found = check(&case, &AREAS)?;
        if !case.upwards {
            let values: Vec<f32> = case.plain.values.iter().map(|value| *value as f32).collect();
            let (source, target) = (&case.plain.grid, &case.target);
            let same = source.same_cells(target);
            macro_rules! by_pass { ($statistic:expr) => {
                resampled::resample($statistic, case.area, source, target, &values, Some(-9999.0), (1000, 1000))
            } }
            if !same {
                let passes = vec![by_pass!(Average), by_pass!(Sum), by_pass!(Mode)];
                prop_assert_eq!(bits(found[..3].to_vec()), bits(passes));
                prop_assert_eq!(bits(vec![found[5].clone()]), bits(vec![by_pass!(Quantile { share: 0.5 })]));
            }
        }
    }

    #[test]
    fn values_at_points(case in cases()) {
        prop_assume!(meets(&case));
        for method in [Method::Nearest, Method::Bilinear, Method::Cubic] {
            check(&case, &[method])?;
        }
    }
}

#[test]
fn fine_targets_are_made_in_groups_and_strips_with_the_same_bits() {
    // 20 target rows to a source row, too many to be open at a time.
    let source = resampled::grid([0.0, 0.0, 40.0, 10.0], 10, 40);
    let values: Vec<f64> = (0..400).map(|at| f64::from(at * 7919 % 251)).collect();
    for block in [(16, 16), (0, 3)] {
        for pixel in [PixelType::Int16] {
            let plain = Plain {
                block,
                pixel,
                ..Plain::new(source, values.clone())
            };
            let target = Target {
                grid: resampled::grid([0.0, 0.0, 40.0, 10.0], 200, 8000),
                crs: Crs::Geographic(4326),
            };
            for method in [Method::Cubic, Method::Average, Method::Median] {
                let run = |window, parts: u64, limit| {
                    let mut layer = plain.layer(&target, &[LayerOptions::new(method)]).unwrap();
                    let holder = holder(limit);
                    let mut all = Vec::new();
                    for part in 0..parts {
                        let range = part * 200 / parts..(part + 1) * 200 / parts;
                        all.extend(rows(&mut layer, range, window, &holder).unwrap().remove(0));
                    }
                    all
                };
                let wanted = run(2048, 1, Bytes::mib(256));
                assert!(wanted.iter().all(|value| !value.is_nan()));
                for (window, parts, limit) in [
                    (256, 1, Bytes::mib(32)),
                    (16, 7, Bytes::mib(32)),
                    // One row a part is few enough to be made without a strip.
                    (2048, 200, Bytes::mib(256)),
                ] {
                    assert!(
                        wanted == run(window, parts, limit),
                        "{method} {block:?} {window}"
                    );
                }
            }
        }
    }
}
