//! Series and their bands.

use super::super::canvas::{Canvas, Ink, n};
use super::Plot;
use crate::mark::{Line, Shape};

/// The bands of a series, the widest at the back.
pub(in crate::svg) fn bands(canvas: &mut Canvas, plot: &Plot, line: &Line) {
    let ink = Ink::Of(plot.colors.get(&line.concept));
    for band in &line.bands {
        for run in runs(&band.points, |(_, low, high)| {
            low.is_finite() && high.is_finite()
        }) {
            let high: Vec<(f64, f64)> = run
                .iter()
                .map(|(x, _, high)| (plot.x.at(*x), plot.y.at(*high)))
                .collect();
            let low: Vec<(f64, f64)> = run
                .iter()
                .map(|(x, low, _)| (plot.x.at(*x), plot.y.at(*low)))
                .collect();
            let mut edge = joined(&high, line.shape);
            edge.extend(joined(&low, line.shape).into_iter().rev());
            canvas.band(&format!("{}Z", path(&edge)), ink);
        }
    }
}

/// The series itself.
pub(in crate::svg) fn line(canvas: &mut Canvas, plot: &Plot, line: &Line) {
    let ink = Ink::Of(plot.colors.get(&line.concept));
    for run in runs(&line.points, |(_, y)| y.is_finite()) {
        let points: Vec<(f64, f64)> = run
            .iter()
            .map(|(x, y)| (plot.x.at(*x), plot.y.at(*y)))
            .collect();
        match points[..] {
            [only] => canvas.dot(only, plot.metrics.line, ink),
            _ => canvas.path(
                &path(&joined(&points, line.shape)),
                ink,
                plot.metrics.line,
                line.dashed,
            ),
        }
    }
}

/// Unbroken runs: a gap is a gap, not a line across it.
fn runs<T>(points: &[T], known: impl Fn(&T) -> bool) -> Vec<&[T]> {
    points
        .split(|point| !known(point))
        .filter(|run| !run.is_empty())
        .collect()
}

/// The corners of a run in its shape.
pub(in crate::svg) fn joined(points: &[(f64, f64)], shape: Shape) -> Vec<(f64, f64)> {
    let mut corners = Vec::with_capacity(points.len() * 2);
    for (i, point) in points.iter().enumerate() {
        if shape == Shape::Step && i > 0 {
            corners.push((point.0, points[i - 1].1));
        }
        corners.push(*point);
    }
    corners
}

/// Straight from corner to corner.
pub(in crate::svg) fn path(corners: &[(f64, f64)]) -> String {
    let mut d = String::new();
    for (i, (x, y)) in corners.iter().enumerate() {
        d.push(if i == 0 { 'M' } else { 'L' });
        d.push_str(&n(*x));
        d.push(' ');
        d.push_str(&n(*y));
    }
    d
}
