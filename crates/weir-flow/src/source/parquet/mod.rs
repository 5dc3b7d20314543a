//! Rows of a Parquet file, whoever wrote it, decoded a few at a time.

mod file;
mod open;
mod pages;
mod read;

pub use open::ParquetOptions;
pub use read::ParquetSource;
