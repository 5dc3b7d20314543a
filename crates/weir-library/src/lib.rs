//! Every run remembered: registered before it starts, followed while it works, found again
//! later. The only crate that knows SQLite.
//!
//! One file, `library.sqlite`, in the weir home, and a folder for each run beside it with a
//! manifest of its own, so that the catalogue can be made again from the folders.
//!
//! ```
//! use weir_library::{Filter, Home, Library, NewRun};
//! use weir_memory::Budget;
//! use weir_run::{Outcome, Run, RunKind, RunState};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! let library = Library::open(Home::at(folder.path()))?;
//! let mut registration = library.register(NewRun::new(RunKind::sim()))?;
//! let recorder = library.recorder(&registration)?;
//!
//! let run = Run::builder(RunKind::sim(), Budget::detached("256MiB".parse()?))
//!     .id(registration.id())
//!     .name(registration.name().clone())
//!     .observer(recorder.observer())
//!     .start()?;
//! let report = run.finish(Outcome::Finished);
//! recorder.finish(&mut registration, &report)?;
//!
//! let runs = library.list(&Filter::default())?;
//! assert_eq!(runs[0].state, RunState::Finished);
//! assert_eq!(library.find("last")?.id, registration.id());
//! # Ok(())
//! # }
//! ```

mod catalogue;
mod error;
mod home;
mod owner;
mod record;
mod recorder;
mod schema;

pub use catalogue::{Filter, Library, Rebuilt};
pub use error::{Candidate, LibraryError};
pub use home::{Home, HomeError, HomeFacts, HomeOrigin};
pub use owner::{Liveness, Owner};
pub use record::{AuditEvent, NewRun, Registration, RunDetails, RunRow, StageMemory};
pub use recorder::{Recorder, RecorderObserver};
pub use schema::SCHEMA_VERSION;
