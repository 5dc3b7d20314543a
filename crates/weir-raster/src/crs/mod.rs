//! From one reference system to another.
//!
//! Projections are those of `proj4rs`, a Rust form of PROJ.4. No datum is shifted: WGS 84, ETRS89, NAD83 and GDA94 are taken as one, as
//! EPSG's own transformations between them do (zeros, good to one or two metres), and MODIS' sphere has the latitudes of the ellipsoid,
//! as in PROJ. Systems on other datums are refused.
//!
//! `proj4rs` takes sines and logarithms from the system's library, so that coordinates, and what is made with them, may differ in their last
//! bits from one platform to another. Everything in one reference system does not.

mod system;
mod transform;

use crate::Crs;
use system::System;

/// Whether both are longitudes and latitudes in degrees on datums that are taken as one.
pub(crate) fn are_degrees(left: &Crs, right: &Crs) -> bool {
    [left, right]
        .iter()
        .all(|crs| System::of(crs) == Some(System::Degrees))
}

pub use transform::{CrsError, Transform};
