//! Coordinates from one reference system to another.

use proj4rs::Proj;

use super::system::System;
use crate::Crs;

/// There is no way between two reference systems.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{crs} is not supported; supported are EPSG:4326, 4258, 4269 and 4283, UTM (326xx, 327xx, 258xx, 269xx), 3857, 3395, 3035, 6933, the Albers systems 5070, 6350, 3005, 3310, 3338 and 3577, ESRI:54008 and MODIS sinusoidal; bring the raster to one of them with gdalwarp first"
)]
pub struct CrsError {
    /// The reference system that is not supported.
    pub crs: String,
}

/// The way from one reference system to another and its inverse check.
///
/// ```
/// use weir_raster::{Crs, Transform};
/// let laea = Transform::new(&Crs::Geographic(4326), &Crs::Projected(3035))?;
/// let mut points = [(10.0, 52.0)];
/// laea.apply(&mut points);
/// assert!((points[0].0 - 4_321_000.0).abs() < 1e-6 && (points[0].1 - 3_210_000.0).abs() < 1e-6);
/// # Ok::<(), weir_raster::CrsError>(())
/// ```
#[derive(Debug)]
pub struct Transform {
    from: Side,
    to: Side,
}

/// One of the two systems.
#[derive(Debug)]
enum Side {
    Degrees,
    Projected(Box<Projection>),
}

#[derive(Debug)]
struct Projection {
    plane: Proj,
    degrees: Proj,
    domain: Option<(f64, f64, f64)>,
}

impl Side {
    fn new(crs: &Crs) -> Result<Self, CrsError> {
        let unsupported = || CrsError {
            crs: crs.to_string(),
        };
        match System::of(crs).ok_or_else(unsupported)? {
            System::Degrees => Ok(Self::Degrees),
            System::Projected {
                definition,
                degrees,
                domain,
            } => Ok(Self::Projected(Box::new(Projection {
                plane: Proj::from_proj_string(&definition).map_err(|_| unsupported())?,
                degrees: Proj::from_proj_string(&degrees).map_err(|_| unsupported())?,
                domain,
            }))),
        }
    }
}

impl Projection {
    /// Longitude and latitude in radians on the plane.
    fn forward(&self, point: (f64, f64)) -> Option<(f64, f64)> {
        if let Some((west, east, latitude)) = self.domain {
            let (longitude, at) = (point.0.to_degrees(), point.1.to_degrees());
            let middle = f64::midpoint(west, east);
            let off = (longitude - middle + 540.0).rem_euclid(360.0) - 180.0;
            if off.abs() > (east - west) / 2.0 || at.abs() > latitude {
                return None;
            }
        }
        through(&self.degrees, &self.plane, point)
    }

    /// A point of the plane in radians; none beyond the edge of the projection's world, where its formulas give a place that is elsewhere.
    fn inverse(&self, point: (f64, f64)) -> Option<(f64, f64)> {
        let there = through(&self.plane, &self.degrees, point)?;
        let back = self.forward(there)?;
        let off = (back.0 - point.0).abs().max((back.1 - point.1).abs());
        (off <= 0.01 + 1e-9 * point.0.abs().max(point.1.abs())).then_some(there)
    }
}

fn through(from: &Proj, to: &Proj, mut point: (f64, f64)) -> Option<(f64, f64)> {
    proj4rs::transform::transform(from, to, &mut point).ok()?;
    (point.0.is_finite() && point.1.is_finite()).then_some(point)
}

impl Transform {
    /// The way from `from` to `to`.
    ///
    /// # Errors
    /// [`CrsError`] with the one that is not supported.
    pub fn new(from: &Crs, to: &Crs) -> Result<Self, CrsError> {
        Ok(Self {
            from: Side::new(from)?,
            to: Side::new(to)?,
        })
    }

    /// Moves points (x, y: east, north; longitude, latitude in degrees) to the other system; NaN where there is no such place there.
    pub fn apply(&self, points: &mut [(f64, f64)]) {
        for point in points {
            *point = self.point(*point).unwrap_or((f64::NAN, f64::NAN));
        }
    }

    fn point(&self, point: (f64, f64)) -> Option<(f64, f64)> {
        let radians = match &self.from {
            Side::Degrees => {
                // A billionth of a degree beyond a pole is the pole.
                let latitude = if point.1.abs() > 90.0 && point.1.abs() <= 90.0 + 1e-9 {
                    point.1.clamp(-90.0, 90.0)
                } else {
                    point.1
                };
                if latitude.abs() > 90.0 || !point.0.is_finite() || point.0.abs() > 540.0 {
                    return None;
                }
                (point.0.to_radians(), latitude.to_radians())
            }
            Side::Projected(projection) => projection.inverse(point)?,
        };
        match &self.to {
            Side::Degrees => Some((radians.0.to_degrees(), radians.1.to_degrees())),
            Side::Projected(projection) => projection.forward(radians),
        }
    }
}
