//! Rows written through an export, part by part, and files read back. For several test files.
#![allow(clippy::unwrap_used, clippy::print_stderr, dead_code)]

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use weir_files::{Files, RealFiles};
use weir_memory::{Budget, Bytes, Holder, HolderName};
use weir_raster::{
    Axis, Column, Crs, Export, ExportError, Exported, GeoTiff, GeoTiffExport, GeoTiffOptions, Grid,
    Info, Part, Pixel, PixelType, ReadLimits, Target, with_samples,
};
use weir_run::Cancel;

pub(crate) const TYPES: [PixelType; 10] = [
    PixelType::UInt8,
    PixelType::Int8,
    PixelType::UInt16,
    PixelType::Int16,
    PixelType::UInt32,
    PixelType::Int32,
    PixelType::UInt64,
    PixelType::Int64,
    PixelType::Float32,
    PixelType::Float64,
];

pub(crate) fn files() -> Arc<dyn Files> {
    Arc::new(RealFiles)
}

pub(crate) fn holder() -> Holder {
    let budget = Budget::detached(Bytes::gib(1));
    budget.holder(HolderName::new("test", "export", "geotiff"))
}

/// A target in degrees from 10° E, 50° N.
pub(crate) fn target(columns: u64, rows: u64) -> Target {
    Target {
        grid: Grid::new(
            Axis::new(10.0, 0.125, columns).unwrap(),
            Axis::new(50.0, -0.125, rows).unwrap(),
        ),
        crs: Crs::Geographic(4326),
    }
}

pub(crate) fn column(pixel: PixelType, nodata: Option<f64>) -> Column {
    Column {
        name: "people".into(),
        pixel,
        nodata,
    }
}

/// The parts of an export, so many times its smallest part high.
pub(crate) fn parts(
    export: &dyn Export,
    rows: u64,
    times: u64,
    folder: &Path,
) -> Vec<(Part, PathBuf)> {
    let height = export.part_rows() * times;
    (0..rows.div_ceil(height))
        .map(|number| {
            let rows = number * height..rows.min((number + 1) * height);
            let number = number as u32;
            (Part { number, rows }, folder.join(format!("part-{number}")))
        })
        .collect()
}

/// Writes one part of `rows`, each of the target's width.
pub(crate) fn write_part(
    export: &dyn Export,
    (part, path): &(Part, PathBuf),
    holder: &Holder,
    row: &dyn Fn(u64) -> Vec<f64>,
) -> Result<Exported, ExportError> {
    let mut writer = export.begin(part, path, holder)?;
    for number in part.rows.clone() {
        writer.row(number, &[&row(number)])?;
    }
    writer.finish()
}

pub(crate) fn assemble(
    export: &dyn Export,
    parts: &[(Part, PathBuf)],
    out: &Path,
    holder: &Holder,
) -> Result<Exported, ExportError> {
    let parts: Vec<(Part, &Path)> = parts
        .iter()
        .map(|(part, path)| (part.clone(), path.as_path()))
        .collect();
    export.assemble(&parts, out, holder, &Cancel::new())
}

/// Writes all rows to `out`, parts beside it.
pub(crate) fn write(
    target: &Target,
    column: Column,
    options: GeoTiffOptions,
    out: &Path,
    row: &dyn Fn(u64) -> Vec<f64>,
) -> Result<Exported, ExportError> {
    let export = GeoTiffExport::new(files(), target, column, 0, options)?;
    let holder = holder();
    let parts = parts(&export, target.grid.rows(), 1, out.parent().unwrap());
    for part in &parts {
        write_part(&export, part, &holder, row)?;
    }
    let exported = assemble(&export, &parts, out, &holder)?;
    for (_, path) in &parts {
        std::fs::remove_file(path).unwrap();
    }
    assert!(holder.budget().ledger_is_empty());
    Ok(exported)
}

/// Header and values of the first band, read by weir; nodata is NaN.
pub(crate) fn read(path: &Path) -> (Info, Vec<f64>) {
    let name = path.display().to_string();
    let mut raster = GeoTiff::open(name, File::open(path).unwrap(), ReadLimits::default()).unwrap();
    let info = raster.info().clone();
    let (rows, columns) = (info.grid.rows() as usize, info.grid.columns() as usize);
    let mut all = vec![f64::NAN; rows * columns];
    for down in 0..info.blocks_down() {
        for across in 0..info.blocks_across() {
            let (wide, _) = raster.block_shape(across, down);
            let samples = raster.block(1, across, down).unwrap();
            with_samples!(samples, values => {
                for (at, value) in values.into_iter().enumerate() {
                    let row = (down * info.block_rows) as usize + at / wide as usize;
                    let column = (across * info.block_columns) as usize + at % wide as usize;
                    let value = Pixel::value(value);
                    let none = info.nodata == Some(value);
                    all[row * columns + column] = if none { f64::NAN } else { value };
                }
            });
        }
    }
    (info, all)
}

/// Equal, where NaN is equal to NaN.
pub(crate) fn same(left: &[f64], right: &[f64]) -> bool {
    left.len() == right.len()
        && left
            .iter()
            .zip(right)
            .all(|(a, b)| a == b || (a.is_nan() && b.is_nan()))
}

/// What a program prints; nothing where it is not on the path. It must succeed.
pub(crate) fn run(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    // GDAL warns on stderr of files that it doubts.
    let warnings = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(warnings.is_empty(), "{program} {arguments:?}: {warnings}");
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether GDAL's programs are here; says so where they are not.
pub(crate) fn gdal_is_here() -> bool {
    let here = run("gdalinfo", &["--version"]).is_some();
    if !here {
        assert!(
            std::env::var_os("WEIR_TEST_NO_SKIP").is_none(),
            "gdalinfo is not on the path"
        );
        eprintln!("skipped: gdalinfo is not on the path");
    }
    here
}

/// The images of a TIFF, the first and its overviews, each as a file of its own: the header of a copy points to its directory.
pub(crate) fn images(path: &Path) -> Vec<(Info, Vec<f64>)> {
    let mut bytes = std::fs::read(path).unwrap();
    let number = |bytes: &[u8], at: u64, width: usize| {
        let mut value = [0; 8];
        value[..width].copy_from_slice(&bytes[at as usize..at as usize + width]);
        u64::from_le_bytes(value)
    };
    let big = bytes[2] == 43;
    let (head, count, entry, width) = if big { (8, 8, 20, 8) } else { (4, 2, 12, 4) };
    let copy = path.with_extension("copy.tif");
    let mut directory = number(&bytes, head, width);
    let mut images = Vec::new();
    while directory != 0 {
        bytes[head as usize..head as usize + width]
            .copy_from_slice(&directory.to_le_bytes()[..width]);
        std::fs::write(&copy, &bytes).unwrap();
        images.push(read(&copy));
        let entries = number(&bytes, directory, count as usize);
        directory = number(&bytes, directory + count + entries * entry, width);
    }
    std::fs::remove_file(copy).unwrap();
    images
}
