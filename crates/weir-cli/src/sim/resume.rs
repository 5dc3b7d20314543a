use std::sync::Arc;

use serde_json::json;
use weir_files::{Files, RealFiles};
use weir_library::RunRow;
use weir_memory::Budget;
use weir_run::{Run, RunState};
use weir_sim::job::Job;
use weir_sim::results::Layout;

use super::execute::{Means, execute, threads};
use crate::arguments::ResumeArguments;
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::{budget, library, progress, signal};

/// `weir sim resume`.
pub fn run(arguments: &ResumeArguments, output: &Output) -> Result<Exit, Failure> {
    let library = library::open()?;
    let row = library.find(&arguments.run)?;
    if row.kind.as_str() != "sim" {
        return Err(Failure::new(
            "W0105",
            format!("{} is a {} run, not a simulation", row.name, row.kind),
        ));
    }
    let files: Arc<dyn Files> = Arc::new(RealFiles);
    let parameters = library.show(row.id)?.parameters;
    let job = Job::of_run(&*files, &row.folder, &parameters)?;
    let budget = budget::resolve(&arguments.budget, output)?;
    if row.state == RunState::Finished && !arguments.restart {
        return repair(&row, &job, &budget, threads(arguments.threads), output);
    }
    let cancel = signal::cancel_on_signals()?;
    let registration = library.take_over(row.id)?;
    if arguments.restart {
        let layout = Layout::new(registration.folder());
        for table in ["patients", "visits", "counts"] {
            files.remove_folder_all(&layout.table(table))?;
        }
        for path in [layout.journal(), layout.histograms(), layout.summary()] {
            if files.exists(&path)? {
                files.remove_file(&path)?;
            }
        }
    }
    let threads = threads(arguments.threads);
    let finished = execute(
        &library,
        registration,
        &job,
        Means {
            budget: &budget,
            cancel,
            threads,
            files: &files,
        },
        output,
    )?;
    output.result(&finished.text(&job), &finished);
    Ok(finished.exit())
}

/// Computes what is damaged of a finished run. It stays finished in the catalogue: what comes out is what was there.
fn repair(
    row: &RunRow,
    job: &Job,
    budget: &Budget,
    threads: usize,
    output: &Output,
) -> Result<Exit, Failure> {
    let files: Arc<dyn Files> = Arc::new(RealFiles);
    let mut builder = Run::builder(row.kind.clone(), budget.clone())
        .id(row.id)
        .name(row.name.clone())
        .cancel(signal::cancel_on_signals()?);
    if let Some(observer) = progress::observer(output) {
        builder = builder.observer(observer);
    }
    let run = builder
        .start()
        .map_err(|error| Failure::new("W0115", error))?;
    let completed = job.run(&run, threads, &files, &row.folder)?;
    let text = match (completed.parts_computed, completed.cancelled) {
        (_, true) => format!(
            "{}: stopped; `weir sim resume {}` goes on",
            row.name, row.name
        ),
        (0, _) => format!("{}: finished already, all files are as written", row.name),
        (parts, _) => format!(
            "{}: {parts} of {} parts were damaged and are computed again",
            row.name,
            parts + completed.parts_before
        ),
    };
    output.result(&text, &json!({"run": row.name, "repaired": completed}));
    Ok(if completed.cancelled {
        Exit::Interrupted
    } else {
        Exit::Done
    })
}
