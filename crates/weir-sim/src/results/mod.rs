//! What a run leaves: `patients`, `visits`, `histograms` and `summary`, in memory or as Parquet.
//!
//! The tables are cut into **parts** of [`PART`] patients and row groups of [`BLOCK`] patients, places
//! that depend on nothing but the patient's number. A part's bytes are a pure function of (protocol,
//! seed, length, part), so neither budget nor threads nor an interruption can change them.

mod access;
mod batches;
mod compressor;
mod damage;
mod decoding;
mod error;
mod file_record;
mod held;
mod layout;
mod many_values;
mod open;
mod part;
mod row_groups;
mod schema;
mod small_values;
mod summary_table;
mod table_file;

pub use access::{Batches, Patients, Results, Tier};
pub use batches::{BlockBatches, batches};
pub use damage::Damage;
pub use error::ResultsError;
pub use file_record::FileRecord;
pub use held::Held;
pub use layout::{BLOCK, Layout, PART, parts, patients_of_part};
pub use open::Stored;
pub use part::{JournalRecord, PartRecord, PartWriter};
pub use schema::{counts_schema, patients_schema, summary_schema, visits_schema};
pub use summary_table::{read_counts, write_counts, write_summary};
pub use table_file::{Compression, Stamp, TableFile};
