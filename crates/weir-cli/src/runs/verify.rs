use std::sync::Arc;

use serde_json::{Value, json};
use weir_files::{Files, RealFiles};
use weir_memory::Bytes;
use weir_sim::results::Damage;

use crate::failure::{Exit, Failure};
use crate::library;
use crate::output::{Output, counted};

/// Damaged files that are named; all of them are in `--json`.
const NAMED: usize = 20;

/// `weir runs verify`.
pub fn run(run: &str, output: &Output) -> Result<Exit, Failure> {
    let library = library::open()?;
    let row = library.find(run)?;
    let files: Arc<dyn Files> = Arc::new(RealFiles);
    super::refuse_gone(&row, &*files)?;
    let job = super::job_of(&library, &row, &*files)?;
    let verified = job.verify(&*files, &row.folder)?;
    if !verified.damaged.is_empty() {
        return Err(damaged(&row.name.to_string(), &verified));
    }
    let whole = if verified.is_whole {
        "whole"
    } else {
        "not finished"
    };
    output.result(
        &format!(
            "{}: {}, {}, all as written; the run is {whole}",
            row.name,
            counted(verified.files, "file"),
            Bytes::new(verified.bytes)
        ),
        &json!({
            "run": row.name,
            "files": verified.files,
            "bytes": verified.bytes,
            "whole": verified.is_whole,
        }),
    );
    Ok(Exit::Done)
}

/// Everything that is not as it was written, in one message.
fn damaged(name: &str, verified: &Damage) -> Failure {
    let all = &verified.damaged;
    let of = counted(verified.files + all.len() as u64, "file");
    let are = if all.len() == 1 { "is" } else { "are" };
    let mut what = format!("{name}: {} of {of} {are} not as written", all.len());
    for error in all.iter().take(NAMED) {
        what.push_str(&format!("\n  {}", error.summary()));
    }
    if all.len() > NAMED {
        what.push_str(&format!("\n  and {} more", all.len() - NAMED));
    }
    let listed: Vec<Value> = all
        .iter()
        .map(|error| json!({"path": error.path(), "message": error.summary()}))
        .collect();
    let mut failure = Failure::new("W0111", what)
        .with(format!(
            "`weir sim resume {name}` computes what is damaged again"
        ))
        .with("restore the folder from a copy");
    failure.details = json!({
        "run": name,
        "files": verified.files,
        "bytes": verified.bytes,
        "damaged": listed,
    });
    failure
}
