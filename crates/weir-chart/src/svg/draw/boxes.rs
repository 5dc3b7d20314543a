//! Percentiles per category.

use super::super::canvas::{Canvas, Ink};
use super::Plot;
use crate::mark::Boxes;

/// A thin line, a box, a bar at the median, a ring at the mean.
pub(in crate::svg) fn boxes(canvas: &mut Canvas, plot: &Plot, boxes: &Boxes) {
    let ink = Ink::Of(plot.colors.get(&boxes.concept));
    let wide = (plot.right - plot.left) / boxes.summaries.len().max(1) as f64;
    let half = (wide * 0.28).min(22.0);
    for (i, summary) in boxes.summaries.iter().enumerate() {
        let Some(s) = summary else { continue };
        let middle = plot.left + wide * (i as f64 + 0.5);
        canvas.stroke(
            (middle, plot.y.at(s.p5)),
            (middle, plot.y.at(s.p95)),
            ink,
            1.5,
        );
        let (top, foot) = (plot.y.at(s.p75), plot.y.at(s.p25));
        canvas.rect(
            (middle - half, top),
            (half * 2.0, foot - top),
            Ink::Grid,
            1.0,
        );
        canvas.rect((middle - half, top), (half * 2.0, foot - top), ink, 0.45);
        let median = plot.y.at(s.p50);
        canvas.stroke((middle - half, median), (middle + half, median), ink, 3.0);
        if let Some(mean) = s.mean {
            canvas.ring((middle, plot.y.at(mean)), 3.5, ink);
        }
    }
}
