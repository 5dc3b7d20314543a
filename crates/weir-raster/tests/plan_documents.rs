//! The published schema and the reference page say what the reader of plans does.
//!
//! `WEIR_BLESS=1 cargo test -p weir-raster --test plan_documents` rewrites both.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use weir_raster::Plan;

fn agrees(name: &str, text: &str) {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs")).join(name);
    if std::env::var_os("WEIR_BLESS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        stored == text,
        "docs/{name} is out of date; WEIR_BLESS=1 cargo test -p weir-raster --test plan_documents"
    );
}

#[test]
fn the_reference_page_is_up_to_date() {
    let example = include_str!("../../../examples/rasters/plan.yaml");
    let page = format!(
        "# Raster plans\n\nA plan says which layers are brought together, onto which grid, and what is written. `weir raster run` runs it, \
         `weir raster check` reports every mistake with line, column and remedy, `weir raster schema` prints the JSON Schema \
         ([plan.schema.json](plan.schema.json)). Nothing in a file is ignored. What the words mean is told in [rasters.md](rasters.md).\n\n\
         ```yaml\n{example}```\n\n## Keys\n\n{}",
        Plan::reference()
    );
    agrees("plans.md", &page);
}

#[test]
fn the_published_schema_is_up_to_date() {
    let mut text = serde_json::to_string_pretty(&Plan::json_schema()).unwrap();
    text.push('\n');
    agrees("plan.schema.json", &text);
}

#[test]
fn the_examples_have_no_mistakes() {
    let path = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/rasters/plan.yaml"
    ));
    let (_, warnings) = Plan::read(path).unwrap_or_else(|error| panic!("{error}"));
    assert!(warnings.is_empty(), "{warnings:?}");
}
