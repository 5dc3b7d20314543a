//! A small target, its layers, and tables made of them.
#![allow(dead_code, clippy::unwrap_used, clippy::print_stderr, unreachable_pub)]

use std::{
    num::NonZeroUsize,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
};

use weir_files::{Files, RealFiles};
use weir_memory::{Budget, Bytes, Holder, HolderName};
use weir_raster::{
    Axis, ChunkRows, Column, Crs, Export, ExportError, Exported, Grid, Part, PixelType,
    TableCompression, TableExport, TableFormat, TableOptions, Target,
};
use weir_run::Cancel;

pub const COLUMNS: u64 = 700;
pub const ROWS: u64 = 1500;

/// 1500 rows of 700 cells of 1/6 degree: two groups, of 1024 and 476 rows.
pub fn target() -> Target {
    let sixth = 1.0 / 6.0;
    Target {
        grid: Grid::new(
            Axis::new(-60.0, sixth, COLUMNS).unwrap(),
            Axis::new(80.0, -sixth / 2.0, ROWS).unwrap(),
        ),
        crs: Crs::Geographic(4326),
    }
}

pub fn column(name: &str, pixel: PixelType) -> Column {
    Column {
        name: name.to_owned(),
        pixel,
        nodata: None,
    }
}

/// Few singles, many doubles, classes, counts that are nowhere beside the first, and nothing at all.
pub fn layers() -> Vec<Column> {
    vec![
        column("tenths", PixelType::Float32),
        column("many, \"doubles\"", PixelType::Float64),
        column("class", PixelType::UInt8),
        column("count", PixelType::Int32),
        column("big", PixelType::UInt64),
        column("nothing", PixelType::Int16),
    ]
}

fn mixed(row: u64, column: u64) -> u64 {
    let mut hash =
        row.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ column.wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    hash ^ hash >> 33
}

/// Whether there is land, in stripes that move.
fn land(row: u64, column: u64) -> bool {
    (row + 2 * column) % 900 < 300 && row % 97 != 5
}

pub fn value(layer: usize, row: u64, column: u64) -> f64 {
    let hash = mixed(row, column);
    let value = match layer {
        0 => f64::from(((hash % 400) as f32) / 10.0),
        1 => (hash >> 11) as f64 / 1e9 - 1e5,
        2 => (row / 50 % 20) as f64,
        3 => (hash % 100_000) as f64 - 50_000.0,
        4 => (hash >> 20) as f64,
        _ => f64::NAN,
    };
    let there = match layer {
        3 => (row + column) % 1100 < 40,
        1 => land(row, column) && !hash.is_multiple_of(7),
        _ => land(row, column),
    };
    if there { value } else { f64::NAN }
}

pub fn row(layers: usize, row: u64) -> Vec<Vec<f64>> {
    let cells = |layer| {
        (0..COLUMNS)
            .map(|column| value(layer, row, column))
            .collect()
    };
    (0..layers).map(cells).collect()
}

pub fn parquet() -> TableFormat {
    TableFormat::default()
}

pub fn csv(compression: TableCompression) -> TableFormat {
    TableFormat::Csv { compression }
}

pub fn options(format: TableFormat) -> TableOptions {
    TableOptions {
        format,
        ..TableOptions::default()
    }
}

pub fn fixed(rows: usize) -> ChunkRows {
    ChunkRows::Fixed(NonZeroUsize::new(rows).unwrap())
}

pub fn holder() -> Holder {
    Budget::detached(Bytes::mib(256)).holder(HolderName::new("run", "export", "table"))
}

pub fn real() -> Arc<dyn Files> {
    Arc::new(RealFiles)
}

/// Writes parts of `part_rows` rows into `folder`, for [`assemble`].
pub fn write_parts(
    export: &TableExport,
    target: &Target,
    layers: usize,
    part_rows: u64,
    folder: &Path,
    holder: &Holder,
) -> Result<Vec<(Part, PathBuf)>, ExportError> {
    let rows = target.grid.rows();
    let mut parts = Vec::new();
    for first in (0..rows).step_by(part_rows as usize) {
        let part = Part {
            number: parts.len() as u32,
            rows: first..(first + part_rows).min(rows),
        };
        let path = folder.join(format!("part-{}", part.number));
        let mut writer = export.begin(&part, &path, holder)?;
        for number in part.rows.clone() {
            let values = row(layers, number);
            let values: Vec<&[f64]> = values.iter().map(Vec::as_slice).collect();
            writer.row(number, &values)?;
        }
        writer.finish()?;
        parts.push((part, path));
    }
    Ok(parts)
}

pub fn assemble(
    export: &TableExport,
    parts: &[(Part, PathBuf)],
    out: &Path,
    holder: &Holder,
    cancel: &Cancel,
) -> Result<Exported, ExportError> {
    let parts: Vec<(Part, &Path)> = parts
        .iter()
        .map(|(part, path)| (part.clone(), path.as_path()))
        .collect();
    export.assemble(&parts, out, holder, cancel)
}

/// The whole way, in parts of one group each.
pub fn write(
    target: &Target,
    columns: Vec<Column>,
    options: TableOptions,
    out: &Path,
) -> Result<Exported, ExportError> {
    let layers = columns.len();
    let export = TableExport::new(real(), target, columns, options)?;
    let holder = holder();
    let folder = tempfile::tempdir().unwrap();
    let rows = export.part_rows();
    let parts = write_parts(&export, target, layers, rows, folder.path(), &holder)?;
    assemble(&export, &parts, out, &holder, &Cancel::new())
}

/// `WEIR_TEST_PYTHON`, else `python3`.
pub fn python() -> Command {
    Command::new(std::env::var("WEIR_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned()))
}

/// Whether Python has a module; says so where it has not.
pub fn python_has(module: &str) -> bool {
    let found = python()
        .args(["-c", &format!("import {module}")])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !found {
        eprintln!("skipped: Python has no {module} (WEIR_TEST_PYTHON names another Python)");
    }
    found
}

/// What a script prints; its arguments follow.
pub fn run_python(script: &str, arguments: &[&Path]) -> String {
    let output = python()
        .args(["-c", script])
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
