//! Grids, windows, resampling, merging: pixels never depend on a window.
//!
//! ```
//! use weir_raster::{Area, Average, Axis, Grid, PassError, Sum, Window, overlaps, AreaPass};
//!
//! // 5 × 5 cells of 0.1 degrees become 2 × 2 of 0.25: the middle row and column are split in half.
//! let source = Grid::new(Axis::new(0.0, 0.1, 5)?, Axis::new(0.5, -0.1, 5)?);
//! let target = Grid::new(Axis::new(0.0, 0.25, 2)?, Axis::new(0.5, -0.25, 2)?);
//! let (x, y) = overlaps(&source, &target, Area::Planar)?;
//! let values: Vec<f32> = (1..=25).map(|value| value as f32).collect();
//!
//! let mut sums = AreaPass::new(Sum, &x, &y);
//! let mut rows = Vec::new();
//! let all = Window { row: 0, column: 0, columns: 5, values: &values, nodata: None };
//! sums.take(&all, |row, values| {
//!     rows.push((row, values.to_vec()));
//!     Ok::<_, PassError>(())
//! })?;
//! assert_eq!(rows, [(0, vec![36.25, 51.25]), (1, vec![111.25, 126.25])]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod area;
mod crs;
mod export;
mod geotiff;
mod grid;
mod job;
mod layer;
mod overlap;
mod pixel;
mod plan;
mod sample;

pub use area::{
    AreaPass, Average, Count, Coverage, Deviation, Maximum, Minimum, Mode, PassError, Quantile,
    Statistic, Sum, Thresholded,
};
pub use crs::{CrsError, Transform};
pub use export::{
    ChunkRows, Column, Export, ExportError, Exported, GeoTiffExport, GeoTiffOptions, Geometry,
    Offsets, Overviews, Part, PartWriter, Rows, TableCompression, TableExport, TableFormat,
    TableOptions, Target, TiffLayout,
};
pub use geotiff::{
    Compression, Crs, GeoTiff, GeoTiffError, Info, PixelType, Place, ReadAt, ReadLimits, Samples,
};
pub use grid::{Axis, Grid, GridError, MAX_CELLS, Rational};
pub use job::{
    Completed, InputFacts, Job, JobError, LayerFacts, Output, Preflight, RasterFacts, TargetError,
    WINDOWS, WindowChange, WindowSize, Written, outputs_are_whole,
};
pub use layer::{Layer, LayerError, LayerOptions, Method, UnknownMethod};
pub use overlap::{Area, AxisOverlap, Measure, Shares, overlaps};
pub use pixel::{Pixel, Window};
pub use plan::{
    CellSize, CrsName, Fill, LayerPlan, METHODS, Notation, OutputKind, OutputPlan, PLAN_CODES,
    PixelCells, Plan, ReadPlanError, Said, TableRows, TargetPlan,
};
