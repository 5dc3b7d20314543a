use crate::protocol::{Biology, Drug};

/// Days in the year of the biological step: dt = 1/52 y is exactly seven days.
pub const STEP_YEAR_DAYS: f64 = 364.0;

/// Weeks since an injection that the escape is tabulated for; later weeks use the last entry
/// (where the escape differs from 1 by less than 10⁻⁷ for any durability under 30 weeks).
const WEEKS: usize = 512;

/// Last day of injection on which durability still grows: two years.
const GROWTH_DAYS: u32 = 730;

/// A [`Biology`] prepared for stepping: powers, exponentials and logarithms taken once.
#[derive(Debug, Clone)]
pub struct Constants {
    /// The parameters themselves.
    pub biology: Biology,
    /// `(k + ½)^(1/s)` for whole weeks k since the injection.
    escape: Box<[f64; WEEKS]>,
    /// Substeps of 0–7 days.
    pub(super) substeps: [Substep; 8],
    /// Variance of structure, letters² per day.
    pub(super) variance_per_day: f64,
    /// `ln D2 + ln f` by drug.
    ln_durability: [f64; Drug::ALL.len()],
    inverse_steepness: f64,
    /// Growth of `D^(1/s)` by the day of the injection, up to two years.
    growth: Vec<f64>,
    /// Probability of remission in a month of 0–31 days.
    remission: [f64; 32],
}

/// What a few days do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Substep {
    /// What remains of a distance to the target when filling.
    pub filling: f64,
    /// The same when drying.
    pub drying: f64,
    /// Share of structure above its floor lost per unit of fluid.
    pub fluid_loss: f64,
    /// Letters lost without fluid.
    pub structural_loss: f64,
    /// Variance added, letters².
    pub variance: f64,
}

impl Constants {
    /// Prepares validated parameters.
    pub fn new(biology: &Biology) -> Self {
        let inverse_steepness = 1.0 / biology.escape_steepness;
        let mut escape = Box::new([0.0; WEEKS]);
        for (week, entry) in escape.iter_mut().enumerate() {
            *entry = libm::exp(libm::log(week as f64 + 0.5) * inverse_steepness);
        }
        let variance_per_day = biology.structural_sd_letters_per_sqrt_year
            * biology.structural_sd_letters_per_sqrt_year
            / STEP_YEAR_DAYS;
        let substep = |days: usize| {
            let days = days as f64;
            Substep {
                filling: libm::exp(-days / (7.0 * biology.filling_weeks)),
                drying: libm::exp(-days / (7.0 * biology.drying_weeks)),
                fluid_loss: biology.fluid_loss_per_year * days / STEP_YEAR_DAYS,
                structural_loss: biology.structural_loss_letters_per_year * days / STEP_YEAR_DAYS,
                variance: variance_per_day * days,
            }
        };
        let growth_per_day =
            biology.durability_log_growth_per_year / crate::DAYS_PER_YEAR * inverse_steepness;
        Self {
            escape,
            substeps: std::array::from_fn(substep),
            variance_per_day,
            growth: (0..=GROWTH_DAYS)
                .map(|day| libm::exp(growth_per_day * f64::from(day)))
                .collect(),
            remission: std::array::from_fn(|days| {
                let years = days as f64 / crate::DAYS_PER_YEAR;
                -libm::expm1(-biology.remission_hazard_per_year * years)
            }),
            ln_durability: std::array::from_fn(|drug| {
                libm::log(biology.durability_median_weeks)
                    + libm::log(biology.durability_ratio[drug])
            }),
            inverse_steepness,
            biology: biology.clone(),
        }
    }

    /// Escape from the drug in the k-th whole week after an injection, given `D^(1/s)`: the logistic
    /// function of `(ln tau − ln D)/s` at the middle of the week, without a logarithm.
    #[inline(always)]
    pub(super) fn escape(&self, week: u32, durability_power: f64) -> f64 {
        let power = self.escape[(week as usize).min(WEEKS - 1)];
        power / (power + durability_power)
    }

    /// `ln D` of an eye for an injection of `drug` at `day`; weeks.
    pub(super) fn ln_durability(&self, drug: Drug, z: f64, day: u32) -> f64 {
        let years = f64::from(day.min(GROWTH_DAYS)) / crate::DAYS_PER_YEAR;
        self.ln_durability[drug as usize]
            + self.biology.durability_log_sd * z
            + self.biology.durability_log_growth_per_year * years
    }

    /// `D^(1/s)` at day 0.
    pub(super) fn durability_power(&self, drug: Drug, z: f64) -> f64 {
        libm::exp(self.ln_durability(drug, z, 0) * self.inverse_steepness)
    }

    /// The factor by which `D^(1/s)` has grown by an injection on `day`.
    pub(super) fn growth(&self, day: u32) -> f64 {
        self.growth[day.min(GROWTH_DAYS) as usize]
    }

    /// Probability of remission in a month of so many days.
    pub(super) fn remission(&self, days: u32) -> f64 {
        self.remission[days.min(31) as usize]
    }
}
