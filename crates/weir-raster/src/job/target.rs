//! The target of a plan, from what it says and what its layers are.

use crate::crs::are_degrees;
use crate::plan::TargetPlan;
use crate::{Axis, Grid, GridError, Info, Target, Transform};

/// Why there is no target.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TargetError {
    /// The layers have several reference systems, and the plan names none.
    #[error(
        "the layers have several reference systems: {first} has {first_crs}, {other} has {other_crs}"
    )]
    Mixed {
        /// The first layer.
        first: String,
        /// Its reference system.
        first_crs: String,
        /// One with another.
        other: String,
        /// That one's.
        other_crs: String,
    },
    /// Something has to be said, as no layer tells it in the target's reference system.
    #[error("no layer has the target's reference system {crs}, so that its {what} has to be said")]
    Unsaid {
        /// What.
        what: &'static str,
        /// The target's.
        crs: String,
    },
    /// There is no way from a layer's reference system to the target's.
    #[error("the layer {layer} has {layer_crs} and the target {crs}: {reason}")]
    NoWay {
        /// The layer.
        layer: String,
        /// Its reference system.
        layer_crs: String,
        /// The target's.
        crs: String,
        /// Which of them is not supported, and what to do.
        reason: String,
    },
    /// The target's axes cannot be.
    #[error("the target cannot be: {0}")]
    Grid(#[from] GridError),
}

/// Steps a side of the lattice of points that tells how far a layer reaches in another reference system.
const LATTICE: u32 = 64;

/// How far over an edge, in cells, still is on it.
const ON_EDGE: f64 = 1e-6;

/// The target: what the plan says, else what follows from the layers.
///
/// * Reference system: the layers', if they have one and the same.
/// * Extent: what the layers cover together; rows run from the north and columns from the west, however a layer's do.
/// * Cell: the first layer's. Then, if no extent is said either, the target's edges are edges of that layer's cells, so that a layer
///   that covers all others is copied.
///
/// With a cell or an extent that is said the grid begins at the extent's north-west and covers all of it.
pub(super) fn resolve(
    plan: &TargetPlan,
    layers: &[(&str, &Info)],
    like: Option<&Info>,
) -> Result<Target, TargetError> {
    if let Some(like) = like {
        return Ok(Target {
            grid: like.grid,
            crs: like.crs.clone(),
        });
    }
    let crs = match (&plan.crs.0, layers.first()) {
        (Some(said), _) => said.crs(),
        (None, Some((first, info))) => {
            if let Some((other, info2)) = layers.iter().find(|(_, other)| other.crs != info.crs) {
                return Err(TargetError::Mixed {
                    first: (*first).to_owned(),
                    first_crs: info.crs.to_string(),
                    other: (*other).to_owned(),
                    other_crs: info2.crs.to_string(),
                });
            }
            info.crs.clone()
        }
        (None, None) => crate::Crs::Unknown(String::new()),
    };
    for (layer, info) in layers {
        if info.crs != crs && !are_degrees(&info.crs, &crs) {
            Transform::new(&info.crs, &crs).map_err(|error| TargetError::NoWay {
                layer: (*layer).to_owned(),
                layer_crs: info.crs.to_string(),
                crs: crs.to_string(),
                reason: error.to_string(),
            })?;
        }
    }
    let mut at_home = layers
        .iter()
        .map(|(_, info)| *info)
        .filter(|info| info.crs == crs);
    let unsaid = |what| TargetError::Unsaid {
        what,
        crs: crs.to_string(),
    };
    let covered = || -> Result<[(f64, f64); 2], TargetError> {
        let mut all = [(f64::INFINITY, f64::NEG_INFINITY); 2];
        for (_, info) in layers {
            let Some(ends) = ends_in(info, &crs) else {
                return Err(unsaid("extent"));
            };
            for (all, (low, high)) in all.iter_mut().zip(ends) {
                *all = (all.0.min(low), all.1.max(high));
            }
        }
        Ok(all)
    };
    let said = match plan.extent[..] {
        [west, south, east, north] => Some(((west, east), (south, north))),
        _ => None,
    };
    let first = at_home.next();
    let rows = |(south, north): (f64, f64), size: f64| Axis::spanning(north, south, size);
    let ((west, east), vertical, (wide, high)) = match (said, &plan.cell.0) {
        (None, None) => {
            let first = first.ok_or_else(|| unsaid("cell"))?;
            let [horizontal, vertical] = covered()?;
            let x = around(&running(&first.grid.x, 1.0)?, horizontal)?;
            let y = around(&running(&first.grid.y, -1.0)?, vertical)?;
            return Ok(Target {
                grid: Grid::new(x, y),
                crs,
            });
        }
        (Some((x, y)), None) => {
            let first = first.ok_or_else(|| unsaid("cell"))?;
            (x, y, (first.grid.x.step().abs(), first.grid.y.step().abs()))
        }
        (None, Some(cell)) => {
            let [horizontal, vertical] = covered()?;
            (horizontal, vertical, (cell.x, cell.y))
        }
        (Some((x, y)), Some(cell)) => (x, y, (cell.x, cell.y)),
    };
    Ok(Target {
        grid: Grid::new(Axis::spanning(west, east, wide)?, rows(vertical, high)?),
        crs,
    })
}

/// West to east and south to north of a layer in the target's reference system; of another one what a lattice of its points comes to lie
/// in. Nothing where there is no way there.
fn ends_in(info: &Info, crs: &crate::Crs) -> Option<[(f64, f64); 2]> {
    let ends = |axis: &Axis| {
        let (from, to) = (axis.origin(), axis.edge(axis.cells()));
        (from.min(to), from.max(to))
    };
    let (x, y) = (ends(&info.grid.x), ends(&info.grid.y));
    if info.crs == *crs || are_degrees(&info.crs, crs) {
        return Some([x, y]);
    }
    let way = Transform::new(&info.crs, crs).ok()?;
    let at = |(low, high): (f64, f64), step: u32| {
        low + (high - low) * f64::from(step) / f64::from(LATTICE)
    };
    let mut points: Vec<(f64, f64)> = (0..=LATTICE)
        .flat_map(|row| (0..=LATTICE).map(move |column| (at(x, column), at(y, row))))
        .collect();
    way.apply(&mut points);
    let mut all = [(f64::INFINITY, f64::NEG_INFINITY); 2];
    for (x, y) in points
        .into_iter()
        .filter(|(x, y)| x.is_finite() && y.is_finite())
    {
        for (all, value) in all.iter_mut().zip([x, y]) {
            *all = (all.0.min(value), all.1.max(value));
        }
    }
    all.iter().all(|(low, high)| low < high).then_some(all)
}

/// The axis turned so that its cells run in this direction.
fn running(axis: &Axis, direction: f64) -> Result<Axis, GridError> {
    match axis.step() * direction > 0.0 {
        true => Ok(*axis),
        false => Axis::new(axis.edge(axis.cells()), -axis.step(), axis.cells()),
    }
}

/// The axis with whole cells added until it covers `low` to `high`.
fn around(axis: &Axis, (low, high): (f64, f64)) -> Result<Axis, GridError> {
    let (from, to) = if axis.step() > 0.0 {
        (low, high)
    } else {
        (high, low)
    };
    let (begin, end) = (axis.origin(), axis.edge(axis.cells()));
    let whole = |distance: f64| libm::ceil(distance / axis.step() - ON_EDGE).max(0.0);
    let (before, after) = (whole(begin - from), whole(to - end));
    let cells = axis.cells() as f64 + before + after;
    if before == 0.0 && after == 0.0 {
        return Ok(*axis);
    }
    let cells = if cells <= crate::MAX_CELLS as f64 {
        cells as u64
    } else {
        0
    };
    Axis::new(begin - before * axis.step(), axis.step(), cells)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::plan::{CellSize, CrsName, Notation, Said};
    use crate::{Compression, Crs, PixelType};

    fn info(x: (f64, f64, u64), y: (f64, f64, u64), code: u16) -> Info {
        Info {
            name: "layer".into(),
            grid: Grid::new(
                Axis::new(x.0, x.1, x.2).unwrap(),
                Axis::new(y.0, y.1, y.2).unwrap(),
            ),
            crs: Crs::Geographic(code),
            bands: 1,
            alpha: None,
            pixel: PixelType::Float32,
            nodata: None,
            scale: 1.0,
            offset: 0.0,
            block_columns: 256,
            block_rows: 256,
            tiled: true,
            planar: false,
            compression: Compression::None,
            predictor: 1,
            big: false,
        }
    }

    fn cell(text: &str) -> TargetPlan {
        TargetPlan {
            cell: Said(Some(CellSize::read(text).unwrap())),
            ..TargetPlan::default()
        }
    }

    #[test]
    fn without_a_word_the_first_layers_cells_are_continued() {
        let world = info((-180.0, 0.25, 1440), (90.0, -0.25, 720), 4326);
        let part = info((-10.05, 0.1, 300), (60.05, -0.1, 200), 4326);
        let target = resolve(&TargetPlan::default(), &[("a", &world), ("b", &part)], None).unwrap();
        assert!(target.grid.same_cells(&world.grid));
        let target = resolve(&TargetPlan::default(), &[("b", &part), ("a", &world)], None).unwrap();
        assert_eq!((target.grid.columns(), target.grid.rows()), (3601, 1801));
        assert!((target.grid.x.origin() - -180.05).abs() < 1e-9);
    }

    #[test]
    fn a_rounded_cell_gives_whole_cells() {
        let world = info((-180.0, 1.0 / 12.0, 4320), (90.0, -1.0 / 12.0, 2160), 4326);
        for text in ["0.1666667", "1/6", "0.16666667"] {
            let target = resolve(&cell(text), &[("a", &world)], None).unwrap();
            assert_eq!(
                (target.grid.columns(), target.grid.rows()),
                (2160, 1080),
                "{text}"
            );
            assert_eq!(target.grid.x.edge(2160), 180.0);
            assert_eq!(target.grid.y.edge(1080), -90.0);
        }
        // Too few digits to be a sixth: as it stands, rounded up to cover all.
        let target = resolve(&cell("0.167"), &[("a", &world)], None).unwrap();
        assert_eq!((target.grid.columns(), target.grid.rows()), (2156, 1078));
    }

    #[test]
    fn several_reference_systems_need_a_word() {
        let (a, b) = (
            info((0.0, 1.0, 10), (10.0, -1.0, 10), 4326),
            info((0.0, 1.0, 10), (10.0, -1.0, 10), 4258),
        );
        let layers = [("a", &a), ("b", &b)];
        let error = resolve(&TargetPlan::default(), &layers, None).unwrap_err();
        assert!(matches!(error, TargetError::Mixed { .. }));
        let like = resolve(&TargetPlan::default(), &layers, Some(&b)).unwrap();
        assert_eq!(like.crs, Crs::Geographic(4258));
    }

    #[test]
    fn a_layer_in_another_reference_system_reaches_as_far_as_its_points_do() {
        let degrees = info((0.0, 0.5, 20), (50.0, -0.5, 20), 4326);
        let plan = TargetPlan {
            crs: Said(Some(CrsName(3857))),
            ..cell("10000")
        };
        let target = resolve(&plan, &[("a", &degrees)], None).unwrap();
        // 10 degrees of longitude are 1,113,195 m; 40 and 50 degrees north lie at 4,865,942 m and 6,446,276 m.
        assert_eq!((target.grid.columns(), target.grid.rows()), (112, 159));
        assert!(
            (target.grid.y.origin() - 6_446_275.84).abs() < 1.0,
            "{:?}",
            target.grid.y
        );
        let unsaid = TargetPlan {
            crs: Said(Some(CrsName(3857))),
            ..TargetPlan::default()
        };
        let error = resolve(&unsaid, &[("a", &degrees)], None).unwrap_err();
        assert!(
            matches!(error, TargetError::Unsaid { what: "cell", .. }),
            "{error}"
        );
    }

    #[test]
    fn rows_run_from_the_north_however_a_layers_do() {
        let up = info((0.0, 0.5, 20), (40.0, 0.5, 10), 4326);
        let layers = [("a", &up)];
        for plan in [TargetPlan::default(), cell("0.25")] {
            let y = resolve(&plan, &layers, None).unwrap().grid.y;
            assert_eq!((y.origin(), y.edge(y.cells())), (45.0, 40.0));
            assert!(y.step() < 0.0);
        }
        let like = resolve(&TargetPlan::default(), &layers, Some(&up)).unwrap();
        assert!(like.grid.same_cells(&up.grid));
    }

    #[test]
    fn a_reference_system_without_a_way_is_named_before_anything_has_to_be_said() {
        let degrees = info((0.0, 0.5, 20), (50.0, -0.5, 20), 4326);
        let british = Info {
            crs: Crs::Projected(27700),
            ..degrees.clone()
        };
        for (layer, code, named) in [
            (&degrees, 9999, "EPSG:9999"),
            (&british, 4326, "EPSG:27700"),
        ] {
            let plan = TargetPlan {
                crs: Said(Some(CrsName(code))),
                ..TargetPlan::default()
            };
            let error = resolve(&plan, &[("a", layer)], None).unwrap_err();
            let TargetError::NoWay { reason, .. } = &error else {
                panic!("{error}");
            };
            assert!(
                reason.starts_with(&format!("{named} is not supported")),
                "{error}"
            );
        }
    }
}
