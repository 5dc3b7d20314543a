//! The JSON Schema and the reference page of pipeline files.

use std::fmt::Write as _;

use weir_yaml::{Code, Document as _};

use super::{PIPELINE_CODES, PipelineFile};

impl PipelineFile {
    /// The JSON Schema (draft 2020-12) of pipeline files, for editors and other programs.
    #[must_use]
    pub fn json_schema() -> serde_json::Value {
        weir_yaml::json_schema(
            &mut PipelineFile::blank(),
            "weir pipeline, version 1",
            "Where rows come from, what is done with them, where they go. Read by `weir flow run`.",
        )
    }

    /// Every key of a pipeline file with type, range, default and meaning, and every code of a mistake: Markdown.
    #[must_use]
    pub fn reference() -> String {
        let mut text = weir_yaml::reference(&mut PipelineFile::blank());
        text.push_str("## Codes\n\n| code | what is wrong |\n|---|---|\n");
        for code in Code::GENERAL.iter().chain(PIPELINE_CODES) {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "| `{code}` | {} |", code.title());
        }
        text
    }
}
