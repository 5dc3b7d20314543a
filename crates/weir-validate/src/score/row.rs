use serde::Serialize;

use crate::measure::{Kind, Quantity, Tally};
use crate::run::{Combined, Simulated, Source, Unscored};
use crate::targets::{Arm, Outcome, Role, Targets};

/// Standard deviation of letters that is assumed where none is published.
const LETTERS_SD: f64 = 14.0;
/// Of a confidence interval's width in standard errors.
const CI_WIDTH: f64 = 2.0 * 1.959_964;

/// Whether a row has a score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "status", content = "reason")]
pub enum Status {
    /// It has.
    Scored,
    /// It has none, and why.
    NotScored(String),
}

/// One published number beside its simulated one.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// Study.
    pub study: String,
    /// Arm.
    pub arm: String,
    /// What the row may be used for; a row noted as holdout is never fitted to.
    pub role: Role,
    /// Measure.
    pub measure: String,
    /// Weeks from the study's baseline.
    pub at_weeks: Option<f64>,
    /// Unit as published.
    pub unit: String,
    /// Kind of number.
    pub quantity: Option<Quantity>,
    /// Published.
    pub observed: f64,
    /// Simulated.
    pub simulated: Option<f64>,
    /// Standard deviation between simulated eyes.
    pub simulated_sd: Option<f64>,
    /// Simulated eyes behind it.
    pub eyes: u64,
    /// Standard error of the published number.
    pub se: Option<f64>,
    /// What studies differ by beyond sampling; 0 for differences inside one trial.
    pub tau: f64,
    /// `(simulated − published)/√(se² + tau²)`.
    pub z: Option<f64>,
    /// Whether it is a difference between arms.
    pub is_contrast: bool,
    /// Whether it needs a check against the paper: `source: unverified` or `confidence: low`.
    pub unchecked: bool,
    /// Source and confidence as in the file.
    pub source: String,
    /// Note of the file.
    pub note: String,
    /// Where it was published.
    pub citation: String,
    /// Whether it has a score.
    #[serde(flatten)]
    pub status: Status,
}

impl Row {
    /// Whether it counts in a role's score.
    pub fn is_scored(&self) -> bool {
        self.status == Status::Scored
    }

    /// "va_change_mean at week 52".
    pub fn label(&self) -> String {
        match self.at_weeks {
            Some(week) => format!("{} at week {week}", self.measure),
            None => self.measure.clone(),
        }
    }
}

/// What studies differ by beyond sampling error.
fn tau(quantity: Quantity) -> f64 {
    match quantity {
        Quantity::Letters => 1.5,
        Quantity::Injections | Quantity::Visits => 0.5,
        Quantity::Percent => 5.0,
        Quantity::Weeks => 1.0,
        Quantity::Months => 0.5,
        Quantity::LogMar => 0.03,
    }
}

/// Standard error of a published number.
fn standard_error(
    facts: &Arm,
    row: &Outcome,
    quantity: Quantity,
    median: bool,
    n: f64,
    simulated_sd: Option<f64>,
) -> f64 {
    if let Some([low, high]) = row
        .ci
        .filter(|_| !row.note.contains("IQR") && !row.note.contains("range"))
    {
        return (high - low) / CI_WIDTH;
    }
    let n = row.n.or(facts.n).unwrap_or(n).max(1.0);
    if quantity == Quantity::Percent {
        let share = (row.value / 100.0).clamp(0.5 / n, 1.0 - 0.5 / n);
        return 100.0 * (share * (1.0 - share) / n).sqrt();
    }
    let sd = row.sd.or(match quantity {
        Quantity::Letters => Some(LETTERS_SD),
        Quantity::LogMar => Some(LETTERS_SD / 50.0),
        // Counts and intervals spread as their regimen makes them.
        _ => simulated_sd,
    });
    let wider = if median { 1.2533 } else { 1.0 };
    wider * sd.unwrap_or(1.0) / n.sqrt()
}

pub(super) fn rows(targets: &Targets, simulated: &Simulated) -> Vec<Row> {
    simulated
        .rows
        .iter()
        .map(|plan| {
            let facts = &targets.arms[plan.arm];
            let outcome = &facts.outcomes[plan.outcome];
            let holdout =
                outcome.note.to_lowercase().contains("holdout") && facts.role == Role::Calibrate;
            let mut row = Row {
                study: facts.study.clone(),
                arm: facts.arm.clone(),
                role: if holdout { Role::Validate } else { facts.role },
                measure: outcome.measure.clone(),
                at_weeks: outcome.at_weeks,
                unit: outcome.unit.clone(),
                quantity: None,
                observed: outcome.value,
                simulated: None,
                simulated_sd: None,
                eyes: 0,
                se: None,
                tau: 0.0,
                z: None,
                is_contrast: false,
                unchecked: outcome.is_unchecked(),
                source: [outcome.source.as_str(), outcome.confidence.as_str()].join(", "),
                note: outcome.note.clone(),
                citation: facts.citation.clone(),
                status: Status::NotScored(String::new()),
            };
            match &plan.source {
                Source::Unscored(reason) => row.status = Status::NotScored(reason.to_string()),
                Source::Simulated { measure, combined } => {
                    row.quantity = Some(measure.quantity);
                    row.is_contrast = matches!(combined, Combined::Difference(..));
                    fill(
                        &mut row,
                        facts,
                        outcome,
                        simulated,
                        combined,
                        measure.quantity,
                        measure.median,
                    );
                    // A change among completers of one interval is a small group of the arm.
                    if let Kind::ChangeByLongest(_) = measure.kind
                        && row.se.is_some()
                    {
                        small_group(&mut row, simulated, plan.arm, outcome);
                    }
                }
            }
            row
        })
        .collect()
}

fn fill(
    row: &mut Row,
    facts: &Arm,
    outcome: &Outcome,
    simulated: &Simulated,
    combined: &Combined,
    quantity: Quantity,
    median: bool,
) {
    let n_of = |request: usize| {
        let arm = simulated.requests[request].arm;
        simulated.arms[arm].as_ref().map_or(100.0, |plan| plan.n)
    };
    let tally = |request: usize| -> &Tally { &simulated.tallies[request] };
    let mean = |requests: &[usize]| -> Option<(f64, f64)> {
        let parts: Option<Vec<(f64, f64)>> = requests
            .iter()
            .map(|&request| Some((tally(request).centre()?, n_of(request))))
            .collect();
        let parts = parts?;
        let n: f64 = parts.iter().map(|(_, n)| n).sum();
        Some((parts.iter().map(|(value, n)| value * n).sum::<f64>() / n, n))
    };
    let (value, n, involved) = match combined {
        Combined::Mean(of) => match mean(of) {
            Some((value, n)) => (value, n, of.clone()),
            None => return nobody(row),
        },
        Combined::Extreme { of, highest } => {
            let values: Option<Vec<f64>> =
                of.iter().map(|&request| tally(request).centre()).collect();
            let Some(values) = values else {
                return nobody(row);
            };
            let pick = if *highest { f64::max } else { f64::min };
            let Some(value) = values.into_iter().reduce(pick) else {
                return nobody(row);
            };
            let n = of.iter().map(|&request| n_of(request)).sum::<f64>() / of.len() as f64;
            (value, n, of.clone())
        }
        Combined::Difference(a, b) => match (mean(a), mean(b)) {
            (Some((left, n)), Some((right, m))) => (
                left - right,
                n * m / (n + m),
                [a.clone(), b.clone()].concat(),
            ),
            _ => return nobody(row),
        },
    };
    row.simulated = Some(value);
    row.simulated_sd = involved.first().and_then(|&request| tally(request).sd());
    row.eyes = involved.iter().map(|&request| tally(request).count()).sum();
    let n = if row.is_contrast || matches!(combined, Combined::Extreme { .. }) {
        Some(n)
    } else {
        facts.n.or(Some(n))
    };
    let of = Arm { n, ..facts.clone() };
    let se = standard_error(&of, outcome, quantity, median, 100.0, row.simulated_sd);
    row.tau = if row.is_contrast { 0.0 } else { tau(quantity) };
    row.se = Some(se);
    row.z = Some((value - outcome.value) / (se * se + row.tau * row.tau).sqrt());
    row.status = Status::Scored;
}

/// The share of simulated eyes in a group tells how many of the arm's patients were in it.
fn small_group(row: &mut Row, simulated: &Simulated, arm: usize, outcome: &Outcome) {
    let Ok(plan) = &simulated.arms[arm] else {
        return;
    };
    let share = row.eyes as f64 / f64::from(simulated.asked.eyes);
    let n = (plan.n * share).max(2.0);
    let se = outcome.sd.unwrap_or(LETTERS_SD) / n.sqrt();
    row.se = Some(se);
    if let Some(value) = row.simulated {
        row.z = Some((value - row.observed) / (se * se + row.tau * row.tau).sqrt());
    }
}

fn nobody(row: &mut Row) {
    row.status = Status::NotScored(Unscored::Nobody.to_string());
}
