//! Counts on a grid.

use super::super::canvas::{Canvas, Ink};
use super::Plot;
use crate::mark::Heat;

/// A shade per cell, by the root of its count, so that the few are seen beside the many.
pub(in crate::svg) fn heat(canvas: &mut Canvas, plot: &Plot, heat: &Heat) {
    let ink = Ink::Of(plot.colors.get(&heat.concept));
    let most = heat
        .values
        .iter()
        .fold(0.0, |most: f64, value| most.max(*value));
    let mut values = heat.values.iter();
    for column in heat.x_edges.windows(2) {
        for row in heat.y_edges.windows(2) {
            let Some(value) = values.next().filter(|value| **value > 0.0) else {
                continue;
            };
            let (left, right) = (plot.x.at(column[0]), plot.x.at(column[1]));
            let (foot, top) = (plot.y.at(row[0]), plot.y.at(row[1]));
            let shade = 0.06 + 0.94 * (value / most).sqrt();
            canvas.rect((left, top), (right - left, foot - top), ink, shade);
        }
    }
}
