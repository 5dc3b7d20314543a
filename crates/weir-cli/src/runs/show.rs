use std::fmt::Write;

use serde_json::{Value, json};
use weir_memory::Bytes;

use crate::failure::{Exit, Failure};
use crate::library;
use crate::output::{Output, seconds};

/// `weir runs show`.
pub fn run(run: &str, output: &Output) -> Result<Exit, Failure> {
    let library = library::open()?;
    let row = library.find(run)?;
    let details = library.show(row.id)?;
    let stages = library.memory_by_stage(row.id)?;
    let mut text = String::new();
    let _ = writeln!(text, "name       {} ({})", row.name, row.id);
    let _ = writeln!(text, "state      {}", row.state.as_str());
    if let Some(error) = &row.error {
        let _ = writeln!(text, "error      {error}");
    }
    let _ = writeln!(
        text,
        "created    {} on {}, weir {}",
        row.created, details.host, details.weir
    );
    if let Some(time) = row.seconds {
        let _ = writeln!(text, "time       {}", seconds(time));
    }
    if let Some(limit) = row.limit {
        let limit = Bytes::new(limit);
        let _ = match row.memory.samples {
            // The totals come when it ends.
            0 => match library
                .samples(row.id)?
                .iter()
                .map(|now| now.resident)
                .max()
            {
                Some(peak) => {
                    let peak = Bytes::new(peak);
                    writeln!(text, "memory     {peak} at its peak so far, of {limit}")
                }
                None => writeln!(text, "memory     not known yet, of {limit}"),
            },
            _ => writeln!(
                text,
                "memory     {} at its peak, {} on average, of {limit}",
                Bytes::new(row.memory.peak_resident),
                Bytes::new(row.memory.mean_resident),
            ),
        };
    }
    let _ = writeln!(text, "folder     {}", row.folder.display());
    if !details.tags.is_empty() {
        let _ = writeln!(text, "tags       {}", details.tags.join(", "));
    }
    if let Value::Object(parameters) = &details.parameters {
        let _ = writeln!(text, "parameters");
        for (key, value) in parameters {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            let _ = writeln!(text, "  {key:<22} {value}");
        }
    }
    if !stages.is_empty() {
        let _ = writeln!(
            text,
            "{:<32} {:>8} {:>12} {:>12} {:>12}",
            "stage", "time", "peak", "mean", "reserved"
        );
        for stage in &stages {
            let name = match &stage.operation {
                Some(operation) => format!("  {} × {}", operation, stage.count),
                None => stage.stage.clone(),
            };
            let _ = writeln!(
                text,
                "{name:<32} {:>8} {:>12} {:>12} {:>12}",
                seconds(stage.seconds),
                Bytes::new(stage.memory.peak_resident).to_string(),
                Bytes::new(stage.memory.mean_resident).to_string(),
                Bytes::new(stage.memory.peak_reserved).to_string()
            );
        }
    }
    if row.state.can_resume() {
        let _ = writeln!(text, "next       weir {} resume {}", row.kind, row.name);
    }
    output.result(&text, &json!({"run": details, "memory_by_stage": stages}));
    Ok(Exit::Done)
}
