use std::fmt::Write;
use std::io::IsTerminal;

use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::library;
use crate::output::Output;

/// `weir runs rm`.
pub fn run(runs: &[String], yes: bool, output: &Output) -> Result<Exit, Failure> {
    let library = library::open()?;
    // All are found before the first one goes.
    let mut rows = Vec::new();
    for run in runs {
        let row = library.find(run)?;
        if !rows
            .iter()
            .any(|known: &weir_library::RunRow| known.id == row.id)
        {
            rows.push(row);
        }
    }
    if !yes && !confirmed(&rows, output)? {
        output.message("nothing was removed");
        return Ok(Exit::Failed);
    }
    let mut removed = Vec::new();
    let mut left = Vec::new();
    for row in &rows {
        library.remove(row.id)?;
        removed.push(row.name.to_string());
        if row.folder.exists() {
            left.push(&row.folder);
        }
    }
    let mut text = format!("removed {}", removed.join(", "));
    for folder in &left {
        // What does not hold the run's manifest may be anybody's.
        let _ = write!(
            text,
            "\n  left alone, as its run.json is not the run's: {}",
            folder.display()
        );
    }
    output.result(&text, &json!({"removed": removed, "folders_left": left}));
    Ok(Exit::Done)
}

fn confirmed(rows: &[weir_library::RunRow], output: &Output) -> Result<bool, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new(
            "W0106",
            "removing runs needs a yes, and nobody is there to ask",
        )
        .with("--yes")
        .exit(Exit::Usage));
    }
    for row in rows {
        output.message(&format!("{}  {}", row.name, row.folder.display()));
    }
    output.message("remove these runs and their folders? [y/N]");
    let mut answer = String::new();
    std::io::stdin()
        .read_line(&mut answer)
        .map_err(|error| Failure::new("W0106", format!("no answer: {error}")))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
