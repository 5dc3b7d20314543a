//! One raster brought onto a target grid, target rows out.

mod along;
mod error;
mod fit;
mod method;
mod open;
mod options;
mod part;
mod pass;
mod reading;
mod strip;
mod warp;

pub use error::LayerError;
pub use method::{Method, UnknownMethod};
pub use open::Layer;
pub use options::LayerOptions;
