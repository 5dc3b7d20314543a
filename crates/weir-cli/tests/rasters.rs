//! `weir raster`: what people type, what they read, and what is refused.
#![allow(clippy::unwrap_used)]

#[path = "../../weir-raster/tests/jobs/tiff.rs"]
mod tiff;
mod weir;

use std::collections::BTreeSet;

use tiff::{Tiff, classes, noise};
use weir::{Weir, folder_of};

/// A home with two worlds beside it.
fn worlds() -> Weir {
    let weir = Weir::in_memory();
    Tiff::world(360, noise).write(&weir.folder().join("people.tif"));
    Tiff::world(240, classes).write(&weir.folder().join("land.tif"));
    weir
}

const PLAN: &str = "\
weir: raster/1
name: both
layers:
  people: {path: people.tif, method: sum}
  land: {path: land.tif, method: mode}
target:
  cell: 2.5
outputs:
  table: {kind: csv, path: out/both.csv}
  parquet: {kind: parquet, path: out/both.parquet}
  maps: {kind: cog, path: 'out/{layer}.tif', tile: 128}
";

#[test]
fn info_says_what_the_header_says() {
    let weir = worlds();
    let ran = weir.good(&["raster", "info", "people.tif"]);
    insta::assert_snapshot!(ran.stdout, @r"
    file       people.tif
    size       360 × 180 cells, 1 band of Float32
    crs        EPSG:4326
    extent     -180 -90 180 90 (west, south, east, north)
    cell       1 × -1
    nodata     -1
    blocks     tiles of 64 × 64, NONE, predictor 1
    ");
    let told = weir
        .good(&["--json", "raster", "info", "people.tif", "land.tif"])
        .json();
    assert_eq!(told[0]["epsg"], 4326);
    assert_eq!(told[1]["columns"], 240);
    assert_eq!(told[1]["cell"][0], 1.5);
}

#[test]
fn a_sixth_of_a_degree_is_meant_by_its_decimals_and_gdals_options_are_understood() {
    let weir = worlds();
    for cell in [
        &["--cell", "0.1666667"][..],
        &["-tr", "0.1666667", "0.1666667"],
        &["--cell=1/6"],
    ] {
        let mut arguments = vec![
            "raster",
            "resample",
            "people.tif",
            "sixth.tif",
            "-r",
            "near",
        ];
        arguments.extend(cell);
        weir.good(&arguments);
        let told = weir.good(&["--json", "raster", "info", "sixth.tif"]).json();
        assert_eq!(
            (&told[0]["columns"], &told[0]["rows"]),
            (&2160.into(), &1080.into()),
            "{cell:?}"
        );
        assert_eq!(
            told[0]["extent"],
            serde_json::json!([-180.0, -90.0, 180.0, 90.0])
        );
    }
    weir.good(&[
        "raster",
        "resample",
        "-tr",
        "0.5",
        "0.5",
        "-te",
        "-20",
        "-10",
        "20",
        "10",
        "-ot",
        "Float32",
        "-dstnodata",
        "-9",
        "-r",
        "sum",
        "people.tif",
        "part.tif",
    ]);
    let told = weir.good(&["--json", "raster", "info", "part.tif"]).json();
    assert_eq!(
        (&told[0]["columns"], &told[0]["rows"]),
        (&80.into(), &40.into())
    );
    assert_eq!(
        (&told[0]["type"], &told[0]["nodata"]),
        (&"Float32".into(), &(-9.0).into())
    );
}

#[test]
fn merged_layers_are_one_long_table_and_the_run_is_kept() {
    let weir = worlds();
    let ran = weir.good(&[
        "raster",
        "merge",
        "people.tif",
        "land.tif",
        "-o",
        "out.csv",
        "-o",
        "out.parquet",
        "--cell",
        "5",
        "-r",
        "sum",
        "-r",
        "mode",
        "--name",
        "merged",
    ]);
    assert!(
        ran.stdout
            .contains("finished   merged: 72 × 36 cells, EPSG:4326"),
        "{ran:?}"
    );
    let table = std::fs::read_to_string(weir.folder().join("out.csv")).unwrap();
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some("x,y,people,land"));
    assert_eq!(lines.clone().count(), 72 * 36);
    assert!(lines.next().unwrap().starts_with("-177.5,87.5,"), "{table}");
    // The sum is conserved.
    let total: f64 = table
        .lines()
        .skip(1)
        .map(|line| {
            line.split(',')
                .nth(2)
                .unwrap()
                .parse::<f64>()
                .unwrap_or(0.0)
        })
        .sum();
    let cells = (0..180).flat_map(|row| (0..360).map(move |column| noise(row, column)));
    let expected: f64 = cells.filter(|value| *value >= 0.0).map(f64::from).sum();
    assert!((total / expected - 1.0).abs() < 1e-12, "{total} {expected}");

    let runs = weir.good(&["--json", "runs", "ls"]).json();
    assert_eq!(
        (&runs[0]["kind"], &runs[0]["state"]),
        (&"raster".into(), &"finished".into())
    );
    let shown = weir.good(&["--json", "runs", "show", "merged"]).json();
    let stages = shown["memory_by_stage"].as_array().unwrap();
    let stages: BTreeSet<&str> = stages
        .iter()
        .map(|stage| stage["stage"].as_str().unwrap())
        .collect();
    assert_eq!(stages, ["load", "resample", "merge", "export"].into());
    let folder = folder_of(&shown["run"]);
    assert!(folder.join("plan.yaml").exists() && !folder.join("parts").exists());
    let ran = weir.good(&["raster", "resume", "last"]);
    assert_eq!(
        ran.stdout,
        "merged: finished already, its outputs are there\n"
    );
    // An output that is gone is made again, the same.
    let before = std::fs::read(weir.folder().join("out.parquet")).unwrap();
    std::fs::remove_file(weir.folder().join("out.parquet")).unwrap();
    weir.good(&["raster", "resume", "last"]);
    assert!(std::fs::read(weir.folder().join("out.parquet")).unwrap() == before);
    weir.good(&["runs", "rm", "merged", "--yes"]);
    assert!(!folder.exists() && weir.folder().join("out.csv").exists());
}

#[test]
fn a_plan_is_checked_looked_at_and_run() {
    let weir = worlds();
    std::fs::write(weir.folder().join("plan.yaml"), PLAN).unwrap();
    let ran = weir.good(&["raster", "check", "plan.yaml"]);
    assert_eq!(ran.stdout, "plan.yaml: no mistakes\n");
    let ran = weir.good(&[
        "raster",
        "run",
        "plan.yaml",
        "--dry-run",
        "--budget",
        "256MiB",
        "--threads",
        "1",
    ]);
    for part in [
        "layer      people: 360 × 180 cells",
        "sum as Float64",
        "target     144 × 72 cells of 2.5 × 2.5",
        "memory     about",
        "disk       about",
        "fits       yes",
    ] {
        assert!(ran.stdout.contains(part), "{part}: {ran:?}");
    }
    assert!(
        !weir.home().exists() && !weir.folder().join("out").exists(),
        "nothing was written"
    );
    let told = weir.good(&["--json", "raster", "run", "plan.yaml"]).json();
    assert_eq!(told["outputs"].as_array().unwrap().len(), 4);
    assert_eq!(told["outputs"][0]["rows"], 144 * 72);
    for name in ["both.csv", "both.parquet", "people.tif", "land.tif"] {
        assert!(weir.folder().join("out").join(name).exists(), "{name}");
    }
}

#[test]
fn the_bytes_do_not_depend_on_budget_or_threads() {
    let weir = worlds();
    std::fs::write(weir.folder().join("plan.yaml"), PLAN).unwrap();
    let outputs = |arguments: &[&str]| {
        let mut all = vec!["raster", "run", "plan.yaml"];
        all.extend(arguments);
        weir.good(&all);
        weir_testkit::checksum_tree(&weir.folder().join("out"), |_| true).unwrap()
    };
    let expected = outputs(&["--threads=1"]);
    assert_eq!(expected.len(), 4);
    assert_eq!(outputs(&["--threads=2"]), expected);
    assert_eq!(outputs(&["--budget=1GiB", "--threads=4"]), expected);
    assert_eq!(outputs(&["--budget=128MiB", "--threads=2"]), expected);
}

#[test]
fn mistakes_are_told_with_their_place() {
    let weir = worlds();
    std::fs::write(
        weir.folder().join("plan.yaml"),
        PLAN.replace("mode}", "majorty}").replace("cell:", "cel:"),
    )
    .unwrap();
    let ran = weir.run(&["raster", "run", "plan.yaml"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    insta::assert_snapshot!(ran.stderr, @r"
    error[W0601]: plan has 2 mistakes
      plan.yaml:5:34  layers.land.method: there is no method majorty [W0222]
            5 |   land: {path: land.tif, method: majorty}
              |                                  ^^^^^^^
         try  one of near, bilinear, cubic, average, sum, mode, min, max, med, q1, q3, quantile, deviation, count, coverage
      plan.yaml:7:3  target.cel: unknown key [W0210]
            7 |   cel: 2.5
              |   ^^^
         try  cell
    ");
    assert!(weir.last().is_none(), "nothing was entered");
    let ran = weir.run(&["raster", "merge", "people.tif", "land.tif", "-o", "out.tif"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.stderr.contains("{layer}"), "{ran:?}");
    let ran = weir.run(&["raster", "resample", "people.tif", "out.xlsx"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains(".geoparquet"), "{ran:?}");
    let ran = weir.run(&[
        "raster",
        "resample",
        "people.tif",
        "out.tif",
        "-r",
        "averge",
    ]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("no method \"averge\""), "{ran:?}");
    let ran = weir.run(&["raster", "run", "nothing.yaml"]);
    assert!(
        ran.code == Some(3) && ran.stderr.contains("W0602"),
        "{ran:?}"
    );
}

#[test]
fn damage_is_told_with_file_and_offset() {
    let weir = worlds();
    let path = weir.folder().join("people.tif");
    let whole = std::fs::read(&path).unwrap();
    // Cut in the middle of the tiles: the header is whole.
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let ran = weir.run(&[
        "--json",
        "raster",
        "resample",
        "people.tif",
        "out.csv",
        "--cell",
        "5",
    ]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let told: serde_json::Value = serde_json::from_str(&ran.stderr).unwrap();
    let error = &told["error"];
    assert_eq!(error["code"], "W0605", "{told}");
    assert!(
        error["details"]["path"]
            .as_str()
            .unwrap()
            .ends_with("people.tif"),
        "{told}"
    );
    assert!(error["details"]["offset"].as_u64().unwrap() > 0, "{told}");
    assert!(
        error["message"].as_str().unwrap().contains("block"),
        "{told}"
    );
    assert!(!weir.folder().join("out.csv").exists());
    assert_eq!(weir.last().unwrap()["state"], "failed");
    // The whole file again is another one than the run began with.
    std::fs::write(&path, &whole).unwrap();
    let ran = weir.run(&["raster", "resume", "last"]);
    assert!(
        ran.code == Some(1)
            && ran.stderr.contains("W0604")
            && ran.stderr.contains("people.tif has changed"),
        "{ran:?}"
    );
    std::fs::write(&path, b"II*\0\xff\xff\xff\x7f").unwrap();
    let ran = weir.run(&["raster", "info", "people.tif"]);
    assert!(
        ran.code == Some(1)
            && ran.stderr.contains("W0605")
            && ran.stderr.contains("people.tif: directory, byte"),
        "{ran:?}"
    );
}

#[test]
fn the_commands_of_the_guide_run_as_printed() {
    let root = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let weir = Weir::in_memory();
    for name in ["people.tif", "land.tif", "plan.yaml"] {
        std::fs::copy(
            root.join("examples/rasters").join(name),
            weir.folder().join(name),
        )
        .unwrap();
    }
    let pages = ["docs/rasters.md", "examples/rasters/README.md"];
    let pages: String = pages
        .iter()
        .map(|page| std::fs::read_to_string(root.join(page)).unwrap())
        .collect();
    let commands: Vec<&str> = pages
        .lines()
        .filter_map(|line| line.strip_prefix("$ weir "))
        .collect();
    assert_eq!(commands.len(), 8, "{commands:?}");
    for command in commands {
        let words: Vec<&str> = command.split(' ').collect();
        weir.good(&words);
    }
    let told = weir
        .good(&["--json", "raster", "info", "out/people.tif", "out/land.tif"])
        .json();
    assert_eq!(
        (&told[0]["columns"], &told[0]["rows"]),
        (&60.into(), &60.into())
    );
    assert_eq!(told[1]["type"], "Byte");
}

#[test]
fn what_is_read_is_not_written_over() {
    let weir = worlds();
    let before = std::fs::read(weir.folder().join("people.tif")).unwrap();
    let whole = weir.folder().join("people.tif");
    for out in ["./people.tif", "out/../people.tif", whole.to_str().unwrap()] {
        let ran = weir.run(&["raster", "resample", "people.tif", out, "--cell=5"]);
        assert_eq!(ran.code, Some(3), "{ran:?}");
        assert!(ran.stderr.contains("the layer people's file"), "{ran:?}");
    }
    let ran = weir.run(&[
        "raster",
        "resample",
        "people.tif",
        "./land.tif",
        "--like=land.tif",
    ]);
    assert!(ran.stderr.contains("target.like's file"), "{ran:?}");
    assert!(std::fs::read(&whole).unwrap() == before);
    assert!(weir.last().is_none(), "nothing was entered");
}

#[test]
fn outputs_that_changed_are_made_again_by_one_process_at_a_time() {
    let weir = worlds();
    weir.good(&["raster", "resample", "people.tif", "out.csv", "--cell=5"]);
    let out = weir.folder().join("out.csv");
    let whole = std::fs::read(&out).unwrap();
    let mut changed = whole.clone();
    changed[whole.len() / 2] ^= 1;
    for bytes in [&changed[..], &whole[..whole.len() / 2]] {
        std::fs::write(&out, bytes).unwrap();
        let folder = folder_of(&weir.last().unwrap());
        let other = std::fs::File::open(folder.join("plan.yaml")).unwrap();
        other.lock().unwrap();
        let ran = weir.run(&["raster", "resume", "last"]);
        assert!(
            ran.code == Some(1) && ran.stderr.contains("W0301"),
            "{ran:?}"
        );
        assert!(std::fs::read(&out).unwrap() == bytes);
        drop(other);
        let ran = weir.good(&["raster", "resume", "last"]);
        assert!(ran.stdout.contains("are there again"), "{ran:?}");
        assert!(std::fs::read(&out).unwrap() == whole);
    }
    let ran = weir.good(&["raster", "resume", "last"]);
    assert!(ran.stdout.contains("finished already"), "{ran:?}");
}

#[test]
fn resuming_is_not_advised_where_it_cannot_help() {
    let weir = worlds();
    // Sums are beyond 255.
    let ran = weir.run(&[
        "raster",
        "resample",
        "people.tif",
        "out.tif",
        "--cell=5",
        "-r",
        "sum",
        "-ot",
        "Byte",
    ]);
    assert!(
        ran.code == Some(3) && ran.stderr.contains("W0607"),
        "{ran:?}"
    );
    assert!(!ran.stderr.contains("raster resume"), "{ran:?}");
}

#[test]
fn layers_of_a_command_line_have_names_of_their_own() {
    let weir = worlds();
    let names = [
        "wc2.1_10m_1.tif",
        "wc2.1_10m_12.tif",
        "bbox.tif",
        "A.tif",
        "a.tif",
    ];
    for name in names {
        std::fs::copy(weir.folder().join("people.tif"), weir.folder().join(name)).unwrap();
    }
    let mut arguments = vec!["raster", "merge", "-o", "out.csv", "--cell=10"];
    arguments.extend(names);
    weir.good(&arguments);
    let table = std::fs::read_to_string(weir.folder().join("out.csv")).unwrap();
    assert_eq!(
        table.lines().next(),
        Some("x,y,wc2_1_10m_1,wc2_1_10m_12,layer_bbox,A,a_2")
    );
}

#[test]
fn a_run_of_another_kind_is_not_resumed() {
    let weir = worlds();
    weir.good(&[
        "raster",
        "resample",
        "people.tif",
        "out.csv",
        "--cell",
        "10",
    ]);
    for noun in ["sim", "flow"] {
        let ran = weir.run(&[noun, "resume", "last"]);
        assert!(
            ran.code == Some(1) && ran.stderr.contains("W0105"),
            "{ran:?}"
        );
    }
}
