//! Where the levels begin.

use super::Pressure;

/// Where the levels begin and how far memory must fall below for a level to end, in percent
/// of the limit.
///
/// Invariants: 0 < elevated < warning < critical ≤ 100; 0 < hysteresis < elevated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    elevated: u8,
    warning: u8,
    critical: u8,
    hysteresis: u8,
}

/// Why thresholds cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ThresholdError {
    /// Not rising, or outside 1 to 100.
    #[error(
        "pressure levels at {elevated} %, {warning} % and {critical} % do not rise inside 1 to 100 %"
    )]
    Order {
        /// As given.
        elevated: u8,
        /// As given.
        warning: u8,
        /// As given.
        critical: u8,
    },
    /// Zero, or so large that pressure could never be calm again.
    #[error(
        "a hysteresis of {hysteresis} % is not above 0 and below the first level, {elevated} %"
    )]
    Hysteresis {
        /// As given.
        hysteresis: u8,
        /// The first level.
        elevated: u8,
    },
}

impl Default for Thresholds {
    /// 70, 80, 90 %, each left 5 points lower.
    fn default() -> Self {
        Self {
            elevated: 70,
            warning: 80,
            critical: 90,
            hysteresis: 5,
        }
    }
}

impl Thresholds {
    /// Levels from so many percent of the limit, left `hysteresis` points lower.
    ///
    /// # Errors
    ///
    /// [`ThresholdError`] where an invariant would not hold.
    pub fn new(
        elevated: u8,
        warning: u8,
        critical: u8,
        hysteresis: u8,
    ) -> Result<Self, ThresholdError> {
        if elevated == 0 || elevated >= warning || warning >= critical || critical > 100 {
            return Err(ThresholdError::Order {
                elevated,
                warning,
                critical,
            });
        }
        if hysteresis == 0 || hysteresis >= elevated {
            return Err(ThresholdError::Hysteresis {
                hysteresis,
                elevated,
            });
        }
        Ok(Self {
            elevated,
            warning,
            critical,
            hysteresis,
        })
    }

    /// The percentage from which a level begins; 0 for calm.
    #[must_use]
    pub fn begins(&self, level: Pressure) -> u8 {
        match level {
            Pressure::Calm => 0,
            Pressure::Elevated => self.elevated,
            Pressure::Warning => self.warning,
            Pressure::Critical => self.critical,
        }
    }

    /// The percentage below which a level ends; 0 for calm, which has nothing below.
    #[must_use]
    pub fn ends(&self, level: Pressure) -> u8 {
        self.begins(level).saturating_sub(self.hysteresis)
    }
}
