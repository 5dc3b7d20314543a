use serde_json::json;
use weir_files::Files;
use weir_library::RunRow;
use weir_run::{RunName, RunState};
use weir_sim::job::{Completed, Job};
use weir_sim::results::Layout;

use super::execute::begin;
use super::{Means, execute};
use crate::arguments::ResumeArguments;
use crate::failure::{Exit, Failure};
use crate::output::{Output, counted};
use crate::{library, runs, signal};

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
    let means = Means::new(&arguments.budget, arguments.threads, output)?;
    if row.state == RunState::Finished {
        runs::refuse_gone(&row, &*means.files)?;
    }
    let job = runs::job_of(&library, &row, &*means.files)?;
    if row.state == RunState::Finished && !arguments.restart {
        return repair(&row, &job, &means, output);
    }
    let cancel = signal::cancel_on_signals()?;
    let registration = library.take_over(row.id)?;
    if arguments.restart {
        clear(&Layout::new(registration.folder()), &*means.files)?;
    }
    let finished = execute(&library, registration, &job, &means, cancel, output)?;
    Ok(finished.tell(&job, output))
}

/// Removes what a run has computed.
fn clear(layout: &Layout, files: &dyn Files) -> Result<(), Failure> {
    for table in ["patients", "visits", "counts"] {
        files.remove_folder_all(&layout.table(table))?;
    }
    for path in [layout.journal(), layout.histograms(), layout.summary()] {
        if files.exists(&path)? {
            files.remove_file(&path)?;
        }
    }
    Ok(())
}

/// Computes what is damaged of a finished run. It stays finished in the catalogue: what comes out is what was there.
fn repair(row: &RunRow, job: &Job, means: &Means, output: &Output) -> Result<Exit, Failure> {
    let cancel = signal::cancel_on_signals()?;
    let named = (row.id, &row.name);
    let run = begin(&row.kind, named, means, cancel, Vec::new(), output)?;
    let completed = job.run(&run, means.threads, &means.files, &row.folder)?;
    let text = format!("{}: {}", row.name, mended(&completed, &row.name));
    output.result(&text, &json!({"run": row.name, "repaired": completed}));
    Ok(if completed.cancelled {
        Exit::Interrupted
    } else {
        Exit::Done
    })
}

/// What a repair did, in words.
fn mended(completed: &Completed, name: &RunName) -> String {
    if completed.cancelled {
        return format!("stopped; `weir sim resume {name}` goes on");
    }
    let all = u64::from(completed.parts_before + completed.parts_computed);
    let mut done = Vec::new();
    if completed.parts_computed > 0 {
        let of = counted(all, "part");
        done.push(format!(
            "computed again: {} of {of}",
            completed.parts_computed
        ));
    }
    if completed.parts_counted > 0 {
        done.push(format!(
            "counted again: the patients of {}, whose tables were as written",
            counted(u64::from(completed.parts_counted), "part")
        ));
    }
    if completed.whole_written {
        done.push("written again: histograms and summary".to_owned());
    }
    if done.is_empty() {
        done.push("finished already, all files are as written".to_owned());
    }
    done.join("; ")
}
