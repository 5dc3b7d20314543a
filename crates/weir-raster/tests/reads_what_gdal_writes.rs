//! Every type × compression × predictor × layout × offsets that GDAL can write, compared value by value with GDAL's own reading.
//!
//! Needs `gdal_translate` on the path; passes over, saying so, where it is not.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::{
    fs::{self, File},
    path::Path,
    process::Command,
};

use weir_raster::{Crs, GeoTiff, Pixel, PixelType, ReadLimits, with_samples};

const COLUMNS: usize = 70;
const ROWS: usize = 51;

fn gdal(arguments: &[&str]) -> bool {
    let run = Command::new("gdal_translate")
        .arg("-q")
        .args(arguments)
        .output();
    match run {
        Ok(output) => {
            assert!(
                output.status.success(),
                "{arguments:?}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
            true
        }
        Err(_) => false,
    }
}

/// A small grid as text, which GDAL reads without any library of ours.
fn source(folder: &Path) -> String {
    let mut text = format!(
        "ncols {COLUMNS}\nnrows {ROWS}\nxllcorner 10\nyllcorner 40\ncellsize 0.1\nNODATA_value 99\n"
    );
    for row in 0..ROWS {
        let line: Vec<String> = (0..COLUMNS)
            .map(|column| {
                let value = (row * 31 + column * 7) % 120;
                if value == 99 {
                    "99".into()
                } else {
                    format!("{}", value as f64 / 2.0)
                }
            })
            .collect();
        text += &format!("{}\n", line.join(" "));
    }
    let path = folder.join("source.asc");
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// All values of band `band` as doubles, row by row.
fn read(path: &str, band: u16) -> (weir_raster::Info, Vec<f64>) {
    let mut raster = GeoTiff::open(path, File::open(path).unwrap(), ReadLimits::default()).unwrap();
    let info = raster.info().clone();
    let (rows, columns) = (info.grid.rows() as usize, info.grid.columns() as usize);
    let mut all = vec![f64::NAN; rows * columns];
    for down in 0..info.blocks_down() {
        for across in 0..info.blocks_across() {
            let (wide, _) = raster.block_shape(across, down);
            let samples = raster.block(band, across, down).unwrap();
            with_samples!(samples, values => {
                for (at, value) in values.into_iter().enumerate() {
                    let row = (down * info.block_rows) as usize + at / wide as usize;
                    let column = (across * info.block_columns) as usize + at % wide as usize;
                    all[row * columns + column] = Pixel::value(value);
                }
            });
        }
    }
    (info, all)
}

/// The values as GDAL writes them into a flat file of doubles.
fn flat(path: &str, band: u16, folder: &Path) -> Vec<f64> {
    let flat = folder.join("flat.bin");
    let flat = flat.to_str().unwrap();
    assert!(gdal(&[
        "-of",
        "ENVI",
        "-ot",
        "Float64",
        "-b",
        &band.to_string(),
        path,
        flat
    ]));
    fs::read(flat)
        .unwrap()
        .chunks_exact(8)
        .map(|bytes| f64::from_le_bytes(bytes.try_into().unwrap()))
        .collect()
}

#[test]
fn the_whole_matrix() {
    let folder = tempfile::tempdir().unwrap();
    let source = source(folder.path());
    let out = folder.path().join("out.tif");
    let out = out.to_str().unwrap();
    if !gdal(&["-of", "GTiff", &source, out]) {
        eprintln!("skipped: gdal_translate is not on the path");
        return;
    }
    let types = [
        ("Byte", PixelType::UInt8),
        ("UInt16", PixelType::UInt16),
        ("Int16", PixelType::Int16),
        ("UInt32", PixelType::UInt32),
        ("Int32", PixelType::Int32),
        ("UInt64", PixelType::UInt64),
        ("Int64", PixelType::Int64),
        ("Float32", PixelType::Float32),
        ("Float64", PixelType::Float64),
    ];
    let layouts: [&[&str]; 3] = [
        &["TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=16"],
        &["BLOCKYSIZE=7"],
        &[
            "TILED=YES",
            "BLOCKXSIZE=128",
            "BLOCKYSIZE=128",
            "BIGTIFF=YES",
        ],
    ];
    let mut files = 0;
    for (name, pixel) in types {
        // All files of a type hold the same values; GDAL reads the first.
        let mut known: Option<Vec<f64>> = None;
        for (compression, predictors) in [
            ("NONE", &[1][..]),
            ("DEFLATE", &[1, 2, 3]),
            ("LZW", &[1, 2, 3]),
            ("ZSTD", &[1, 2, 3]),
            ("PACKBITS", &[1]),
        ] {
            for predictor in predictors {
                if (*predictor == 3) != pixel.is_float() && *predictor != 1 {
                    continue;
                }
                for layout in layouts {
                    let compress = format!("COMPRESS={compression}");
                    let predict = format!("PREDICTOR={predictor}");
                    let mut arguments = vec![
                        "-of",
                        "GTiff",
                        "-ot",
                        name,
                        "-a_srs",
                        "EPSG:4326",
                        "-co",
                        &compress,
                    ];
                    if *predictor > 1 {
                        arguments.extend(["-co", &predict]);
                    }
                    for option in layout {
                        arguments.extend(["-co", option]);
                    }
                    arguments.extend([source.as_str(), out]);
                    let _ = fs::remove_file(out);
                    gdal(&arguments);
                    let what = format!("{arguments:?}");
                    let (info, values) = read(out, 1);
                    assert_eq!(info.pixel, pixel, "{what}");
                    // GDAL does not carry the text grid's nodata over to 64-bit integers.
                    if !name.ends_with("Int64") {
                        assert_eq!(info.nodata, Some(99.0), "{what}");
                    }
                    assert_eq!(info.crs, Crs::Geographic(4326), "{what}");
                    assert_eq!(info.big, layout.contains(&"BIGTIFF=YES"), "{what}");
                    assert_eq!(info.predictor, *predictor, "{what}");
                    let grid = info.grid;
                    assert!(
                        (grid.x.edge(0) - 10.0).abs() < 1e-9
                            && (grid.y.edge(0) - 45.1).abs() < 1e-9,
                        "{what} {grid:?}"
                    );
                    let known = known.get_or_insert_with(|| flat(out, 1, folder.path()));
                    assert_eq!(&values, known, "{what}");
                    files += 1;
                }
            }
        }
    }
    assert!(files > 150, "{files}");
}

#[test]
fn several_bands_together_and_apart_with_scale_and_offset() {
    let folder = tempfile::tempdir().unwrap();
    let source = source(folder.path());
    let bands = folder.path().join("bands.tif");
    let bands = bands.to_str().unwrap();
    for interleave in ["INTERLEAVE=PIXEL", "INTERLEAVE=BAND"] {
        let _ = fs::remove_file(bands);
        let made = gdal(&[
            "-of",
            "GTiff",
            "-b",
            "1",
            "-b",
            "1",
            "-b",
            "1",
            "-scale_2",
            "0",
            "60",
            "1000",
            "2000",
            "-ot",
            "Int16",
            "-co",
            interleave,
            "-co",
            "TILED=YES",
            "-co",
            "BLOCKXSIZE=16",
            "-co",
            "BLOCKYSIZE=16",
            "-co",
            "COMPRESS=DEFLATE",
            "-co",
            "PREDICTOR=2",
            "-a_scale",
            "0.5",
            "-a_offset",
            "-10",
            "-a_srs",
            "EPSG:3035",
            &source,
            bands,
        ]);
        if !made {
            eprintln!("skipped: gdal_translate is not on the path");
            return;
        }
        for band in 1..=3 {
            let (info, values) = read(bands, band);
            assert_eq!(
                (info.bands, info.planar),
                (3, interleave == "INTERLEAVE=BAND")
            );
            assert_eq!((info.scale, info.offset), (0.5, -10.0));
            assert_eq!(info.crs, Crs::Projected(3035));
            assert_eq!(
                values,
                flat(bands, band, folder.path()),
                "{interleave} band {band}"
            );
        }
    }
}

#[test]
fn blocks_that_are_not_in_the_file_are_nodata() {
    let folder = tempfile::tempdir().unwrap();
    let sparse = folder.path().join("sparse.tif");
    let sparse = sparse.to_str().unwrap();
    let text = folder.path().join("empty.asc");
    fs::write(
        &text,
        format!(
            "ncols 40\nnrows 40\nxllcorner 0\nyllcorner 0\ncellsize 1\nNODATA_value -7\n{}",
            "-7 ".repeat(1600)
        ),
    )
    .unwrap();
    if !gdal(&[
        "-of",
        "GTiff",
        "-co",
        "SPARSE_OK=TRUE",
        "-co",
        "TILED=YES",
        "-co",
        "BLOCKXSIZE=16",
        "-co",
        "BLOCKYSIZE=16",
        text.to_str().unwrap(),
        sparse,
    ]) {
        eprintln!("skipped: gdal_translate is not on the path");
        return;
    }
    let (info, values) = read(sparse, 1);
    assert_eq!(info.nodata, Some(-7.0));
    assert!(values.iter().all(|value| *value == -7.0));
}

#[test]
fn systems_of_their_own_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let source = source(folder.path());
    let out = folder.path().join("out.tif");
    let out = out.to_str().unwrap();
    let mut systems = Vec::new();
    for latitude in [10, 20, 10] {
        let system = format!("+proj=laea +lat_0={latitude} +lon_0=5 +ellps=GRS80 +units=m");
        let _ = fs::remove_file(out);
        // A cell that its tiepoint points at in the middle makes no other system.
        let point = ["AREA_OR_POINT=Area", "AREA_OR_POINT=Point"][systems.len() / 2];
        if !gdal(&[
            "-of", "GTiff", "-a_srs", &system, "-mo", point, &source, out,
        ]) {
            eprintln!("skipped: gdal_translate is not on the path");
            return;
        }
        systems.push(read(out, 1).0.crs);
    }
    assert!(matches!(&systems[0], Crs::Unknown(text) if text.contains("keys ")));
    assert_ne!(systems[0], systems[1]);
    assert_eq!(systems[0], systems[2]);
}

#[test]
fn a_mask_within_the_file_is_refused_and_its_remedy_helps() {
    let folder = tempfile::tempdir().unwrap();
    let source = source(folder.path());
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (masked, plain) = (place("masked.tif"), place("plain.tif"));
    let inside = ["--config", "GDAL_TIFF_INTERNAL_MASK", "YES"];
    let made = gdal(
        &[
            &inside[..],
            &["-of", "GTiff", "-mask", "1", &source, &masked],
        ]
        .concat(),
    );
    if !made {
        eprintln!("skipped: gdal_translate is not on the path");
        return;
    }
    let open = |path: &str| {
        let file = File::open(path).unwrap();
        GeoTiff::open(path, file, ReadLimits::default()).map(|_| ())
    };
    let error = open(&masked).unwrap_err().to_string();
    assert!(error.contains("gdal_translate -mask none"), "{error}");
    assert!(gdal(&["-of", "GTiff", "-mask", "none", &masked, &plain]));
    open(&plain).unwrap();
}
