//! `weir protocol`: list, check, show, schema.

use std::fmt::Write;
use std::path::Path;

use serde_json::json;
use weir_sim::protocol::{AsWarning, Biology, Drug, Parsed, Protocol, ReadError};

use crate::arguments::ProtocolCommand;
use crate::failure::{Exit, Failure, mistakes_json};
use crate::output::Output;

pub fn run(command: ProtocolCommand, output: &Output) -> Result<Exit, Failure> {
    match command {
        ProtocolCommand::Ls => list(output),
        ProtocolCommand::Check { protocols } => check(&protocols, output),
        ProtocolCommand::Show {
            protocol,
            as_written,
        } => show(&protocol, as_written, output),
        ProtocolCommand::Schema => {
            let schema = Protocol::json_schema();
            output.text(&serde_json::to_string_pretty(&schema).unwrap_or_default());
            Ok(Exit::Done)
        }
    }
}

/// A shipped protocol by name, or a file by path; warnings go to stderr.
pub fn load(name: &str, output: &Output) -> Result<Protocol, Failure> {
    let parsed = match found(name)? {
        Found::Shipped(text) => Protocol::parse(name, text)?,
        Found::File(path) => Protocol::read(path)?,
    };
    Ok(told(name, parsed, output))
}

/// The same for a run of so many patients and years, which some things are unusual for.
pub fn load_for_run(
    name: &str,
    patients: u32,
    years: f64,
    output: &Output,
) -> Result<Protocol, Failure> {
    let parsed = match found(name)? {
        Found::Shipped(text) => Protocol::parse_for_run(name, text, patients, years)?,
        Found::File(path) => Protocol::read_for_run(path, patients, years)?,
    };
    Ok(told(name, parsed, output))
}

fn told(name: &str, Parsed { protocol, warnings }: Parsed, output: &Output) -> Protocol {
    for warning in &warnings {
        output.message(
            &AsWarning {
                noun: "protocol",
                source_name: name,
                warning,
            }
            .to_string(),
        );
    }
    protocol
}

/// What a name stands for.
enum Found<'a> {
    Shipped(&'static str),
    File(&'a Path),
}

fn found(name: &str) -> Result<Found<'_>, Failure> {
    if let Some(shipped) = Protocol::shipped_by_id(name) {
        return Ok(Found::Shipped(shipped.text));
    }
    let path = Path::new(name);
    let looks_like_a_path = path.extension().is_some() || name.contains(std::path::MAIN_SEPARATOR);
    if !path.exists() && !looks_like_a_path {
        let mut failure = Failure::new(
            "W0291",
            format!("there is no shipped protocol and no file named {name:?}"),
        )
        .exit(Exit::Mistakes);
        let near = nearest(name);
        if let Some(near) = near {
            failure = failure.with(format!("{near}, the shipped one with the nearest name"));
        }
        return Err(failure
            .with("`weir protocol ls` lists the shipped ones")
            .with("a path to a YAML file"));
    }
    Ok(Found::File(path))
}

/// The shipped name that shares most words with what was typed.
fn nearest(name: &str) -> Option<&'static str> {
    let words = |text: &str| {
        text.split(['-', '_', ' '])
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect::<Vec<_>>()
    };
    let typed = words(name);
    Protocol::shipped()
        .iter()
        .map(|shipped| {
            let own = words(shipped.id);
            let shared = typed
                .iter()
                .filter(|word| own.iter().any(|w| w.starts_with(*word)))
                .count();
            (shared, shipped.id)
        })
        .filter(|(shared, _)| *shared > 0)
        .max_by_key(|(shared, id)| (*shared, std::cmp::Reverse(*id)))
        .map(|(_, id)| id)
}

fn list(output: &Output) -> Result<Exit, Failure> {
    let mut rows = Vec::new();
    let mut cells = Vec::new();
    for shipped in Protocol::shipped() {
        let protocol = Protocol::parse(shipped.id, shipped.text)?.protocol;
        let policy = protocol.treatment.policy.name();
        rows.push(json!({
            "id": shipped.id,
            "name": protocol.name,
            "policy": policy,
            "drug": protocol.treatment.drug.name(),
            "description": protocol.description,
            "sources": protocol.sources,
        }));
        cells.push((shipped.id, policy, protocol.name));
    }
    // As wide as the widest, so that columns stay columns.
    let ids = cells.iter().map(|cell| cell.0.len()).max().unwrap_or(0);
    let policies = cells.iter().map(|cell| cell.1.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (id, policy, name) in &cells {
        let _ = writeln!(text, "{id:<ids$}  {policy:<policies$}  {name}");
    }
    output.result(&text, &rows);
    Ok(Exit::Done)
}

fn check(protocols: &[String], output: &Output) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    let mut rows = Vec::new();
    let mut text = String::new();
    for name in protocols {
        let result = match Protocol::shipped_by_id(name) {
            Some(shipped) => Protocol::parse(shipped.id, shipped.text).map_err(ReadError::from),
            None => Protocol::read(Path::new(name)),
        };
        match result {
            Ok(Parsed { protocol, warnings }) => {
                let _ = writeln!(text, "{name}: {} is good", protocol.name);
                for warning in &warnings {
                    let _ = writeln!(
                        text,
                        "{}",
                        AsWarning {
                            noun: "protocol",
                            source_name: name,
                            warning
                        }
                    );
                }
                rows.push(json!({
                    "file": name, "good": true, "name": protocol.name, "warnings": warnings,
                }));
            }
            Err(ReadError::Mistakes(mistakes)) => {
                exit = Exit::Mistakes;
                let _ = writeln!(text, "{mistakes}");
                rows.push(
                    json!({"file": name, "good": false, "mistakes": mistakes_json(&mistakes)}),
                );
            }
            Err(other) => {
                exit = Exit::Mistakes;
                let _ = writeln!(text, "error[W0290]: {other}");
                rows.push(json!({
                    "file": name, "good": false, "code": "W0290", "message": other.to_string(),
                }));
            }
        }
    }
    output.result(&text, &rows);
    Ok(exit)
}

fn show(name: &str, as_written: bool, output: &Output) -> Result<Exit, Failure> {
    if as_written && let Some(shipped) = Protocol::shipped_by_id(name) {
        output.text(shipped.text);
        return Ok(Exit::Done);
    }
    let protocol = load(name, output)?;
    if as_written {
        // It has just been read, and is small.
        let text = std::fs::read_to_string(name)
            .map_err(|error| Failure::new("W0290", format!("cannot read {name}: {error}")))?;
        output.text(&text);
        return Ok(Exit::Done);
    }
    let caveats = Biology::caveats(&drugs(&protocol));
    let yaml = protocol.to_yaml();
    let mut text = String::new();
    for caveat in &caveats {
        let _ = writeln!(text, "# not identifiable from public data: {caveat}");
    }
    text.push_str(&yaml);
    let value = json!({
        "name": protocol.name,
        "version": protocol.version,
        "description": protocol.description,
        "sources": protocol.sources,
        "sha256": protocol.digest(),
        "not_identifiable": caveats,
        "yaml": yaml,
    });
    output.result(&text, &value);
    Ok(Exit::Done)
}

/// The drugs that a protocol can give, in order.
pub fn drugs(protocol: &Protocol) -> Vec<Drug> {
    let switched = protocol
        .treatment
        .switches
        .iter()
        .filter_map(|switch| switch.drug);
    let mut drugs: Vec<Drug> = std::iter::once(protocol.treatment.drug)
        .chain(switched)
        .collect();
    drugs.sort();
    drugs.dedup();
    drugs
}
