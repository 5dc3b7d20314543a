//! The library: registering, listing, finding, taking over, removing, making again.

mod find;
mod folder;
mod library;
mod list;
mod memory;
mod outside;
mod rebuild;
mod refresh;
mod register;
mod remove;
mod rows;
mod show;
mod sql;
mod take_over;
mod words;

pub use library::Library;
pub use list::Filter;
pub use rebuild::Rebuilt;
pub(crate) use rows::{
    append_stage, insert_manifest_end, insert_run, insert_sample, later, replace_report,
};
pub(crate) use sql::{signed, sql_error, unsigned};
