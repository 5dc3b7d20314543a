//! The engine: patients in, visits and counts out. A block is a pure function of (model, patients).

mod appointments;
mod block;
mod eye_course;
mod model;
mod months;
mod patient;

pub use block::{Block, Done, End, Exam, PatientColumns, VisitColumns};
pub use model::{Model, TimeEngine};
