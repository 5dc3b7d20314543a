//! What is written from a declaration: JSON Schema, reference page, canonical text.

mod canonical;
mod reference;
mod schema;

pub use canonical::to_yaml;
pub use reference::reference;
pub use schema::json_schema;
