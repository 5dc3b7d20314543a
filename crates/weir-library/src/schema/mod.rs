//! The catalogue's tables, their version, and the way from every earlier version to this one.

mod open;

pub(crate) use open::{Freshness, open};

/// The schema version that this weir writes, and the newest it reads.
pub const SCHEMA_VERSION: u32 = MIGRATIONS.len() as u32;

/// What leads from each version to the next; entry 0 makes version 1. Entries never change
/// once they are released.
const MIGRATIONS: &[&str] = &[include_str!("v1.sql"), include_str!("v2.sql")];

/// Marks a SQLite file as a catalogue of weir (`PRAGMA application_id`): "weir" in ASCII.
const APPLICATION_ID: i32 = 0x7765_6972;
