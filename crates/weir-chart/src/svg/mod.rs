//! Drawing a figure as SVG.

mod canvas;
mod colors;
mod describe;
mod draw;
mod extent;
mod forest;
mod key;
mod labels;
mod measure;
mod metrics;
mod scale;
mod sheet;
mod spread;

use std::collections::BTreeSet;

use crate::color::Color;
use crate::figure::Figure;
use crate::palette::Palette;

pub(crate) use canvas::escape;
pub(crate) use forest::{colors as forest_colors, inline as forest};

/// How wide a drawing is meant to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// 960 units: screens and paper.
    Wide,
    /// 400 units: phones and half columns.
    Compact,
}

/// A file of its own, with title and caption.
pub(crate) fn file(figure: &Figure, palette: &Palette, layout: Layout) -> String {
    let mut out = sheet::file(figure, palette, layout);
    out.push('\n');
    out
}

/// The drawing alone, for a page that writes title and caption itself. `id` must be its own on the page.
pub(crate) fn inline(figure: &Figure, palette: &Palette, layout: Layout, id: &str) -> String {
    sheet::inline(figure, palette, layout, id)
}

/// Every concept's colour on a figure.
pub(crate) fn colors(figure: &Figure, palette: &Palette) -> BTreeSet<Color> {
    colors::Colors::of(figure, palette).all()
}
