//! Numbers at risk under the x axis.

use super::super::canvas::{Anchor, Canvas, Ink, Type, line_height};
use super::super::measure::{shorten, width};
use super::Plot;
use crate::figure::AtRisk;
use crate::number::Number;

/// How high the table will be.
pub(in crate::svg) fn height(at_risk: &AtRisk, size: f64) -> f64 {
    let named = at_risk.rows.len() > 1;
    line_height(size) * (1.0 + at_risk.rows.len() as f64 * if named { 2.0 } else { 1.0 }) + 10.0
}

/// A heading, then a row of numbers per group, each under its place on the axis; numbers that would touch are thinned evenly.
pub(in crate::svg) fn at_risk(canvas: &mut Canvas, plot: &Plot, at_risk: &AtRisk, top: f64) {
    let size = plot.metrics.small;
    let step = line_height(size);
    let mut y = top + 4.0 + size;
    let cut = |words: &str| {
        let room = plot.metrics.width - 4.0;
        if width(words, size) > room {
            shorten(words, size, room)
        } else {
            words.to_owned()
        }
    };
    let heading = match &at_risk.rows[..] {
        [only] if !only.name.is_empty() => format!("{}: {}", at_risk.label, only.name),
        _ => at_risk.label.clone(),
    };
    canvas.text(0.0, y, Type::new(size, Ink::Muted).bold(), &cut(&heading));
    y += step;
    let words: Vec<Vec<String>> = at_risk
        .rows
        .iter()
        .map(|row| {
            row.values
                .iter()
                .map(|value| Number::new(*value, 0).to_string())
                .collect()
        })
        .collect();
    let widest = words
        .iter()
        .flatten()
        .map(|words| width(words, size))
        .fold(0.0, f64::max);
    let places: Vec<f64> = at_risk.at.iter().map(|place| plot.x.at(*place)).collect();
    let closest = places
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .fold(f64::INFINITY, f64::min);
    let every = (1..=places.len().max(1))
        .find(|every| closest * *every as f64 >= widest + 8.0)
        .unwrap_or(places.len().max(1));
    for (row, words) in at_risk.rows.iter().zip(&words) {
        if at_risk.rows.len() > 1 {
            canvas.text(0.0, y, Type::new(size, Ink::Muted), &cut(&row.name));
            y += step;
        }
        for (place, words) in places.iter().zip(words).step_by(every) {
            canvas.text(
                *place,
                y,
                Type::new(size, Ink::Strong).anchor(Anchor::Middle),
                words,
            );
        }
        y += step;
    }
}
