//! Where target centres lie among source cells.

use crate::grid::Axis;

/// Positions of target centres, in source cells from the source's first edge.
pub(super) enum Positions {
    /// `(start + index·step) / denominator`, exact.
    Exact {
        start: i128,
        step: i128,
        denominator: i128,
    },
    /// In doubles, where the axes are no fractions.
    Plain { start: f64, step: f64 },
}

impl Positions {
    pub(super) fn new(source: &Axis, target: &Axis) -> Self {
        Self::exact(source, target).unwrap_or_else(|| {
            let step = target.step() / source.step();
            Self::Plain {
                start: (target.origin() - source.origin()) / source.step() + step / 2.0,
                step,
            }
        })
    }

    fn exact(source: &Axis, target: &Axis) -> Option<Self> {
        let (source_origin, source_step) = source.exact()?;
        let (target_origin, target_step) = target.exact()?;
        let offset = target_origin.minus(source_origin)?.over(source_step)?;
        let ratio = target_step.over(source_step)?;
        let denominator = offset
            .denominator()
            .checked_mul(ratio.denominator())?
            .checked_mul(2)?;
        let step = ratio
            .numerator()
            .checked_mul(offset.denominator())?
            .checked_mul(2)?;
        let origin = offset
            .numerator()
            .checked_mul(ratio.denominator())?
            .checked_mul(2)?;
        // The farthest position and one half more must be a number too.
        step.checked_mul(i128::from(target.cells()) + 1)?
            .checked_add(origin.checked_abs()?)?
            .checked_add(denominator)?;
        Some(Self::Exact {
            start: origin + step / 2,
            step,
            denominator,
        })
    }

    /// Whole cells and the rest (0 to 1) of the position of a cell's centre, less half a cell where it is counted from the first centre.
    pub(super) fn of(&self, cell: u64, from_centre: bool) -> (i128, f64) {
        match self {
            Self::Exact {
                start,
                step,
                denominator,
            } => {
                let half = if from_centre { denominator / 2 } else { 0 };
                let position = start + step * i128::from(cell) - half;
                let rest = position.rem_euclid(*denominator) as f64 / *denominator as f64;
                (position.div_euclid(*denominator), rest)
            }
            Self::Plain { start, step } => {
                let half = if from_centre { 0.5 } else { 0.0 };
                let position = start + step * cell as f64 - half;
                let whole = libm::floor(position);
                (whole as i128, position - whole)
            }
        }
    }
}
