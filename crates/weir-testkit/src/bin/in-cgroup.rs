//! Runs a program inside a memory limit and says how much it took.
//!
//! `in-cgroup --limit 256MiB [--json FILE] -- PROGRAM ARGUMENT…`
//!
//! Exits as the program does (128 + signal where it was killed), 125 where no control group can
//! be made, 2 on a mistake in the options.

#![allow(
    clippy::disallowed_methods,
    reason = "the report is for scripts that wait for this program's end"
)]
#![allow(clippy::print_stderr, reason = "a program: this is its face")]

use std::{
    ffi::OsString,
    os::unix::process::ExitStatusExt,
    path::PathBuf,
    process::{Command, ExitCode, ExitStatus},
};

use weir_memory::Bytes;
use weir_testkit::cgroup::{MemoryGroup, Outcome};

const USAGE: &str = "usage: in-cgroup --limit 256MiB [--json FILE] -- PROGRAM ARGUMENT…";

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args_os().skip(1)) {
        Ok(options) => options,
        Err(mistake) => {
            eprintln!("in-cgroup: {mistake}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let outcome = MemoryGroup::create(options.limit)
        .map_err(|error| error.to_string())
        .and_then(|group| {
            group
                .run_attached(&options.command)
                .map_err(|error| error.to_string())
        });
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) => {
            eprintln!("in-cgroup: {error}");
            return ExitCode::from(125);
        }
    };
    eprintln!("{}", told(&outcome));
    if let Some(file) = options.json
        && let Err(error) = std::fs::write(&file, json(&outcome))
    {
        eprintln!("in-cgroup: cannot write {}: {error}", file.display());
        return ExitCode::from(125);
    }
    ExitCode::from(code(outcome.status))
}

struct Options {
    limit: Bytes,
    json: Option<PathBuf>,
    command: Command,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = OsString>) -> Result<Self, String> {
        let (mut limit, mut json) = (None, None);
        loop {
            let option = arguments.next().ok_or("no -- before the program")?;
            let mut value = || {
                arguments
                    .next()
                    .ok_or(format!("{} needs a value", option.display()))
            };
            match option.to_str() {
                Some("--") => break,
                Some("--limit") => {
                    let text = value()?;
                    let text = text.to_str().ok_or("--limit is not text")?;
                    limit = Some(text.parse().map_err(|error| format!("--limit: {error}"))?);
                }
                Some("--json") => json = Some(value()?.into()),
                _ => return Err(format!("unknown option {}", option.display())),
            }
        }
        let mut command = Command::new(arguments.next().ok_or("no program after --")?);
        command.args(arguments);
        Ok(Self {
            limit: limit.ok_or("--limit is missing")?,
            json,
            command,
        })
    }
}

fn code(status: ExitStatus) -> u8 {
    let code = status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

fn told(outcome: &Outcome) -> String {
    let bytes =
        |bytes: Option<Bytes>| bytes.map_or("unknown".to_owned(), |bytes| bytes.to_string());
    let count = |count: Option<u64>| count.map_or("unknown".to_owned(), |count| count.to_string());
    format!(
        "limit          {}\npeak resident  {} (VmHWM of the program)\ncgroup peak    {} (counts page cache too)\nkilled         {} (times the limit was met: {})\n{}  after {:.2} s",
        outcome.limit,
        bytes(outcome.peak_resident),
        bytes(outcome.group_peak),
        count(outcome.oom_kills),
        count(outcome.limit_hits),
        outcome.status,
        outcome.lived.as_secs_f64(),
    )
}

fn json(outcome: &Outcome) -> String {
    let number =
        |number: Option<u64>| number.map_or("null".to_owned(), |number| number.to_string());
    let bytes = |bytes: Option<Bytes>| number(bytes.map(Bytes::as_u64));
    format!(
        "{{\"limit_bytes\":{},\"peak_resident_bytes\":{},\"cgroup_peak_bytes\":{},\"oom_kills\":{},\"limit_hits\":{},\"exit_code\":{},\"signal\":{},\"timed_out\":{},\"seconds\":{:.6}}}\n",
        outcome.limit.as_u64(),
        bytes(outcome.peak_resident),
        bytes(outcome.group_peak),
        number(outcome.oom_kills),
        number(outcome.limit_hits),
        outcome
            .status
            .code()
            .map_or("null".to_owned(), |code| code.to_string()),
        outcome
            .status
            .signal()
            .map_or("null".to_owned(), |signal| signal.to_string()),
        outcome.timed_out,
        outcome.lived.as_secs_f64(),
    )
}
