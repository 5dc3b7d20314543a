//! Measures weir's main job and its halves on the same patients, in one process.
//!
//! `weir-bench speed|give-back|open FOLDER PATIENTS|table FOLDER|profile-writer [--quick] [--scratch FOLDER]`
//!
//! Prints one JSON object; `bench/run` makes the table of it.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program: this is its face"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "folders of its own that nobody keeps"
)]

mod calibration;
mod engine;
mod give_back;
mod job;
mod open;
mod pinned;
mod save_load;
mod speed;
mod subject;
mod table;
mod timing;
mod writer;

#[path = "../../crates/weir-cli/src/allocator.rs"]
#[allow(unreachable_pub, reason = "the command's own file, measured as it is")]
mod allocator;

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use std::path::PathBuf;
use std::process::ExitCode;

/// Any error: the bench only tells it.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What all measurements share.
struct Settings {
    /// Fewer patients and repetitions: to see that it works, not to quote.
    quick: bool,
    /// Where runs are written; on the disk that is to be measured.
    scratch: PathBuf,
}

const USAGE: &str = "usage: weir-bench speed | give-back | open FOLDER PATIENTS | table FOLDER | profile-writer [--quick] [--scratch FOLDER]";

fn main() -> ExitCode {
    match measure() {
        Ok(serde_json::Value::Null) => ExitCode::SUCCESS,
        Ok(measured) => {
            println!("{measured:#}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("weir-bench: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<serde_json::Value, Failure> {
    let mut settings = Settings {
        quick: false,
        scratch: std::env::temp_dir(),
    };
    let mut words = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--quick" => settings.quick = true,
            "--scratch" => settings.scratch = arguments.next().ok_or(USAGE)?.into(),
            _ => words.push(argument),
        }
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["speed"] => speed::measure(&settings),
        ["give-back"] => give_back::measure(&settings),
        ["open", folder, patients] => open::measure(folder.as_ref(), patients.parse()?),
        ["table", folder] => table::print(folder.as_ref()),
        ["profile-writer"] => writer::profile(&settings),
        _ => Err(USAGE.into()),
    }
}
