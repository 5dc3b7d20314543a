use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;
use weir_files::{Files, RealFiles};
use weir_raster::Job;

use super::load;
use crate::failure::{Exit, Failure};
use crate::output::Output;

/// `weir raster check`.
pub fn run(plans: &[PathBuf], output: &Output) -> Result<Exit, Failure> {
    let mut worst = Exit::Done;
    let mut reports = Vec::new();
    for path in plans {
        match check(path, output) {
            Ok(()) => {
                reports.push(json!({"plan": path, "ok": true}));
                if !output.is_json() {
                    output.text(&format!("{}: no mistakes", path.display()));
                }
            }
            Err(failure) => {
                worst = Exit::Mistakes;
                reports
                    .push(json!({"plan": path, "ok": false, "error": failure.to_json()["error"]}));
                if !output.is_json() {
                    output.failure(&failure);
                }
            }
        }
    }
    if output.is_json() {
        output.result("", &reports);
    }
    Ok(worst)
}

fn check(path: &Path, output: &Output) -> Result<(), Failure> {
    let plan = load::load(path, output)?;
    let files: Arc<dyn Files> = Arc::new(RealFiles);
    let job = Job::open(plan, &load::folder(path)?, &files)?;
    for warning in job.warnings() {
        output.message(&format!("warning: {warning}"));
    }
    Ok(())
}
