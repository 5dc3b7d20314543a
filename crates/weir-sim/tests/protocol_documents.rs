//! The published schema and the reference page say what the decoder does.
//!
//! `WEIR_BLESS=1 cargo test -p weir-sim --test protocol_documents` rewrites both.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use weir_sim::protocol::{Biology, Drug, Protocol};

fn docs() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs")).to_owned()
}

/// Compares with the file, or rewrites it when asked to.
fn agrees(name: &str, text: &str) {
    let path = docs().join(name);
    if std::env::var_os("WEIR_BLESS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        stored == text,
        "docs/{name} is out of date; WEIR_BLESS=1 cargo test -p weir-sim --test protocol_documents"
    );
}

fn page() -> String {
    let caveats: String = Biology::caveats(&Drug::ALL)
        .iter()
        .map(|caveat| format!("* {caveat}\n"))
        .collect();
    let ids: String = Protocol::shipped()
        .iter()
        .map(|shipped| {
            let protocol = Protocol::parse(shipped.id, shipped.text).unwrap().protocol;
            format!("| `{}` | {} |\n", shipped.id, protocol.name)
        })
        .collect();
    include_str!("fixtures/protocol/page.md")
        .replace("{caveats}", &caveats)
        .replace("{shipped}", &ids)
        .replace(
            "{example}",
            Protocol::shipped_by_id("aflibercept-tae-8week")
                .unwrap()
                .text,
        )
        .replace("{reference}", &Protocol::reference())
}

#[test]
fn the_reference_page_is_up_to_date() {
    agrees("protocols.md", &page());
}

#[test]
fn the_published_schema_is_up_to_date() {
    let mut text = serde_json::to_string_pretty(&Protocol::json_schema()).unwrap();
    text.push('\n');
    agrees("protocol.schema.json", &text);
}

#[test]
fn the_page_says_what_public_data_do_not_identify() {
    let page = page();
    for word in [
        "aflibercept_8mg",
        "faricimab",
        "structural_loss_letters_per_year",
        "filling_weeks",
    ] {
        assert!(
            Biology::caveats(&Drug::ALL)
                .iter()
                .any(|caveat| caveat.contains(word)),
            "{word}"
        );
    }
    for caveat in Biology::caveats(&Drug::ALL) {
        assert!(page.contains(caveat));
    }
    let ranibizumab = Biology::caveats(&[Drug::Ranibizumab]);
    assert!(
        !ranibizumab
            .iter()
            .any(|caveat| caveat.contains("faricimab"))
    );
    assert!(!ranibizumab.is_empty());
}

/// Codes of mistakes that the schema knows of.
const BY_SCHEMA: [&str; 17] = [
    "W0210", "W0212", "W0213", "W0214", "W0215", "W0216", "W0217", "W0220", "W0221", "W0222",
    "W0223", "W0224", "W0226", "W0228", "W0231", "W0233", "W0237",
];

/// Python with `yaml` and `jsonschema` is an independent reader and validator; where it is not
/// installed there is nothing to compare with and the test says so.
#[test]
fn shipped_files_and_their_canonical_texts_are_valid_by_the_schema() {
    let check = "import sys, json, yaml, jsonschema\n\
        schema = json.load(open(sys.argv[1]))\n\
        jsonschema.Draft202012Validator.check_schema(schema)\n\
        validator = jsonschema.Draft202012Validator(schema)\n\
        good, bad = sys.argv[2].split(':'), sys.argv[3].split(':')\n\
        for path in good:\n\
        \x20   errors = [(list(e.absolute_path), e.message[:200]) for e in validator.iter_errors(yaml.safe_load(open(path)))]\n\
        \x20   assert not errors, (path, errors)\n\
        for path in bad:\n\
        \x20   assert list(validator.iter_errors(yaml.safe_load(open(path)))), path\n";
    let found = Command::new("python3")
        .args(["-c", "import yaml, jsonschema"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !found {
        eprintln!("skipped: python3 with yaml and jsonschema is not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let schema = folder.path().join("schema.json");
    std::fs::write(&schema, Protocol::json_schema().to_string()).unwrap();
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for shipped in Protocol::shipped() {
        let protocol = Protocol::parse(shipped.id, shipped.text).unwrap().protocol;
        for (name, text) in [("file", shipped.text), ("canonical", &protocol.to_yaml())] {
            let path = folder.path().join(format!("{}.{name}.yaml", shipped.id));
            std::fs::write(&path, text).unwrap();
            good.push(path.display().to_string());
        }
        let path = folder.path().join(format!("{}.bad.yaml", shipped.id));
        std::fs::write(&path, shipped.text.replace("policy:", "polcy:")).unwrap();
        bad.push(path.display().to_string());
    }
    // What is wrong with a single value is wrong by the schema too, where both readers of YAML
    // agree on the value.
    let fixtures = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/protocol/mistakes"
    );
    for entry in std::fs::read_dir(fixtures).unwrap() {
        let path = entry.unwrap().path();
        let expected = std::fs::read_to_string(path.with_extension("expected")).unwrap();
        let code = expected.lines().nth(1).unwrap();
        if path.extension().unwrap() == "yaml" && BY_SCHEMA.contains(&code) {
            bad.push(path.display().to_string());
        }
    }
    assert!(bad.len() > 30);
    let output = Command::new("python3")
        .args(["-c", check])
        .args([schema.display().to_string(), good.join(":"), bad.join(":")])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
