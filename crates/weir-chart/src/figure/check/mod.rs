//! Whether the data of a figure hold together: facts in, the first mistake out.

mod marks;

use std::collections::BTreeSet;

use super::{Figure, FigureBuilder};
use crate::axis::{Axis, Domain, Ticks};
use crate::error::FigureError;
use crate::mark::{Mark, Places};

const TEXT: usize = 400;
/// Beyond this a coordinate could lose its precision.
const LARGEST: f64 = 1e15;

/// Whether a mark has anything to draw.
pub(super) fn has_data(mark: &Mark) -> bool {
    match mark {
        Mark::Line(line) => line.points.iter().any(|(_, y)| y.is_finite()),
        Mark::Stack(stack) => {
            !stack.layers.is_empty() && stack.totals.iter().any(|total| *total > 0.0)
        }
        Mark::Bars(bars) => bars
            .series
            .iter()
            .flat_map(|s| &s.values)
            .any(|value| value.is_finite()),
        Mark::Boxes(boxes) => boxes.summaries.iter().any(Option::is_some),
        Mark::Heat(heat) => heat.values.iter().any(|value| *value > 0.0),
        Mark::Reference(_) => false,
    }
}

pub(super) fn check(builder: FigureBuilder) -> Result<Figure, FigureError> {
    let id = builder.id.as_str();
    let first = id.chars().next().is_some_and(|c| c.is_ascii_lowercase());
    let usable = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !first || id.len() > 64 || !id.chars().all(usable) {
        return Err(FigureError::Id {
            id: id.chars().take(100).collect(),
        });
    }
    let missing = |axis| FigureError::AxisMissing {
        figure: id.to_owned(),
        axis,
    };
    let x = builder.x.clone().ok_or_else(|| missing("x"))?;
    let y = builder.y.clone().ok_or_else(|| missing("y"))?;
    let checker = Checker {
        figure: id,
        x: &x,
        y: &y,
    };
    checker.axes()?;
    checker.texts(&builder)?;
    checker.kinds(&builder.marks)?;
    checker.names(&builder.marks)?;
    for mark in &builder.marks {
        match mark {
            Mark::Line(line) => checker.line(line)?,
            Mark::Stack(stack) => checker.stack(stack)?,
            Mark::Bars(bars) => checker.bars(bars)?,
            Mark::Boxes(boxes) => checker.boxes(boxes)?,
            Mark::Heat(heat) => checker.heat(heat)?,
            Mark::Reference(reference) => {
                checker.finite(&reference.label, 0, reference.at)?;
                checker.on(&reference.label, "y", reference.at)?;
            }
        }
    }
    if let Some(at_risk) = &builder.at_risk {
        checker.at_risk(at_risk, &builder.marks)?;
    }
    Ok(Figure::from_parts(builder, x, y))
}

struct Checker<'a> {
    figure: &'a str,
    x: &'a Axis,
    y: &'a Axis,
}

impl Checker<'_> {
    fn axes(&self) -> Result<(), FigureError> {
        for (name, axis) in [("x", self.x), ("y", self.y)] {
            let bad = |from, to, reason| FigureError::AxisDomain {
                figure: self.figure.to_owned(),
                axis: name,
                from,
                to,
                reason,
            };
            if let Ticks::Every(step) = axis.ticks
                && !(1e-6..=LARGEST).contains(&step)
            {
                return Err(bad(
                    0.0,
                    step,
                    "the step between ticks must lie between 1e-6 and 1e15",
                ));
            }
            match &axis.domain {
                Domain::Fixed { from, to } => {
                    if !(from.is_finite()
                        && to.is_finite()
                        && from.abs() <= LARGEST
                        && to.abs() <= LARGEST)
                    {
                        return Err(bad(*from, *to, "the limits must be numbers up to 1e15"));
                    }
                    if to - from < 1e-9 * from.abs().max(to.abs()).max(1e-3) {
                        return Err(bad(
                            *from,
                            *to,
                            "the upper limit must be greater than the lower",
                        ));
                    }
                }
                Domain::Categories(names) if name == "x" => {
                    self.limit("categories", names.len(), 100)?;
                    for category in names {
                        self.limit("characters in a category", category.chars().count(), TEXT)?;
                    }
                }
                Domain::Categories(_) => return Err(self.mixed("categories go on the x axis")),
                Domain::FromZero | Domain::FromData => {}
            }
        }
        Ok(())
    }

    fn texts(&self, builder: &FigureBuilder) -> Result<(), FigureError> {
        let caption = &builder.caption;
        let mut texts = vec![
            &builder.title,
            &builder.subtitle,
            &caption.source,
            &caption.count,
            &caption.filters,
        ];
        texts.extend([&self.x.label, &self.y.label]);
        texts.extend(self.x.unit.iter().chain(&self.y.unit));
        texts.extend(&builder.notes);
        for mark in &builder.marks {
            match mark {
                Mark::Line(line) => texts.extend(std::iter::once(&line.name).chain(&line.meaning)),
                Mark::Stack(stack) => texts.extend(stack.layers.iter().map(|layer| &layer.name)),
                Mark::Bars(bars) => texts.extend(bars.series.iter().map(|series| &series.name)),
                Mark::Boxes(boxes) => texts.push(&boxes.of),
                Mark::Heat(heat) => texts.push(&heat.of),
                Mark::Reference(reference) => texts.push(&reference.label),
            }
        }
        self.limit("notes", builder.notes.len(), 20)?;
        texts
            .iter()
            .try_for_each(|text| self.limit("characters in one text", text.chars().count(), TEXT))
    }

    fn kinds(&self, marks: &[Mark]) -> Result<(), FigureError> {
        self.limit("marks", marks.len(), 64)?;
        let count = |kind: fn(&Mark) -> bool| marks.iter().filter(|mark| kind(mark)).count();
        let lines = count(|mark| matches!(mark, Mark::Line(_)));
        let stacks = count(|mark| matches!(mark, Mark::Stack(_)));
        let alone = count(|mark| matches!(mark, Mark::Bars(_) | Mark::Boxes(_) | Mark::Heat(_)));
        if alone > 1 || (alone == 1 && lines + stacks > 0) {
            return Err(self.mixed(
                "bars, boxes or a heat map stand alone: draw them in figures of their own",
            ));
        }
        if stacks > 1 {
            return Err(self.mixed("two stacks cannot share a figure"));
        }
        let named = matches!(self.x.domain, Domain::Categories(_));
        for mark in marks {
            let needs = match mark {
                Mark::Bars(bars) => bars.places == Places::Categories,
                Mark::Boxes(_) => true,
                Mark::Reference(_) => continue,
                _ => false,
            };
            if needs && !named {
                return Err(
                    self.mixed("these marks stand at categories: give x as Axis::categories")
                );
            }
            if !needs && named {
                return Err(self.mixed("these marks need numbers on the x axis, not categories"));
            }
        }
        Ok(())
    }

    fn names(&self, marks: &[Mark]) -> Result<(), FigureError> {
        let mut seen = BTreeSet::new();
        let mut first = |name: &str| {
            if seen.insert(name.to_owned()) {
                return Ok(());
            }
            Err(FigureError::SameName {
                figure: self.figure.to_owned(),
                name: name.to_owned(),
            })
        };
        for mark in marks {
            match mark {
                Mark::Line(line) => first(&line.name)?,
                Mark::Stack(stack) => stack
                    .layers
                    .iter()
                    .try_for_each(|layer| first(&layer.name))?,
                Mark::Bars(bars) => bars
                    .series
                    .iter()
                    .try_for_each(|series| first(&series.name))?,
                _ => {}
            }
        }
        Ok(())
    }

    fn categories(&self) -> usize {
        if let Domain::Categories(names) = &self.x.domain {
            names.len()
        } else {
            0
        }
    }

    /// A y that is a gap or lies on the axis.
    fn drawable(&self, part: &str, index: usize, y: f64) -> Result<(), FigureError> {
        if !y.is_finite() {
            return Ok(());
        }
        self.finite(part, index, y)?;
        self.on(part, "y", y)
    }

    fn finite(&self, part: &str, index: usize, value: f64) -> Result<(), FigureError> {
        if !value.is_finite() {
            return Err(self.number(part, index, value, "is not a number that can be drawn"));
        }
        if value.abs() > LARGEST {
            return Err(self.number(part, index, value, "is beyond 1e15"));
        }
        Ok(())
    }

    fn counts(&self, part: &str, values: &[f64]) -> Result<(), FigureError> {
        for (index, value) in values.iter().enumerate() {
            self.finite(part, index, *value)?;
            if *value < 0.0 {
                return Err(self.number(part, index, *value, "is negative"));
            }
        }
        Ok(())
    }

    fn rising(&self, part: &str, values: impl Iterator<Item = f64>) -> Result<(), FigureError> {
        let mut last = f64::NEG_INFINITY;
        for (index, value) in values.enumerate() {
            self.finite(part, index, value)?;
            if value <= last {
                return Err(self.number(part, index, value, "does not rise above the one before"));
            }
            last = value;
        }
        Ok(())
    }

    fn rising_on_x(
        &self,
        part: &str,
        values: impl Iterator<Item = f64> + Clone,
    ) -> Result<(), FigureError> {
        self.rising(part, values.clone())?;
        values
            .into_iter()
            .try_for_each(|value| self.on(part, "x", value))
    }

    fn on(&self, part: &str, axis: &'static str, value: f64) -> Result<(), FigureError> {
        let domain = if axis == "x" {
            &self.x.domain
        } else {
            &self.y.domain
        };
        let (from, to) = match domain {
            Domain::Fixed { from, to } => (*from, *to),
            Domain::FromZero => (0.0, f64::INFINITY),
            Domain::FromData | Domain::Categories(_) => return Ok(()),
        };
        let slack = if to.is_finite() {
            1e-9 * (to - from)
        } else {
            0.0
        };
        if value < from - slack || value > to + slack {
            let (figure, part) = (self.figure.to_owned(), part.to_owned());
            return Err(FigureError::OutsideAxis {
                figure,
                part,
                axis,
                value,
                from,
                to,
            });
        }
        Ok(())
    }

    fn length(&self, part: &str, got: usize, expected: usize) -> Result<(), FigureError> {
        if got == expected {
            return Ok(());
        }
        Err(FigureError::Length {
            figure: self.figure.to_owned(),
            part: part.to_owned(),
            got,
            expected,
        })
    }

    fn limit(&self, what: &'static str, got: usize, limit: usize) -> Result<(), FigureError> {
        if got <= limit {
            return Ok(());
        }
        Err(FigureError::TooMany {
            figure: self.figure.to_owned(),
            what,
            got,
            limit,
        })
    }

    fn number(&self, part: &str, index: usize, value: f64, reason: &'static str) -> FigureError {
        FigureError::Number {
            figure: self.figure.to_owned(),
            part: part.to_owned(),
            index,
            value,
            reason,
        }
    }

    fn mixed(&self, reason: &'static str) -> FigureError {
        FigureError::Mixed {
            figure: self.figure.to_owned(),
            reason,
        }
    }
}
