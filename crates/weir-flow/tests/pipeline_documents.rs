//! The published schema and the reference page say what the reader of pipeline files does.
//!
//! `WEIR_BLESS=1 cargo test -p weir-flow --test pipeline_documents` rewrites both.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use weir_flow::PipelineFile;

fn agrees(name: &str, text: &str) {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs")).join(name);
    if std::env::var_os("WEIR_BLESS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        stored == text,
        "docs/{name} is out of date; WEIR_BLESS=1 cargo test -p weir-flow --test pipeline_documents"
    );
}

#[test]
fn the_reference_page_is_up_to_date() {
    let example = include_str!("../../../examples/ticks-to-bars/bars.yaml");
    let page = format!(
        "# Pipelines\n\nA pipeline file says where rows come from, what is done with them, and where they go. `weir flow run` runs it, `weir flow check` \
         reports every mistake with line, column and remedy, `weir flow explain` shows what it will do, `weir flow schema` prints the JSON Schema \
         ([pipeline.schema.json](pipeline.schema.json)). Nothing in a file is ignored; units stand in names or values.\n\n```yaml\n{example}```\n\n\
         More in [examples/](../examples).\n\n## Keys\n\n{}",
        PipelineFile::reference()
    );
    agrees("pipelines.md", &page);
}

#[test]
fn the_published_schema_is_up_to_date() {
    let mut text = serde_json::to_string_pretty(&PipelineFile::json_schema()).unwrap();
    text.push('\n');
    agrees("pipeline.schema.json", &text);
}

#[test]
fn the_examples_have_no_mistakes() {
    for path in [
        "ticks-to-bars/bars.yaml",
        "trades-with-quotes/asof.yaml",
        "sensors/daily.yaml",
    ] {
        let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples")).join(path);
        let (_, warnings) = PipelineFile::read(&path).unwrap_or_else(|error| panic!("{error}"));
        assert!(warnings.is_empty(), "{warnings:?}");
    }
}
