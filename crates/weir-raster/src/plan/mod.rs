//! Plans as files: which layers, onto which grid, into which files. YAML in which every mistake is told with line,
//! column and remedy.

mod check;
mod code;
mod documents;
mod file;
mod layer;
mod output;
mod short;
mod target;
mod words;

pub use code::PLAN_CODES;
pub use file::{Plan, ReadPlanError};
pub use layer::{LayerPlan, METHODS};
pub use output::{OutputKind, OutputPlan, PixelCells, TableRows};
pub use target::TargetPlan;
pub use weir_yaml::{Notation, Said};
pub use words::{CellSize, CrsName, Fill};
