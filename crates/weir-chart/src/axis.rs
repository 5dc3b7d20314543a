//! An axis: label, unit, limits, ticks, how its numbers are written.

use crate::number::Number;

/// Where an axis begins and ends.
#[derive(Debug, Clone, PartialEq)]
pub enum Domain {
    /// Explicit limits; a number outside them is an error when the figure is built, never left out silently.
    Fixed {
        /// Lower limit.
        from: f64,
        /// Upper limit, greater than `from`.
        to: f64,
    },
    /// From zero to a round number above the data.
    FromZero,
    /// Round numbers around the data.
    FromData,
    /// Named places side by side (bars and boxes only).
    Categories(Vec<String>),
}

/// Where the ticks stand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Ticks {
    /// Round numbers (1, 2, 5 × a power of ten), as many as there is room for.
    Nice,
    /// Every multiple of this step; labels that would touch are thinned to every 2nd, 5th, 10th …
    Every(f64),
}

/// How the numbers of an axis are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    /// As they are, with commas between thousands.
    Plain,
    /// The data are shares from 0 to 1; written as 0–100 %.
    Percent,
}

/// An axis. The unit stands in brackets after the label.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// What is measured: "Visual acuity".
    pub label: String,
    /// In what: "letters"; none for pure counts.
    pub unit: Option<String>,
    /// Limits.
    pub domain: Domain,
    /// Ticks.
    pub ticks: Ticks,
    /// How numbers are written.
    pub numbers: Numbers,
}

impl Axis {
    /// Letters, always 0–100 with a tick every 20, so that every letters chart looks alike.
    #[must_use]
    pub fn letters(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            unit: Some("letters".into()),
            domain: Domain::Fixed {
                from: 0.0,
                to: 100.0,
            },
            ticks: Ticks::Every(20.0),
            numbers: Numbers::Plain,
        }
    }

    /// Time in years from 0 to `years`, a tick every year.
    #[must_use]
    pub fn years(label: impl Into<String>, years: f64) -> Self {
        Self {
            label: label.into(),
            unit: Some("years".into()),
            domain: Domain::Fixed {
                from: 0.0,
                to: years,
            },
            ticks: Ticks::Every(1.0),
            numbers: Numbers::Plain,
        }
    }

    /// Explicit limits.
    #[must_use]
    pub fn linear(label: impl Into<String>, unit: impl Into<String>, from: f64, to: f64) -> Self {
        Self {
            label: label.into(),
            unit: Some(unit.into()).filter(|unit: &String| !unit.is_empty()),
            domain: Domain::Fixed { from, to },
            ticks: Ticks::Nice,
            numbers: Numbers::Plain,
        }
    }

    /// A quantity from zero upwards.
    #[must_use]
    pub fn from_zero(label: impl Into<String>, unit: impl Into<String>) -> Self {
        Self {
            domain: Domain::FromZero,
            ..Self::linear(label, unit, 0.0, 1.0)
        }
    }

    /// A count from zero upwards, without a unit.
    #[must_use]
    pub fn count(label: impl Into<String>) -> Self {
        Self::from_zero(label, "")
    }

    /// Shares 0–1 from zero upwards, written in per cent.
    #[must_use]
    pub fn share(label: impl Into<String>) -> Self {
        Self {
            numbers: Numbers::Percent,
            ..Self::from_zero(label, "%")
        }
    }

    /// Named places for bars and boxes.
    #[must_use]
    pub fn categories<T: Into<String>>(
        label: impl Into<String>,
        names: impl IntoIterator<Item = T>,
    ) -> Self {
        Self {
            domain: Domain::Categories(names.into_iter().map(Into::into).collect()),
            ..Self::linear(label, "", 0.0, 1.0)
        }
    }

    /// The same axis with explicit limits.
    #[must_use]
    pub fn within(mut self, from: f64, to: f64) -> Self {
        self.domain = Domain::Fixed { from, to };
        self
    }

    /// The same axis with a tick at every multiple of `step`.
    #[must_use]
    pub fn every(mut self, step: f64) -> Self {
        self.ticks = Ticks::Every(step);
        self
    }

    /// Label with unit: "Visual acuity (letters)".
    #[must_use]
    pub fn full_label(&self) -> String {
        match &self.unit {
            Some(unit) if !self.label.is_empty() => format!("{} ({unit})", self.label),
            Some(unit) => unit.clone(),
            None => self.label.clone(),
        }
    }

    /// A value of this axis as it is written in a sentence, a tick or a table.
    pub(crate) fn write(&self, value: f64, step: f64) -> String {
        match self.numbers {
            Numbers::Plain => Number::at_step(value, step).to_string(),
            Numbers::Percent => Number::at_step(value * 100.0, step * 100.0).to_string(),
        }
    }
}
