//! `weir runs verify` finds what was changed, and `weir sim resume` computes it again.
#![allow(clippy::unwrap_used)]

mod weir;

use std::path::Path;

use weir::{PROTOCOL, Weir, folder_of};

fn flip_a_byte(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn a_changed_file_is_told_and_computed_again() {
    let weir = Weir::in_memory();
    weir.good(&["sim", "run", PROTOCOL, "--patients=20000", "--years=1"]);
    let folder = folder_of(&weir.last().unwrap());
    let expected = weir.checksums(&folder);
    let files = [
        "patients/part-00000.parquet",
        "visits/part-00001.parquet",
        "histograms.parquet",
        "summary.parquet",
        "journal.jsonl",
    ];
    for file in files {
        let path = folder.join(file);
        flip_a_byte(&path);
        let told = weir.run(&["runs", "verify", "last"]);
        assert_eq!(told.code, Some(1), "{file}: {told:?}");
        assert_eq!(told.stdout, "", "{file}");
        assert!(
            told.stderr.contains(&path.display().to_string()),
            "{told:?}"
        );
        assert!(told.stderr.contains("weir sim resume"), "{file}: {told:?}");

        let mended = weir.good(&["sim", "resume", "last"]);
        assert!(
            mended.stderr.contains("computed again"),
            "{file}: {mended:?}"
        );
        let _ = std::fs::remove_file(folder.join("journal.jsonl.damaged"));
        assert_eq!(weir.checksums(&folder), expected, "{file}");
        let words = match file {
            "summary.parquet" => ": written again: histograms and summary",
            "histograms.parquet" => ": counted again: the patients of 2 parts, ",
            "journal.jsonl" => ": computed again: 2 of 2 parts; written again: ",
            _ => ": computed again: 1 of 2 parts\n",
        };
        assert!(mended.stdout.contains(words), "{file}: {mended:?}");
        weir.good(&["runs", "verify", "last"]);
        assert_eq!(weir.last().unwrap()["state"], "finished");
    }
}

#[test]
fn a_changed_protocol_is_told() {
    let weir = Weir::in_memory();
    weir.good(&["sim", "run", PROTOCOL, "--patients=500", "--years=1"]);
    let protocol = folder_of(&weir.last().unwrap()).join("protocol.yaml");
    let text = std::fs::read_to_string(&protocol).unwrap();
    std::fs::write(&protocol, text.replacen("name: ", "name: Not ", 1)).unwrap();
    for command in [["runs", "verify", "last"], ["sim", "resume", "last"]] {
        let told = weir.run(&command);
        assert_eq!(told.code, Some(1), "{told:?}");
        assert!(told.stderr.contains("error[W0113]"), "{told:?}");
    }
    std::fs::write(&protocol, text).unwrap();
    weir.good(&["runs", "verify", "last"]);
}

#[test]
fn with_its_journal_and_its_histograms_damaged_everything_is_computed_again() {
    let weir = Weir::in_memory();
    weir.good(&["sim", "run", PROTOCOL, "--patients=20000", "--years=1"]);
    let folder = folder_of(&weir.last().unwrap());
    let expected = weir.checksums(&folder);
    for path in ["histograms.parquet", "journal.jsonl"] {
        flip_a_byte(&folder.join(path));
    }
    let again = weir.good(&["--json", "sim", "resume", "last"]).json();
    assert_eq!(again["repaired"]["parts_computed"], 2);
    std::fs::remove_file(folder.join("journal.jsonl.damaged")).unwrap();
    assert_eq!(weir.checksums(&folder), expected);
}

#[test]
fn all_damage_is_listed_at_once() {
    let weir = Weir::in_memory();
    weir.good(&["sim", "run", PROTOCOL, "--patients=20000", "--years=1"]);
    let folder = folder_of(&weir.last().unwrap());
    let changed = [
        "patients/part-00001.parquet",
        "visits/part-00000.parquet",
        "histograms.parquet",
    ];
    for file in changed {
        flip_a_byte(&folder.join(file));
    }
    std::fs::remove_file(folder.join("summary.parquet")).unwrap();
    let told = weir.run(&["runs", "verify", "last"]);
    assert_eq!(told.code, Some(1), "{told:?}");
    assert!(
        told.stderr.contains("4 of 6 files are not as written"),
        "{told:?}"
    );
    for file in changed.iter().chain(&["summary.parquet"]) {
        let path = folder.join(file).display().to_string();
        assert!(told.stderr.contains(&path), "{file}: {told:?}");
    }
    let told = weir.run(&["--json", "runs", "verify", "last"]);
    let error: serde_json::Value = serde_json::from_str(&told.stderr).unwrap();
    let details = &error["error"]["details"];
    assert_eq!(details["damaged"].as_array().unwrap().len(), 4);
    assert_eq!(details["files"], 2);
    weir.good(&["sim", "resume", "last"]);
    weir.good(&["runs", "verify", "last"]);
}
