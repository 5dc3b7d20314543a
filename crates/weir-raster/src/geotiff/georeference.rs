//! Where a GeoTIFF lies (OGC GeoTIFF 1.1, document 19-008r4).

use std::fmt;

use sha2::{Digest, Sha256};

use crate::grid::{Axis, Grid, GridError};

/// A reference system of coordinates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Crs {
    /// Longitude and latitude in degrees, with its EPSG code.
    Geographic(u16),
    /// A projection, with its EPSG code.
    Projected(u16),
    /// The file names none, or one of its own making: its description, where it has one, and a sum over all that its keys say of it, so that
    /// two systems are the same only if their keys are.
    Unknown(String),
}

impl Crs {
    /// The sinusoidal projection of MODIS' land products, on a sphere of 6,371,007.181 m. EPSG has no code for it, so that files in it are
    /// known by their keys, and files written in it name it only in words.
    pub fn modis_sinusoidal() -> Self {
        Self::Unknown("MODIS sinusoidal".into())
    }

    /// The EPSG code.
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::Geographic(code) | Self::Projected(code) => Some(*code),
            Self::Unknown(_) => None,
        }
    }

    /// Whether coordinates are degrees.
    pub fn is_geographic(&self) -> bool {
        matches!(self, Self::Geographic(_))
    }
}

impl fmt::Display for Crs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // EPSG has no codes there, and Esri's own begin.
            Self::Projected(code @ 53000..=54999) => write!(formatter, "ESRI:{code}"),
            Self::Geographic(code) | Self::Projected(code) => write!(formatter, "EPSG:{code}"),
            Self::Unknown(text) if text.is_empty() => write!(formatter, "no reference system"),
            Self::Unknown(text) => write!(formatter, "a reference system of its own ({text})"),
        }
    }
}

/// The key that says whether there is a projection (1), degrees (2) or something else.
const MODEL_TYPE: u16 = 1024;
/// The key that says whether a tiepoint is a cell's corner (1) or its centre (2).
const RASTER_TYPE: u16 = 1025;
/// The key with a description.
const CITATION: u16 = 1026;
/// The key with the EPSG code of degrees.
const GEODETIC: u16 = 2048;
/// The key with the EPSG code of a projection.
const PROJECTED: u16 = 3072;
/// The code for what is described by further keys.
const USER_DEFINED: u16 = 32767;

/// The tags that the doubles and the texts of keys are in.
const GEO_DOUBLES: u16 = 34736;
const GEO_TEXTS: u16 = 34737;
/// The keys of an ellipsoid's axes.
const MAJOR_AXIS: u16 = 2057;
const MINOR_AXIS: u16 = 2058;
/// The key of a projection's method, and the sinusoidal one.
const METHOD: u16 = 3075;
const SINUSOIDAL: u16 = 24;
/// Keys of parameters that are 0 in MODIS' projection.
const ORIGIN_LONGITUDE: u16 = 3080;
const FALSE_EASTING: u16 = 3082;
const FALSE_NORTHING: u16 = 3083;
const CENTRE_LONGITUDE: u16 = 3088;
/// The radius of MODIS' sphere in metres.
const MODIS_RADIUS: f64 = 6_371_007.181;

/// The tags that georeference a file, as they were read.
#[derive(Debug, Default)]
pub(super) struct Tags {
    pub(super) keys: Vec<u16>,
    pub(super) doubles: Vec<f64>,
    pub(super) texts: String,
    pub(super) scale: Vec<f64>,
    pub(super) tiepoint: Vec<f64>,
    pub(super) matrix: Vec<f64>,
}

/// Why a georeference is not understood.
pub(super) enum Misplaced {
    /// The grid is turned or sheared.
    Rotated,
    /// Tags contradict each other.
    Wrong(String),
}

impl From<GridError> for Misplaced {
    fn from(error: GridError) -> Self {
        Self::Wrong(error.to_string())
    }
}

impl Tags {
    /// The value of a key that holds a short.
    fn short(&self, key: u16) -> Option<u16> {
        self.entry(key)
            .filter(|entry| entry[1] == 0)
            .map(|entry| entry[3])
    }

    fn entry(&self, key: u16) -> Option<&[u16]> {
        let count = usize::from(*self.keys.get(3)?);
        self.keys
            .get(4..)?
            .chunks_exact(4)
            .take(count)
            .find(|entry| entry[0] == key)
    }

    /// The reference system that the keys name.
    pub(super) fn crs(&self) -> Crs {
        let known = |key| {
            self.short(key)
                .filter(|code| *code != USER_DEFINED && *code != 0)
        };
        let projected = self.short(MODEL_TYPE) != Some(2);
        if let (true, Some(code)) = (projected, known(PROJECTED)) {
            return Crs::Projected(code);
        }
        if self.is_modis() {
            return Crs::modis_sinusoidal();
        }
        match (self.short(PROJECTED), known(GEODETIC)) {
            (None, Some(code)) => Crs::Geographic(code),
            _ => Crs::Unknown(self.own()),
        }
    }

    /// Whether the keys describe the sinusoidal projection of MODIS' products, for which EPSG has no code.
    fn is_modis(&self) -> bool {
        let double = |key| {
            let entry = self.entry(key).filter(|entry| entry[1] == GEO_DOUBLES)?;
            self.doubles.get(usize::from(entry[3])).copied()
        };
        let is_zero = |key| double(key).is_none_or(|value| value == 0.0);
        let is_radius =
            |key: u16| double(key).is_some_and(|axis| (axis - MODIS_RADIUS).abs() < 0.01);
        self.short(METHOD) == Some(SINUSOIDAL)
            && is_radius(MAJOR_AXIS)
            && double(MINOR_AXIS).is_none_or(|axis| (axis - MODIS_RADIUS).abs() < 0.01)
            && [
                ORIGIN_LONGITUDE,
                CENTRE_LONGITUDE,
                FALSE_EASTING,
                FALSE_NORTHING,
            ]
            .into_iter()
            .all(is_zero)
    }

    /// A name for a system of the file's own making; none where no key says anything of one.
    fn own(&self) -> String {
        let count = self.keys.get(3).copied().map_or(0, usize::from);
        let entries = self.keys.get(4..).unwrap_or_default().chunks_exact(4);
        // What is left out says what kind of coordinates there are and where in a cell they point, and not what they mean.
        let mut said: Vec<(u16, String)> = entries
            .take(count)
            .filter(|entry| ![MODEL_TYPE, RASTER_TYPE].contains(&entry[0]))
            .map(|entry| (entry[0], self.value(entry)))
            .collect();
        if said.is_empty() {
            return String::new();
        }
        said.sort();
        let mut sum = Sha256::new();
        for (key, value) in said {
            sum.update(format!("{key}={value}\n"));
        }
        let sum = sum.finalize();
        let sum: String = sum
            .iter()
            .take(6)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        match self.entry(CITATION).map(|entry| self.value(entry)) {
            Some(citation) if !citation.is_empty() => {
                let citation: String = citation.chars().take(120).collect();
                format!("{citation}, keys {sum}")
            }
            _ => format!("keys {sum}"),
        }
    }

    /// The value of a key as text, the same wherever in the file it lies.
    fn value(&self, entry: &[u16]) -> String {
        let (length, start) = (usize::from(entry[2]), usize::from(entry[3]));
        let range = start..start.saturating_add(length);
        match entry[1] {
            0 => entry[3].to_string(),
            GEO_DOUBLES => format!("{:?}", self.doubles.get(range).unwrap_or_default()),
            GEO_TEXTS => {
                let text = self.texts.as_bytes().get(range).unwrap_or_default();
                String::from_utf8_lossy(text)
                    .trim_end_matches(['|', '\0'])
                    .to_owned()
            }
            tag => format!("{length} at {start} of {tag}"),
        }
    }

    /// The grid of `columns × rows` cells; without a georeference cells of size 1 from the origin, rows downwards.
    pub(super) fn grid(&self, columns: u64, rows: u64) -> Result<Grid, Misplaced> {
        let (origin_x, origin_y, step_x, step_y) = self.affine()?;
        // A point at a cell's centre is half a cell off its corner.
        let half = if self.short(RASTER_TYPE) == Some(2) {
            0.5
        } else {
            0.0
        };
        Ok(Grid::new(
            Axis::new(origin_x - half * step_x, step_x, columns)?,
            Axis::new(origin_y - half * step_y, step_y, rows)?,
        ))
    }

    fn affine(&self) -> Result<(f64, f64, f64, f64), Misplaced> {
        if let [a, b, _, d, e, f, _, h, ..] = self.matrix[..] {
            if b != 0.0 || e != 0.0 {
                return Err(Misplaced::Rotated);
            }
            return Ok((d, h, a, f));
        }
        match (&self.scale[..], &self.tiepoint[..]) {
            ([], []) => Ok((0.0, 0.0, 1.0, 1.0)),
            ([wide, high, ..], [column, row, _, x, y, _]) => {
                Ok((x - column * wide, y + row * high, *wide, -high))
            }
            (_, tiepoints) => Err(Misplaced::Wrong(format!(
                "{} numbers of pixel scale and {} of tiepoints do not describe a grid",
                self.scale.len(),
                tiepoints.len()
            ))),
        }
    }
}
