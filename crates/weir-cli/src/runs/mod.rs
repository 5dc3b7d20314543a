//! `weir runs`: list, show, verify, remove, rebuild.

mod list;
mod remove;
mod show;

use std::sync::Arc;

use serde_json::json;
use weir_files::{Files, RealFiles};
use weir_library::RunRow;
use weir_memory::Bytes;
use weir_sim::job::Job;

use crate::arguments::RunsCommand;
use crate::failure::{Exit, Failure};
use crate::library;
use crate::output::Output;

pub fn run(command: RunsCommand, output: &Output) -> Result<Exit, Failure> {
    match command {
        RunsCommand::Ls { limit, tag } => list::run(limit, tag, output),
        RunsCommand::Show { run } => show::run(&run, output),
        RunsCommand::Verify { run } => verify(&run, output),
        RunsCommand::Rm { runs, yes } => remove::run(&runs, yes, output),
        RunsCommand::Rebuild => rebuild(output),
    }
}

/// A simulation's job, from the catalogue and its folder.
pub fn job_of(
    library: &weir_library::Library,
    row: &RunRow,
    files: &dyn Files,
) -> Result<Job, Failure> {
    let parameters = library.show(row.id)?.parameters;
    Ok(Job::of_run(files, &row.folder, &parameters)?)
}

fn verify(run: &str, output: &Output) -> Result<Exit, Failure> {
    let library = library::open()?;
    let row = library.find(run)?;
    let files: Arc<dyn Files> = Arc::new(RealFiles);
    let job = job_of(&library, &row, &*files)?;
    let stored = job.open(&files, &row.folder)?;
    let (count, bytes) = stored.verify()?;
    let whole = if stored.is_whole() {
        "whole"
    } else {
        "not finished"
    };
    output.result(
        &format!(
            "{}: {count} files, {}, all as written; the run is {whole}",
            row.name,
            Bytes::new(bytes)
        ),
        &json!({"run": row.name, "files": count, "bytes": bytes, "whole": stored.is_whole()}),
    );
    Ok(Exit::Done)
}

fn rebuild(output: &Output) -> Result<Exit, Failure> {
    let library = library::open()?;
    let rebuilt = library.rebuild()?;
    let added: Vec<String> = rebuilt.added.iter().map(ToString::to_string).collect();
    let unreadable: Vec<String> = rebuilt.unreadable.iter().map(ToString::to_string).collect();
    let mut text = format!("added {} runs, {} were known", added.len(), rebuilt.known);
    for name in &added {
        text.push_str(&format!("\n  {name}"));
    }
    for error in &unreadable {
        text.push_str(&format!("\n  left alone: {error}"));
    }
    output.result(
        &text,
        &json!({"added": added, "known": rebuilt.known, "unreadable": unreadable}),
    );
    Ok(if unreadable.is_empty() {
        Exit::Done
    } else {
        Exit::Failed
    })
}
