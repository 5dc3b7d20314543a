//! pandas, Polars, DuckDB, pyarrow, geopandas, GDAL and the programs `gzip` and `zstd` read the tables as they were meant.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod tables;

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use tables::{COLUMNS, ROWS};
use weir_raster::{
    Axis, Column, Crs, Geometry, Grid, TableCompression, TableFormat, TableOptions, Target,
};

const FORMATS: [(&str, TableCompression, bool); 6] = [
    ("plain.csv", TableCompression::None, true),
    ("table.csv.gz", TableCompression::Gzip, true),
    ("table.csv.zst", TableCompression::Zstd, true),
    ("plain.parquet", TableCompression::None, false),
    ("gzip.parquet", TableCompression::Gzip, false),
    ("zstd.parquet", TableCompression::Zstd, false),
];

fn columns() -> Vec<Column> {
    tables::layers()[..5].to_vec()
}

fn format(compression: TableCompression, csv: bool) -> TableFormat {
    if csv {
        TableFormat::Csv { compression }
    } else {
        TableFormat::Parquet { compression }
    }
}

/// A folder with a table of each format, made once; it lies with what is built, since nothing drops it.
fn written() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tables");
        std::fs::create_dir_all(&folder).unwrap();
        for (name, compression, csv) in FORMATS {
            let options = TableOptions {
                keys: true,
                ..tables::options(format(compression, csv))
            };
            tables::write(&tables::target(), columns(), options, &folder.join(name)).unwrap();
        }
        folder
    })
}

/// Rows; sums of `row`, `col`, `class`, `count` and `big`; sums and numbers of values of the rest; the first and the last key.
fn expected() -> String {
    let (mut rows, mut keys, mut first, mut last) = (0_u64, [0_u64; 2], None, (0, 0));
    let mut sums = [0_f64; 5];
    let mut counts = [0_u64; 5];
    let mut big = 0_u128;
    for row in 0..ROWS {
        for column in 0..COLUMNS {
            let values: Vec<f64> = (0..5)
                .map(|layer| tables::value(layer, row, column))
                .collect();
            if values.iter().all(|value| value.is_nan()) {
                continue;
            }
            rows += 1;
            keys[0] += row;
            keys[1] += column;
            first.get_or_insert((row, column));
            last = (row, column);
            for (layer, value) in values.into_iter().enumerate() {
                if !value.is_nan() {
                    counts[layer] += 1;
                    // Tenths, so that no sum depends on its order.
                    sums[layer] += if layer == 0 {
                        (value * 10.0).round()
                    } else {
                        value
                    };
                    big += if layer == 4 { value as u128 } else { 0 };
                }
            }
        }
    }
    let first = first.unwrap();
    format!(
        "{rows} {} {} {} {} {} {} {} {:?} {} {} {} {}",
        keys[0],
        keys[1],
        sums[0],
        sums[2],
        sums[3],
        big,
        counts[1],
        counts,
        first.0,
        first.1,
        last.0,
        last.1
    )
}

const SUMMARY: &str = r#"
def summary(rows, cols, tenths, klass, count, big, doubles, counts):
    t = sum(round(float(v) * 10) for v in tenths)
    print(len(rows), sum(map(int, rows)), sum(map(int, cols)), t, sum(map(int, klass)), sum(map(int, count)), sum(map(int, big)), doubles,
          list(map(int, counts)), int(rows[0]), int(cols[0]), int(rows[-1]), int(cols[-1]))
"#;

fn check(module: &str, body: &str) {
    if !tables::python_has(module) {
        return;
    }
    let expected = expected();
    for (name, _, csv) in FORMATS {
        let script = format!(
            "import sys\npath = sys.argv[1]\ncsv = {}\n{SUMMARY}\n{body}",
            if csv { "True" } else { "False" }
        );
        let said = tables::run_python(&script, &[&written().join(name)]);
        assert_eq!(said, expected, "{module}, {name}");
    }
}

#[test]
fn pandas_reads_them() {
    if !tables::python_has("pyarrow") || !tables::python_has("zstandard") {
        return;
    }
    check(
        "pandas",
        r#"
import pandas
frame = pandas.read_csv(path) if csv else pandas.read_parquet(path)
assert list(frame.columns) == ["row", "col", "x", "y", "tenths", 'many, "doubles"', "class", "count", "big"], frame.columns
part = lambda name: frame[name].dropna()
summary(list(frame["row"]), list(frame["col"]), part("tenths"), part("class"), part("count"), part("big"), frame['many, "doubles"'].count(),
        [frame[name].count() for name in frame.columns[4:]])
"#,
    );
}

#[test]
fn polars_reads_them() {
    check(
        "polars",
        r#"
import polars
frame = polars.read_csv(path, infer_schema_length=None) if csv else polars.read_parquet(path)
# Polars does not undo doubled quotes in a header; the names with it are compared by pandas and DuckDB.
assert [name.replace('""', '"') for name in frame.columns] == ["row", "col", "x", "y", "tenths", 'many, "doubles"', "class", "count", "big"], frame.columns
if not csv:
    kinds = [str(kind) for kind in frame.dtypes]
    assert kinds == ["UInt32", "UInt32", "Float64", "Float64", "Float32", "Float64", "UInt8", "Int32", "UInt64"], kinds
part = lambda name: frame[name].drop_nulls().to_list()
summary(frame["row"].to_list(), frame["col"].to_list(), part("tenths"), part("class"), part("count"), part("big"), frame[:, 5].count(),
        [frame[name].count() for name in frame.columns[4:]])
"#,
    );
}

#[test]
fn duckdb_reads_them() {
    check(
        "duckdb",
        r#"
import duckdb
table = duckdb.connect()
table.execute("set enable_progress_bar = false")
source = f"read_csv('{path}', sample_size=-1)" if csv else f"'{path}'"
rows = table.execute(f"select * from {source}").fetchall()
names = [column[0] for column in table.description]
assert names == ["row", "col", "x", "y", "tenths", 'many, "doubles"', "class", "count", "big"], names
part = lambda at: [row[at] for row in rows if row[at] is not None]
counts = [len(part(at)) for at in range(4, 9)]
summary(part(0), part(1), part(4), part(6), part(7), part(8), counts[1], counts)
"#,
    );
}

/// Statistics of row groups are what readers skip by.
#[test]
fn duckdb_finds_rows_by_their_statistics() {
    if !tables::python_has("duckdb") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("table.parquet");
    tables::write(
        &tables::target(),
        columns(),
        tables::options(tables::parquet()),
        &out,
    )
    .unwrap();
    let script = r#"
import duckdb, sys
table = duckdb.connect()
table.execute("set enable_progress_bar = false")
for where in ("y < -40", "y > 79", "x < -59.5", "big > 1e13", "tenths < 0.1", "class >= 19", "count = -50000", "x is null"):
    with_statistics = table.execute(f"select count(*) from '{sys.argv[1]}' where {where}").fetchall()
    without = table.execute(f"with t as materialized (select * from '{sys.argv[1]}') select count(*) from t where {where}").fetchall()
    assert with_statistics == without, (where, with_statistics, without)
print("same")
"#;
    assert_eq!(tables::run_python(script, &[&out]), "same");
}

#[test]
fn gzip_and_zstd_unpack_them() {
    let plain = std::fs::read(written().join("plain.csv")).unwrap();
    for (program, file) in [("gzip", "table.csv.gz"), ("zstd", "table.csv.zst")] {
        match Command::new(program)
            .arg("-dc")
            .arg(written().join(file))
            .output()
        {
            Ok(output) => assert!(
                output.status.success() && output.stdout == plain,
                "{program}"
            ),
            Err(_) => eprintln!("skipped: there is no {program}"),
        }
    }
}

fn geo(geometry: Geometry) -> TableOptions {
    tables::options(TableFormat::GeoParquet {
        geometry,
        compression: TableCompression::Zstd,
    })
}

/// The file's `geo` metadata as the specification of GeoParquet 1.1.0 has it (its JSON Schema, said in Python).
const SPECIFIED: &str = r#"
import json, pyarrow.parquet, sys
footer = pyarrow.parquet.read_metadata(sys.argv[1])
geo = json.loads(footer.metadata[b"geo"])
assert geo["version"] == "1.1.0" and geo["primary_column"] == "geometry" and set(geo) == {"version", "primary_column", "columns"}
assert set(geo["columns"]) == {"geometry"}
column = geo["columns"]["geometry"]
assert set(column) <= {"encoding", "geometry_types", "crs", "edges", "orientation", "bbox", "epoch", "covering"}
assert column["encoding"] == "WKB" and column["geometry_types"] in (["Point"], ["Polygon"])
assert column.get("orientation") in (None, "counterclockwise")
assert len(column["bbox"]) == 4 and column["bbox"][0] <= column["bbox"][2] and column["bbox"][1] <= column["bbox"][3]
crs = column.get("crs", {"type": "absent"})
assert crs is None or crs["type"] in ("absent", "GeographicCRS", "ProjectedCRS")
schema = footer.schema
names = [schema.column(at).path for at in range(len(schema))]
at = names.index("geometry")
assert schema.column(at).physical_type == "BYTE_ARRAY"
if "covering" in column:
    box = column["covering"]["bbox"]
    assert box == {edge: ["bbox", edge] for edge in ("xmin", "ymin", "xmax", "ymax")}, box
    for edge in box:
        assert schema.column(names.index("bbox." + edge)).physical_type == "DOUBLE"
"#;

#[test]
fn geopandas_reads_points_and_cells() {
    if !tables::python_has("geopandas") || !tables::python_has("pyarrow") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (geometry, name) in [(Geometry::Points, "points"), (Geometry::Cells, "cells")] {
        let out = folder.path().join(name).with_extension("geoparquet");
        tables::write(&tables::target(), columns(), geo(geometry), &out).unwrap();
        let script = format!(
            "{SPECIFIED}\n{}",
            r#"
import geopandas, numpy
frame = geopandas.read_parquet(sys.argv[1])
assert frame.crs.to_epsg() == 4326 or frame.crs == "OGC:CRS84", frame.crs
assert frame.geometry.is_valid.all()
bounds = frame.geometry.bounds.to_numpy()
x, y = frame["x"].to_numpy(), frame["y"].to_numpy()
kind = set(frame.geometry.geom_type)
if kind == {"Point"}:
    assert (frame.geometry.x.to_numpy() == x).all() and (frame.geometry.y.to_numpy() == y).all()
else:
    assert kind == {"Polygon"}
    assert numpy.allclose(bounds[:, 2] - bounds[:, 0], 1 / 6) and numpy.allclose(bounds[:, 3] - bounds[:, 1], 1 / 12)
    assert numpy.allclose((bounds[:, 0] + bounds[:, 2]) / 2, x) and numpy.allclose((bounds[:, 1] + bounds[:, 3]) / 2, y)
    assert frame.geometry.exterior.is_ccw.all()
    boxes = pyarrow.parquet.read_table(sys.argv[1], columns=["bbox"])["bbox"].combine_chunks().flatten()
    assert all((boxes[at].to_numpy() == bounds[:, at]).all() for at in range(4))
    some = geopandas.read_parquet(sys.argv[1], bbox=(-20, -30, -10, -20))
    there = (bounds[:, 0] <= -10) & (bounds[:, 2] >= -20) & (bounds[:, 1] <= -20) & (bounds[:, 3] >= -30)
    assert 0 < len(some) == there.sum(), (len(some), there.sum())
assert list(frame.total_bounds) == column["bbox"], (frame.total_bounds, column["bbox"])
print(len(frame))
"#
        );
        let rows: u64 = tables::run_python(&script, &[&out]).parse().unwrap();
        assert!(rows > 100_000);
    }
}

#[test]
fn geoparquet_names_its_reference_system() {
    if !tables::python_has("geopandas") || !tables::python_has("pyarrow") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let codes = [4258_u16, 3857, 3035, 5070, 3577, 6933, 32633, 32733, 25832];
    let few = Grid::new(tables::target().grid.x, Axis::new(40.0, -0.25, 5).unwrap());
    let paths = codes.map(|code| {
        let crs = match code {
            4258 => Crs::Geographic(code),
            _ => Crs::Projected(code),
        };
        let target = Target { crs, grid: few };
        let out = folder.path().join(format!("{code}.geoparquet"));
        tables::write(
            &target,
            columns()[..1].to_vec(),
            geo(Geometry::Points),
            &out,
        )
        .unwrap();
        out
    });
    // The definition itself, not only the code in it, is that of the registry (datum ensembles aside, which stand for their datum).
    let script = r#"
import geopandas, pyproj, sys
for path in sys.argv[1:]:
    frame = geopandas.read_parquet(path)
    said, real = frame.crs, pyproj.CRS.from_epsg(frame.crs.to_epsg())
    assert said.name == real.name and said.ellipsoid == real.ellipsoid and said.is_projected == real.is_projected
    assert [axis.direction for axis in said.axis_info] == [axis.direction for axis in real.axis_info]
    if said.is_projected:
        mine, theirs = said.coordinate_operation, real.coordinate_operation
        assert mine.method_code == theirs.method_code
        assert [(p.code, p.value) for p in mine.params] == [(p.code, p.value) for p in theirs.params], (mine.params, theirs.params)
    print(frame.crs.to_epsg(), end=" ")
"#;
    let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    let said = tables::run_python(script, &paths);
    assert_eq!(said, codes.map(|code| code.to_string()).join(" "));
    let unknown = Target {
        crs: Crs::Unknown(String::new()),
        grid: few,
    };
    let out = folder.path().join("u.geoparquet");
    tables::write(
        &unknown,
        columns()[..1].to_vec(),
        geo(Geometry::Points),
        &out,
    )
    .unwrap();
    let script =
        format!("{SPECIFIED}\nimport geopandas\nprint(geopandas.read_parquet(sys.argv[1]).crs)");
    assert_eq!(tables::run_python(&script, &[&out]), "None");
}

#[test]
fn gdal_reads_geoparquet_where_it_can() {
    let formats = Command::new("ogrinfo").arg("--formats").output();
    let can =
        formats.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("Parquet"));
    if !can {
        eprintln!("skipped: there is no ogrinfo that reads Parquet");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("cells.parquet");
    let written = tables::write(&tables::target(), columns(), geo(Geometry::Cells), &out).unwrap();
    let output = Command::new("ogrinfo")
        .args(["-so", "-al"])
        .arg(&out)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("Geometry: Polygon"), "{said}");
    assert!(
        said.contains(&format!("Feature Count: {}", written.rows)),
        "{said}"
    );
}
