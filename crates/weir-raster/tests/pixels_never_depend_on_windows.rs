//! The same bits for any cutting into windows, and the results of a plain double loop.
#![allow(clippy::unwrap_used)]

mod resampled;

use proptest::prelude::*;
use resampled::resample;
use weir_raster::{
    Area, Average, Axis, Count, Coverage, Deviation, Grid, Maximum, Minimum, Mode, Quantile,
    Statistic, Sum, Thresholded,
};

#[derive(Debug, Clone)]
struct Case {
    source: Grid,
    target: Grid,
    values: Vec<f32>,
    windows: (usize, usize),
    area: Area,
}

fn cases() -> impl Strategy<Value = Case> {
    let size = prop_oneof![
        Just(0.1),
        Just(0.25),
        Just(1.0 / 12.0),
        Just(0.3),
        Just(1.0),
        Just(0.100_001)
    ];
    (size.clone(), size, -6i32..6, 1u64..24, 1u64..24, 1u64..9, 1u64..9, 1usize..25, 1usize..25, any::<bool>())
        .prop_flat_map(|(from, to, shift, rows, columns, target_rows, target_columns, high, wide, sphere)| {
            let offset = f64::from(shift) * from / 2.0;
            let source = Grid::new(Axis::new(3.0, from, columns).unwrap(), Axis::new(50.0, -from, rows).unwrap());
            let target = Grid::new(
                Axis::new(3.0 + offset, to, target_columns).unwrap(),
                Axis::new(50.0 - offset, -to, target_rows).unwrap(),
            );
            let area = if sphere { Area::Spherical } else { Area::Planar };
            let pixel = prop_oneof![1 => Just(-9999.0f32), 1 => Just(f32::NAN), 6 => (-20i16..20).prop_map(|v| f32::from(v) / 8.0), 2 => any::<f32>().prop_map(|v| if v.abs() < 1e20 { v } else { 7.0 })];
            prop::collection::vec(pixel, (rows * columns) as usize)
                .prop_map(move |values| Case { source, target, values, windows: (high, wide), area })
        })
}

fn check<S: Statistic + Copy>(name: &str, statistic: S, case: &Case) -> Result<(), TestCaseError> {
    let run = |windows| {
        resample(
            statistic,
            case.area,
            &case.source,
            &case.target,
            &case.values,
            Some(-9999.0),
            windows,
        )
    };
    let whole: Vec<u64> = run((1000, 1000)).into_iter().map(f64::to_bits).collect();
    let cut: Vec<u64> = run(case.windows).into_iter().map(f64::to_bits).collect();
    prop_assert_eq!(whole, cut, "{} depends on windows", name);
    Ok(())
}

/// Overlap of `[a, b]` and `[c, d]`.
fn shared(a: f64, b: f64, c: f64, d: f64) -> f64 {
    (b.min(d) - a.max(c)).max(0.0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_statistic_gives_the_same_bits(case in cases()) {
        check("sum", Sum, &case)?;
        check("average", Average, &case)?;
        check("mode", Mode, &case)?;
        check("minimum", Minimum, &case)?;
        check("maximum", Maximum, &case)?;
        check("count", Count, &case)?;
        check("coverage", Coverage, &case)?;
        check("deviation", Deviation, &case)?;
        check("median", Quantile { share: 0.5 }, &case)?;
        check("thresholded", Thresholded { statistic: Average, coverage: 0.4 }, &case)?;
    }

    #[test]
    fn sums_and_averages_are_those_of_a_plain_double_loop(case in cases()) {
        prop_assume!(case.area == Area::Planar);
        let run = |sum: bool| if sum {
            resample(Sum, case.area, &case.source, &case.target, &case.values, Some(-9999.0), case.windows)
        } else {
            resample(Average, case.area, &case.source, &case.target, &case.values, Some(-9999.0), case.windows)
        };
        let (sums, averages) = (run(true), run(false));
        let (columns, target_columns) = (case.source.columns(), case.target.columns());
        let cell = case.source.x.step() * -case.source.y.step();
        for (at, (sum, average)) in sums.iter().zip(&averages).enumerate() {
            let (row, column) = (at as u64 / target_columns, at as u64 % target_columns);
            let (mut total, mut weighted, mut weight, mut scale) = (0.0, 0.0, 0.0, 0.0f64);
            for (index, value) in case.values.iter().enumerate() {
                let (r, c) = (index as u64 / columns, index as u64 % columns);
                let (x, y, tx, ty) = (case.source.x, case.source.y, case.target.x, case.target.y);
                let wide = shared(x.edge(c), x.edge(c + 1), tx.edge(column), tx.edge(column + 1));
                let high = shared(y.edge(r + 1), y.edge(r), ty.edge(row + 1), ty.edge(row));
                let overlap = wide * high;
                // Edges that touch may overlap by a rounding.
                let meets = wide.min(high) > 1e-7 * x.step();
                if meets && !value.is_nan() && *value != -9999.0 {
                    total += f64::from(*value) * overlap / cell;
                    weighted += f64::from(*value) * overlap;
                    weight += overlap;
                    scale = scale.max(f64::from(value.abs()));
                }
            }
            if weight == 0.0 {
                prop_assert!(sum.is_nan() && average.is_nan());
            } else {
                prop_assert!((sum - total).abs() <= 1e-8 * scale * (weight / cell).max(1.0), "{} {}", sum, total);
                prop_assert!((average - weighted / weight).abs() <= 1e-8 * scale, "{} {}", average, weighted / weight);
            }
        }
    }
}

#[test]
fn a_window_out_of_turn_is_refused_and_changes_nothing() {
    use weir_raster::{AreaPass, PassError, Window, overlaps};
    let source = resampled::grid([0.0, 0.0, 4.0, 4.0], 4, 4);
    let target = resampled::grid([0.0, 0.0, 4.0, 4.0], 2, 2);
    let (x, y) = overlaps(&source, &target, Area::Planar).unwrap();
    let mut pass = AreaPass::new(Sum, &x, &y);
    let window = |row, column| Window {
        row,
        column,
        columns: 2,
        values: &[1u8; 4],
        nodata: None,
    };
    let mut rows = Vec::new();
    let mut take = |row, column| {
        pass.take(&window(row, column), |at, values| {
            rows.push((at, values.to_vec()));
            Ok::<_, PassError>(())
        })
    };
    take(0, 0).unwrap();
    let error = take(2, 0).unwrap_err().to_string();
    assert!(error.contains("row 0, column 2 is next"), "{error}");
    take(0, 2).unwrap();
    take(2, 0).unwrap();
    take(2, 2).unwrap();
    assert_eq!(rows, [(0, vec![4.0, 4.0]), (1, vec![4.0, 4.0])]);
}
