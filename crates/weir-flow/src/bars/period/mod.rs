//! Periods of time: fixed, or of the calendar in a time zone.

mod bins;
mod error;
mod length;

pub use bins::{Bin, Bins};
pub use error::PeriodError;
pub use length::Length;

/// One end of a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Side {
    /// The begin.
    #[default]
    Left,
    /// The end.
    Right,
}

/// A period, which of its ends belongs to it, which end names its bars, and where it is counted.
///
/// Periods of elapsed time (`h` and smaller) are counted from the epoch, 1970-01-01T00:00:00Z. In a time zone other than UTC
/// those that divide 24 hours are counted from each local midnight, and the last one of a day ends with the day: `1h` gives
/// 23 or 25 bars on the days when clocks change. Days, weeks (from Monday), months, quarters and years follow the zone's calendar.
///
/// ```
/// use weir_flow::bars::{Bins, Period};
/// use arrow_schema::{DataType, TimeUnit};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let day = Period::parse("1D")?.in_zone("Europe/Paris");
/// let bins = Bins::new(&day, &DataType::Timestamp(TimeUnit::Second, None))?;
/// let bin = bins.bin(1_711_843_200)?; // 2024-03-31, when clocks go forward
/// assert_eq!(bin.end - bin.start, 23 * 3600);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Period {
    /// How long.
    pub length: Length,
    /// The end that belongs to the period: left-closed `[start, end)` by default, else `(start, end]`.
    pub closed: Side,
    /// The end that names the bar; the begin by default.
    pub label: Side,
    /// IANA name of the zone whose calendar counts. None: the order column's own zone, else UTC.
    pub zone: Option<String>,
}

impl Period {
    /// A left-closed period labelled with its begin.
    pub fn new(length: Length) -> Self {
        Self {
            length,
            closed: Side::Left,
            label: Side::Left,
            zone: None,
        }
    }

    /// A left-closed period from text such as `15min`, `1D`, `1QS`.
    ///
    /// # Errors
    /// [`PeriodError::Malformed`].
    pub fn parse(text: &str) -> Result<Self, PeriodError> {
        Ok(Self::new(text.parse()?))
    }

    /// With the end that belongs to it.
    pub fn closed(mut self, side: Side) -> Self {
        self.closed = side;
        self
    }

    /// With the end that names the bar.
    pub fn label(mut self, side: Side) -> Self {
        self.label = side;
        self
    }

    /// In a time zone (IANA name).
    pub fn in_zone(mut self, name: impl Into<String>) -> Self {
        self.zone = Some(name.into());
        self
    }
}
