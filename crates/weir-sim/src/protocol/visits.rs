/// How planned visits become calendar days, and how well a visit measures.
#[derive(Debug, Clone, PartialEq)]
pub struct VisitRules {
    /// Visits on Saturdays.
    pub saturday: bool,
    /// Visits on Sundays.
    pub sunday: bool,
    /// Weekday of the run's day 0.
    pub first_weekday: Weekday,
    /// Windows into which a moved visit has to fall.
    pub tolerance: Tolerance,
    /// Standard deviation of measured around true letters (4.3 trials, 5.0 routine).
    pub letters_sd: f64,
    /// Standard deviation of measured around true fluid (0–1; 0.08).
    pub fluid_sd: f64,
    /// Fluid is called when measured fluid exceeds this (0.22).
    pub fluid_called_above: f64,
}

/// Weekday of day 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weekday {
    /// Monday.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

/// Windows for the days between two visits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tolerance {
    /// No windows: weekends move to the nearest open day.
    None,
    /// Loading 28–35 days, 8 weeks 56–63, 12 weeks 77–91, 16 weeks 105–119, else ± 7 days.
    Standard,
}
