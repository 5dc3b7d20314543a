use std::path::{Path, PathBuf};

use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::library;
use crate::output::{Output, counted};

/// `weir runs rebuild`.
pub fn run(folders: &[PathBuf], output: &Output) -> Result<Exit, Failure> {
    for folder in folders {
        check(folder)?;
    }
    let library = library::open()?;
    let rebuilt = library.rebuild_with(folders)?;
    let names = |names: &[weir_run::RunName]| -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    };
    let (added, moved) = (names(&rebuilt.added), names(&rebuilt.moved));
    let unreadable: Vec<String> = rebuilt.unreadable.iter().map(ToString::to_string).collect();
    let mut text = format!(
        "added {}, known already: {}",
        counted(added.len() as u64, "run"),
        rebuilt.known
    );
    for name in &added {
        text.push_str(&format!("\n  {name}"));
    }
    for name in &moved {
        text.push_str(&format!("\n  {name} is in another folder now"));
    }
    for folder in &rebuilt.without_runs {
        text.push_str(&format!("\n  no run in {}", folder.display()));
    }
    for error in &unreadable {
        text.push_str(&format!("\n  left alone: {error}"));
    }
    output.result(
        &text,
        &json!({
            "added": added,
            "known": rebuilt.known,
            "moved": moved,
            "without_runs": rebuilt.without_runs,
            "unreadable": unreadable,
        }),
    );
    Ok(
        if unreadable.is_empty() && rebuilt.without_runs.is_empty() {
            Exit::Done
        } else {
            Exit::Failed
        },
    )
}

fn check(folder: &Path) -> Result<(), Failure> {
    if folder.is_dir() {
        return Ok(());
    }
    let what = if folder.exists() {
        "not a folder"
    } else {
        "no such folder"
    };
    Err(
        Failure::new("W0104", format!("{what}: {}", folder.display()))
            .with("the folder of a run, one that holds runs' folders, or another home")
            .exit(Exit::Usage),
    )
}
