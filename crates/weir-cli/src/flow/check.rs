use std::path::PathBuf;

use serde_json::json;
use weir_flow::Setting;
use weir_memory::{Budget, Bytes};

use super::load;
use crate::failure::{Exit, Failure};
use crate::output::Output;

/// `weir flow check`.
pub fn run(pipelines: &[PathBuf], output: &Output) -> Result<Exit, Failure> {
    let mut wrong = 0;
    let mut reports = Vec::new();
    for path in pipelines {
        match check(path, output) {
            Ok(()) => {
                reports.push(json!({"pipeline": path, "ok": true}));
                if !output.is_json() {
                    output.text(&format!("{}: no mistakes", path.display()));
                }
            }
            Err(failure) => {
                wrong += 1;
                reports.push(
                    json!({"pipeline": path, "ok": false, "error": failure.to_json()["error"]}),
                );
                if !output.is_json() {
                    output.failure(&failure);
                }
            }
        }
    }
    if output.is_json() {
        output.result("", &reports);
    }
    Ok(if wrong == 0 {
        Exit::Done
    } else {
        Exit::Mistakes
    })
}

fn check(path: &std::path::Path, output: &Output) -> Result<(), Failure> {
    let file = load::load(path, output)?;
    if file.reads_stdin() {
        // What comes in is known only when it runs.
        return Ok(());
    }
    let setting = Setting::new(Budget::detached(Bytes::mib(256)));
    file.build(load::dry(path)?, &setting)?;
    Ok(())
}
