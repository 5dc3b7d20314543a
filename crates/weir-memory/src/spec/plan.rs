//! From what was asked and what there is to a limit, its origin in words, and warnings.

use std::fmt;

use super::{BudgetSpec, Share};
use crate::{Bytes, DetectError, Detected, Origin};

/// Below this no budget is accepted: code, allocator and one row group need about half.
pub const MINIMUM_BUDGET: Bytes = Bytes::mib(64);

/// From here on jobs are promised to fit at any data size. Between [`MINIMUM_BUDGET`] and this
/// a job may run, or be refused with a reason.
pub const GUARANTEED_BUDGET: Bytes = Bytes::mib(128);

/// Where a budget's number comes from; shown as the words a user reads.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BudgetOrigin {
    /// Set by the user or the calling program: `as asked`.
    Asked,
    /// A share of what was detected:
    /// `75 % of the container's 1 GiB (cgroup v1, memory.limit_in_bytes)`.
    Share {
        /// The share.
        share: Share,
        /// Of so many bytes.
        of: Bytes,
        /// Which are there because of this.
        origin: Origin,
    },
}

impl fmt::Display for BudgetOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asked => f.write_str("as asked"),
            Self::Share { share, of, origin } => {
                write!(f, "{share} of the {}'s {of} ({origin})", origin.owner())
            }
        }
    }
}

/// A budget is in force although something about it deserves a word.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BudgetWarning {
    /// More was asked than there is; the kernel can end the process before the budget is used.
    BeyondMemory {
        /// The budget.
        limit: Bytes,
        /// What there is.
        memory: Bytes,
        /// Who says so.
        origin: Origin,
    },
    /// Less than [`GUARANTEED_BUDGET`]: jobs may be refused.
    BelowGuarantee {
        /// The budget.
        limit: Bytes,
    },
}

impl fmt::Display for BudgetWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BeyondMemory {
                limit,
                memory,
                origin,
            } => write!(
                f,
                "the budget of {limit} is more than the {}'s {memory} ({origin}): the system may end the process before the budget is used; --budget 75% stays inside",
                origin.owner()
            ),
            Self::BelowGuarantee { limit } => write!(
                f,
                "the budget of {limit} is below {GUARANTEED_BUDGET}, from which on every job fits: some jobs may be refused"
            ),
        }
    }
}

/// What a budget will be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetPlan {
    /// The limit on resident memory; at least [`MINIMUM_BUDGET`].
    pub limit: Bytes,
    /// Where the number comes from.
    pub origin: BudgetOrigin,
    /// What there is, where the system tells.
    pub memory: Option<Bytes>,
    /// What deserves a word.
    pub warnings: Vec<BudgetWarning>,
}

/// Why there is no budget.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BudgetError {
    /// Less than [`MINIMUM_BUDGET`].
    #[error("a budget of {limit} ({origin}) is too small: at least {MINIMUM_BUDGET} are needed, and from {GUARANTEED_BUDGET} on every job fits; set --budget {} or give the process more memory", GUARANTEED_BUDGET.to_option())]
    TooSmall {
        /// What was asked for.
        limit: Bytes,
        /// Where the number comes from.
        origin: BudgetOrigin,
    },
    /// A share of an unknown amount.
    #[error(transparent)]
    Undetected(#[from] DetectError),
}

impl BudgetSpec {
    /// The plan for this budget on a machine with this memory. Pure.
    ///
    /// # Errors
    ///
    /// [`BudgetError::TooSmall`] below [`MINIMUM_BUDGET`]; [`BudgetError::Undetected`] for a
    /// share where the system does not tell how much memory there is. A number of bytes needs
    /// no detection.
    pub fn plan(self, detected: &Result<Detected, DetectError>) -> Result<BudgetPlan, BudgetError> {
        let (limit, origin) = match (self, detected) {
            (Self::Bytes(limit), _) => (limit, BudgetOrigin::Asked),
            (Self::Share(_), Err(error)) => return Err(error.clone().into()),
            (Self::Share(share), Ok(detected)) => {
                let of = detected.memory();
                let origin = detected.origin().clone();
                (share.of(of), BudgetOrigin::Share { share, of, origin })
            }
        };
        if limit < MINIMUM_BUDGET {
            return Err(BudgetError::TooSmall { limit, origin });
        }
        let mut warnings = Vec::new();
        if let Ok(detected) = detected
            && limit > detected.memory()
        {
            warnings.push(BudgetWarning::BeyondMemory {
                limit,
                memory: detected.memory(),
                origin: detected.origin().clone(),
            });
        }
        if limit < GUARANTEED_BUDGET {
            warnings.push(BudgetWarning::BelowGuarantee { limit });
        }
        let memory = detected.as_ref().ok().map(Detected::memory);
        Ok(BudgetPlan {
            limit,
            origin,
            memory,
            warnings,
        })
    }
}
