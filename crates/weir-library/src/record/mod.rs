//! What the catalogue gives and takes.

mod new;
mod row;

pub use new::{NewRun, Registration};
pub use row::{AuditEvent, RunDetails, RunRow, StageMemory};
