use std::fmt::Write;

use weir_sim::job::{Job, ResultsChoice, SimulationSpec};
use weir_sim::results::Compression;
use weir_sim::simulate::TimeEngine;

use crate::arguments::DemoArguments;
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::sim::{Means, execute, register};
use crate::{library, plot, protocol, signal};

/// The protocol of the demonstration.
const PROTOCOL: &str = "aflibercept-tae-8week";
/// Its years.
const YEARS: f64 = 5.0;

/// `weir demo`.
pub fn run(arguments: &DemoArguments, output: &Output) -> Result<Exit, Failure> {
    let spec = SimulationSpec {
        patients: arguments.patients,
        years: YEARS,
        seed: 1,
        engine: TimeEngine::BetweenVisits,
        results: ResultsChoice::Auto,
        compression: Compression::Zstd,
    };
    let job = Job::new(protocol::load(PROTOCOL, output)?, spec)?;
    let means = Means::new(&arguments.budget, None, output)?;
    // Told before the work, not after it.
    plot::check_target(&*means.files, &arguments.out)?;
    let library = library::open()?;
    let home = library.home().runs_folder();
    job.check_disk(&means.budget, means.threads, &*means.files, &home)?;
    let cancel = signal::cancel_on_signals()?;
    let tags = ["demo".to_owned()];
    let registration = register(&library, &job, &means.budget, PROTOCOL, None, None, &tags)?;
    let id = registration.id();
    let finished = execute(&library, registration, &job, &means, cancel, output)?;
    if finished.completed.cancelled {
        return Ok(finished.tell(&job, output));
    }
    let row = library.find(&id.to_string())?;
    let report = plot::report(&library, &row, &means.files)?;
    let path = plot::write(
        &means.files,
        &arguments.out,
        report.to_html(&plot::palette()).as_bytes(),
    )?;
    let mut text = finished.text(&job);
    let _ = writeln!(text, "report     {} (open it in a browser)", path.display());
    output.result(&text, &serde_json::json!({"run": finished, "report": path}));
    Ok(Exit::Done)
}
