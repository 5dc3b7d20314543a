use std::path::{Path, PathBuf};

use serde_json::json;
use weir_library::{Home, NewRun};
use weir_raster::{Job, Plan};
use weir_run::{InputHash, RunKind, RunName};

use super::arguments::{RunArguments, StartArguments};
use super::execute::execute;
use super::{load, tell};
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::sim::Means;
use crate::{library, signal};

/// `weir raster run`.
pub fn run(arguments: &RunArguments, output: &Output) -> Result<Exit, Failure> {
    let plan = load::load(&arguments.plan, output)?;
    let folder = load::folder(&arguments.plan)?;
    let source = arguments.plan.display().to_string();
    start(plan, &source, &folder, &arguments.start, output)
}

/// A plan of the command line, whose paths start from the current folder.
pub fn here(
    command: &str,
    plan: Plan,
    arguments: &StartArguments,
    output: &Output,
) -> Result<Exit, Failure> {
    let folder = load::folder(Path::new("plan"))?;
    start(
        plan,
        &format!("weir raster {command}"),
        &folder,
        arguments,
        output,
    )
}

fn start(
    plan: Plan,
    source: &str,
    folder: &Path,
    arguments: &StartArguments,
    output: &Output,
) -> Result<Exit, Failure> {
    let means = Means::new(&arguments.means.budget, arguments.means.threads, output)?;
    let job = Job::open(plan, folder, &means.files)?;
    if arguments.dry_run {
        means.budget.observe_now();
        let place = Home::resolve().map_or_else(|_| PathBuf::from("."), |home| home.runs_folder());
        let preflight = job.preflight(&means.budget, means.threads, &*means.files, &place)?;
        return Ok(tell::preflight(&job, &preflight, &means.budget, output));
    }
    let library = library::open()?;
    // Before the run is entered anywhere: what cannot fit should leave nothing behind.
    job.check_disk(&*means.files, &library.home().runs_folder())?;
    let cancel = signal::cancel_on_signals()?;
    let kind = RunKind::new("raster").map_err(|error| Failure::new("W0199", error))?;
    let mut new = NewRun::new(kind);
    new.name = arguments
        .name
        .as_deref()
        .map(RunName::new)
        .transpose()
        .map_err(|error| Failure::new("W0103", error).exit(Exit::Usage))?;
    let layers = job.layers();
    new.parameters = json!({
        "plan": job.plan().name,
        "file": source,
        "base": folder,
        "layers": layers.iter().map(|layer| format!("{} ({})", layer.name, layer.method)).collect::<Vec<_>>(),
        "target": format!("{} × {} cells, {}", job.target().grid.columns(), job.target().grid.rows(), job.target().crs),
        "outputs": job.outputs().iter().map(|output| &output.path).collect::<Vec<_>>(),
    });
    new.inputs = vec![InputHash {
        name: "plan".to_owned(),
        source: source.to_owned(),
        bytes: job.plan().to_yaml().len() as u64,
        sha256: job.plan().digest(),
    }];
    new.limit = Some(means.budget.limit().as_u64());
    new.tags.clone_from(&arguments.tags);
    let registration = library.register(new)?;
    if !output.is_json() {
        output.message(&format!(
            "run        {} ({})",
            registration.name(),
            registration.id()
        ));
    }
    Ok(execute(&library, registration, &job, &means, cancel, output)?.tell(output))
}
