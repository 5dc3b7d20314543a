use serde::Serialize;

use super::row::Row;
use crate::measure::Quantity;
use crate::targets::{Role, Targets};

/// A difference in mean change of letters between two arms of one trial at one week; no spread between studies.
#[derive(Debug, Clone, Serialize)]
pub struct Contrast {
    /// Study.
    pub study: String,
    /// "0.5 mg less sham", or the published comparison's name.
    pub name: String,
    /// As of the rows it is made of: calibrate only where both are.
    pub role: Role,
    /// Weeks.
    pub at_weeks: f64,
    /// Published difference.
    pub observed: f64,
    /// Simulated difference.
    pub simulated: f64,
    /// Standard error of the published one.
    pub se: f64,
    /// `(simulated − published)/se`.
    pub z: f64,
    /// Whether the paper itself reports the difference.
    pub published: bool,
    /// Whether the published difference is clear of nothing: more than two standard errors.
    pub clear: bool,
    /// Whether both have the same sign.
    pub right_sign: bool,
}

/// Published differences, then those between every two arms of a study at the same week.
pub(super) fn contrasts(targets: &Targets, rows: &[Row]) -> Vec<Contrast> {
    let mut found = Vec::new();
    for row in rows.iter().filter(|row| row.is_contrast) {
        if let (Some(simulated), Some(se), Some(z), Some(week)) =
            (row.simulated, row.se, row.z, row.at_weeks)
        {
            found.push(Contrast {
                study: row.study.clone(),
                name: row
                    .measure
                    .trim_start_matches("va_diff_")
                    .replace("_minus_", " less ")
                    .replace('_', " "),
                role: row.role,
                at_weeks: week,
                observed: row.observed,
                simulated,
                se,
                z,
                published: true,
                clear: row.observed.abs() > 2.0 * se,
                right_sign: row.observed * simulated > 0.0,
            });
        }
    }
    let is_letters = |row: &Row| {
        row.quantity == Some(Quantity::Letters)
            && row.measure == "va_change_mean"
            && row.is_scored()
    };
    for (index, first) in rows.iter().enumerate().filter(|(_, row)| is_letters(row)) {
        for second in rows[index + 1..].iter().filter(|row| is_letters(row)) {
            let same = first.study == second.study
                && first.at_weeks == second.at_weeks
                && first.arm != second.arm;
            let cohort = |row: &Row| {
                targets
                    .arms
                    .iter()
                    .any(|arm| arm.study == row.study && arm.arm == row.arm && overlaps(&arm.arm))
            };
            if !same
                || cohort(first)
                || cohort(second)
                || first.role == Role::Context
                || second.role == Role::Context
            {
                continue;
            }
            if let (Some(a), Some(b), Some(se_a), Some(se_b), Some(week)) = (
                first.simulated,
                second.simulated,
                first.se,
                second.se,
                first.at_weeks,
            ) {
                let (observed, simulated) = (second.observed - first.observed, b - a);
                let se = (se_a * se_a + se_b * se_b).sqrt();
                found.push(Contrast {
                    study: first.study.clone(),
                    name: format!("{} less {}", second.arm, first.arm),
                    role: first.role.max(second.role),
                    at_weeks: week,
                    observed,
                    simulated,
                    se,
                    z: if se > 0.0 {
                        (simulated - observed) / se
                    } else {
                        0.0
                    },
                    published: false,
                    clear: observed.abs() > 2.0 * se,
                    right_sign: observed * simulated > 0.0,
                });
            }
        }
    }
    found
}

/// Arms that are parts of one cohort are no contrast.
fn overlaps(arm: &str) -> bool {
    let name = arm.to_lowercase();
    ["cohort", "completer", "survivor", "all eyes"]
        .iter()
        .any(|word| name.contains(word))
}
