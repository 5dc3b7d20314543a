//! What a run is called: a time-sortable id, a name for people, a kind.

mod id;
mod kind;
mod name;
mod words;

pub use id::{RunId, RunIdError};
pub use kind::{RunKind, RunKindError};
pub use name::{RunName, RunNameError};
