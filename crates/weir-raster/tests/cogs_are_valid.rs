//! Cloud optimized GeoTIFFs by GDAL's own validator, tile by tile.
//!
//! Needs a Python with `osgeo_utils` (Debian's python3-gdal): `WEIR_TEST_PYTHON`, or `python3` on the path or in `/usr/bin`. Passes over,
//! saying so, where there is none.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod exported;

use std::{path::Path, process::Command};

use exported::{column, run, target, write};
use weir_raster::{Compression, GeoTiffOptions, Offsets, Overviews, PixelType};

const VALIDATOR: &str = "osgeo_utils.samples.validate_cloud_optimized_geotiff";

fn python() -> Option<String> {
    let named = std::env::var("WEIR_TEST_PYTHON").ok();
    let known = ["python3", "/usr/bin/python3"].map(str::to_owned);
    let found = named.into_iter().chain(known).find(|python| {
        let import = format!("import {VALIDATOR}");
        let answer = Command::new(python).args(["-c", &import]).output();
        answer.is_ok_and(|answer| answer.status.success())
    });
    if found.is_none() {
        assert!(
            std::env::var_os("WEIR_TEST_NO_SKIP").is_none(),
            "no Python with osgeo_utils"
        );
        eprintln!("skipped: no Python with osgeo_utils");
    }
    found
}

fn validate(python: &str, path: &Path) {
    let path = path.to_str().unwrap();
    let said = run(python, &["-m", VALIDATOR, "--full-check=yes", path]).unwrap();
    assert!(
        said.contains("is a valid cloud optimized GeoTIFF"),
        "{said}"
    );
    assert!(!said.to_lowercase().contains("warning"), "{said}");
}

#[test]
fn by_gdals_validator() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.tif");
    let row = |columns: u64| {
        move |row: u64| -> Vec<f64> {
            let value = |column: u64| match (row / 300 + column / 200) % 3 {
                0 => f64::NAN,
                _ => (row * 7 + column * 3) as f64 % 250.0,
            };
            (0..columns).map(value).collect()
        }
    };
    let plain = GeoTiffOptions::cog;
    let options = [
        plain(),
        GeoTiffOptions {
            offsets: Offsets::Big,
            tile: 512,
            ..plain()
        },
        GeoTiffOptions {
            compression: Compression::Zstd,
            overviews: Overviews::Mode,
            ..plain()
        },
        GeoTiffOptions {
            compression: Compression::Lzw,
            overviews: Overviews::Nearest,
            tile: 128,
            ..plain()
        },
        GeoTiffOptions {
            compression: Compression::None,
            metadata: vec![("WEIR_METHOD".into(), "sum".into())],
            ..plain()
        },
        GeoTiffOptions {
            sparse: true,
            tile: 128,
            ..plain()
        },
    ];
    for (number, options) in options.into_iter().enumerate() {
        for (columns, rows) in [(1300, 2500), (700, 40), (5, 3)] {
            let pixel = if number % 2 == 0 {
                PixelType::Float32
            } else {
                PixelType::Int16
            };
            let column = column(pixel, Some(-1.0));
            write(
                &target(columns, rows),
                column,
                options.clone(),
                &out,
                &row(columns),
            )
            .unwrap();
            validate(&python, &out);
        }
    }
}
