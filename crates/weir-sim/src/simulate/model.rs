use super::Block;
use crate::behaviour::Attending;
use crate::biology::{BetweenVisits, Constants, WeeklyReference};
use crate::calendar::{Calendar, DAYS_PER_MONTH, DAYS_PER_YEAR, month_end};
use crate::population::PopulationSampler;
use crate::protocol::Protocol;
use crate::random::Normals;

/// Which of the two agreeing time engines steps the eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeEngine {
    /// Exact from one visit to the next.
    #[default]
    BetweenVisits,
    /// The weekly reference.
    WeeklyReference,
}

/// A protocol prepared for simulation under one seed and length.
#[derive(Debug, Clone)]
pub struct Model {
    pub(super) protocol: Protocol,
    pub(super) constants: Constants,
    pub(super) population: PopulationSampler,
    pub(super) calendar: Calendar,
    pub(super) attending: Attending,
    pub(super) normals: Normals,
    pub(super) seed: u64,
    /// Last day of follow-up, days since enrolment.
    pub(super) last_day: u32,
    pub(super) months: u32,
    /// Ends of the months 0 ..= months + 1.
    pub(super) month_ends: Vec<u32>,
    /// Days of outcome examinations, rising.
    pub(super) exam_days: Vec<u32>,
    engine: TimeEngine,
}

impl Model {
    /// Longest follow-up, years.
    pub const YEARS_MAX: f64 = 50.0;
    /// Most patients of one run.
    pub const PATIENTS_MAX: u32 = 1_000_000_000;

    /// Prepares a run of `years` in (0, 50] (larger and smaller values are clamped).
    pub fn new(protocol: &Protocol, years: f64, seed: u64, engine: TimeEngine) -> Self {
        let last_day =
            (years.clamp(1.0 / DAYS_PER_YEAR, Self::YEARS_MAX) * DAYS_PER_YEAR).round() as u32;
        let mut months = (f64::from(last_day) / DAYS_PER_MONTH) as u32;
        if month_end(months + 1) <= last_day {
            months += 1;
        }
        Self {
            constants: Constants::new(&protocol.biology),
            population: PopulationSampler::new(&protocol.population),
            calendar: Calendar::new(&protocol.visits),
            attending: Attending::new(&protocol.behaviour.attendance),
            protocol: protocol.clone(),
            normals: Normals::new(),
            seed,
            last_day,
            months,
            month_ends: (0..=months + 1).map(month_end).collect(),
            exam_days: Vec::new(),
            engine,
        }
    }

    /// The same run with examinations of the study eye at these days since enrolment, whatever its treatment
    /// does: what trials measure at named weeks. Days outside 1 to the last day are left out. The course of an
    /// eye between months' ends is another draw of the same distribution than without them.
    #[must_use]
    pub fn with_exams(mut self, days: &[u32]) -> Self {
        let mut days: Vec<u32> = days
            .iter()
            .copied()
            .filter(|day| (1..=self.last_day).contains(day))
            .collect();
        days.sort_unstable();
        days.dedup();
        self.exam_days = days;
        self
    }

    /// Full months of follow-up.
    pub fn months(&self) -> u32 {
        self.months
    }

    /// Last day of follow-up.
    pub fn last_day(&self) -> u32 {
        self.last_day
    }

    /// Simulates patients `first .. end` and appends them to `block`, in order.
    pub fn simulate(&self, patients: std::ops::Range<u32>, block: &mut Block) {
        match self.engine {
            TimeEngine::BetweenVisits => {
                patients.for_each(|patient| self.patient::<BetweenVisits>(patient, block));
            }
            TimeEngine::WeeklyReference => {
                patients.for_each(|patient| self.patient::<WeeklyReference>(patient, block));
            }
        }
        block.columns_from_rows();
    }
}
