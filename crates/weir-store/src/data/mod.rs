//! One Parquet file: one row group, a checksum for every column chunk in the footer, the footer's own in the manifest.
//!
//! The bytes of a file are a function of its rows, its schema and its compression, of nothing else: rows are handed to the
//! encoder in slices of [`SLICE_ROWS`], whatever batches they came in, and nothing of the time or the machine is written.

mod adapt;
mod compression;
mod encoding;
mod error;
mod footer;
mod reader;
mod segments;
mod writer;

pub(crate) use adapt::adapt;
pub use adapt::widens;
pub use compression::Compression;
pub use error::DataError;
pub(crate) use footer::DataFile;
pub(crate) use reader::{DataRows, Reading};
pub(crate) use writer::DataWriter;

/// Rows that the encoder is handed at a time, counted from the start of the file.
pub(crate) const SLICE_ROWS: usize = 8192;

/// Rows of a page; with 8-byte values a page is half a MiB.
pub(crate) const PAGE_ROWS: usize = 65_536;

/// The key in a footer under which the CRC-32 of every column chunk stands: hexadecimal, in the order of the chunks, with commas.
pub(crate) const CHUNK_CRC_KEY: &str = "weir.chunk-crc32";
