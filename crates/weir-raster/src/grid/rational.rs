//! Exact fractions behind the decimal numbers of a header.

use std::cmp::Ordering;

/// The largest denominator that a fraction is looked for with. Steps such as 1/120 or 0.008983 degrees
/// and metres with three decimals are far below it.
const MAX_DENOMINATOR: i128 = 10_000_000;

/// A fraction in lowest terms with a positive denominator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rational {
    numerator: i128,
    denominator: i128,
}

impl Rational {
    /// The fraction `numerator / denominator`, or nothing when the denominator is 0 or the number too large.
    pub fn new(numerator: i128, denominator: i128) -> Option<Self> {
        if denominator == 0 {
            return None;
        }
        let divisor = gcd(numerator, denominator);
        let sign = if denominator < 0 { -1 } else { 1 };
        Some(Self {
            numerator: numerator.checked_mul(sign)? / divisor,
            denominator: denominator.checked_mul(sign)? / divisor,
        })
    }

    /// The fraction of smallest denominator within `tolerance` of `value` (continued fraction with
    /// convergents only), or nothing when none with a denominator up to ten million is that near.
    pub fn near(value: f64, tolerance: f64) -> Option<Self> {
        if !value.is_finite() || value.abs() > 1e15 {
            return None;
        }
        let (mut p0, mut q0, mut p1, mut q1) = (0i128, 1i128, 1i128, 0i128);
        let mut rest = value;
        for _ in 0..64 {
            let whole = rest.floor();
            if whole.abs() > 1e15 {
                return None;
            }
            let a = whole as i128;
            let p = a.checked_mul(p1)?.checked_add(p0)?;
            let q = a.checked_mul(q1)?.checked_add(q0)?;
            if q > MAX_DENOMINATOR {
                return None;
            }
            (p0, q0, p1, q1) = (p1, q1, p, q);
            if ((p as f64) / (q as f64) - value).abs() <= tolerance {
                return Self::new(p, q);
            }
            let fraction = rest - whole;
            if fraction <= 0.0 {
                return None;
            }
            rest = 1.0 / fraction;
        }
        None
    }

    /// The nearest `f64`: one rounding.
    pub fn to_f64(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }

    /// `self - other`, or nothing when it overflows.
    pub fn minus(self, other: Self) -> Option<Self> {
        let numerator = self
            .numerator
            .checked_mul(other.denominator)?
            .checked_sub(other.numerator.checked_mul(self.denominator)?)?;
        Self::new(numerator, self.denominator.checked_mul(other.denominator)?)
    }

    /// `self / other`, or nothing when `other` is 0 or the number too large.
    pub(crate) fn over(self, other: Self) -> Option<Self> {
        Self::new(
            self.numerator.checked_mul(other.denominator)?,
            self.denominator.checked_mul(other.numerator)?,
        )
    }

    pub(crate) fn numerator(self) -> i128 {
        self.numerator
    }

    pub(crate) fn denominator(self) -> i128 {
        self.denominator
    }

    /// `self + count * step`, or nothing when it overflows.
    pub fn plus_steps(self, step: Self, count: i128) -> Option<Self> {
        let moved = Self::new(step.numerator.checked_mul(count)?, step.denominator)?;
        self.minus(Self {
            numerator: -moved.numerator,
            ..moved
        })
    }

    /// The largest fraction that divides both without rest; 0 has every divisor.
    pub fn common_divisor(self, other: Self) -> Option<Self> {
        let left = self.numerator.checked_mul(other.denominator)?;
        let right = other.numerator.checked_mul(self.denominator)?;
        Self::new(
            gcd(left, right),
            self.denominator.checked_mul(other.denominator)?,
        )
    }

    /// How often `divisor` goes into this, when it does so without rest.
    pub fn whole_multiple_of(self, divisor: Self) -> Option<i128> {
        if divisor.numerator == 0 {
            return None;
        }
        let numerator = self.numerator.checked_mul(divisor.denominator)?;
        let denominator = self.denominator.checked_mul(divisor.numerator)?;
        (numerator % denominator == 0).then(|| numerator / denominator)
    }

    /// Less than, equal to or greater than 0.
    pub fn sign(self) -> Ordering {
        self.numerator.cmp(&0)
    }
}

fn gcd(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a.abs(), b.abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}
