//! What must hold for each kind of mark.

use super::{Checker, TEXT};
use crate::axis::Domain;
use crate::error::FigureError;
use crate::figure::AtRisk;
use crate::mark::{Arrangement, Bars, Boxes, Heat, Line, Mark, Places, Stack, StackUnit};

const POINTS: usize = 10_000;
/// Layers may miss their total by this share of it.
const CONSERVED: f64 = 1e-9;

impl Checker<'_> {
    pub(super) fn line(&self, line: &Line) -> Result<(), FigureError> {
        self.limit("points in a series", line.points.len(), POINTS)?;
        self.limit("bands of a series", line.bands.len(), 8)?;
        self.rising_on_x(&line.name, line.points.iter().map(|(x, _)| *x))?;
        for (index, (_, y)) in line.points.iter().enumerate() {
            self.drawable(&line.name, index, *y)?;
        }
        for band in &line.bands {
            let part = format!("{}: {}", line.name, band.meaning.words());
            self.limit("characters in one text", part.chars().count(), 2 * TEXT)?;
            self.limit("points in a band", band.points.len(), POINTS)?;
            self.rising_on_x(&part, band.points.iter().map(|(x, _, _)| *x))?;
            for (index, (_, low, high)) in band.points.iter().enumerate() {
                self.drawable(&part, index, *low)?;
                self.drawable(&part, index, *high)?;
                if low > high {
                    return Err(self.number(
                        &part,
                        index,
                        *low,
                        "is the lower edge and lies above the upper one",
                    ));
                }
            }
        }
        Ok(())
    }

    pub(super) fn stack(&self, stack: &Stack) -> Result<(), FigureError> {
        self.limit("layers", stack.layers.len(), 24)?;
        self.limit("columns of a stack", stack.x.len(), POINTS)?;
        self.rising_on_x("stack", stack.x.iter().copied())?;
        self.length("totals of the stack", stack.totals.len(), stack.x.len())?;
        for layer in &stack.layers {
            self.length(&layer.name, layer.values.len(), stack.x.len())?;
            self.counts(&layer.name, &layer.values)?;
        }
        self.counts("total", &stack.totals)?;
        for (column, (x, total)) in stack.x.iter().zip(&stack.totals).enumerate() {
            let sum: f64 = stack.layers.iter().map(|layer| layer.values[column]).sum();
            if (sum - total).abs() > CONSERVED * total.max(1.0) && !stack.layers.is_empty() {
                return Err(FigureError::NotConserved {
                    figure: self.figure.to_owned(),
                    x: *x,
                    sum,
                    total: *total,
                });
            }
            let top = if stack.unit == StackUnit::Share {
                1.0
            } else {
                *total
            };
            self.on("stack", "y", top)?;
        }
        self.on("the foot of the stack", "y", 0.0)
    }

    pub(super) fn bars(&self, bars: &Bars) -> Result<(), FigureError> {
        self.limit("series of bars", bars.series.len(), 12)?;
        let places = match &bars.places {
            Places::Categories => self.categories(),
            Places::Edges(edges) => {
                self.rising_on_x("edges", edges.iter().copied())?;
                edges.len().saturating_sub(1)
            }
        };
        self.limit("bars", places * bars.series.len(), 2_000)?;
        for series in &bars.series {
            self.length(&series.name, series.values.len(), places)?;
            for (index, value) in series.values.iter().enumerate() {
                self.drawable(&series.name, index, *value)?;
                if bars.arrangement == Arrangement::Stacked && *value < 0.0 {
                    return Err(self.number(
                        &series.name,
                        index,
                        *value,
                        "is negative, which cannot be stacked",
                    ));
                }
            }
        }
        if bars.arrangement == Arrangement::Stacked {
            for place in 0..places {
                let sum: f64 = bars
                    .series
                    .iter()
                    .map(|s| s.values[place])
                    .filter(|value| value.is_finite())
                    .sum();
                self.on("stacked bars", "y", sum)?;
            }
        }
        self.on("the foot of the bars", "y", 0.0)
    }

    pub(super) fn boxes(&self, boxes: &Boxes) -> Result<(), FigureError> {
        self.length(&boxes.of, boxes.summaries.len(), self.categories())?;
        for (index, summary) in boxes.summaries.iter().enumerate() {
            let Some(summary) = summary else { continue };
            let five = [
                summary.p5,
                summary.p25,
                summary.p50,
                summary.p75,
                summary.p95,
            ];
            for value in five.into_iter().chain(summary.mean) {
                self.finite(&boxes.of, index, value)?;
                self.on(&boxes.of, "y", value)?;
            }
            if let Some(pair) = five.windows(2).find(|pair| pair[0] > pair[1]) {
                return Err(self.number(
                    &boxes.of,
                    index,
                    pair[0],
                    "is a percentile above the next one",
                ));
            }
        }
        Ok(())
    }

    pub(super) fn heat(&self, heat: &Heat) -> Result<(), FigureError> {
        self.rising_on_x("x edges", heat.x_edges.iter().copied())?;
        self.rising("y edges", heat.y_edges.iter().copied())?;
        for edge in &heat.y_edges {
            self.on("y edges", "y", *edge)?;
        }
        let cells = heat.x_edges.len().saturating_sub(1) * heat.y_edges.len().saturating_sub(1);
        self.limit("cells", cells, 5_000)?;
        self.length(&heat.of, heat.values.len(), cells)?;
        self.counts(&heat.of, &heat.values)
    }

    pub(super) fn at_risk(&self, at_risk: &AtRisk, marks: &[Mark]) -> Result<(), FigureError> {
        if marks
            .iter()
            .any(|mark| matches!(mark, Mark::Bars(_) | Mark::Boxes(_) | Mark::Heat(_)))
            || matches!(self.x.domain, Domain::Categories(_))
        {
            return Err(self.mixed("numbers at risk go under lines and stacks"));
        }
        self.limit("rows at risk", at_risk.rows.len(), 12)?;
        self.limit("places at risk", at_risk.at.len(), 60)?;
        self.limit(
            "characters in one text",
            at_risk.label.chars().count(),
            TEXT,
        )?;
        self.rising_on_x(&at_risk.label, at_risk.at.iter().copied())?;
        for row in &at_risk.rows {
            self.limit("characters in one text", row.name.chars().count(), TEXT)?;
            self.length(&row.name, row.values.len(), at_risk.at.len())?;
            self.counts(&row.name, &row.values)?;
        }
        Ok(())
    }
}
