//! A number of bytes, and how it is written and read.

mod parse;

use std::fmt;
use std::iter::Sum;

pub use parse::ParseBytesError;
pub(crate) use parse::shorten;

/// A number of bytes, 0 to 2⁶⁴ − 1.
///
/// Read from `1GiB`, `512MB`, `64 KiB`, `1.5GiB` or plain `1048576` (see [`ParseBytesError`]),
/// shown in binary units: `256 MiB`, `1.5 GiB`. Arithmetic never wraps: it saturates or is
/// checked, and says which.
///
/// ```
/// use weir_memory::Bytes;
/// let bytes: Bytes = "1.5 GiB".parse().unwrap();
/// assert_eq!(bytes, Bytes::mib(1536));
/// assert_eq!(bytes.to_string(), "1.5 GiB");
/// assert_eq!(bytes.to_option(), "1536MiB");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(u64);

const BINARY_UNITS: [(&str, u64); 5] = [
    ("PiB", 1 << 50),
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
];

impl Bytes {
    /// No bytes.
    pub const ZERO: Self = Self(0);
    /// The largest number of bytes: 2⁶⁴ − 1.
    pub const MAX: Self = Self(u64::MAX);

    /// This many bytes.
    #[must_use]
    pub const fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    /// The bytes of a size in memory.
    #[must_use]
    pub const fn of_usize(bytes: usize) -> Self {
        Self(bytes as u64)
    }

    /// This many times 1,024 bytes, saturating.
    #[must_use]
    pub const fn kib(count: u64) -> Self {
        Self(count.saturating_mul(1 << 10))
    }

    /// This many times 1,024² bytes, saturating.
    #[must_use]
    pub const fn mib(count: u64) -> Self {
        Self(count.saturating_mul(1 << 20))
    }

    /// This many times 1,024³ bytes, saturating.
    #[must_use]
    pub const fn gib(count: u64) -> Self {
        Self(count.saturating_mul(1 << 30))
    }

    /// The number.
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// The number as a size in memory, saturating where `usize` is narrower.
    #[must_use]
    pub fn as_usize(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }

    /// In units of 1,024² bytes, for display and statistics.
    #[must_use]
    pub fn as_mib_f64(self) -> f64 {
        self.0 as f64 / (1u64 << 20) as f64
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum, [`Bytes::MAX`] at most.
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference, zero at least.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The multiple, [`Bytes::MAX`] at most.
    #[must_use]
    pub const fn saturating_mul(self, factor: u64) -> Self {
        Self(self.0.saturating_mul(factor))
    }

    /// The sum, or nothing where it exceeds [`Bytes::MAX`].
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// The difference, or nothing where it would be negative.
    #[must_use]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(difference) => Some(Self(difference)),
            None => None,
        }
    }

    /// The multiple, or nothing where it exceeds [`Bytes::MAX`].
    #[must_use]
    pub const fn checked_mul(self, factor: u64) -> Option<Self> {
        match self.0.checked_mul(factor) {
            Some(product) => Some(Self(product)),
            None => None,
        }
    }

    /// `numerator / denominator` of these bytes, rounded down, saturating; a zero denominator
    /// gives [`Bytes::MAX`].
    #[must_use]
    pub fn fraction(self, numerator: u64, denominator: u64) -> Self {
        if denominator == 0 {
            return Self::MAX;
        }
        let exact = u128::from(self.0) * u128::from(numerator) / u128::from(denominator);
        Self(u64::try_from(exact).unwrap_or(u64::MAX))
    }

    /// The next multiple of `unit` that is not below; itself where `unit` is zero or the
    /// multiple would exceed [`Bytes::MAX`].
    #[must_use]
    pub const fn round_up_to(self, unit: Self) -> Self {
        if unit.0 == 0 {
            return self;
        }
        match self.0.checked_next_multiple_of(unit.0) {
            Some(multiple) => Self(multiple),
            None => self,
        }
    }

    /// As an option's value: exact, without a space, in the largest unit that divides it
    /// (`512MiB`, `1536MiB`, `1000B`). Reads back as the same number.
    #[must_use]
    pub fn to_option(self) -> String {
        for (name, unit) in BINARY_UNITS {
            if self.0 >= unit && self.0.is_multiple_of(unit) {
                return format!("{}{name}", self.0 / unit);
            }
        }
        format!("{}B", self.0)
    }
}

impl fmt::Display for Bytes {
    /// In the largest binary unit that leaves at least 1, rounded to one decimal place, which
    /// is left out where it is zero; honours width.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&shown(self.0))
    }
}

fn shown(bytes: u64) -> String {
    let tenths = |unit: u64| {
        let (whole, rest) = (bytes / unit, bytes % unit);
        // rest < 2^50, so ten times it and half a unit stay inside 64 bits.
        whole * 10 + (rest * 10 + unit / 2) / unit
    };
    let Some(at) = BINARY_UNITS.iter().position(|(_, unit)| bytes >= *unit) else {
        return format!("{bytes} B");
    };
    let (name, unit) = BINARY_UNITS[at];
    match tenths(unit) {
        // Rounded up to a whole one of the next unit.
        10_240 if at > 0 => format!("1 {}", BINARY_UNITS[at - 1].0),
        tenths if tenths % 10 == 0 => format!("{} {name}", tenths / 10),
        tenths => format!("{}.{} {name}", tenths / 10, tenths % 10),
    }
}

impl From<u64> for Bytes {
    fn from(bytes: u64) -> Self {
        Self(bytes)
    }
}

impl From<Bytes> for u64 {
    fn from(bytes: Bytes) -> Self {
        bytes.0
    }
}

impl Sum for Bytes {
    /// The sum, [`Bytes::MAX`] at most.
    fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
        items.fold(Self::ZERO, Self::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_in_binary_units_with_one_decimal_place() {
        for (bytes, text) in [
            (0, "0 B"),
            (1, "1 B"),
            (1000, "1000 B"),
            (1024, "1 KiB"),
            (1536, "1.5 KiB"),
            (256 << 20, "256 MiB"),
            (1536 << 20, "1.5 GiB"),
            ((1 << 30) - 1, "1 GiB"),
            (973 << 20, "973 MiB"),
            (25_276_510_208, "23.5 GiB"),
            (u64::MAX, "16384 PiB"),
        ] {
            assert_eq!(Bytes::new(bytes).to_string(), text);
        }
        assert_eq!(format!("{:>9}", Bytes::mib(7)), "    7 MiB");
    }

    #[test]
    fn options_are_exact() {
        assert_eq!(Bytes::mib(1536).to_option(), "1536MiB");
        assert_eq!(Bytes::gib(2).to_option(), "2GiB");
        assert_eq!(Bytes::new(1000).to_option(), "1000B");
        assert_eq!(Bytes::ZERO.to_option(), "0B");
    }

    #[test]
    fn fractions_round_down_and_never_wrap() {
        assert_eq!(Bytes::gib(1).fraction(3, 4), Bytes::mib(768));
        assert_eq!(Bytes::MAX.fraction(2, 1), Bytes::MAX);
        assert_eq!(Bytes::new(7).fraction(1, 0), Bytes::MAX);
        assert_eq!(Bytes::mib(65).round_up_to(Bytes::mib(64)), Bytes::mib(128));
        assert_eq!(Bytes::MAX.round_up_to(Bytes::mib(64)), Bytes::MAX);
    }
}
