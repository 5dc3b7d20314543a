use std::sync::Arc;

use weir_files::{Files, RealFiles};
use weir_sim::job::Job;
use weir_sim::results::Layout;

use super::execute::{execute, threads};
use crate::arguments::ResumeArguments;
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::{budget, library, signal};

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
        &budget,
        cancel,
        threads,
        &files,
        output,
    )?;
    output.result(&finished.text(&job), &finished);
    Ok(finished.exit())
}
