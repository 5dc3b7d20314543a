//! The JSON Schema and the reference page of protocol files.

use std::fmt::Write as _;

use weir_yaml::Document as _;

use super::{Code, Protocol};

impl Protocol {
    /// The JSON Schema (draft 2020-12) of protocol files, for editors and other programs; from
    /// the declarations that the decoder reads by. What concerns several keys at once, such as a
    /// minimum above its maximum, is checked by [`Protocol::parse`] alone.
    pub fn json_schema() -> serde_json::Value {
        weir_yaml::json_schema(
            &mut Protocol::blank(),
            "weir protocol, version 1",
            "What a clinic intends to do, and for whom. Read by `weir sim run`.",
        )
    }

    /// Every key of a protocol file with type, range, default, meaning and source, every kind and
    /// preset, and every code of a mistake: Markdown, the second part of `docs/protocols.md`.
    pub fn reference() -> String {
        let mut text = weir_yaml::reference(&mut Protocol::blank());
        text.push_str("## Codes\n\n| code | what is wrong |\n|---|---|\n");
        for code in Code::of_files() {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "| `{code}` | {} |", code.title());
        }
        text
    }
}
