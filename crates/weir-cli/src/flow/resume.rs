use std::path::PathBuf;

use serde_json::json;
use weir_flow::{PipelineFile, ReadPipelineError};
use weir_run::RunState;

use super::arguments::ResumeArguments;
use super::execute::{Work, execute};
use super::start::PIPELINE;
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::sim::Means;
use crate::{library, signal};

/// `weir flow resume`.
pub fn run(arguments: &ResumeArguments, output: &Output) -> Result<Exit, Failure> {
    let library = library::open()?;
    let row = library.find(&arguments.run)?;
    if row.kind.as_str() != "flow" {
        return Err(Failure::new(
            "W0105",
            format!("{} is a {} run, not a pipeline's", row.name, row.kind),
        ));
    }
    if row.state == RunState::Finished {
        let text = format!(
            "{}: finished already; run the pipeline again to take in new rows",
            row.name
        );
        output.result(&text, &json!({"run": row.name, "state": "finished"}));
        return Ok(Exit::Done);
    }
    let parameters = library.show(row.id)?.parameters;
    let (file, _) = match PipelineFile::read(&row.folder.join(PIPELINE)) {
        Err(error @ ReadPipelineError::Io { .. }) => {
            return Err(
                Failure::from(error).with("the run's folder is damaged; run the pipeline again")
            );
        }
        other => other?,
    };
    let means = Means::new(&arguments.means.budget, arguments.means.threads, output)?;
    let cancel = signal::cancel_on_signals()?;
    let registration = library.take_over(row.id)?;
    let work = Work {
        file: &file,
        folder: parameters["base"]
            .as_str()
            .map_or_else(PathBuf::new, PathBuf::from),
        keep_open: parameters["keep_open"].as_bool().unwrap_or(false),
        checkpoint_rows: arguments.means.checkpoint_rows,
    };
    Ok(execute(&library, registration, &work, &means, cancel, output)?.tell(output))
}
