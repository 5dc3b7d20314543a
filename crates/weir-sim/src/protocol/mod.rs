//! What a clinic intends to do, and for whom: the protocol.
//!
//! The types here are *validated* protocols. They are made from YAML by the decoder (which
//! reports every mistake with line, column and remedy) or from the shipped set, and the engine
//! takes them as they are.

mod behaviour;
mod biology;
mod canonical;
mod caveats;
mod check;
mod code;
mod declare;
mod decode;
mod defaults;
mod documents;
mod for_run;
mod parse;
mod population;
#[cfg(test)]
mod round_trip;
mod shipped;
mod treatment;
mod visits;

pub use behaviour::{Attendance, Behaviour, DropOut, Futility, Mortality, Return, Transfer};
pub use biology::{Biology, Haemorrhage, PersistentFluid};
pub use decode::{AsWarning, Code, MAX_BYTES, MISTAKES_REPORTED, Mistake, Mistakes};
pub use parse::{Parsed, ReadError};
pub use population::{Age, BaselineLetters, FellowEye, FollowUp, Population, Recruitment};
pub use shipped::Shipped;
pub use treatment::{
    Drug, FixedGrid, Loading, ObserveAndStop, Policy, Restart, Switch, SwitchWhen, TreatAndExtend,
    Treatment,
};
pub use visits::{Tolerance, VisitRules, Weekday};

/// A validated treatment protocol: population, biology, behaviour and policy, kept apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Protocol {
    /// Human-readable name, 1–120 characters.
    pub name: String,
    /// The protocol's own version, free text such as `1.0`.
    pub version: String,
    /// What it is for, in a sentence or two.
    pub description: String,
    /// Citations of the trial, label or guideline it follows; at least one.
    pub sources: Vec<String>,
    /// Who is treated.
    pub population: Population,
    /// What is given and when.
    pub treatment: Treatment,
    /// Weekdays, windows and measurement noise of visits.
    pub visits: VisitRules,
    /// Attendance, drop-out, death and the other things patients do.
    pub behaviour: Behaviour,
    /// The disease model's parameters; the defaults are the fitted set.
    pub biology: Biology,
}

impl Protocol {
    /// Every drug that the protocol can give, the first one first, each once; none when it never
    /// treats. What [`Biology::caveats`] asks for.
    pub fn drugs(&self) -> Vec<Drug> {
        let first = match self.treatment.policy {
            Policy::Untreated { .. } => None,
            _ => Some(self.treatment.drug),
        };
        let mut drugs: Vec<Drug> = Vec::new();
        for drug in first
            .into_iter()
            .chain(self.treatment.switches.iter().filter_map(|s| s.drug))
        {
            if !drugs.contains(&drug) {
                drugs.push(drug);
            }
        }
        drugs
    }
}
