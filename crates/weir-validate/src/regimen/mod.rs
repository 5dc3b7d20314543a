//! Regimens as papers word them: what is given, when, and what is assumed where the words leave it open.

mod parse;
mod words;

pub use parse::NotUnderstood;

/// What happens from one week on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// No injection ever.
    Untreated,
    /// Every so many weeks.
    Fixed {
        /// Weeks between injections.
        weeks: u8,
    },
    /// When there is fluid.
    Prn {
        /// Weeks between visits.
        visits: u8,
        /// Longest gap between injections, weeks.
        cap: Option<u8>,
        /// Monthly doses that one decision gives.
        cycle: u8,
    },
    /// Treat-and-extend, weeks. A start of 0 goes on from the interval in use.
    Extend {
        /// First interval.
        start: u8,
        /// Added and taken off.
        step: u8,
        /// Shortest.
        min: u8,
        /// Longest.
        max: u8,
    },
    /// PULSAR's dose-regimen modification.
    Modification {
        /// Interval after loading, weeks.
        start: u8,
    },
    /// TENAYA's and LUCERNE's 8, 12 or 16 weeks.
    Assigned,
}

/// A rule and the week it begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stage {
    /// Week since treatment began.
    pub from_week: u16,
    /// The rule.
    pub rule: Rule,
}

/// A regimen.
#[derive(Debug, Clone, PartialEq)]
pub struct Regimen {
    /// Monthly doses at the start; 0 for none.
    pub loading: u8,
    /// Rules in order of time; the first from week 0.
    pub stages: Vec<Stage>,
    /// Treatment stops after so many stable visits at the longest interval.
    pub stop_after: Option<u8>,
    /// The arm begins when treatment stops (for studies of stopping).
    pub from_stop: bool,
    /// Weeks between monitoring visits after a stop.
    pub monitor_weeks: u8,
    /// Weeks of treatment before the study's baseline.
    pub run_in_weeks: u16,
    /// Routine care, not a trial.
    pub routine: bool,
    /// What was assumed.
    pub assumed: Vec<String>,
}
