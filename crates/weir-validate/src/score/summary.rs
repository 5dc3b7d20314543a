use serde::Serialize;

use super::contrast::Contrast;
use super::row::Row;
use crate::run::Simulated;
use crate::targets::{Role, Targets};

/// What the rows of one role come to.
#[derive(Debug, Clone, Serialize)]
pub struct RoleSummary {
    /// Role.
    pub role: Role,
    /// Rows of the file.
    pub rows: usize,
    /// Rows with a score.
    pub scored: usize,
    /// Of those, needing a check against the paper.
    pub unchecked: usize,
    /// Of those with a score, with |z| < 2.
    pub within_2: usize,
    /// Mean of z².
    pub mean_z2: Option<f64>,
    /// Mean of z, positive where the simulation is above.
    pub mean_z: Option<f64>,
    /// Contrasts, published ones and those clear of nothing.
    pub contrasts: usize,
    /// Of those, with the right sign.
    pub right_sign: usize,
}

impl RoleSummary {
    /// Share of scored rows with |z| < 2.
    pub fn share_within_2(&self) -> Option<f64> {
        (self.scored > 0).then(|| self.within_2 as f64 / self.scored as f64)
    }
}

/// All roles.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// By role, in the order of [`Role::ALL`].
    pub roles: Vec<RoleSummary>,
    /// Arms of the file.
    pub arms: usize,
    /// Arms that were simulated.
    pub arms_run: usize,
}

impl Summary {
    pub(super) fn of(
        targets: &Targets,
        simulated: &Simulated,
        rows: &[Row],
        contrasts: &[Contrast],
    ) -> Summary {
        let roles = Role::ALL
            .into_iter()
            .map(|role| {
                let of: Vec<&Row> = rows.iter().filter(|row| row.role == role).collect();
                let z: Vec<f64> = of
                    .iter()
                    .filter(|row| row.is_scored())
                    .filter_map(|row| row.z)
                    .collect();
                let counted: Vec<&Contrast> = contrasts
                    .iter()
                    .filter(|contrast| {
                        contrast.role == role && (contrast.published || contrast.clear)
                    })
                    .collect();
                let mean = |of: &dyn Fn(f64) -> f64| {
                    (!z.is_empty()).then(|| z.iter().map(|z| of(*z)).sum::<f64>() / z.len() as f64)
                };
                RoleSummary {
                    role,
                    rows: of.len(),
                    scored: z.len(),
                    unchecked: of
                        .iter()
                        .filter(|row| row.is_scored() && row.unchecked)
                        .count(),
                    within_2: z.iter().filter(|z| z.abs() < 2.0).count(),
                    mean_z2: mean(&|z| z * z),
                    mean_z: mean(&|z| z),
                    contrasts: counted.len(),
                    right_sign: counted
                        .iter()
                        .filter(|contrast| contrast.right_sign)
                        .count(),
                }
            })
            .collect();
        Summary {
            roles,
            arms: targets.arms.len(),
            arms_run: simulated.arms.iter().filter(|arm| arm.is_ok()).count(),
        }
    }

    /// The summary of a role.
    pub fn role(&self, role: Role) -> Option<&RoleSummary> {
        self.roles.iter().find(|summary| summary.role == role)
    }
}
