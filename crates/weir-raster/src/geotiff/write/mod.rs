//! Encoding: from rows of values to the bytes of a tiled TIFF.

mod cells;
mod entry;
mod head;
mod layout;
mod metadata;
mod predict;
mod tags;
mod tile;

pub(crate) use cells::{Cells, Unwritable};
pub(crate) use entry::Entry;
pub(crate) use layout::{FileLayout, Image};
pub(crate) use metadata::metadata_xml;
pub(crate) use tags::georeference;
pub(crate) use tile::{TileCoding, TileEncoder, is_uniform};
