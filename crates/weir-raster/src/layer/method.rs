//! How values are brought onto a grid, by the names that people know.

use std::{fmt, str::FromStr};

use crate::sample::Kernel;

/// How a layer's values are brought onto the target.
///
/// Methods are named as GDAL names them; [`FromStr`] takes common other names as well.
///
/// ```
/// use weir_raster::Method;
/// assert_eq!("near".parse::<Method>()?, Method::Nearest);
/// assert_eq!("q1".parse::<Method>()?, Method::Quantile(0.25));
/// assert_eq!("q0.9".parse::<Method>()?.to_string(), "q0.9");
/// # Ok::<(), weir_raster::UnknownMethod>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Method {
    /// `near`: the value of the source cell in which the target cell's centre lies.
    Nearest,
    /// `bilinear`: between the centres of the four source cells about the target cell's centre.
    Bilinear,
    /// `cubic`: by cubic convolution of sixteen (Keys 1981, a = -1/2).
    Cubic,
    /// `average`: weighted by overlap.
    Average,
    /// `sum`: conserves the total.
    Sum,
    /// `mode`: the class with the largest overlap, of several the smallest.
    Mode,
    /// `min`.
    Minimum,
    /// `max`.
    Maximum,
    /// `med`: weighted by overlap.
    Median,
    /// `q1`, `q3`, or `q` and a share from 0 to 1 (`q0.9`): weighted by overlap.
    Quantile(f64),
    /// `deviation`: the standard deviation, weighted by overlap.
    Deviation,
    /// `count`: how many source cells with a value meet the target cell.
    Count,
    /// `coverage`: overlap of cells with a value over the overlap of all.
    Coverage,
}

/// Methods without a parameter, with GDAL's name (or ours) first and other names after it.
const NAMES: [(Method, &[&str]); 14] = [
    (Method::Nearest, &["near", "nearest"]),
    (Method::Bilinear, &["bilinear", "linear"]),
    (Method::Cubic, &["cubic"]),
    (Method::Average, &["average", "mean"]),
    (Method::Sum, &["sum"]),
    (Method::Mode, &["mode", "majority"]),
    (Method::Minimum, &["min", "minimum"]),
    (Method::Maximum, &["max", "maximum"]),
    (Method::Median, &["med", "median"]),
    (Method::Quantile(0.25), &["q1"]),
    (Method::Quantile(0.75), &["q3"]),
    (Method::Deviation, &["deviation", "sd", "std", "stdev"]),
    (Method::Count, &["count"]),
    (Method::Coverage, &["coverage"]),
];

/// A name that no method has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no method {name:?}; near, bilinear, cubic, average, sum, mode, min, max, med, q1, q3, q0.9 (any share), deviation, count and coverage are there"
)]
pub struct UnknownMethod {
    /// The name.
    pub name: String,
}

impl FromStr for Method {
    type Err = UnknownMethod;

    fn from_str(name: &str) -> Result<Self, UnknownMethod> {
        let lower = name.trim().to_ascii_lowercase();
        let named = NAMES
            .iter()
            .find(|(_, names)| names.contains(&lower.as_str()));
        if let Some((method, _)) = named {
            return Ok(*method);
        }
        lower
            .strip_prefix('q')
            .and_then(|share| share.parse::<f64>().ok())
            .filter(|share| (0.0..=1.0).contains(share))
            .map(Self::Quantile)
            .ok_or_else(|| UnknownMethod {
                name: name.to_owned(),
            })
    }
}

impl fmt::Display for Method {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = NAMES.iter().find(|(method, _)| method == self);
        match (named, self) {
            (Some((_, names)), _) => formatter.write_str(names[0]),
            (None, Self::Quantile(share)) => write!(formatter, "q{share}"),
            (None, _) => unreachable!("every method without a share has a name"),
        }
    }
}

impl Method {
    /// The kernel of a method that takes values at points; none for a statistic of areas.
    pub(crate) fn kernel(self) -> Option<Kernel> {
        match self {
            Self::Nearest => Some(Kernel::Nearest),
            Self::Bilinear => Some(Kernel::Bilinear),
            Self::Cubic => Some(Kernel::Cubic),
            _ => None,
        }
    }

    /// Whether every result is one of the source's values.
    pub(crate) fn picks(self) -> bool {
        matches!(
            self,
            Self::Nearest | Self::Mode | Self::Minimum | Self::Maximum
        )
    }

    /// Whether a target cell that is one source cell has that cell's value.
    pub(crate) fn keeps_equal_cells(self) -> bool {
        !matches!(self, Self::Deviation | Self::Count | Self::Coverage)
    }
}
