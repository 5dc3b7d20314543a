/// What patients do between policy and biology: MODEL §4.
#[derive(Debug, Clone, PartialEq)]
pub struct Behaviour {
    /// Attendance of planned visits.
    pub attendance: Attendance,
    /// Leaving.
    pub drop_out: DropOut,
    /// Coming back after leaving; `None`: nobody does.
    pub returning: Option<Return>,
    /// Moving to another clinic; `None`: nobody does.
    pub transfer: Option<Transfer>,
    /// Stop for futility; `None`: never.
    pub futility: Option<Futility>,
    /// Death; `None` switches mortality off.
    pub mortality: Option<Mortality>,
}

/// Attendance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Attendance {
    /// Probability that a planned visit takes place (0.95 trials, 0.90 routine). The first always does.
    pub probability: f64,
    /// A missed visit is planned again this many weeks later. With 0 it is left out: the next one of the
    /// rhythm follows, or, in a policy without a rhythm, one after its interval, four weeks at most.
    pub rebook_after_weeks: u8,
    /// Standard deviation of the delay of visits, weeks (routine 1.5; 0 on time).
    pub delay_sd_weeks: f64,
    /// Probability that a visit is followed by a long gap (routine 0.015).
    pub long_gap_probability: f64,
    /// Shortest long gap, months.
    pub long_gap_min_months: f64,
    /// Longest long gap, months.
    pub long_gap_max_months: f64,
}

/// Drop-out hazards with gamma frailty.
#[derive(Debug, Clone, PartialEq)]
pub struct DropOut {
    /// Hazard per year of follow-up: year 1, year 2, …; the last goes on.
    pub hazards_per_year: Vec<f64>,
    /// Shape of the gamma frailty (mean 1): 0 for none, else 1 or 2.
    pub frailty_shape: u8,
}

/// Return after drop-out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Return {
    /// Share who come back, 0–1.
    pub share: f64,
    /// Mean time away (exponential), months.
    pub mean_months: f64,
}

/// Transfer to another clinic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transfer {
    /// Hazard per year.
    pub hazard_per_year: f64,
}

/// Stop for futility.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Futility {
    /// Measured letters below this …
    pub below_letters: f64,
    /// … at this many assessments running.
    pub visits: u8,
}

/// Gompertz mortality, MODEL §4, times a hazard ratio.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mortality {
    /// Hazard ratio in the first two years of follow-up (trial populations about 0.42).
    pub hazard_ratio_first_two_years: f64,
    /// Hazard ratio later.
    pub hazard_ratio_later: f64,
}
