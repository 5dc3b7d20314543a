//! Reference systems by their codes.

use crate::Crs;

/// A reference system as PROJ writes it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum System {
    /// Longitudes and latitudes in degrees.
    Degrees,
    /// A projection: its definition, that of longitudes and latitudes on its ellipsoid, and where it is good.
    Projected {
        definition: String,
        degrees: String,
        /// Least and greatest longitude, and the greatest latitude without its sign, in degrees.
        domain: Option<(f64, f64, f64)>,
    },
}

/// Albers equal-area conic projections: code, ellipsoid, parameters.
const ALBERS: [(u16, &str); 6] = [
    (
        5070,
        "+lat_0=23 +lon_0=-96 +lat_1=29.5 +lat_2=45.5 +x_0=0 +y_0=0",
    ),
    (
        6350,
        "+lat_0=23 +lon_0=-96 +lat_1=29.5 +lat_2=45.5 +x_0=0 +y_0=0",
    ),
    (
        3005,
        "+lat_0=45 +lon_0=-126 +lat_1=50 +lat_2=58.5 +x_0=1000000 +y_0=0",
    ),
    (
        3310,
        "+lat_0=0 +lon_0=-120 +lat_1=34 +lat_2=40.5 +x_0=0 +y_0=-4000000",
    ),
    (
        3338,
        "+lat_0=50 +lon_0=-154 +lat_1=55 +lat_2=65 +x_0=0 +y_0=0",
    ),
    (
        3577,
        "+lat_0=0 +lon_0=132 +lat_1=-18 +lat_2=-36 +x_0=0 +y_0=0",
    ),
];

impl System {
    /// The system of a reference system, where there is one.
    pub(super) fn of(crs: &Crs) -> Option<Self> {
        match crs {
            Crs::Geographic(4326 | 4258 | 4269 | 4283) => Some(Self::Degrees),
            Crs::Geographic(_) => None,
            Crs::Unknown(_) if *crs == Crs::modis_sinusoidal() => Some(projected(
                "+proj=sinu +lon_0=0 +x_0=0 +y_0=0",
                "+R=6371007.181",
            )),
            Crs::Unknown(_) => None,
            Crs::Projected(code) => Self::coded(*code),
        }
    }

    fn coded(code: u16) -> Option<Self> {
        let (wgs, grs) = ("+ellps=WGS84", "+ellps=GRS80");
        let zone = |ellipsoid, zone: u16, south: bool| {
            let central = f64::from(zone) * 6.0 - 183.0;
            let half = if south { " +south" } else { "" };
            let Self::Projected {
                definition,
                degrees,
                ..
            } = projected(&format!("+proj=utm +zone={zone}{half}"), ellipsoid)
            else {
                return None;
            };
            // Far from its meridian a transverse Mercator turns back upon itself.
            Some(Self::Projected {
                definition,
                degrees,
                domain: Some((central - 45.0, central + 45.0, 89.9)),
            })
        };
        match code {
            32601..=32660 => zone(wgs, code - 32600, false),
            32701..=32760 => zone(wgs, code - 32700, true),
            25828..=25838 => zone(grs, code - 25800, false),
            26901..=26923 => zone(grs, code - 26900, false),
            3857 => Some(projected(
                "+proj=merc +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1",
                "+a=6378137 +b=6378137",
            )),
            3395 => Some(projected("+proj=merc +lon_0=0 +k=1 +x_0=0 +y_0=0", wgs)),
            3035 => Some(projected(
                "+proj=laea +lat_0=52 +lon_0=10 +x_0=4321000 +y_0=3210000",
                grs,
            )),
            6933 => Some(projected(
                "+proj=cea +lat_ts=30 +lon_0=0 +x_0=0 +y_0=0",
                wgs,
            )),
            54008 => Some(projected("+proj=sinu +lon_0=0 +x_0=0 +y_0=0", wgs)),
            _ => ALBERS
                .iter()
                .find(|(albers, _)| *albers == code)
                .map(|(_, parameters)| projected(&format!("+proj=aea {parameters}"), grs)),
        }
    }
}

fn projected(projection: &str, ellipsoid: &str) -> System {
    System::Projected {
        definition: format!("{projection} {ellipsoid} +units=m +no_defs"),
        degrees: format!("+proj=longlat {ellipsoid} +no_defs"),
        domain: None,
    }
}
