use super::Drug;

/// Parameters of the disease, vision and drug model (MODEL §2). Time in weeks or years as named,
/// acuity in letters.
#[derive(Debug, Clone, PartialEq)]
pub struct Biology {
    /// Median fluid-free time after aflibercept 2 mg (`D2`), weeks.
    pub durability_median_weeks: f64,
    /// Log-SD of durability between eyes (`s_D`).
    pub durability_log_sd: f64,
    /// Log growth of durability per year in the first two years (`g_D`).
    pub durability_log_growth_per_year: f64,
    /// Durability relative to aflibercept 2 mg (`f`), in the order of [`Drug::ALL`].
    pub durability_ratio: [f64; Drug::ALL.len()],
    /// Steepness of the escape (`s`).
    pub escape_steepness: f64,
    /// Time constant of filling (`t_on`), weeks.
    pub filling_weeks: f64,
    /// Time constant of drying (`t_off`), weeks.
    pub drying_weeks: f64,
    /// Fluid that treatment does not clear.
    pub persistent_fluid: PersistentFluid,
    /// Mean reversible deficit at 57 letters (`r0`), letters.
    pub reversible_mean_letters: f64,
    /// Its slope on 57 − baseline letters (`rho`).
    pub reversible_slope: f64,
    /// Its standard deviation between eyes (`s_R`), letters.
    pub reversible_sd_letters: f64,
    /// Structural loss without fluid (`a0`), letters per year.
    pub structural_loss_letters_per_year: f64,
    /// Structural loss with fluid (`k_F`), per year.
    pub fluid_loss_per_year: f64,
    /// Depth of the floor below the start (`d_F`), letters: `P_f = P(0) − d_F`.
    pub fluid_loss_depth_letters: f64,
    /// Diffusion of structure (`s_P`), letters per square root of a year.
    pub structural_sd_letters_per_sqrt_year: f64,
    /// Remission (`r_R`): hazard per year while dry on 16 weeks or more or dry off treatment.
    pub remission_hazard_per_year: f64,
    /// Hazard per year of losing remission.
    pub remission_loss_per_year: f64,
    /// Haemorrhage or RPE tear; off in the calibrated set.
    pub haemorrhage: Option<Haemorrhage>,
}

/// Share of eyes with persistent fluid, by drug in the order of [`Drug::ALL`], and its level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PersistentFluid {
    /// Share of eyes, 0–1, by drug. One uniform per eye decides, so a better drug clears a superset.
    pub share: [f64; Drug::ALL.len()],
    /// Level, 0–1.
    pub level: f64,
}

/// Sudden structural loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Haemorrhage {
    /// Hazard per year when fluid is at most 0.6.
    pub hazard_dry_per_year: f64,
    /// Hazard per year when fluid is above 0.6.
    pub hazard_active_per_year: f64,
    /// Smallest loss, letters.
    pub min_letters: f64,
    /// Largest loss, letters.
    pub max_letters: f64,
}
