//! Stacked areas.

use super::super::canvas::{Canvas, Ink};
use super::Plot;
use super::lines::path;
use crate::mark::{Stack, StackUnit};

/// The areas from the bottom, a thin gap between neighbours.
pub(in crate::svg) fn stack(canvas: &mut Canvas, plot: &Plot, stack: &Stack) {
    let mut foot = vec![0.0; stack.x.len()];
    for layer in &stack.layers {
        let top: Vec<f64> = foot
            .iter()
            .zip(&layer.values)
            .map(|(foot, value)| foot + value)
            .collect();
        let edge = |heights: &[f64]| -> Vec<(f64, f64)> {
            let columns = stack.x.iter().zip(heights).zip(&stack.totals);
            columns
                .map(|((x, height), total)| {
                    (plot.x.at(*x), plot.y.at(shown(stack.unit, *height, *total)))
                })
                .collect()
        };
        let (upper, lower) = (edge(&top), edge(&foot));
        if layer.values.iter().any(|value| *value > 0.0) {
            let mut outline = upper.clone();
            outline.extend(lower.into_iter().rev());
            canvas.area(
                &format!("{}Z", path(&outline)),
                Ink::Of(plot.colors.get(&layer.concept)),
            );
            canvas.gap(&path(&upper), 1.0);
        }
        foot = top;
    }
}

/// A height in the unit of the stack; a column of nobody has no height.
pub(in crate::svg) fn shown(unit: StackUnit, height: f64, total: f64) -> f64 {
    match unit {
        StackUnit::Count => height,
        StackUnit::Share if total > 0.0 => height / total,
        StackUnit::Share => 0.0,
    }
}
