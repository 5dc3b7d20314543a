//! Names beside the plot, at the end of what they name.

use super::canvas::{Canvas, Ink, Type, line_height};
use super::colors::Colors;
use super::draw::{self, Plot};
use super::measure::{bold_width, width, wrap};
use super::metrics::Metrics;
use super::spread::{Wanted, spread};
use crate::figure::Figure;
use crate::mark::{Line, Mark};

/// From the plot to the names.
const AWAY: f64 = 16.0;

/// A name beside the plot.
pub(super) struct Label {
    lines: Vec<String>,
    ink: Ink,
    /// Where it belongs, as data; no x is the right end of the plot.
    pub(super) at: (Option<f64>, f64),
}

/// The names of series, and of references where marks would hide them; `None` when they do not all fit.
pub(super) fn of(figure: &Figure, colors: &Colors, metrics: Metrics) -> Option<Vec<Label>> {
    let mut labels = Vec::new();
    let crowded = figure
        .marks()
        .iter()
        .any(|mark| matches!(mark, Mark::Bars(_) | Mark::Boxes(_) | Mark::Heat(_)));
    for mark in figure.marks() {
        match mark {
            Mark::Line(line) => labels.extend(of_line(line, colors, metrics)),
            Mark::Stack(stack) => {
                let (Some(x), Some(total)) = (stack.x.last(), stack.totals.last()) else {
                    continue;
                };
                let mut foot = 0.0;
                for layer in &stack.layers {
                    let value = layer.values.last().copied().unwrap_or(0.0);
                    let middle = draw::shown(stack.unit, foot + value / 2.0, *total);
                    foot += value;
                    if layer.values.iter().any(|value| *value > 0.0) {
                        let ink = Ink::Of(colors.get(&layer.concept));
                        labels.push(Label {
                            lines: beside(&layer.name, metrics),
                            ink,
                            at: (Some(*x), middle),
                        });
                    }
                }
            }
            Mark::Reference(reference) if crowded && !figure.is_empty() => labels.push(Label {
                lines: beside(&reference.label, metrics),
                ink: Ink::Muted,
                at: (None, reference.at),
            }),
            _ => {}
        }
    }
    let fits = |label: &Label| {
        label.lines.len() <= 3
            && label
                .lines
                .iter()
                .all(|line| bold_width(line, metrics.base) <= metrics.label_room)
    };
    let high: f64 = labels.iter().map(|label| height(label, metrics)).sum();
    (labels.iter().all(fits) && high <= metrics.plot_height).then_some(labels)
}

fn of_line(line: &Line, colors: &Colors, metrics: Metrics) -> Option<Label> {
    let (x, y) = line.points.iter().rfind(|(_, y)| y.is_finite())?;
    let ink = Ink::Of(colors.get(&line.concept));
    Some(Label {
        lines: beside(&line.name, metrics),
        ink,
        at: (Some(*x), *y),
    })
}

/// Wrapped to the room beside the plot, but never cut: a name that would be cut makes more lines than fit.
fn beside(name: &str, metrics: Metrics) -> Vec<String> {
    let widest = name
        .split_whitespace()
        .map(|word| bold_width(word, metrics.base))
        .fold(0.0, f64::max);
    // The room is for semibold, the wrapping measures regular.
    wrap(
        name,
        metrics.base,
        metrics.label_room.max(widest) * width("m", 1.0) / bold_width("m", 1.0),
        4,
    )
}

fn height(label: &Label, metrics: Metrics) -> f64 {
    line_height(metrics.base) * label.lines.len() as f64 + 2.0
}

/// The width they need right of the plot.
pub(super) fn room(labels: &[Label], metrics: Metrics) -> f64 {
    let lines = labels.iter().flat_map(|label| &label.lines);
    lines
        .map(|line| bold_width(line, metrics.base))
        .fold(0.0, f64::max)
        + AWAY
        + 2.0
}

/// Sets the names, with a thin leader where a name had to move away from its line.
pub(super) fn place(canvas: &mut Canvas, plot: &Plot, labels: &[Label]) {
    let metrics = plot.metrics;
    let end = |label: &Label| {
        (
            label.at.0.map_or(plot.right, |x| plot.x.at(x)),
            plot.y.at(label.at.1),
        )
    };
    let ends: Vec<(f64, f64)> = labels.iter().map(end).collect();
    let wanted: Vec<Wanted> = labels
        .iter()
        .zip(&ends)
        .map(|(label, end)| Wanted {
            center: end.1,
            height: height(label, metrics),
        })
        .collect();
    let Some(centers) = spread(&wanted, plot.top - 10.0, plot.bottom + 10.0) else {
        return;
    };
    let moved = |end: &(f64, f64), center: f64| (end.1 - center).abs() > metrics.base * 0.45;
    let any_moved = ends
        .iter()
        .zip(&centers)
        .any(|(end, center)| moved(end, *center));
    let x = plot.right + if any_moved { AWAY } else { 9.0 };
    for ((label, end), center) in labels.iter().zip(&ends).zip(centers) {
        if moved(end, center) || x - end.0 > AWAY + 2.0 {
            canvas.stroke((end.0 + 2.0, end.1), (x - 3.0, center), Ink::Axis, 0.75);
        }
        let top = center - line_height(metrics.base) * label.lines.len() as f64 / 2.0;
        let how = Type::new(metrics.base, label.ink);
        let how = if label.ink == Ink::Muted {
            how
        } else {
            how.bold()
        };
        canvas.lines(x, top + 1.0, how, &label.lines);
    }
}
