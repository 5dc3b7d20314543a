//! How far simulated and published numbers lie apart.

mod contrast;
mod row;
mod summary;

pub use contrast::Contrast;
pub use row::{Row, Status};
pub use summary::{RoleSummary, Summary};

use serde::Serialize;

use crate::run::Simulated;
use crate::targets::Targets;

/// Every row scored, every contrast, and what they come to.
#[derive(Debug, Clone, Serialize)]
pub struct Scores {
    /// In the order of the file.
    pub rows: Vec<Row>,
    /// Differences between arms of one trial.
    pub contrasts: Vec<Contrast>,
    /// By role.
    pub summary: Summary,
    /// Arms that were not run: study, arm, reason.
    pub not_run: Vec<(String, String, String)>,
    /// What was assumed: study, arm, assumption.
    pub assumed: Vec<(String, String, String)>,
    /// Simulated eyes of each arm.
    pub eyes: u32,
    /// Seed.
    pub seed: u64,
    /// SHA-256 of the targets.
    pub targets_sha256: String,
    /// SHA-256 of the biology's parameters.
    pub parameters_sha256: String,
}

impl Scores {
    /// Scores what was simulated.
    pub fn of(targets: &Targets, simulated: &Simulated, parameters_sha256: String) -> Scores {
        let rows = row::rows(targets, simulated);
        let contrasts = contrast::contrasts(targets, &rows);
        let named = |index: usize| {
            (
                targets.arms[index].study.clone(),
                targets.arms[index].arm.clone(),
            )
        };
        let mut not_run = Vec::new();
        let mut assumed = Vec::new();
        for (index, plan) in simulated.arms.iter().enumerate() {
            let (study, arm) = named(index);
            match plan {
                Err(reason) => not_run.push((study, arm, reason.to_string())),
                Ok(plan) => assumed.extend(
                    plan.assumed
                        .iter()
                        .map(|words| (study.clone(), arm.clone(), words.clone())),
                ),
            }
        }
        Scores {
            summary: Summary::of(targets, simulated, &rows, &contrasts),
            rows,
            contrasts,
            not_run,
            assumed,
            eyes: simulated.asked.eyes,
            seed: simulated.asked.seed,
            targets_sha256: targets.sha256.clone(),
            parameters_sha256,
        }
    }
}
