use super::Report;
use crate::palette::Palette;
pub(super) fn page(_report: &Report, _palette: &Palette) -> String {
    String::new()
}
