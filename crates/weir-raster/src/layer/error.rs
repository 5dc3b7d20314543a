//! Why a layer cannot be.

use weir_memory::Refusal;
use weir_run::Cancelled;

use crate::{GeoTiffError, GridError};

/// Why a layer cannot be brought onto a target.
#[derive(Debug, thiserror::Error)]
pub enum LayerError {
    /// The file is damaged, not read, or has no such band.
    #[error(transparent)]
    GeoTiff(#[from] GeoTiffError),
    /// The grids do not go together.
    #[error("{name}: {source}")]
    Grid {
        /// The file.
        name: String,
        /// Why.
        source: GridError,
    },
    /// There is no way from the raster's reference system to the target's.
    #[error("{name} has {source_crs} and the target {target_crs}: {reason}")]
    Crs {
        /// The file.
        name: String,
        /// The raster's reference system.
        source_crs: String,
        /// The target's.
        target_crs: String,
        /// Why, and what to do.
        reason: String,
    },
    /// The raster and the target have no cell in common.
    #[error(
        "{name} reaches from {} to {} and from {} to {}, and the target from {} to {} and from {} to {}: they have no cell in common; name another extent (-te) or leave the layer out",
        source_extent[0], source_extent[2], source_extent[1], source_extent[3],
        target_extent[0], target_extent[2], target_extent[1], target_extent[3]
    )]
    Apart {
        /// The file.
        name: String,
        /// West, south, east, north of the raster.
        source_extent: [f64; 4],
        /// West, south, east, north of the target.
        target_extent: [f64; 4],
    },
    /// What is asked for cannot be.
    #[error("{name}: {reason}")]
    Unfit {
        /// The file.
        name: String,
        /// What, and what to do.
        reason: String,
    },
    /// The budget has no room.
    #[error(transparent)]
    Memory(#[from] Refusal),
    /// The run was cancelled.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// Rows were asked for before they were begun, or after an error.
    #[error("{name}: no rows are begun")]
    NotStarted {
        /// The file.
        name: String,
    },
}
