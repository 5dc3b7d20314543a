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
    for row in &rows {
        library.remove(row.id)?;
        removed.push(row.name.to_string());
    }
    output.result(
        &format!("removed {}", removed.join(", ")),
        &json!({"removed": removed}),
    );
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
