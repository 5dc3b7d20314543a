//! What was typed, and what is said where it cannot be understood.

use std::ffi::OsStr;

use clap::Parser;
use clap::error::{Error, ErrorKind};
use serde_json::json;

use crate::arguments::Arguments;
use crate::failure::{Exit, Failure};
use crate::output::Output;

/// The arguments of this process.
///
/// # Errors
/// What clap says: mistakes, but also `--help` and `--version`.
pub fn parse() -> Result<Arguments, Error> {
    Arguments::try_parse_from(crate::raster::gdal::spelled_out(std::env::args_os()))
}

/// Tells what [`parse`] returned instead of arguments: help on stdout, mistakes in clap's own form, with
/// `--json` in the form of all errors.
pub fn tell(error: &Error) -> (Output, Result<Exit, Failure>) {
    let json = std::env::args_os()
        .skip(1)
        .take_while(|argument| argument != "--")
        .any(|argument| argument == OsStr::new("--json"));
    let output = Output::new(json);
    let result = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            output.written(error.print());
            Ok(Exit::Done)
        }
        // The help is what clap says where nothing was typed.
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand if json => {
            Err(failure("error: no command was given"))
        }
        _ if json => Err(failure(&error.render().to_string())),
        _ => {
            // To stderr, which has nowhere else to tell that it cannot be written.
            let _ = error.print();
            Ok(Exit::Usage)
        }
    };
    (output, result)
}

/// clap's message, taken apart: paragraphs of the mistake, tips, the usage, and where help is.
fn failure(rendered: &str) -> Failure {
    let mut what = Vec::new();
    let mut remedies = Vec::new();
    let mut usage = None;
    for paragraph in rendered.split("\n\n") {
        let paragraph = paragraph.trim();
        if let Some(text) = paragraph.strip_prefix("Usage:") {
            usage = Some(text.trim().to_owned());
        } else if paragraph.starts_with("tip:") {
            let tips = paragraph.lines().map(str::trim);
            remedies.extend(tips.map(|tip| tip.trim_start_matches("tip:").trim().to_owned()));
        } else if !paragraph.is_empty() && !paragraph.starts_with("For more information") {
            what.push(paragraph.strip_prefix("error: ").unwrap_or(paragraph));
        }
    }
    remedies.extend(usage.clone());
    remedies.push("--help with the command lists what it takes".to_owned());
    let mut failure = Failure::new("W0100", what.join("\n")).exit(Exit::Usage);
    failure.remedies = remedies;
    failure.details = json!({ "usage": usage });
    failure
}

#[cfg(test)]
mod tests {
    use super::failure;

    #[test]
    fn claps_message_is_taken_apart() {
        let told = failure(
            "error: unexpected argument '--patient' found\n\n  tip: a similar argument exists: '--patients'\n\n\
             Usage: weir sim run <PROTOCOL>\n\nFor more information, try '--help'.\n",
        );
        assert_eq!(told.what, "unexpected argument '--patient' found");
        assert_eq!(
            told.remedies,
            [
                "a similar argument exists: '--patients'",
                "weir sim run <PROTOCOL>",
                "--help with the command lists what it takes"
            ]
        );
    }
}
