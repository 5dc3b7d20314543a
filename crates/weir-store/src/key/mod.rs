//! Keys of datasets: typed fields in levels.

mod discover;
mod error;
mod folder;
mod schema;
mod text;
mod value;

pub(crate) use discover::discover;
pub use error::KeyError;
pub(crate) use folder::is_foreign;
pub use schema::{KeyField, KeySchema, KeyType};
pub use value::{Key, KeyPrefix, KeyValue};
