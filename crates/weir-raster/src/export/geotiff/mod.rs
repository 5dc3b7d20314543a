//! GeoTIFF and COG: one column, one band, one file.
//!
//! A part's file holds the encoded tiles of its rows, those of the first overviews too, and what the further overviews are made of. So parts are
//! encoded on as many threads as there are, and [`GeoTiffExport::assemble`](crate::Export::assemble) copies.

mod assemble;
mod export;
mod options;
mod output;
mod overview;
mod part_file;
mod part_reader;
mod part_writer;
mod plan;
mod tile_rows;

pub use export::GeoTiffExport;
pub use options::{GeoTiffOptions, Offsets, Overviews, TiffLayout};
