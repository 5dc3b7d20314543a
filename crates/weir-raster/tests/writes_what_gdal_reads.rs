//! Every type × compression × predictor × layout × width of offsets, read back by weir and by GDAL.
//!
//! Needs `gdalinfo` and `gdal_translate` on the path; passes over, saying so, where they are not.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod exported;

use std::{fs, path::Path};

use exported::{TYPES, column, gdal_is_here, read, run, same, target, write};
use serde_json::Value;
use weir_raster::{
    Axis, Compression, Crs, GeoTiffOptions, Grid, Offsets, Overviews, PixelType, Target, TiffLayout,
};

const COLUMNS: u64 = 300;
const ROWS: u64 = 210;

/// Values of every type, every seventh of them missing.
fn row(pixel: PixelType) -> impl Fn(u64) -> Vec<f64> {
    move |row| {
        let signed = !matches!(
            pixel,
            PixelType::UInt8 | PixelType::UInt16 | PixelType::UInt32 | PixelType::UInt64
        );
        (0..COLUMNS)
            .map(|column| {
                let step = row * 31 + column * 7 + column * row % 5;
                if step % 7 == 0 {
                    return f64::NAN;
                }
                let whole = (step % 120) as f64;
                let signed = if signed && step % 3 == 0 {
                    -whole
                } else {
                    whole
                };
                if pixel.is_float() {
                    signed / 3.0
                } else {
                    signed
                }
            })
            .collect()
    }
}

fn info(path: &Path) -> Value {
    let text = run("gdalinfo", &["-json", path.to_str().unwrap()]).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// All values as GDAL reads them.
fn flat(path: &Path, folder: &Path) -> Vec<f64> {
    let flat = folder.join("flat.bin");
    let (path, out) = (path.to_str().unwrap(), flat.to_str().unwrap());
    run(
        "gdal_translate",
        &["-q", "-of", "ENVI", "-ot", "Float64", path, out],
    )
    .unwrap();
    fs::read(flat)
        .unwrap()
        .chunks_exact(8)
        .map(|bytes| f64::from_le_bytes(bytes.try_into().unwrap()))
        .collect()
}

/// Nodata for a type and as GDAL has it.
fn nodata(pixel: PixelType) -> f64 {
    match pixel {
        PixelType::Int8 => -128.0,
        PixelType::Float32 => f64::from(f32::MIN),
        PixelType::Float64 => f64::NAN,
        _ => 121.0,
    }
}

#[test]
fn the_whole_matrix() {
    let folder = tempfile::tempdir().unwrap();
    let with_gdal = gdal_is_here();
    let out = folder.path().join("out.tif");
    let target = target(COLUMNS, ROWS);
    let mut written = 0;
    for pixel in TYPES {
        let none = nodata(pixel);
        let row = row(pixel);
        let wanted: Vec<f64> = (0..ROWS)
            .flat_map(&row)
            .map(|value| {
                if pixel == PixelType::Float32 {
                    f64::from(value as f32)
                } else {
                    value
                }
            })
            .collect();
        for (compression, predictors) in [
            (Compression::None, &[1][..]),
            (Compression::Deflate, &[1, 2, 3]),
            (Compression::Lzw, &[1, 2, 3]),
            (Compression::Zstd, &[1, 2, 3]),
        ] {
            for predictor in predictors {
                if *predictor == 3 && !pixel.is_float() {
                    continue;
                }
                let cog = [Offsets::Auto, Offsets::Big][written / 9 % 2];
                for (layout, offsets) in [
                    (TiffLayout::Tiled, Offsets::Auto),
                    (TiffLayout::Tiled, Offsets::Big),
                    (TiffLayout::Cog, cog),
                ] {
                    let options = GeoTiffOptions {
                        layout,
                        compression,
                        predictor: Some(*predictor),
                        offsets,
                        tile: 128,
                        overviews: if layout == TiffLayout::Cog {
                            Overviews::Average
                        } else {
                            Overviews::None
                        },
                        ..GeoTiffOptions::tiled()
                    };
                    let what = format!("{pixel:?} {options:?}");
                    let exported =
                        write(&target, column(pixel, Some(none)), options, &out, &row).unwrap();
                    assert_eq!(exported.rows, COLUMNS * ROWS);
                    assert_eq!(exported.bytes, fs::metadata(&out).unwrap().len());
                    let (found, values) = read(&out);
                    assert!(same(&values, &wanted), "{what}");
                    assert_eq!(
                        (found.pixel, found.compression, found.predictor),
                        (pixel, compression, *predictor)
                    );
                    assert_eq!(
                        (found.big, found.tiled, found.block_columns),
                        (offsets == Offsets::Big, true, 128)
                    );
                    assert_eq!(
                        (&found.crs, found.grid),
                        (&target.crs, target.grid),
                        "{what}"
                    );
                    // A process each, so of these three files one, each time another.
                    let turn = written % 3 == written / 3 % 3;
                    written += 1;
                    // GDAL before 3.7 has no type for signed bytes.
                    if !with_gdal || !turn || pixel == PixelType::Int8 {
                        continue;
                    }
                    let info = info(&out);
                    assert_eq!(info["size"], serde_json::json!([COLUMNS, ROWS]), "{what}");
                    let place = serde_json::json!([10.0, 0.125, 0.0, 50.0, 0.0, -0.125]);
                    assert_eq!(info["geoTransform"], place, "{what}");
                    assert!(
                        info["coordinateSystem"]["wkt"]
                            .as_str()
                            .unwrap()
                            .contains("ID[\"EPSG\",4326]")
                    );
                    assert_eq!(info["metadata"][""]["AREA_OR_POINT"], "Area");
                    let band = &info["bands"][0];
                    assert_eq!(
                        (&band["block"], &band["type"]),
                        (&serde_json::json!([128, 128]), &Value::from(pixel.name()))
                    );
                    assert_eq!(band["description"], "people", "{what}");
                    if none.is_nan() {
                        assert_eq!(band["noDataValue"], "NaN", "{what}");
                    } else if pixel == PixelType::Float32 {
                        assert_eq!(
                            band["noDataValue"].as_f64().unwrap() as f32,
                            f32::MIN,
                            "{what}"
                        );
                    } else {
                        assert_eq!(band["noDataValue"].as_f64().unwrap(), none, "{what}");
                    }
                    let structure = &info["metadata"]["IMAGE_STRUCTURE"];
                    if layout == TiffLayout::Cog {
                        assert_eq!(structure["LAYOUT"], "COG", "{what}");
                        let sizes: Vec<&Value> = band["overviews"]
                            .as_array()
                            .unwrap()
                            .iter()
                            .map(|level| &level["size"])
                            .collect();
                        assert_eq!(
                            sizes,
                            [&serde_json::json!([150, 105]), &serde_json::json!([75, 53])]
                        );
                    } else {
                        assert!(band.get("overviews").is_none());
                    }
                    let by_gdal: Vec<f64> = flat(&out, folder.path())
                        .into_iter()
                        .map(|value| if value == none { f64::NAN } else { value })
                        .collect();
                    assert!(same(&by_gdal, &wanted), "{what}");
                }
            }
        }
    }
    assert_eq!(written, (8 * 7 + 2 * 10) * 3);
}

#[test]
fn projections_names_and_what_is_said_of_a_file() {
    if !gdal_is_here() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.tif");
    for (code, part) in [
        (3035, "LAEA"),
        (32633, "UTM zone 33N"),
        (3857, "Pseudo-Mercator"),
    ] {
        let target = Target {
            grid: Grid::new(
                Axis::new(4321000.0, 1000.0, 20).unwrap(),
                Axis::new(3210000.0, -1000.0, 10).unwrap(),
            ),
            crs: Crs::Projected(code),
        };
        let mut column = column(PixelType::Float32, None);
        column.name = "Größe <\"a\" & 'b'>".into();
        let options = GeoTiffOptions {
            metadata: vec![
                ("WEIR_METHOD".into(), "sum".into()),
                ("NOTE".into(), "1 < 2 & \"so\"".into()),
            ],
            ..GeoTiffOptions::cog()
        };
        write(&target, column, options, &out, &|_| vec![1.5; 20]).unwrap();
        let info = info(&out);
        let wkt = info["coordinateSystem"]["wkt"].as_str().unwrap();
        assert!(
            wkt.contains(part) && wkt.contains(&format!("ID[\"EPSG\",{code}]")),
            "{wkt}"
        );
        assert_eq!(info["bands"][0]["description"], "Größe <\"a\" & 'b'>");
        assert_eq!(info["metadata"][""]["WEIR_METHOD"], "sum");
        assert_eq!(info["metadata"][""]["NOTE"], "1 < 2 & \"so\"");
        assert!(info["bands"][0].get("noDataValue").is_none());
        assert_eq!(read(&out).0.crs, target.crs);
    }
}

#[test]
fn rows_from_the_south_and_a_system_without_a_code() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.tif");
    let target = Target {
        grid: Grid::new(
            Axis::new(0.0, 0.5, 40).unwrap(),
            Axis::new(-10.0, 0.5, 30).unwrap(),
        ),
        crs: Crs::Unknown("of its own".into()),
    };
    write(
        &target,
        column(PixelType::UInt8, None),
        GeoTiffOptions::tiled(),
        &out,
        &|row| vec![row as f64; 40],
    )
    .unwrap();
    let (found, values) = read(&out);
    assert_eq!(
        (found.grid, found.crs),
        (target.grid, Crs::Unknown(String::new()))
    );
    assert_eq!(values[29 * 40], 29.0);
    if gdal_is_here() {
        let place = serde_json::json!([0.0, 0.5, 0.0, -10.0, 0.0, 0.5]);
        assert_eq!(info(&out)["geoTransform"], place);
    }
}

#[test]
fn tiles_without_a_value_may_be_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let target = target(700, 600);
    let row = |row: u64| -> Vec<f64> {
        let there = |column: u64| row < 100 && column > 500;
        (0..700)
            .map(|column| if there(column) { 5.0 } else { f64::NAN })
            .collect()
    };
    let mut sizes = Vec::new();
    for sparse in [false, true] {
        let out = folder.path().join("out.tif");
        let options = GeoTiffOptions {
            sparse,
            tile: 128,
            compression: Compression::None,
            ..GeoTiffOptions::cog()
        };
        sizes.push(
            write(
                &target,
                column(PixelType::Int16, Some(0.0)),
                options,
                &out,
                &row,
            )
            .unwrap()
            .bytes,
        );
        let wanted: Vec<f64> = (0..600).flat_map(row).collect();
        assert!(same(&read(&out).1, &wanted));
        if gdal_is_here() {
            let by_gdal = flat(&out, folder.path());
            assert!(
                by_gdal.iter().zip(&wanted).all(|(found, wanted)| {
                    *found == if wanted.is_nan() { 0.0 } else { *wanted }
                })
            );
        }
    }
    assert!(sizes[1] * 5 < sizes[0], "{sizes:?}");
}
