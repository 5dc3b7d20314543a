//! Lines at one value, and a quiet place for their names.

use super::super::canvas::{Canvas, Ink, Type, n};
use super::super::measure::{shorten, width};
use super::Plot;
use crate::mark::Reference;

/// A rectangle on the paper.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::svg) struct Box {
    pub(in crate::svg) left: f64,
    pub(in crate::svg) right: f64,
    pub(in crate::svg) top: f64,
    pub(in crate::svg) bottom: f64,
}

impl Box {
    fn meets(&self, other: &Box) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    /// Smallest rectangle around two corners.
    pub(in crate::svg) fn around(a: (f64, f64), b: (f64, f64)) -> Self {
        Self {
            left: a.0.min(b.0),
            right: a.0.max(b.0),
            top: a.1.min(b.1),
            bottom: a.1.max(b.1),
        }
    }
}

/// The lines.
pub(in crate::svg) fn lines(canvas: &mut Canvas, plot: &Plot, references: &[&Reference]) {
    for reference in references {
        let y = plot.y.at(reference.at);
        canvas.path(
            &format!("M{} {}H{}", n(plot.left), n(y), n(plot.right)),
            Ink::Axis,
            1.0,
            true,
        );
    }
}

/// Their names, above or below the line at its left, middle or right: where the least is drawn already.
pub(in crate::svg) fn names(
    canvas: &mut Canvas,
    plot: &Plot,
    references: &[&Reference],
    drawn: &[Box],
) {
    let size = plot.metrics.small;
    let mut taken = drawn.to_vec();
    for reference in references {
        let room = plot.right - plot.left - 12.0;
        let words = if width(&reference.label, size) > room {
            shorten(&reference.label, size, room)
        } else {
            reference.label.clone()
        };
        let place = quietest(
            plot,
            width(&words, size),
            size,
            plot.y.at(reference.at),
            &taken,
        );
        canvas.text(
            place.left,
            place.bottom - size * 0.28,
            Type::new(size, Ink::Muted).rim(),
            &words,
        );
        taken.push(place);
    }
}

fn quietest(plot: &Plot, wide: f64, size: f64, y: f64, taken: &[Box]) -> Box {
    let lefts = [
        plot.left + 6.0,
        plot.right - 6.0 - wide,
        (plot.left + plot.right - wide) / 2.0,
    ];
    let above = |left: f64| Box {
        left,
        right: left + wide,
        top: y - 3.0 - size,
        bottom: y - 3.0,
    };
    let below = |left: f64| Box {
        left,
        right: left + wide,
        top: y + 3.0,
        bottom: y + 3.0 + size,
    };
    let inside = |place: &Box| place.top >= plot.top - 2.0 && place.bottom <= plot.bottom + 2.0;
    let candidates = lefts
        .into_iter()
        .map(above)
        .chain(lefts.into_iter().map(below));
    candidates
        .filter(inside)
        .min_by_key(|place| taken.iter().filter(|other| place.meets(other)).count())
        .unwrap_or_else(|| above(lefts[0]))
}
