use serde_json::json;
use weir_files::write_atomically;
use weir_library::NewRun;
use weir_run::{InputHash, RunKind, RunName};

use super::arguments::RunArguments;
use super::execute::{Work, execute};
use super::load;
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::sim::Means;
use crate::{library, signal};

/// The pipeline file as it was when the run began, in the run's folder.
pub const PIPELINE: &str = "pipeline.yaml";

/// `weir flow run`.
pub fn run(arguments: &RunArguments, output: &Output) -> Result<Exit, Failure> {
    let file = load::load(&arguments.pipeline, output)?;
    let folder = load::folder(&arguments.pipeline)?;
    let means = Means::new(&arguments.means.budget, arguments.means.threads, output)?;
    if arguments.again {
        file.start_over(&folder)?;
    }
    let cancel = signal::cancel_on_signals()?;
    let library = library::open()?;
    let mut new = NewRun::new(RunKind::new("flow").map_err(|error| Failure::new("W0199", error))?);
    new.name = arguments
        .name
        .as_deref()
        .map(RunName::new)
        .transpose()
        .map_err(|error| Failure::new("W0103", error).exit(Exit::Usage))?;
    new.parameters = json!({
        "pipeline": file.name(),
        "file": arguments.pipeline,
        "base": folder,
        "keep_open": arguments.keep_open,
        "checkpoint_rows": arguments.means.checkpoint_rows,
    });
    new.inputs = vec![InputHash {
        name: "pipeline".to_owned(),
        source: arguments.pipeline.display().to_string(),
        bytes: file.text().len() as u64,
        sha256: file.digest(),
    }];
    new.limit = Some(means.budget.limit().as_u64());
    new.tags.clone_from(&arguments.tags);
    let registration = library.register(new)?;
    write_atomically(
        &means.files,
        registration.folder().join(PIPELINE),
        file.text().as_bytes(),
    )?;
    if !output.is_json() {
        output.message(&format!(
            "run        {} ({})",
            registration.name(),
            registration.id()
        ));
    }
    let work = Work {
        file: &file,
        folder,
        keep_open: arguments.keep_open,
        checkpoint_rows: arguments.means.checkpoint_rows,
    };
    Ok(execute(&library, registration, &work, &means, cancel, output)?.tell(output))
}
