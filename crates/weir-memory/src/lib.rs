//! Who may hold how much, and what happens when it gets tight.
//!
//! A [`Budget`] is a limit on *resident* memory. Work names itself with a [`Holder`], takes a
//! [`Reservation`] before it allocates, and drops it after it has freed. A refusal is a value,
//! a [`Refusal`] that says who holds what and what to do; nothing panics and nothing is
//! poisoned. What the process holds beyond its reservations (allocator, libraries, code) is
//! measured by a [`Sampler`] and shrinks what may still be reserved: a closed loop.
//!
//! ```
//! use weir_memory::{Budget, Bytes, HolderName};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let budget = Budget::detached("256MiB".parse()?);
//! let sort = budget.holder(HolderName::new("run-1", "sql", "sort"));
//!
//! let mut buffer = sort.reserve(Bytes::mib(100))?;
//! buffer.grow(Bytes::mib(60))?;
//! assert_eq!(budget.snapshot().reserved, Bytes::mib(160));
//!
//! // 80 MiB remain, and 16 MiB of them are kept for work that cannot be spilled.
//! let refusal = sort.reserve(Bytes::mib(100)).unwrap_err();
//! assert_eq!(refusal.available(), Bytes::mib(80));
//! assert!(refusal.to_string().contains("sql sort 160 MiB"));
//!
//! // Asked to make room, the holder spills and asks again.
//! let more = sort.reserve_or_drain(Bytes::mib(100), || {
//!     buffer.shrink(Bytes::mib(160)); // after writing the rows to disk and freeing them
//! })?;
//! assert_eq!(more.size(), Bytes::mib(100));
//!
//! drop((buffer, more));
//! assert!(budget.ledger_is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! What a budget *cannot* do is told in [`Budget`]'s documentation.

mod adaptive;
mod budget;
mod bytes;
mod detect;
mod pressure;
mod psi;
mod resident;
mod sampler;
mod spec;
mod system;

pub use adaptive::{Adaptive, AdaptiveError, FollowingSize};
pub use budget::{Budget, BudgetBuilder, Held, Holder, HolderName, Refusal, Reservation, Snapshot};
pub use bytes::{Bytes, ParseBytesError};
pub use detect::{
    DetectError, Detected, Found, GroupFolder, Origin, detect, detect_at, group_folders,
};
pub use pressure::{
    Pressure, PressureChange, PressureGauge, Subscription, ThresholdError, Thresholds,
};
pub use psi::{Psi, PsiLine};
pub use resident::{peak_resident, resident, try_reset_peak};
pub use sampler::{DEFAULT_PERIOD, Sample, Sampler};
pub use spec::{
    BudgetError, BudgetOrigin, BudgetPlan, BudgetSpec, BudgetWarning, GUARANTEED_BUDGET,
    MINIMUM_BUDGET, ParseBudgetError, Share,
};
pub use system::SystemMemory;
