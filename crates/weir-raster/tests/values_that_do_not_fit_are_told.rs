//! Nothing wraps around, nothing is clipped, nothing becomes nodata by accident: row, column and what to do.
#![allow(clippy::unwrap_used)]

mod exported;

use exported::{column, files, read, target, write};
use weir_raster::{Compression, GeoTiffExport, GeoTiffOptions, Overviews, PixelType};

fn told(pixel: PixelType, nodata: Option<f64>, value: f64) -> String {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.tif");
    let row = |row: u64| -> Vec<f64> {
        (0..20)
            .map(|column| if (row, column) == (3, 7) { value } else { 1.0 })
            .collect()
    };
    let column = column(pixel, nodata);
    let answer = write(&target(20, 10), column, GeoTiffOptions::tiled(), &out, &row);
    let error = answer.unwrap_err().to_string();
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        0,
        "{error}"
    );
    error
}

#[test]
fn a_value_beyond_the_type() {
    assert_eq!(
        told(PixelType::UInt8, None, 256.0),
        "people: row 3, column 7 of the target (from 0): 256.0 does not fit into cells of type Byte; choose a type that reaches it"
    );
    assert!(
        told(PixelType::Float32, None, 1e39)
            .contains("1e39 does not fit into cells of type Float32")
    );
    assert!(told(PixelType::Int64, None, f64::INFINITY).contains("inf does not fit"));
}

#[test]
fn no_value_where_nothing_stands_for_it() {
    assert_eq!(
        told(PixelType::Int16, None, f64::NAN),
        "people: row 3, column 7 of the target (from 0): there is no value, and cells of type Int16 have none for that; choose a nodata value that no cell has"
    );
}

#[test]
fn a_value_that_would_be_nodata() {
    assert_eq!(
        told(PixelType::UInt8, Some(200.0), 199.7),
        "people: row 3, column 7 of the target (from 0): 199.7 in cells of type Byte is nodata, and would read as no value; choose another nodata, or a floating-point type with NaN"
    );
}

#[test]
fn fractions_are_rounded_to_even_where_integers_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.tif");
    let row = |_: u64| vec![0.5, 1.5, 2.5, -0.5, -1.5, 2.4999, f64::NAN];
    let column = column(PixelType::Int32, Some(-99.0));
    write(&target(7, 1), column, GeoTiffOptions::tiled(), &out, &row).unwrap();
    let (info, values) = read(&out);
    assert_eq!(info.nodata, Some(-99.0));
    assert_eq!(values[..6], [0.0, 2.0, 2.0, 0.0, -2.0, 2.0]);
    assert!(values[6].is_nan());
}

#[test]
fn options_that_cannot_be_are_refused_with_what_can() {
    let refused = |pixel, nodata, options| {
        let answer =
            GeoTiffExport::new(files(), &target(20, 10), column(pixel, nodata), 0, options);
        answer.unwrap_err().to_string()
    };
    let plain = GeoTiffOptions::tiled;
    let (byte, float) = (PixelType::UInt8, PixelType::Float32);
    for (pixel, nodata, options, message) in [
        (
            byte,
            Some(-1.0),
            plain(),
            "nodata -1.0 is no value of type Byte; the nearest is 0.0",
        ),
        (
            byte,
            Some(f64::NAN),
            plain(),
            "nodata is NaN, which cells of type Byte do not have; choose a number that no cell has",
        ),
        (
            float,
            Some(-9999.9),
            plain(),
            "nodata -9999.9 is no value of type Float32; the nearest is -9999.900390625",
        ),
        (
            float,
            None,
            GeoTiffOptions {
                tile: 100,
                ..plain()
            },
            "tiles of 100 × 100 cells; a side has 128 to 1024 cells, a multiple of 16",
        ),
        (
            float,
            None,
            GeoTiffOptions {
                tile: 136,
                ..plain()
            },
            "tiles of 136 × 136 cells; a side has 128 to 1024 cells, a multiple of 16",
        ),
        (
            byte,
            None,
            GeoTiffOptions {
                predictor: Some(3),
                ..plain()
            },
            "predictor 3 is for floating-point cells; choose 2 or 1",
        ),
        (
            byte,
            None,
            GeoTiffOptions {
                predictor: Some(4),
                ..plain()
            },
            "predictor 4 is unknown; there are 1, 2 and 3",
        ),
        (
            byte,
            None,
            GeoTiffOptions {
                predictor: Some(2),
                compression: Compression::None,
                ..plain()
            },
            "predictor 2 goes with a compression only; choose one, or predictor 1",
        ),
        (
            byte,
            None,
            GeoTiffOptions {
                level: Some(10),
                ..plain()
            },
            "level 10 of deflate; there are 1 to 9",
        ),
        (
            byte,
            None,
            GeoTiffOptions {
                level: Some(1),
                compression: Compression::Lzw,
                ..plain()
            },
            "compression lzw has no levels; leave the level out",
        ),
        (
            byte,
            None,
            GeoTiffOptions {
                compression: Compression::PackBits,
                ..plain()
            },
            "packbits is read and not written; choose deflate, lzw, zstd or none",
        ),
        (
            byte,
            None,
            GeoTiffOptions {
                sparse: true,
                overviews: Overviews::Mode,
                ..plain()
            },
            "tiles without a value can only be left out where there is nodata; choose one",
        ),
        (
            byte,
            None,
            GeoTiffOptions {
                metadata: vec![("long".into(), "x".repeat(70_000))],
                ..plain()
            },
            "names and metadata have more than 65536 bytes; say less",
        ),
    ] {
        assert_eq!(
            refused(pixel, nodata, options),
            format!("GeoTIFF: {message}")
        );
    }
}
