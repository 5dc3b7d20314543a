use std::fs::{File, TryLockError};
use std::path::PathBuf;

use serde_json::json;
use weir_files::RealFiles;
use weir_library::RunRow;
use weir_raster::{Job, Plan, outputs_are_whole};
use weir_run::{Cancel, Outcome, RunState};

use super::arguments::ResumeArguments;
use super::execute::execute;
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::sim::{Means, begin};
use crate::{library, runs, signal};

/// `weir raster resume`.
pub fn run(arguments: &ResumeArguments, output: &Output) -> Result<Exit, Failure> {
    let library = library::open()?;
    let row = library.find(&arguments.run)?;
    if row.kind.as_str() != "raster" {
        return Err(Failure::new(
            "W0105",
            format!("{} is a {} run, not a raster's", row.name, row.kind),
        ));
    }
    let parameters = library.show(row.id)?.parameters;
    let whole = || {
        let outputs = parameters["outputs"].as_array();
        let paths = outputs.into_iter().flatten();
        let paths: Option<Vec<PathBuf>> = paths.map(|path| Some(path.as_str()?.into())).collect();
        paths.is_some_and(|paths| outputs_are_whole(&row.folder, &paths, &RealFiles))
    };
    if row.state == RunState::Finished && whole() {
        let text = format!("{}: finished already, its outputs are there", row.name);
        output.result(&text, &json!({"run": row.name, "state": "finished"}));
        return Ok(Exit::Done);
    }
    let means = Means::new(&arguments.means.budget, arguments.means.threads, output)?;
    runs::refuse_gone(&row, &*means.files)?;
    let (plan, _) = Plan::read(&row.folder.join("plan.yaml")).map_err(|error| {
        Failure::from(error)
            .with("the run stopped before it began, or its folder is damaged: run the plan again")
    })?;
    let base = parameters["base"]
        .as_str()
        .map_or_else(PathBuf::new, PathBuf::from);
    let job = Job::open(plan, &base, &means.files)?;
    let cancel = signal::cancel_on_signals()?;
    if row.state == RunState::Finished {
        return again(&row, &job, &means, cancel, output);
    }
    let registration = library.take_over(row.id)?;
    Ok(execute(&library, registration, &job, &means, cancel, output)?.tell(output))
}

/// Takes a finished run's folder for this process: the catalogue keeps others away from runs that have not ended only. The lock goes with
/// the file that is returned, also when the process is killed.
fn lock(row: &RunRow) -> Result<Option<File>, Failure> {
    let path = row.folder.join("plan.yaml");
    let failed = |error| Failure::new("W0104", format!("cannot open {}: {error}", path.display()));
    let file = File::open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(Failure::new(
            "W0301",
            format!("another process makes the outputs of {} again", row.name),
        )
        .with("wait until it has ended")),
        // A file system without locks: as good as it gets there.
        Err(TryLockError::Error(_)) => Ok(None),
    }
}

/// Makes outputs of a finished run again that are gone or changed. It stays finished in the catalogue: what comes out is what was there.
fn again(
    row: &RunRow,
    job: &Job,
    means: &Means,
    cancel: Cancel,
    output: &Output,
) -> Result<Exit, Failure> {
    let _lock = lock(row)?;
    let run = begin(
        &row.kind,
        (row.id, &row.name),
        means,
        cancel,
        Vec::new(),
        output,
    )?;
    let completed = job.run(&run, means.threads, &means.files, &row.folder)?;
    run.finish(Outcome::Finished);
    let text = if completed.cancelled {
        format!("stopped; `weir raster resume {}` goes on", row.name)
    } else {
        format!(
            "{}: outputs that were gone or changed are there again",
            row.name
        )
    };
    output.result(&text, &json!({"run": row.name, "repaired": completed}));
    Ok(if completed.cancelled {
        Exit::Interrupted
    } else {
        Exit::Done
    })
}
