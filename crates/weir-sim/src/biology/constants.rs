use super::between_visits::SUBSTEPS;
use crate::protocol::{Biology, Drug};

/// Days in the year of the biological step: dt = 1/52 y is exactly seven days.
pub const STEP_YEAR_DAYS: f64 = 364.0;

/// Weeks since an injection that the escape is tabulated for: more than the longest follow-up, 50 years,
/// and a power of two.
const WEEKS: usize = 4_096;
/// Largest entry of that table: finite, so that the escape of an endless durability is 0.
const ESCAPE_MAX: f64 = 1e300;
/// Days of the longest interval of one step.
const INTERVAL_DAYS: usize = 31;

/// Last day of injection on which durability still grows: two years.
const GROWTH_DAYS: u32 = 730;

/// A [`Biology`] prepared for stepping: powers, exponentials and logarithms taken once.
#[derive(Debug, Clone)]
pub struct Constants {
    /// The parameters themselves.
    pub biology: Biology,
    /// `(k + ½)^(1/s)` for whole weeks k since the injection.
    escape: Box<[f64; WEEKS + SUBSTEPS]>,
    /// Substeps of 0–7 days.
    substeps: [Substep; 8],
    /// Diffusion of structure, letters per square root of a day.
    pub(super) sd_per_sqrt_day: f64,
    /// `ln D2 + ln f` by drug.
    ln_durability: [f64; Drug::ALL.len()],
    inverse_steepness: f64,
    /// Whether fluid goes faster than it comes.
    pub(super) dries_faster: bool,
    /// Cumulative hazard of remission in a month of so many days, and of losing it.
    remission: [[f64; INTERVAL_DAYS + 1]; 2],
    /// `√days`.
    sqrt_days: [f64; INTERVAL_DAYS + 1],
    /// `1/√days`.
    per_sqrt_days: [f64; INTERVAL_DAYS + 1],
    /// Growth of `D^(1/s)` by the day of the injection, up to two years.
    growth: Vec<f64>,
}

/// What a few days do. A cache line, so that the table is indexed by a shift.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Substep {
    /// What remains of a distance to the target when filling.
    pub filling: f64,
    /// Share of structure above its floor lost per unit of fluid.
    pub fluid_loss: f64,
    /// Letters lost without fluid.
    pub structural_loss: f64,
    /// Variance added, letters².
    pub variance: f64,
    /// What remains of a distance to the target when drying.
    pub drying: f64,
    /// Days.
    pub days: u32,
}

impl Constants {
    /// Prepares validated parameters.
    pub fn new(biology: &Biology) -> Self {
        let inverse_steepness = 1.0 / biology.escape_steepness;
        let mut escape = Box::new([0.0; WEEKS + SUBSTEPS]);
        for (week, entry) in escape.iter_mut().enumerate() {
            *entry = libm::exp(libm::log(week as f64 + 0.5) * inverse_steepness).min(ESCAPE_MAX);
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
                days: days as u32,
            }
        };
        let growth_per_day =
            biology.durability_log_growth_per_year / crate::DAYS_PER_YEAR * inverse_steepness;
        Self {
            escape,
            substeps: std::array::from_fn(substep),
            sd_per_sqrt_day: variance_per_day.sqrt(),
            growth: (0..=GROWTH_DAYS)
                .map(|day| libm::exp(growth_per_day * f64::from(day)))
                .collect(),
            dries_faster: biology.drying_weeks <= biology.filling_weeks,
            remission: [
                biology.remission_hazard_per_year,
                biology.remission_loss_per_year,
            ]
            .map(|hazard| std::array::from_fn(|days| hazard * days as f64 / crate::DAYS_PER_YEAR)),
            sqrt_days: std::array::from_fn(|days| (days as f64).sqrt()),
            per_sqrt_days: std::array::from_fn(|days| 1.0 / (days.max(1) as f64).sqrt()),
            ln_durability: std::array::from_fn(|drug| {
                libm::log(biology.durability_median_weeks)
                    + libm::log(biology.durability_ratio[drug])
            }),
            inverse_steepness,
            biology: biology.clone(),
        }
    }

    /// `(k + ½)^(1/s)` of a week since an injection and those after it. Of it, `power / (power + D^(1/s))` is
    /// the escape in that week: the logistic function of `(ln tau − ln D)/s` at the middle of the week,
    /// without a logarithm.
    #[inline(always)]
    pub(super) fn escapes(&self, week: u32) -> &[f64; SUBSTEPS] {
        self.escape[week as usize & (WEEKS - 1)..]
            .first_chunk()
            .expect("the table has so many more")
    }

    /// What 0–7 days do.
    #[inline(always)]
    pub(super) fn substep(&self, days: u32) -> &Substep {
        &self.substeps[days as usize & 7]
    }

    /// Cumulative hazard of remission (`lost`: of losing it) in a month of so many days.
    #[inline(always)]
    pub(super) fn remission(&self, lost: bool, days: u32) -> f64 {
        self.remission[usize::from(lost)][days as usize & INTERVAL_DAYS]
    }

    /// `√days` of one step.
    #[inline(always)]
    pub(super) fn sqrt_days(&self, days: u32) -> f64 {
        self.sqrt_days[days as usize & INTERVAL_DAYS]
    }

    /// `1/√days` of one step.
    #[inline(always)]
    pub(super) fn per_sqrt_days(&self, days: u32) -> f64 {
        self.per_sqrt_days[days as usize & INTERVAL_DAYS]
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
}
