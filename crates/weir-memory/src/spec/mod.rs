//! The budget as asked for, and the plan that comes of it.

mod plan;

use std::fmt;
use std::str::FromStr;

pub use plan::{
    BudgetError, BudgetOrigin, BudgetPlan, BudgetWarning, GUARANTEED_BUDGET, MINIMUM_BUDGET,
};

use crate::bytes::shorten;
use crate::{Bytes, ParseBytesError};

/// A share of the memory there is, 0.01 % to 100 %, exact to a hundredth of a percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share {
    hundredths: u16,
}

impl Share {
    /// What a budget takes where nothing is asked: 75 %.
    pub const DEFAULT: Self = Self { hundredths: 7_500 };

    /// This share of so many bytes, rounded down.
    #[must_use]
    pub fn of(self, bytes: Bytes) -> Bytes {
        bytes.fraction(u64::from(self.hundredths), 10_000)
    }
}

impl fmt::Display for Share {
    /// `75 %`, `12.5 %`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.hundredths / 100, self.hundredths % 100);
        match (rest / 10, rest % 10) {
            (0, 0) => write!(f, "{whole} %"),
            (tenths, 0) => write!(f, "{whole}.{tenths} %"),
            _ => write!(f, "{whole}.{rest:02} %"),
        }
    }
}

/// A budget as asked for: `1GiB`, `512MB`, `50%`.
///
/// The default is [`Share::DEFAULT`] of the memory there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BudgetSpec {
    /// So many bytes.
    Bytes(Bytes),
    /// A share of the memory there is.
    Share(Share),
}

impl Default for BudgetSpec {
    fn default() -> Self {
        Self::Share(Share::DEFAULT)
    }
}

/// Why a text is no budget.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseBudgetError {
    /// Not a percentage above 0 and up to 100 with at most two decimal places.
    #[error(
        "«{text}» is not a share of memory; write more than 0% and at most 100%, for example 50%"
    )]
    Share {
        /// What was given, shortened.
        text: String,
    },
    /// Not a size.
    #[error(transparent)]
    Bytes(#[from] ParseBytesError),
}

impl FromStr for BudgetSpec {
    type Err = ParseBudgetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim().strip_suffix('%') {
            None => Ok(Self::Bytes(text.parse()?)),
            Some(number) => hundredths(number.trim_end())
                .map(|hundredths| Self::Share(Share { hundredths }))
                .ok_or_else(|| ParseBudgetError::Share {
                    text: shorten(text.trim()),
                }),
        }
    }
}

fn hundredths(number: &str) -> Option<u16> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if !(1..=3).contains(&whole.len())
        || !(1..=2).contains(&fraction.len())
        || !digits(whole)
        || !digits(fraction)
    {
        return None;
    }
    let fraction = format!("{fraction:0<2}");
    let all = whole.parse::<u32>().ok()? * 100 + fraction.parse::<u32>().ok()?;
    u16::try_from(all)
        .ok()
        .filter(|all| (1..=10_000).contains(all))
}

impl fmt::Display for BudgetSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => bytes.fmt(f),
            Self::Share(share) => share.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budgets_as_people_write_them() {
        let share = |text: &str| match text.parse() {
            Ok(BudgetSpec::Share(share)) => share.to_string(),
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!("1GiB".parse(), Ok(BudgetSpec::Bytes(Bytes::gib(1))));
        assert_eq!(share("50%"), "50 %");
        assert_eq!(share(" 12.5 % "), "12.5 %");
        assert_eq!(share("0.01%"), "0.01 %");
        assert_eq!(share("100%"), "100 %");
        assert_eq!(BudgetSpec::default().to_string(), "75 %");
    }

    #[test]
    fn shares_that_cannot_be_are_refused() {
        for text in [
            "0%", "100.01%", "101%", "-5%", "%", "1e1%", "5.%", ".5%", "0.001%", "NaN%", "99999%",
        ] {
            let error = text.parse::<BudgetSpec>().unwrap_err();
            assert!(
                matches!(error, ParseBudgetError::Share { .. }),
                "{text}: {error}"
            );
        }
    }
}
