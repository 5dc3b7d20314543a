use std::fmt::Write;
use std::sync::Arc;

use weir_files::{Files, RealFiles};
use weir_sim::job::{Job, ResultsChoice, SimulationSpec};
use weir_sim::results::Compression;
use weir_sim::simulate::TimeEngine;

use crate::arguments::DemoArguments;
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::sim::{Means, execute, register, threads};
use crate::{budget, library, plot, protocol, signal};

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
    let budget = budget::resolve(&arguments.budget, output)?;
    let files: Arc<dyn Files> = Arc::new(RealFiles);
    let cancel = signal::cancel_on_signals()?;
    let library = library::open()?;
    let tags = ["demo".to_owned()];
    let registration = register(&library, &job, &budget, PROTOCOL, None, None, &tags)?;
    let id = registration.id();
    let finished = execute(
        &library,
        registration,
        &job,
        Means {
            budget: &budget,
            cancel,
            threads: threads(None),
            files: &files,
        },
        output,
    )?;
    if finished.completed.cancelled {
        output.result(&finished.text(&job), &finished);
        return Ok(finished.exit());
    }
    let row = library.find(&id.to_string())?;
    let report = plot::report(&library, &row, &files)?;
    let path = plot::write(
        &files,
        &arguments.out,
        report.to_html(&plot::palette()).as_bytes(),
    )?;
    let mut text = finished.text(&job);
    let _ = writeln!(text, "report     {} (open it in a browser)", path.display());
    output.result(&text, &serde_json::json!({"run": finished, "report": path}));
    Ok(Exit::Done)
}
