//! Figures as SVG, and one self-contained HTML report.
//!
//! This crate knows no job: it takes plain numbers with names and draws them. A [`Figure`] is validated once,
//! when it is built; after that drawing cannot fail, and the same figure gives the same bytes everywhere.
//!
//! ```
//! use weir_chart::{Axis, Band, BandMeaning, Figure, Line, Palette, Reference};
//!
//! let mean = [(0.0, 61.2), (1.0, 66.0), (2.0, 64.8)];
//! let band = [(0.0, 40.0, 82.0), (1.0, 44.0, 86.0), (2.0, 41.0, 86.0)];
//! let figure = Figure::new("acuity", "Visual acuity over time")
//!     .x(Axis::years("Time since first visit", 2.0))
//!     .y(Axis::letters("Visual acuity"))
//!     .mark(
//!         Line::new("All patients", mean)
//!             .meaning("mean")
//!             .band(Band::new(BandMeaning::Percentiles { low: 5, high: 95, of: "patients".into() }, band)),
//!     )
//!     .mark(Reference::horizontal(70.0, "70 letters: driving"))
//!     .source("run calm-heron", "1,000 patients", "no filter")
//!     .build()?;
//!
//! let svg = figure.to_svg(&Palette::default());
//! assert!(svg.starts_with("<svg"));
//! let csv = figure.to_csv();
//! assert!(csv.contains("All patients: mean"));
//! # Ok::<(), weir_chart::FigureError>(())
//! ```

mod axis;
mod color;
mod error;
mod figure;
mod forest;
mod mark;
mod number;
mod palette;
mod report;
mod svg;
mod table;

pub use axis::{Axis, Domain, Numbers, Ticks};
pub use color::Color;
pub use error::FigureError;
pub use figure::{AtRisk, AtRiskRow, Caption, Figure, FigureBuilder};
pub use forest::{Forest, ForestGroup, ForestRow};
pub use mark::{
    Arrangement, Band, BandMeaning, BarSeries, Bars, BoxSummary, Boxes, Heat, Layer, Line, Mark,
    Places, Reference, Shape, Stack, StackUnit,
};
pub use palette::Palette;
pub use report::{Badge, Item, Report, Section, Tile, Tone};
pub use svg::Layout;
pub use table::{Cell, Column, Table};
