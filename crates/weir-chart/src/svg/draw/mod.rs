//! One file per kind of mark.

mod at_risk;
mod axes;
mod bars;
mod boxes;
mod heat;
mod lines;
mod references;
mod stack;

pub(super) use at_risk::{at_risk, height as at_risk_height};
pub(super) use axes::{Bottom, axes};
pub(super) use bars::bars;
pub(super) use boxes::boxes;
pub(super) use heat::heat;
pub(super) use lines::{bands, line};
pub(super) use references::{Box as Occupied, lines as reference_lines, names as reference_names};
pub(super) use stack::{shown, stack};

use super::colors::Colors;
use super::metrics::Metrics;
use super::scale::{Scale, Settled};

/// The plot: where it lies on the paper and how data are placed in it.
pub(super) struct Plot<'a> {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
    pub(super) x_axis: &'a Settled,
    pub(super) y_axis: &'a Settled,
    pub(super) x: Scale,
    pub(super) y: Scale,
    pub(super) colors: &'a Colors,
    pub(super) metrics: Metrics,
}
