//! Every mistake of a plan is told with its place, its code and what to write instead.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use proptest::prelude::*;
use weir_raster::Plan;
use weir_yaml::{MISTAKES_REPORTED, Mistakes};

const GOOD: &str = "\
weir: raster/1
name: world-layers
description: three layers
layers:
  people:
    path: people.tif
    method: sum
    coverage: 0.5
  land:
    path: land.tif
    band: 2
    method: mode
    type: Byte
    fill: 255
  heat:
    path: heat.tif
    method: quantile
    quantile: 0.9
    nodata: none
    unscale: true
target:
  cell: 1/6
  extent: [-180, -60, 180, 75]
  crs: EPSG:4326
  area: spherical
outputs:
  table:
    kind: geoparquet
    path: out/world.parquet
    compression: none
    rows: all
    geometry: cell
  maps:
    kind: cog
    path: out/{layer}.tif
    layers: [people, land]
    compression: deflate
    tile: 512
  text:
    kind: csv
    path: out/world.csv.gz
    compression: gzip
";

/// What to replace, by what (the place of the mistake marked by §), the code, the path, a part of the remedy.
type Case = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const CASES: &[Case] = &[
    (
        "weir: raster/1",
        "weir: §rasters/1",
        "W0229",
        "weir",
        "raster/1",
    ),
    (
        "weir: raster/1",
        "weir: §raster/2",
        "W0230",
        "weir",
        "newer weir",
    ),
    ("name: world-layers\n", "§", "W0212", "name", "add name"),
    (
        "name: world-layers",
        "name: §world layers",
        "W0612",
        "name",
        "letters, digits",
    ),
    (
        "description: three",
        "§descripton: three",
        "W0210",
        "descripton",
        "description",
    ),
    (
        "  people:\n",
        "  §x:\n",
        "W0612",
        "layers.x",
        "another name",
    ),
    (
        "  people:\n",
        "  §my people:\n",
        "W0612",
        "layers.my people",
        "letters, digits",
    ),
    (
        "    path: people.tif\n",
        "",
        "W0212",
        "layers.people.path",
        "add path",
    ),
    (
        "    path: people.tif\n",
        "    §file: people.tif\n",
        "W0210",
        "layers.people.file",
        "",
    ),
    (
        "method: sum",
        "method: §totl",
        "W0222",
        "layers.people.method",
        "",
    ),
    (
        "method: sum",
        "method: §mean",
        "W0222",
        "layers.people.method",
        "average",
    ),
    (
        "method: sum",
        "method: §nearest",
        "W0222",
        "layers.people.method",
        "near",
    ),
    (
        "method: sum",
        "method: §majority",
        "W0222",
        "layers.people.method",
        "mode",
    ),
    (
        "coverage: 0.5",
        "coverage: §50%",
        "W0216",
        "layers.people.coverage",
        "0.5",
    ),
    (
        "coverage: 0.5",
        "coverage: §1.5",
        "W0220",
        "layers.people.coverage",
        "",
    ),
    (
        "coverage: 0.5",
        "coverage: §0,5",
        "W0234",
        "layers.people.coverage",
        "0.5",
    ),
    ("band: 2", "band: §0", "W0220", "layers.land.band", ""),
    (
        "band: 2",
        "band: §1.5",
        "W0221",
        "layers.land.band",
        "whole",
    ),
    ("band: 2", "band: §'2'", "W0215", "layers.land.band", ""),
    (
        "type: Byte",
        "type: §uint8",
        "W0222",
        "layers.land.type",
        "",
    ),
    (
        "fill: 255",
        "fill: §256",
        "W0615",
        "layers.land.fill",
        "another type",
    ),
    (
        "fill: 255",
        "fill: §nodata",
        "W0238",
        "layers.land.fill",
        "nan",
    ),
    (
        "    quantile: 0.9\n",
        "",
        "W0619",
        "layers.heat.method",
        "quantile: 0.9",
    ),
    (
        "    method: quantile\n",
        "    method: med\n",
        "W0619",
        "layers.heat.quantile",
        "remove it",
    ),
    (
        "quantile: 0.9",
        "quantile: §1",
        "W0220",
        "layers.heat.quantile",
        "max",
    ),
    (
        "unscale: true",
        "unscale: §yes",
        "W0218",
        "layers.heat.unscale",
        "true",
    ),
    ("cell: 1/6", "cell: §1/0", "W0238", "target.cell", "1/6"),
    (
        "cell: 1/6",
        "cell: §0.25 0.25 0.25",
        "W0238",
        "target.cell",
        "blank",
    ),
    ("cell: 1/6", "cell: §400", "W0614", "target.cell", "smaller"),
    (
        "cell: 1/6",
        "§resolution: 0.25",
        "W0210",
        "target.resolution",
        "",
    ),
    (
        "extent: [-180, -60, 180, 75]",
        "extent: [-180, 75, 180, -60]",
        "W0614",
        "target.extent",
        "west, south, east, north",
    ),
    (
        "extent: [-180, -60, 180, 75]",
        "extent: [180, -60, -180, 75]",
        "W0614",
        "target.extent",
        "-te",
    ),
    (
        "extent: [-180, -60, 180, 75]",
        "§extent: [-180, -60]",
        "W0228",
        "target.extent",
        "add",
    ),
    (
        "extent: [-180, -60, 180, 75]",
        "extent: §-180 -60 180 75",
        "W0213",
        "target.extent",
        "[",
    ),
    (
        "crs: EPSG:4326",
        "crs: §WGS84",
        "W0238",
        "target.crs",
        "EPSG:4326",
    ),
    (
        "crs: EPSG:4326",
        "crs: §4326",
        "W0238",
        "target.crs",
        "EPSG:4326",
    ),
    (
        "crs: EPSG:4326",
        "like: heat.tif\n  crs: §EPSG:4326",
        "W0613",
        "target.cell",
        "one of them",
    ),
    (
        "area: spherical",
        "area: §sphere",
        "W0222",
        "target.area",
        "spherical",
    ),
    (
        "kind: geoparquet",
        "kind: §geopackage",
        "W0222",
        "outputs.table.kind",
        "",
    ),
    (
        "kind: cog",
        "kind: §tif",
        "W0222",
        "outputs.maps.kind",
        "geotiff",
    ),
    (
        "compression: none",
        "compression: §lz4",
        "W0222",
        "outputs.table.compression",
        "zstd",
    ),
    (
        "rows: all",
        "rows: §intersection",
        "W0222",
        "outputs.table.rows",
        "all",
    ),
    (
        "geometry: cell",
        "geometry: §polygon",
        "W0222",
        "outputs.table.geometry",
        "cell",
    ),
    (
        "compression: gzip",
        "compression: gzip\n    §geometry: cell",
        "W0231",
        "outputs.text.geometry",
        "",
    ),
    (
        "path: out/{layer}.tif",
        "path: §out/maps.tif",
        "W0617",
        "outputs.maps.path",
        "{layer}",
    ),
    (
        "path: out/world.csv.gz",
        "path: §out/{layer}.csv.gz",
        "W0617",
        "outputs.text.path",
        "without it",
    ),
    (
        "path: out/world.csv.gz",
        "path: §out/world.parquet",
        "W0616",
        "outputs.text.path",
        "another name",
    ),
    (
        "path: out/world.csv.gz",
        "path: §heat.tif",
        "W0616",
        "outputs.text.path",
        "another name",
    ),
    (
        "layers: [people, land]",
        "layers: [§peple, land]",
        "W0611",
        "outputs.maps.layers[0]",
        "people",
    ),
    (
        "layers: [people, land]",
        "layers: [land, §land]",
        "W0616",
        "outputs.maps.layers[1]",
        "once",
    ),
    (
        "tile: 512",
        "tile: §500",
        "W0615",
        "outputs.maps.tile",
        "512",
    ),
    ("tile: 512", "tile: §8", "W0220", "outputs.maps.tile", ""),
    (
        "    tile: 512\n",
        "    tile: 512\n    §tile: 256\n",
        "W0211",
        "outputs.maps.tile",
        "",
    ),
];

fn mistakes(text: &str) -> Mistakes {
    match Plan::parse("p.yaml", text) {
        Ok(_) => panic!("no mistake in\n{text}"),
        Err(mistakes) => mistakes,
    }
}

#[test]
fn the_file_without_mistakes_has_none_and_comes_back_from_its_canonical_text() {
    let (plan, warnings) = Plan::parse("p.yaml", GOOD).unwrap_or_else(|m| panic!("{m}"));
    assert_eq!(plan.layers.len(), 3);
    assert!(warnings.is_empty(), "{warnings:?}");
    let text = plan.to_yaml();
    let (again, _) = Plan::parse("canonical.yaml", &text).unwrap_or_else(|m| panic!("{m}\n{text}"));
    assert_eq!(again, plan);
    assert_eq!(again.digest(), plan.digest());
}

#[test]
fn each_has_its_place_code_path_and_remedy() {
    let mut failures = String::new();
    for (old, new, code, path, remedy) in CASES {
        assert_eq!(GOOD.matches(old).count(), 1, "{old}");
        let marked = GOOD.replace(old, new);
        let text = marked.replace('§', "");
        let found = mistakes(&text);
        let of_code = |mistake: &&weir_yaml::Mistake| mistake.code.as_str() == *code;
        let mistake = found
            .mistakes
            .iter()
            .find(of_code)
            .unwrap_or(&found.mistakes[0]);
        let place = marked.find('§').map(|at| {
            let before = &marked[..at];
            (
                before.matches('\n').count() + 1,
                before.rsplit('\n').next().unwrap().chars().count() + 1,
            )
        });
        // What is missing is reported at what lacks it, what excludes each other at the first.
        let placed = ["W0212", "W0211", "W0613"].contains(code)
            || place.is_none_or(|place| place == (mistake.line, mistake.column));
        if !placed
            || mistake.code.as_str() != *code
            || mistake.path != *path
            || !mistake.remedy.contains(remedy)
        {
            failures.push_str(&format!(
                "{new:?}: expected {code} {path} at {place:?} … {remedy:?}, got\n{found}\n\n"
            ));
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn at_least_twenty_five_differ_in_kind() {
    let kinds: BTreeSet<(String, String)> = CASES
        .iter()
        .map(|(old, new, ..)| {
            let found = mistakes(&GOOD.replace(old, &new.replace('§', "")));
            let mistake = &found.mistakes[0];
            let leaf = mistake.path.rsplit('.').next().unwrap().to_owned();
            (mistake.code.to_string(), leaf)
        })
        .collect();
    assert!(kinds.len() >= 40, "{}", kinds.len());
    let codes: BTreeSet<_> = kinds.iter().map(|(code, _)| code).collect();
    assert!(codes.len() >= 20, "{codes:?}");
}

#[test]
fn a_fill_without_a_geotiff_is_probably_not_meant() {
    let maps = GOOD.find("  maps:").unwrap()..GOOD.find("  text:").unwrap();
    let mut text = GOOD.to_owned();
    text.replace_range(maps, "");
    let (_, warnings) = Plan::parse("p.yaml", &text).unwrap();
    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0].path, "layers.land.fill");
}

/// Reads the bytes and checks what holds for every outcome.
fn survives(bytes: &[u8]) {
    let mistakes = match Plan::parse_bytes("hostile.yaml", bytes) {
        Ok((plan, _)) => {
            let again =
                Plan::parse("again.yaml", &plan.to_yaml()).unwrap_or_else(|m| panic!("{m}"));
            assert_eq!(again.0.to_yaml(), plan.to_yaml());
            return;
        }
        Err(mistakes) => mistakes,
    };
    assert!((1..=MISTAKES_REPORTED).contains(&mistakes.mistakes.len()));
    let lines = bytes.split(|byte| matches!(byte, b'\n' | b'\r')).count();
    for mistake in &mistakes.mistakes {
        assert!((1..=lines).contains(&mistake.line), "{mistake:?}");
        assert!(mistake.column >= 1 && mistake.end_column > mistake.column);
        assert!(
            !mistake.message.is_empty() && !mistake.remedy.is_empty(),
            "{mistake:?}"
        );
        assert!(
            !mistake.message.contains('\n') && mistake.message.len() < 4000,
            "{mistake:?}"
        );
        let said = format!(
            "{}{}{}",
            mistake.message, mistake.remedy, mistake.source_line
        );
        assert!(!said.chars().any(char::is_control), "{mistake:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn fuzz_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        survives(&bytes);
    }

    #[test]
    fn fuzz_the_file_with_edits(edits in proptest::collection::vec((0usize..2000, 0usize..40, "[ -~\n\t§\u{1}é]{0,12}"), 1..6)) {
        let mut text: Vec<char> = GOOD.chars().collect();
        for (at, remove, insert) in edits {
            let at = at % (text.len() + 1);
            let end = (at + remove).min(text.len());
            text.splice(at..end, insert.chars());
        }
        survives(text.into_iter().collect::<String>().as_bytes());
    }

    #[test]
    fn fuzz_the_file_with_lines_in_another_order(order in Just((0..GOOD.lines().count()).collect::<Vec<_>>()).prop_shuffle()) {
        let lines: Vec<&str> = GOOD.lines().collect();
        let text: Vec<&str> = order.iter().map(|line| lines[*line]).collect();
        survives(text.join("\n").as_bytes());
    }

    #[test]
    fn fuzz_values_swapped_between_keys(a in 0usize..60, b in 0usize..60) {
        let mut lines: Vec<String> = GOOD.lines().map(str::to_owned).collect();
        let (a, b) = (a % lines.len(), b % lines.len());
        if let (Some((ka, va)), Some((kb, vb))) = (lines[a].clone().split_once(':'), lines[b].clone().split_once(':')) {
            lines[a] = format!("{ka}:{vb}");
            lines[b] = format!("{kb}:{va}");
        }
        survives(lines.join("\n").as_bytes());
    }
}
