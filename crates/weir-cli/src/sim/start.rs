use std::fmt::Write;
use std::path::{Path, PathBuf};

use weir_library::{Library, NewRun, Registration};
use weir_memory::{Budget, Bytes};
use weir_run::{InputHash, RunKind, RunName};
use weir_sim::job::{Job, Preflight, ResultsChoice, SimulationSpec};
use weir_sim::results::Compression;
use weir_sim::simulate::TimeEngine;

use super::{Means, execute};
use crate::arguments::{
    CompressionArgument, EngineArgument, OnCancel, ResultsArgument, RunArguments,
};
use crate::failure::{Exit, Failure};
use crate::output::{Output, count, counted, seconds, years};
use crate::{library, protocol, signal};

/// `weir sim run`.
pub fn run(arguments: &RunArguments, output: &Output) -> Result<Exit, Failure> {
    let (name, patients, years) = (&arguments.protocol, arguments.patients, arguments.years);
    let protocol = protocol::load_for_run(name, patients, years, output)?;
    let job = Job::new(protocol, spec(arguments))?;
    let means = Means::new(&arguments.budget, arguments.threads, output)?;
    if arguments.dry_run {
        return dry_run(&job, &means, arguments, output);
    }
    let library = library::open()?;
    let out = arguments.out.as_deref().map(absolute).transpose()?;
    // Before the run is entered anywhere: what cannot fit should leave nothing behind.
    let folder = out.clone().unwrap_or_else(|| library.home().runs_folder());
    job.check_disk(&means.budget, means.threads, &*means.files, &folder)?;
    let cancel = signal::cancel_on_signals()?;
    let registration = register(
        &library,
        &job,
        &means.budget,
        &arguments.protocol,
        arguments.name.as_deref(),
        out,
        &arguments.tags,
    )?;
    let id = registration.id();
    if !output.is_json() {
        output.message(&format!("run        {} ({id})", registration.name()));
    }
    let finished = execute(&library, registration, &job, &means, cancel, output)?;
    if finished.completed.cancelled && arguments.on_cancel == OnCancel::Discard {
        library.remove(id)?;
        return Ok(finished.tell_removed(output));
    }
    Ok(finished.tell(&job, output))
}

/// Enters a job into the library, before it starts.
pub fn register(
    library: &Library,
    job: &Job,
    budget: &Budget,
    source: &str,
    name: Option<&str>,
    out: Option<PathBuf>,
    tags: &[String],
) -> Result<Registration, Failure> {
    let mut new = NewRun::new(RunKind::sim());
    new.name = name
        .map(RunName::new)
        .transpose()
        .map_err(|error| Failure::new("W0103", error).exit(Exit::Usage))?;
    new.parameters = job.parameters();
    let yaml = job.protocol().to_yaml();
    new.inputs = vec![InputHash {
        name: "protocol".to_owned(),
        source: source.to_owned(),
        bytes: yaml.len() as u64,
        sha256: job.protocol().digest(),
    }];
    new.seed = Some(job.spec().seed);
    new.limit = Some(budget.limit().as_u64());
    new.folder = out;
    new.tags = tags.to_vec();
    Ok(library.register(new)?)
}

fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path).map_err(|error| {
        Failure::new("W0104", format!("--out {}: {error}", path.display())).exit(Exit::Usage)
    })
}

fn spec(arguments: &RunArguments) -> SimulationSpec {
    SimulationSpec {
        patients: arguments.patients,
        years: arguments.years,
        seed: arguments.seed,
        engine: match arguments.engine {
            EngineArgument::Exact => TimeEngine::BetweenVisits,
            EngineArgument::Weekly => TimeEngine::WeeklyReference,
        },
        results: match arguments.results {
            ResultsArgument::Auto => ResultsChoice::Auto,
            ResultsArgument::Memory => ResultsChoice::Memory,
            ResultsArgument::Parquet => ResultsChoice::Parquet,
            ResultsArgument::Summary => ResultsChoice::Summary,
        },
        compression: match arguments.compression {
            CompressionArgument::None => Compression::None,
            CompressionArgument::Snappy => Compression::Snappy,
            CompressionArgument::Gzip => Compression::Gzip,
            CompressionArgument::Zstd => Compression::Zstd,
        },
    }
}

fn dry_run(
    job: &Job,
    means: &Means,
    arguments: &RunArguments,
    output: &Output,
) -> Result<Exit, Failure> {
    means.budget.observe_now();
    let folder = match &arguments.out {
        Some(out) => absolute(out)?,
        None => weir_library::Home::resolve()
            .map(|home| home.runs_folder())
            .unwrap_or_else(|_| PathBuf::from(".")),
    };
    let preflight = job.preflight(&means.budget, means.threads, &*means.files, &folder);
    output.result(&preflight_text(job, &preflight, &means.budget), &preflight);
    Ok(if preflight.fits {
        Exit::Done
    } else {
        Exit::DoesNotFit
    })
}

fn preflight_text(job: &Job, preflight: &Preflight, budget: &Budget) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "protocol   {}", job.protocol().name);
    let _ = writeln!(
        text,
        "patients   {} × {}, about {}, {}, kept in {}",
        count(u64::from(preflight.patients)),
        years(job.spec().years),
        counted(preflight.visits, "visit"),
        counted(u64::from(preflight.parts), "part"),
        preflight.tier
    );
    let _ = writeln!(
        text,
        "memory     about {} for {}; the budget of {} ({}) leaves {}",
        Bytes::new(preflight.memory_bytes),
        counted(preflight.threads as u64, "thread"),
        budget.limit(),
        budget.origin(),
        Bytes::new(preflight.available_bytes)
    );
    let free = preflight
        .disk_available_bytes
        .map_or_else(|| "unknown".to_owned(), |free| Bytes::new(free).to_string());
    let _ = writeln!(
        text,
        "disk       about {}, {free} free",
        Bytes::new(preflight.disk_bytes)
    );
    let _ = writeln!(
        text,
        "time       about {} on this machine",
        seconds(preflight.seconds)
    );
    if preflight.fits {
        let _ = writeln!(text, "fits       yes; nothing was written (--dry-run)");
    } else {
        let _ = writeln!(
            text,
            "fits       no\n  try      1. a larger --budget\n           2. --results summary (keeps no visits)\n           3. fewer --patients\n           4. --out on a disk with more room"
        );
    }
    text
}
