//! Two axes on one scale.

use crate::{
    grid::{Axis, GridError, Rational},
    overlap::Measure,
};

/// Positions above this are not exact in a double.
const EXACT_LIMIT: i128 = 1 << 53;

/// Positions of both axes' edges, counted from the source's first edge in the direction of its cells.
pub(super) enum Ticks {
    /// In whole ticks.
    Whole {
        source: f64,
        target: f64,
        offset: f64,
        origin: Rational,
        tick: Rational,
    },
    /// In the axis' own units, where no common tick was found.
    Plain {
        source: f64,
        target: f64,
        offset: f64,
        origin: f64,
        direction: f64,
    },
}

impl Ticks {
    pub(super) fn new(source: &Axis, target: &Axis) -> Result<Self, GridError> {
        if (source.step() > 0.0) != (target.step() > 0.0) {
            return Err(GridError::Opposite {
                source_step: source.step(),
                target_step: target.step(),
            });
        }
        Ok(Self::whole(source, target).unwrap_or_else(|| {
            let direction = source.step().signum();
            Self::Plain {
                source: source.step().abs(),
                target: target.step().abs(),
                offset: (target.origin() - source.origin()) * direction,
                origin: source.origin(),
                direction,
            }
        }))
    }

    fn whole(source: &Axis, target: &Axis) -> Option<Self> {
        let (source_origin, source_step) = source.exact()?;
        let (target_origin, target_step) = target.exact()?;
        let offset = target_origin.minus(source_origin)?;
        let magnitude = source_step
            .common_divisor(target_step)?
            .common_divisor(offset)?;
        // The tick points the way the cells go.
        let tick = if source.step() < 0.0 {
            Rational::new(0, 1)?.minus(magnitude)?
        } else {
            magnitude
        };
        let in_ticks = |length: Rational| length.whole_multiple_of(tick);
        let (a, b, shift) = (
            in_ticks(source_step)?,
            in_ticks(target_step)?,
            in_ticks(offset)?,
        );
        let reach = |size: i128, cells: u64| size.checked_mul(i128::from(cells));
        let far =
            reach(a, source.cells())?.max(reach(b, target.cells())?.checked_add(shift.abs())?);
        (far < EXACT_LIMIT && shift.abs() < EXACT_LIMIT).then_some(Self::Whole {
            source: a as f64,
            target: b as f64,
            offset: shift as f64,
            origin: source_origin,
            tick,
        })
    }

    /// Both edges of a source cell.
    pub(super) fn source(&self, index: u64) -> (f64, f64) {
        let (Self::Whole { source, .. } | Self::Plain { source, .. }) = self;
        (source * index as f64, source * (index + 1) as f64)
    }

    /// Both edges of a target cell.
    pub(super) fn target(&self, index: u64) -> (f64, f64) {
        let (Self::Whole { target, offset, .. } | Self::Plain { target, offset, .. }) = self;
        (
            offset + target * index as f64,
            offset + target * (index + 1) as f64,
        )
    }

    /// The measure between two positions, `from < to`.
    pub(super) fn measure(&self, measure: Measure, from: f64, to: f64) -> f64 {
        match measure {
            Measure::Length => to - from,
            Measure::SineOfLatitude => {
                // Written as the formula is: beside a pole the two sines agree in up to ten digits, and a weight there is
                // good to about 3e-11; nested weights still add up to their whole.
                let sine = |position: f64| libm::sin(self.degrees(position).to_radians());
                (sine(from) - sine(to)).abs()
            }
        }
    }

    fn degrees(&self, position: f64) -> f64 {
        match self {
            Self::Whole { origin, tick, .. } => origin
                .plus_steps(*tick, position as i128)
                .map_or(f64::NAN, Rational::to_f64),
            Self::Plain {
                origin, direction, ..
            } => origin + direction * position,
        }
    }
}

/// Whether all edges of an axis are latitudes; a billionth of a degree beyond a pole is the pole.
pub(crate) fn check_latitudes(axis: &Axis) -> Result<(), GridError> {
    for latitude in [axis.edge(0), axis.edge(axis.cells())] {
        if latitude.abs() > 90.0 + 1e-9 {
            return Err(GridError::BeyondPole { latitude });
        }
    }
    Ok(())
}
