//! Reference systems as PROJJSON 0.7, for those that GeoParquet can be told. Parameters are those of the EPSG registry.

use serde_json::{Value, json};

/// The definition of a code: WGS 84, ETRS89 and NAD83 in degrees; UTM on WGS 84 and ETRS89; Web Mercator; LAEA Europe; Conus Albers;
/// Australian Albers on GDA94; EASE-Grid 2.0. Nothing for another one.
pub(super) fn projjson(code: u16) -> Option<Value> {
    if let Some(base) = Base::of(code) {
        let mut definition = base.definition();
        definition["$schema"] = SCHEMA.into();
        definition["type"] = "GeographicCRS".into();
        return Some(definition);
    }
    let (name, base, conversion) = projection(code)?;
    let utm = conversion.method.1 == 9807;
    let (x, y) = if utm { ("E", "N") } else { ("X", "Y") };
    let axis = |name, short, direction| json!({ "name": name, "abbreviation": short, "direction": direction, "unit": "metre" });
    let mut axes = [axis("Easting", x, "east"), axis("Northing", y, "north")];
    if code == 3035 {
        axes.reverse();
    }
    Some(json!({
        "$schema": SCHEMA,
        "type": "ProjectedCRS",
        "name": name,
        "base_crs": base.definition(),
        "conversion": conversion.definition(),
        "coordinate_system": { "subtype": "Cartesian", "axis": axes },
        "id": id(code),
    }))
}

const SCHEMA: &str = "https://proj.org/schemas/v0.7/projjson.schema.json";

fn id(code: u16) -> Value {
    json!({ "authority": "EPSG", "code": code })
}

/// A system of degrees.
#[derive(Clone, Copy)]
struct Base {
    code: u16,
    name: &'static str,
    datum: &'static str,
    ellipsoid: &'static str,
    inverse_flattening: f64,
}

const WGS_84: Base = Base {
    code: 4326,
    name: "WGS 84",
    datum: "World Geodetic System 1984",
    ellipsoid: "WGS 84",
    inverse_flattening: 298.257_223_563,
};

const fn on_grs_80(code: u16, name: &'static str, datum: &'static str) -> Base {
    Base {
        code,
        name,
        datum,
        ellipsoid: "GRS 1980",
        inverse_flattening: 298.257_222_101,
    }
}

const ETRS_89: Base = on_grs_80(4258, "ETRS89", "European Terrestrial Reference System 1989");
const NAD_83: Base = on_grs_80(4269, "NAD83", "North American Datum 1983");
const GDA_94: Base = on_grs_80(4283, "GDA94", "Geocentric Datum of Australia 1994");

impl Base {
    fn of(code: u16) -> Option<Self> {
        [WGS_84, ETRS_89, NAD_83, GDA_94]
            .into_iter()
            .find(|base| base.code == code)
    }

    fn definition(self) -> Value {
        let axis = |name, short, direction| json!({ "name": name, "abbreviation": short, "direction": direction, "unit": "degree" });
        json!({
            "name": self.name,
            "datum": {
                "type": "GeodeticReferenceFrame",
                "name": self.datum,
                "ellipsoid": {
                    "name": self.ellipsoid,
                    "semi_major_axis": 6_378_137,
                    "inverse_flattening": self.inverse_flattening,
                },
            },
            "coordinate_system": { "subtype": "ellipsoidal", "axis": [
                axis("Geodetic latitude", "Lat", "north"),
                axis("Geodetic longitude", "Lon", "east"),
            ] },
            "id": id(self.code),
        })
    }
}

/// How degrees become metres.
struct Conversion {
    name: String,
    method: (&'static str, u16),
    parameters: Vec<(Parameter, f64)>,
}

/// A parameter's name, unit and code.
type Parameter = (&'static str, &'static str, u16);

const LATITUDE: Parameter = ("Latitude of natural origin", "degree", 8801);
const LONGITUDE: Parameter = ("Longitude of natural origin", "degree", 8802);
const SCALE: Parameter = ("Scale factor at natural origin", "unity", 8805);
const EASTING: Parameter = ("False easting", "metre", 8806);
const NORTHING: Parameter = ("False northing", "metre", 8807);
const FALSE_LATITUDE: Parameter = ("Latitude of false origin", "degree", 8821);
const FALSE_LONGITUDE: Parameter = ("Longitude of false origin", "degree", 8822);
const PARALLEL_1: Parameter = ("Latitude of 1st standard parallel", "degree", 8823);
const PARALLEL_2: Parameter = ("Latitude of 2nd standard parallel", "degree", 8824);
const ORIGIN_EASTING: Parameter = ("Easting at false origin", "metre", 8826);
const ORIGIN_NORTHING: Parameter = ("Northing at false origin", "metre", 8827);

impl Conversion {
    fn new(name: &str, method: (&'static str, u16), parameters: &[(Parameter, f64)]) -> Self {
        Self {
            name: name.to_owned(),
            method,
            parameters: parameters.to_vec(),
        }
    }

    fn utm(zone: u16, south: bool) -> Self {
        let name = format!("UTM zone {zone}{}", if south { 'S' } else { 'N' });
        Self::new(
            &name,
            ("Transverse Mercator", 9807),
            &[
                (LATITUDE, 0.0),
                (LONGITUDE, f64::from(zone) * 6.0 - 183.0),
                (SCALE, 0.9996),
                (EASTING, 500_000.0),
                (NORTHING, if south { 10_000_000.0 } else { 0.0 }),
            ],
        )
    }

    fn albers(name: &str, latitude: f64, longitude: f64, parallels: [f64; 2]) -> Self {
        Self::new(
            name,
            ("Albers Equal Area", 9822),
            &[
                (FALSE_LATITUDE, latitude),
                (FALSE_LONGITUDE, longitude),
                (PARALLEL_1, parallels[0]),
                (PARALLEL_2, parallels[1]),
                (ORIGIN_EASTING, 0.0),
                (ORIGIN_NORTHING, 0.0),
            ],
        )
    }

    fn definition(&self) -> Value {
        let parameters = self.parameters.iter().map(|((name, unit, code), value)| {
            json!({ "name": name, "value": value, "unit": unit, "id": id(*code) })
        });
        json!({
            "name": self.name,
            "method": { "name": self.method.0, "id": id(self.method.1) },
            "parameters": parameters.collect::<Vec<_>>(),
        })
    }
}

fn projection(code: u16) -> Option<(String, Base, Conversion)> {
    let utm = |datum: &str, zone, south| {
        let conversion = Conversion::utm(zone, south);
        (format!("{datum} / {}", conversion.name), conversion)
    };
    Some(match code {
        32601..=32660 | 32701..=32760 => {
            let (name, conversion) = utm("WGS 84", code % 100, code > 32700);
            (name, WGS_84, conversion)
        }
        25828..=25838 => {
            let (name, conversion) = utm("ETRS89", code % 100, false);
            (name, ETRS_89, conversion)
        }
        3857 => (
            "WGS 84 / Pseudo-Mercator".to_owned(),
            WGS_84,
            Conversion::new(
                "Popular Visualisation Pseudo-Mercator",
                ("Popular Visualisation Pseudo Mercator", 1024),
                &[
                    (LATITUDE, 0.0),
                    (LONGITUDE, 0.0),
                    (EASTING, 0.0),
                    (NORTHING, 0.0),
                ],
            ),
        ),
        3035 => (
            "ETRS89-extended / LAEA Europe".to_owned(),
            ETRS_89,
            Conversion::new(
                "Europe Equal Area 2001",
                ("Lambert Azimuthal Equal Area", 9820),
                &[
                    (LATITUDE, 52.0),
                    (LONGITUDE, 10.0),
                    (EASTING, 4_321_000.0),
                    (NORTHING, 3_210_000.0),
                ],
            ),
        ),
        5070 => (
            "NAD83 / Conus Albers".to_owned(),
            NAD_83,
            Conversion::albers("Conus Albers", 23.0, -96.0, [29.5, 45.5]),
        ),
        3577 => (
            "GDA94 / Australian Albers".to_owned(),
            GDA_94,
            Conversion::albers("Australian Albers", 0.0, 132.0, [-18.0, -36.0]),
        ),
        6933 => (
            "WGS 84 / NSIDC EASE-Grid 2.0 Global".to_owned(),
            WGS_84,
            Conversion::new(
                "US NSIDC EASE-Grid 2.0 Global",
                ("Lambert Cylindrical Equal Area", 9835),
                &[
                    (PARALLEL_1, 30.0),
                    (LONGITUDE, 0.0),
                    (EASTING, 0.0),
                    (NORTHING, 0.0),
                ],
            ),
        ),
        _ => return None,
    })
}
