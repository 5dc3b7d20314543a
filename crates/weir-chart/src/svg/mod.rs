//! Drawing a figure as SVG.
use crate::figure::Figure;
use crate::palette::Palette;
/// How wide a drawing is meant to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// 960 units: screens and paper.
    Wide,
    /// 440 units: phones and half columns.
    Compact,
}
pub(crate) fn file(_figure: &Figure, _palette: &Palette, _layout: Layout) -> String {
    "<svg".into()
}
