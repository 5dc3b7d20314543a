use std::num::NonZeroUsize;
use std::path::Path;

use serde_json::json;
use weir_run::{CancelReason, Outcome, RunId, RunKind, RunName, Timestamp};
use weir_validate::{
    Asked, Interrupted, ParameterSet, Scores, Status, Targets, report, simulate, table,
};

use super::{Means, begin};
use crate::arguments::ValidateArguments;
use crate::failure::{Exit, Failure, refusal_json};
use crate::output::{Output, seconds};
use crate::{plot, signal};

/// Longest file that is read, bytes.
const MAX_BYTES: u64 = 8 << 20;

/// `weir sim validate`.
pub fn run(arguments: &ValidateArguments, output: &Output) -> Result<Exit, Failure> {
    if arguments.schema {
        let schema = serde_json::to_string_pretty(&Targets::json_schema()).unwrap_or_default();
        output.text(&schema);
        return Ok(Exit::Done);
    }
    let targets = match &arguments.targets {
        Some(path) => Targets::parse(&path.display().to_string(), &text(path)?)?,
        None => Targets::shipped(),
    };
    if arguments.strict && !targets.warnings.is_empty() {
        let what = format!(
            "the targets have keys that are not used:\n  {}",
            targets.warnings.join("\n  ")
        );
        return Err(Failure::new("W0801", what)
            .with("correct or remove them, or leave --strict out")
            .exit(Exit::Mistakes));
    }
    for warning in &targets.warnings {
        output.message(&format!("warning: {warning}"));
    }
    let parameters = match &arguments.parameters {
        Some(path) => ParameterSet::parse(&path.display().to_string(), &text(path)?)?,
        None => ParameterSet::shipped(),
    };
    let means = Means::new(&arguments.budget, arguments.threads, output)?;
    if let Some(out) = &arguments.out {
        // Told before the work, not after it.
        plot::check_target(&*means.files, out)?;
    }
    let cancel = signal::cancel_on_signals()?;
    let named = name()?;
    let run = begin(
        &RunKind::sim(),
        (named.0, &named.1),
        &means,
        cancel,
        Vec::new(),
        output,
    )?;
    let asked = Asked {
        eyes: arguments.eyes,
        seed: arguments.seed,
        threads: NonZeroUsize::new(means.threads).unwrap_or(NonZeroUsize::MIN),
    };
    let simulated = match simulate(&targets, &parameters.biology, asked, &run) {
        Ok(simulated) => simulated,
        Err(error) => return Err(failed(error, &run)),
    };
    let ended = run.finish(Outcome::Finished);
    let scores = Scores::of(&targets, &simulated, parameters.digest());
    if arguments.strict {
        refuse_unknown(&scores)?;
    }
    let written = match &arguments.out {
        Some(out) => {
            let version = concat!("weir ", env!("CARGO_PKG_VERSION"));
            let page = report(&scores, version).map_err(|error| Failure::new("W0116", error))?;
            Some(plot::write(
                &means.files,
                out,
                page.to_html(&plot::palette()).as_bytes(),
            )?)
        }
        None => None,
    };
    let mut words = table(&scores);
    words.push_str(&format!(
        "\nparameters {}, version {} ({})\nmemory     {} resident at its peak, of {}\ntime       {}\n",
        parameters.name,
        parameters.version,
        &parameters.digest()[..12],
        means.budget.snapshot().peak_resident,
        means.budget.limit(),
        seconds(ended.seconds),
    ));
    if let Some(path) = &written {
        words.push_str(&format!("report     {}\n", path.display()));
    }
    output.result(&words, &json!({"parameters": {"name": parameters.name, "version": parameters.version}, "scores": scores, "report": written}));
    Ok(Exit::Done)
}

/// With `--strict`, a measure that is not known is a mistake of the file.
fn refuse_unknown(scores: &Scores) -> Result<(), Failure> {
    let unknown: Vec<String> = scores
        .rows
        .iter()
        .filter_map(|row| match &row.status {
            Status::NotScored(reason) if reason.starts_with("unknown measure") => Some(format!(
                "{}, {}: {}: {reason}",
                row.study, row.arm, row.measure
            )),
            _ => None,
        })
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let what = format!("measures that are not known:\n  {}", unknown.join("\n  "));
    Err(Failure::new("W0801", what)
        .with("a name from docs/validation.md, or leave --strict out")
        .exit(Exit::Mistakes))
}

fn name() -> Result<(RunId, RunName), Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::new("W0115", error);
    let id = RunId::new(Timestamp::now()).map_err(|error| failed(&error))?;
    let name = RunName::new("validation").map_err(|error| failed(&error))?;
    Ok((id, name))
}

fn failed(error: Interrupted, run: &weir_run::Run) -> Failure {
    match &error {
        Interrupted::Cancelled => {
            let reason = run.cancel().reason().unwrap_or(CancelReason::User);
            run.finish(Outcome::Cancelled { reason });
            Failure::new("W0803", &error)
                .with("start it again")
                .exit(Exit::Interrupted)
        }
        Interrupted::DoesNotFit(refusal) => {
            run.finish(Outcome::Failed {
                error: error.to_string(),
            });
            let mut failure = Failure::new("W0107", &error)
                .with("a larger --budget")
                .with("fewer --threads")
                .exit(Exit::DoesNotFit);
            failure.details = refusal_json(refusal);
            failure
        }
        Interrupted::Bug(_) => {
            run.finish(Outcome::Failed {
                error: error.to_string(),
            });
            Failure::new("W0199", &error)
        }
    }
}

/// A file's text, no more than 8 MiB of it.
fn text(path: &Path) -> Result<String, Failure> {
    use std::io::Read;
    let failed = |error: std::io::Error| {
        Failure::new("W0104", format!("cannot read {}: {error}", path.display()))
            .with("check the path")
            .exit(Exit::Usage)
    };
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut text = String::new();
    file.take(MAX_BYTES + 1)
        .read_to_string(&mut text)
        .map_err(failed)?;
    Ok(text)
}
