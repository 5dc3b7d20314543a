use super::{Constants, larger, smaller};
use crate::calendar::whole_weeks;
use crate::protocol::{Drug, Haemorrhage};
use crate::random::{Decision, Draws, normal, uniform};

/// Lowest structural potential, letters.
pub const STRUCTURE_MIN: f64 = 5.0;
/// Highest structural potential, letters.
pub const STRUCTURE_MAX: f64 = 92.0;
/// Fluid below this is dry (*stable*).
const DRY_BELOW: f64 = 0.22;
/// Fluid above this is *highly active*.
const HIGH_ABOVE: f64 = 0.6;
/// Days on which an interval counts as 16 weeks (a window of one week before).
const LONG_INTERVAL_DAYS: u32 = 105;
/// No injection yet.
const NEVER: u32 = u32::MAX;

/// What an eye was born with; fixed for the run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EyeTraits {
    /// Durability, standard deviations from the median (`z`), the same for every drug.
    pub durability_z: f64,
    /// One uniform that decides persistent fluid for every drug.
    pub persistence: f64,
    /// Reversible deficit (`R`), letters.
    pub reversible: f64,
    /// Structural potential at the start (`P(0)`), letters.
    pub structure: f64,
    /// Uniform that times the first remission.
    pub remission: f64,
}

impl EyeTraits {
    /// Draws the traits of an eye whose true acuity at the start is `letters`.
    ///
    /// `R` is limited to [−12, 45] and so that `P(0) = V(0) + R` lies within the limits of structure:
    /// then the acuity at the start is exactly the baseline.
    pub fn draw(constants: &Constants, letters: f64, draws: &Draws) -> Self {
        let biology = &constants.biology;
        let [durability, deficit, persistence, remission] = draws.words(Decision::Eye, 0);
        let reversible = (biology.reversible_mean_letters
            + biology.reversible_slope * (57.0 - letters)
            + biology.reversible_sd_letters * normal(deficit))
        .clamp(-12.0, 45.0)
        .clamp(STRUCTURE_MIN - letters, STRUCTURE_MAX - letters);
        Self {
            durability_z: normal(durability),
            persistence: uniform(persistence),
            reversible,
            structure: letters + reversible,
            remission: uniform(remission),
        }
    }
}

/// How active the eye is, for display and reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum FluidState {
    /// Before the first injection.
    Naive = 0,
    /// `F < 0.22`.
    Stable = 1,
    /// `0.22 ≤ F ≤ 0.6`.
    Active = 2,
    /// `F > 0.6`.
    HighlyActive = 3,
}

/// The state of one eye (MODEL §1).
#[derive(Debug, Clone)]
pub struct Eye {
    /// Day of this state, days since the patient's enrolment.
    pub day: u32,
    /// Fluid (`F`), 0–1.
    pub fluid: f64,
    /// Structural potential (`P`), letters in [5, 92].
    pub structure: f64,
    /// Remission: no recurrence without treatment.
    pub remission: bool,
    /// Persistent fluid under the present drug (`res`), 0–1.
    pub(super) residual: f64,
    /// `P_f`, letters.
    pub(super) floor: f64,
    pub(super) last_injection: u32,
    /// The day that weeks count from: the last injection, or the day the eye fell ill.
    weeks_from: u32,
    /// The day the eye fell ill, or came to the clinic: its time counts from here.
    pub(super) start: u32,
    pub(super) drug: Drug,
    /// `D^(1/s)` of the last injection; 0 before the first, so that the escape is 1.
    pub(super) durability_power: f64,
    /// `D^(1/s)` of the present drug on day 0.
    drug_power: f64,
    last_gap: u32,
    /// Cumulative hazard left until remission is found or lost.
    until_remission_changes: f64,
    /// How often it has changed.
    remission_changes: u32,
    traits: EyeTraits,
}

impl Eye {
    /// An untreated eye at full activity on `day`.
    pub fn new(constants: &Constants, traits: EyeTraits, day: u32) -> Self {
        Self {
            day,
            fluid: 1.0,
            structure: traits.structure,
            remission: false,
            residual: 0.0,
            floor: traits.structure - constants.biology.fluid_loss_depth_letters,
            last_injection: NEVER,
            weeks_from: day,
            start: day,
            drug: Drug::Aflibercept2mg,
            durability_power: 0.0,
            drug_power: 0.0,
            last_gap: 0,
            until_remission_changes: -libm::log(traits.remission),
            remission_changes: 0,
            traits,
        }
    }

    /// The eye's traits.
    pub fn traits(&self) -> &EyeTraits {
        &self.traits
    }

    /// True acuity `V = clip(P − R·F, 0, 100)`, letters.
    #[inline(always)]
    pub fn letters(&self) -> f64 {
        smaller(
            larger(self.structure - self.traits.reversible * self.fluid, 0.0),
            100.0,
        )
    }

    /// Activity for display.
    #[inline]
    pub fn state(&self) -> FluidState {
        if self.last_injection == NEVER {
            FluidState::Naive
        } else if self.fluid < DRY_BELOW {
            FluidState::Stable
        } else if self.fluid <= HIGH_ABOVE {
            FluidState::Active
        } else {
            FluidState::HighlyActive
        }
    }

    /// Whether any injection was given.
    pub fn injected_before(&self) -> bool {
        self.last_injection != NEVER
    }

    /// Days since the last injection; `None` before the first.
    pub fn days_since_injection(&self) -> Option<u32> {
        (self.last_injection != NEVER).then(|| self.day - self.last_injection)
    }

    /// Injects `drug` today.
    pub fn inject(&mut self, constants: &Constants, drug: Drug) {
        if self.last_injection != NEVER {
            self.last_gap = self.day - self.last_injection;
        }
        if self.drug != drug || self.last_injection == NEVER {
            self.drug = drug;
            self.drug_power = constants.durability_power(drug, self.traits.durability_z);
            let persistent = &constants.biology.persistent_fluid;
            let persists = self.traits.persistence < persistent.share[drug as usize];
            self.residual = if persists { persistent.level } else { 0.0 };
        }
        self.durability_power = self.drug_power * constants.growth(self.day - self.start);
        self.last_injection = self.day;
        self.weeks_from = self.day;
    }

    /// Week since the last injection and days left in it; weeks of an eye never injected count from
    /// day 0.
    #[inline(always)]
    pub(super) fn week(&self) -> (u32, u32) {
        let since = self.day - self.weeks_from;
        let week = whole_weeks(since);
        (week, 7 * (week + 1) - since)
    }

    /// The rare things, looked at once a month of `days`: remission found or lost, and, where the biology
    /// has it, haemorrhage.
    #[inline(always)]
    pub fn monthly_events(&mut self, constants: &Constants, days: u32, month: u32, draws: &Draws) {
        if self.remission || (self.long_untreated() && self.fluid < DRY_BELOW) {
            self.until_remission_changes -= constants.remission(self.remission, days);
            if self.until_remission_changes <= 0.0 {
                self.change_remission(draws);
            }
        }
        if let Some(jump) = &constants.biology.haemorrhage {
            self.bleed(jump, days, draws.words(Decision::Haemorrhage, month));
        }
    }

    #[cold]
    fn change_remission(&mut self, draws: &Draws) {
        self.remission = !self.remission;
        self.remission_changes += 1;
        let [word, ..] = draws.words(Decision::Remission, self.remission_changes);
        self.until_remission_changes = -libm::log(uniform(word));
    }

    /// Whether the last interval between injections was long, or the present one already is.
    #[inline(always)]
    fn long_untreated(&self) -> bool {
        self.last_injection != NEVER
            && (self.last_gap >= LONG_INTERVAL_DAYS
                || self.day - self.last_injection >= LONG_INTERVAL_DAYS)
    }

    #[cold]
    fn bleed(&mut self, jump: &Haemorrhage, days: u32, words: [u32; 4]) {
        let hazard = if self.fluid > HIGH_ABOVE {
            jump.hazard_active_per_year
        } else {
            jump.hazard_dry_per_year
        };
        let years = f64::from(days) / crate::DAYS_PER_YEAR;
        if uniform(words[0]) < -libm::expm1(-hazard * years) {
            let loss = jump.min_letters + (jump.max_letters - jump.min_letters) * uniform(words[1]);
            self.structure = larger(self.structure - loss, STRUCTURE_MIN);
        }
    }
}
