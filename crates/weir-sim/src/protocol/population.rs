/// Who enters: MODEL §5 of the clinical model, see `docs/model.md`.
#[derive(Debug, Clone, PartialEq)]
pub struct Population {
    /// Age at enrolment.
    pub age: Age,
    /// Share of women, 0–1.
    pub female_share: f64,
    /// Measured letters at baseline.
    pub baseline_letters: BaselineLetters,
    /// When patients arrive.
    pub recruitment: Recruitment,
    /// How long each is followed.
    pub follow_up: FollowUp,
    /// The second eye; `None` simulates the study eye alone.
    pub fellow_eye: Option<FellowEye>,
}

/// Normal age distribution, truncated (redrawn by inverse, never clamped) to its limits; years.
#[derive(Debug, Clone, PartialEq)]
pub struct Age {
    /// Mean of the untruncated normal, years.
    pub mean_years: f64,
    /// Standard deviation of the untruncated normal, years; 0 gives everyone the mean.
    pub sd_years: f64,
    /// Youngest, years.
    pub min_years: f64,
    /// Oldest, years.
    pub max_years: f64,
}

/// Distribution of measured letters (ETDRS, 0–100) at baseline.
#[derive(Debug, Clone, PartialEq)]
pub enum BaselineLetters {
    /// Inverse cumulative distribution, linear between `(share, letters)` points; shares rise
    /// strictly from 0 to 1, letters never fall. The `uk_routine` preset is one of these.
    Piecewise {
        /// The points.
        points: Vec<(f64, f64)>,
    },
    /// Normal, truncated to its limits (never clamped).
    TruncatedNormal {
        /// Mean of the untruncated normal.
        mean: f64,
        /// Standard deviation of the untruncated normal.
        sd: f64,
        /// Lowest letters.
        min: f64,
        /// Highest letters.
        max: f64,
    },
    /// Normal, clamped to 0–100.
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation.
        sd: f64,
    },
    /// Uniform between its limits.
    Uniform {
        /// Lowest letters.
        min: f64,
        /// Highest letters.
        max: f64,
    },
    /// Beta(alpha, beta) scaled to `[min, max]`; above `threshold` letters the density is
    /// multiplied by `1 − reduction` (a funding threshold keeps good eyes out).
    BetaWithThreshold {
        /// First shape.
        alpha: f64,
        /// Second shape.
        beta: f64,
        /// Lowest letters.
        min: f64,
        /// Highest letters.
        max: f64,
        /// Letters above which the density is reduced.
        threshold: f64,
        /// Share removed above the threshold, 0–1.
        reduction: f64,
    },
}

/// Calendar arrival of the patients. The number asked for is the number delivered.
#[derive(Debug, Clone, PartialEq)]
pub enum Recruitment {
    /// Everybody on day 0.
    AllAtStart,
    /// A Poisson process conditioned on its count: arrival days independent and uniform over the window.
    Poisson {
        /// Length of the window, days.
        window_days: u32,
    },
    /// Evenly spaced arrivals.
    ConstantRate {
        /// Patients a month (a month is 365.25/12 days).
        patients_per_month: f64,
    },
}

/// How long each patient is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FollowUp {
    /// The run's years, from each patient's own enrolment.
    FromEnrolment,
    /// Until the run's years after the first enrolment: late arrivals are followed for less and end as `study_end`.
    UntilStudyEnd,
}

/// Onset of the same disease in the second eye (gamma frailty of shape 2, mean 1).
#[derive(Debug, Clone, PartialEq)]
pub struct FellowEye {
    /// Hazard in the first two years, per year.
    pub hazard_first_two_years_per_year: f64,
    /// Hazard later, per year.
    pub hazard_later_per_year: f64,
    /// How many letters better than the study eye's baseline it starts.
    pub starts_better_by_letters: f64,
}
