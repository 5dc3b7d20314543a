//! `weir runs`: list, show, verify, remove, rebuild.

mod list;
mod rebuild;
mod remove;
mod show;
mod verify;

use serde_json::json;
use weir_files::Files;
use weir_library::RunRow;
use weir_sim::job::Job;

use crate::arguments::RunsCommand;
use crate::failure::{Exit, Failure};
use crate::output::Output;

pub fn run(command: RunsCommand, output: &Output) -> Result<Exit, Failure> {
    match command {
        RunsCommand::Ls { limit, tag } => list::run(limit, tag, output),
        RunsCommand::Show { run } => show::run(&run, output),
        RunsCommand::Verify { run } => verify::run(&run, output),
        RunsCommand::Rm { runs, yes } => remove::run(&runs, yes, output),
        RunsCommand::Rebuild { folders } => rebuild::run(&folders, output),
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

/// Refuses a run whose folder somebody has removed or moved.
pub fn refuse_gone(row: &RunRow, files: &dyn Files) -> Result<(), Failure> {
    if files.exists(&row.folder)? {
        return Ok(());
    }
    let mut failure = Failure::new(
        "W0118",
        format!(
            "the folder of {} is gone, and its results with it: {}",
            row.name,
            row.folder.display()
        ),
    )
    .with("`weir runs rebuild FOLDER` if it was moved to FOLDER, or put it back");
    if row.state.can_resume() {
        failure = failure.with(format!(
            "`weir sim resume {}` computes all of it again",
            row.name
        ));
    }
    failure = failure.with(format!(
        "`weir runs rm {}` forgets the run; `weir runs show {}` tells what to run again",
        row.name, row.name
    ));
    failure.details = json!({"run": row.name, "path": row.folder});
    Err(failure)
}
