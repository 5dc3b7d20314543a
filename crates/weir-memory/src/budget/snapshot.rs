//! A budget at one moment.

use super::HolderName;
use crate::{BudgetOrigin, Bytes, Pressure};

/// What one name holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Who.
    pub name: HolderName,
    /// How much.
    pub bytes: Bytes,
}

/// A budget at one moment; all numbers belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The limit on resident memory.
    pub limit: Bytes,
    /// Where the limit comes from.
    pub origin: BudgetOrigin,
    /// Resident memory at the last look.
    pub resident: Bytes,
    /// The most resident memory seen since the budget was made, peaks between observations
    /// included where the kernel tells them.
    pub peak_resident: Bytes,
    /// Reserved by all holders.
    pub reserved: Bytes,
    /// The estimate of what is resident outside reservations ([`crate::Budget`]).
    pub unattributed: Bytes,
    /// What a holder could reserve now.
    pub available: Bytes,
    /// What is kept for work that cannot be spilled, on top of what such work holds.
    pub reserve: Bytes,
    /// The level of pressure at the last observation.
    pub pressure: Pressure,
    /// Who holds something, from the largest, by name where equal.
    pub holders: Vec<Held>,
}
