//! The design rule: biology never sees a protocol's policy, a policy never sees biology.

#![allow(clippy::unwrap_used)]

use std::path::Path;

fn sources(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src")
        .join(folder);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "rs") {
            found.push((
                path.display().to_string(),
                std::fs::read_to_string(&path).unwrap(),
            ));
        }
    }
    assert!(found.len() > 2, "no sources found");
    found
}

#[test]
fn neither_names_the_other() {
    let never = |folder: &str, words: &[&str]| {
        for (path, text) in sources(folder) {
            for word in words {
                assert!(!text.contains(word), "{path} names {word}");
            }
        }
    };
    let policy = [
        "crate::policy",
        "crate::behaviour",
        "crate::simulate",
        "protocol::Policy",
        "Treatment",
    ];
    never("biology", &policy);
    let biology = [
        "crate::biology",
        "crate::simulate",
        "crate::random",
        "Biology",
        "Draws",
    ];
    never("policy", &biology);
    never("behaviour", &["crate::policy", "crate::simulate"]);
}
