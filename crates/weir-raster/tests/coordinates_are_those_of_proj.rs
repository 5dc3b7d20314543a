//! Coordinates in every supported system, against those that PROJ 9 gives (pyproj 3.7.2, rounded to a tenth of a millimetre).
#![allow(clippy::unwrap_used)]

use weir_raster::{Crs, Transform};

/// Code, longitude, latitude, east, north. 0 is MODIS' sinusoidal.
const KNOWN: &[(u16, f64, f64, f64, f64)] = &[
    (32633, 12.0, 48.0, 276224.0846, 5320655.7892),
    (32633, 15.0, 0.5, 500000.0000, 55265.0371),
    (32633, 18.2, 83.0, 543517.0676, 9217665.5097),
    (32633, 10.0, -20.0, -23538.6873, -2219308.2381),
    (32719, -70.5, -33.4, 360505.6199, 6303362.2881),
    (32719, -66.0, -2.0, 833776.0924, 9778633.8340),
    (25832, 9.0, 50.0, 500000.0000, 5538630.7027),
    (25832, 6.1, 54.3, 311301.3914, 6020780.1023),
    (26918, -74.0, 40.7, 584482.3523, 4505935.8693),
    (3857, 0.0, 0.0, 0.0000, 0.0000),
    (3857, -179.5, 84.9, -19981848.5974, 19845401.3355),
    (3857, 139.7, 35.7, 15551332.8638, 4259419.9655),
    (3395, 10.0, -60.0, 1113194.9079, -8362698.5485),
    (3395, 100.0, 45.0, 11131949.0793, 5591295.9186),
    (3035, 10.0, 52.0, 4321000.0000, 3210000.0000),
    (3035, -9.0, 38.7, 2676732.1125, 1941329.0843),
    (3035, 27.0, 70.0, 4970433.5591, 5288094.6172),
    (3035, 34.0, 35.0, 6495795.7131, 1669777.2399),
    (5070, -96.0, 23.0, 0.0000, 0.0000),
    (5070, -120.0, 47.0, -1814348.8166, 2898017.0135),
    (5070, -70.0, 44.5, 2036919.0607, 2670440.0116),
    (3005, -123.0, 49.0, 1219731.7709, 447290.4989),
    (3310, -118.0, 34.0, 184755.8686, -444218.1757),
    (3338, -150.0, 61.0, 215490.1513, 1230626.7353),
    (3577, 151.0, -33.8, 1743073.8118, -3818290.8540),
    (3577, 115.0, -32.0, -1587422.1412, -3593104.4773),
    (6933, 0.0, 0.0, 0.0000, 0.0000),
    (6933, -120.0, 70.0, -11578353.6301, 6895812.5898),
    (6933, 33.0, -15.0, 3184047.2483, -1892380.5830),
    (54008, 10.0, 50.0, 716957.5362, 5540847.0417),
    (54008, -170.0, -60.0, -9486000.2673, -6654072.8195),
    (0, 10.0, 50.0, 714748.0167, 5559752.5988),
    (0, -170.0, -60.0, -9451579.4180, -6671703.1186),
    (0, 99.99, 9.99, 10949816.6728, 1110838.5692),
    (6350, -100.0, 40.0, -338390.5876, 1894100.1400),
];

fn crs(code: u16) -> Crs {
    match code {
        0 => Crs::modis_sinusoidal(),
        code => Crs::Projected(code),
    }
}

#[test]
fn there_and_back() {
    let degrees = Crs::Geographic(4326);
    for (code, longitude, latitude, east, north) in KNOWN {
        let mut there = [(*longitude, *latitude)];
        Transform::new(&degrees, &crs(*code))
            .unwrap()
            .apply(&mut there);
        let off = (there[0].0 - east).abs().max((there[0].1 - north).abs());
        assert!(
            off < 0.001,
            "{code} {longitude} {latitude}: {there:?} is {off} m off"
        );
        let mut back = [(*east, *north)];
        Transform::new(&crs(*code), &degrees)
            .unwrap()
            .apply(&mut back);
        let off = (back[0].0 - longitude)
            .abs()
            .max((back[0].1 - latitude).abs());
        assert!(
            off < 1e-8,
            "{code} {longitude} {latitude}: {back:?} is {off} degrees off"
        );
    }
}

#[test]
fn from_one_projection_to_another() {
    // By way of EPSG:4326 in the table above.
    let mut point = [(276_224.084_6, 5_320_655.789_2)];
    Transform::new(&Crs::Projected(32633), &Crs::Projected(3857))
        .unwrap()
        .apply(&mut point);
    let degrees = [(12.0f64, 48.0f64)];
    let mut wanted = degrees;
    Transform::new(&Crs::Geographic(4326), &Crs::Projected(3857))
        .unwrap()
        .apply(&mut wanted);
    assert!((point[0].0 - wanted[0].0).abs() < 0.001 && (point[0].1 - wanted[0].1).abs() < 0.001);
}

#[test]
fn beyond_the_edge_of_a_world_there_is_no_place() {
    let nowhere = |from: Crs, to: Crs, point: (f64, f64)| {
        let mut points = [point];
        Transform::new(&from, &to).unwrap().apply(&mut points);
        assert!(
            points[0].0.is_nan() && points[0].1.is_nan(),
            "{from} {to} {points:?}"
        );
    };
    let degrees = || Crs::Geographic(4326);
    nowhere(crs(0), degrees(), (19_000_000.0, 6_000_000.0));
    nowhere(Crs::Projected(3035), degrees(), (40_000_000.0, 0.0));
    nowhere(degrees(), Crs::Projected(32633), (-165.0, 10.0));
    nowhere(degrees(), Crs::Projected(3857), (0.0, 90.0));
    nowhere(degrees(), Crs::Projected(3035), (0.0, 91.0));
    nowhere(degrees(), Crs::Projected(3035), (f64::INFINITY, 0.0));
}

#[test]
fn what_is_not_supported_is_named() {
    for (crs, name) in [
        (Crs::Projected(2154), "EPSG:2154"),
        (Crs::Geographic(4267), "EPSG:4267"),
        (Crs::Unknown("my own".into()), "my own"),
    ] {
        let error = Transform::new(&crs, &Crs::Geographic(4326))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains(name) && error.contains("EPSG:4326"),
            "{error}"
        );
    }
}
