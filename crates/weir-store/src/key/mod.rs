//! Keys of datasets: typed fields in levels.

mod schema;
mod value;

pub use schema::{KeyError, KeyField, KeySchema, KeyType};
pub use value::{Key, KeyPrefix, KeyValue};
