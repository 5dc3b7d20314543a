//! The JSON Schema and the reference page of plans.

use std::fmt::Write as _;

use weir_yaml::{Code, Document as _};

use super::{PLAN_CODES, Plan};

impl Plan {
    /// The JSON Schema (draft 2020-12) of plans, for editors and other programs.
    pub fn json_schema() -> serde_json::Value {
        weir_yaml::json_schema(
            &mut Plan::blank(),
            "weir raster plan, version 1",
            "Which layers, onto which grid, into which files. Read by `weir raster run`.",
        )
    }

    /// Every key of a plan with type, range, default and meaning, and every code of a mistake: Markdown.
    pub fn reference() -> String {
        let mut text = weir_yaml::reference(&mut Plan::blank());
        text.push_str("## Codes\n\n| code | what is wrong |\n|---|---|\n");
        for code in Code::GENERAL.iter().chain(PLAN_CODES) {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "| `{code}` | {} |", code.title());
        }
        text
    }
}
