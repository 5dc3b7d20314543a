//! From where to where the data of a figure reach.

use crate::figure::Figure;
use crate::mark::{Arrangement, Mark, Places, StackUnit};

#[derive(Debug, Default)]
struct Reach {
    found: Option<Span>,
}

impl Reach {
    fn add(&mut self, value: f64) {
        if value.is_finite() {
            let (low, high) = self.found.unwrap_or((value, value));
            self.found = Some((low.min(value), high.max(value)));
        }
    }
}

/// Lowest and highest.
type Span = (f64, f64);

/// Lowest and highest x and y; `None` where there is nothing.
pub(super) fn extent(figure: &Figure) -> (Option<Span>, Option<Span>) {
    let (mut x, mut y) = (Reach::default(), Reach::default());
    for mark in figure.marks() {
        match mark {
            Mark::Line(line) => {
                for point in &line.points {
                    x.add(point.0);
                    y.add(point.1);
                }
                for point in line.bands.iter().flat_map(|band| &band.points) {
                    x.add(point.0);
                    y.add(point.1);
                    y.add(point.2);
                }
            }
            Mark::Stack(stack) => {
                stack.x.iter().for_each(|place| x.add(*place));
                y.add(0.0);
                match stack.unit {
                    StackUnit::Count => stack.totals.iter().for_each(|total| y.add(*total)),
                    StackUnit::Share => y.add(1.0),
                }
            }
            Mark::Bars(bars) => {
                if let Places::Edges(edges) = &bars.places {
                    edges.iter().for_each(|edge| x.add(*edge));
                }
                y.add(0.0);
                let places = bars
                    .series
                    .iter()
                    .map(|series| series.values.len())
                    .max()
                    .unwrap_or(0);
                for place in 0..places {
                    let here = bars
                        .series
                        .iter()
                        .filter_map(|s| s.values.get(place))
                        .filter(|v| v.is_finite());
                    match bars.arrangement {
                        Arrangement::Stacked => y.add(here.sum()),
                        Arrangement::Grouped => here.for_each(|value| y.add(*value)),
                    }
                }
            }
            Mark::Boxes(boxes) => {
                for summary in boxes.summaries.iter().flatten() {
                    y.add(summary.p5);
                    y.add(summary.p95);
                    summary.mean.into_iter().for_each(|mean| y.add(mean));
                }
            }
            Mark::Heat(heat) => {
                heat.x_edges.iter().for_each(|edge| x.add(*edge));
                heat.y_edges.iter().for_each(|edge| y.add(*edge));
            }
            Mark::Reference(reference) => y.add(reference.at),
        }
    }
    if let Some(at_risk) = figure.at_risk() {
        at_risk.at.iter().for_each(|place| x.add(*place));
    }
    (x.found, y.found)
}
