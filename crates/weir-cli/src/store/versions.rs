use std::fmt::Write;

use serde_json::json;
use weir_store::{OpenError, Version, VersionRef};

use super::arguments::VersionsArguments;
use crate::failure::{Exit, Failure};
use crate::output::{Output, count};

/// `weir store versions`.
pub fn run(arguments: &VersionsArguments, output: &Output) -> Result<Exit, Failure> {
    let dataset = arguments.dataset.open()?;
    if let Some(name) = &arguments.name {
        let version = arguments
            .at
            .map_or(VersionRef::Latest, |n| VersionRef::Number(Version(n)));
        let snapshot = dataset.snapshot_at(version)?;
        dataset.name_version(&snapshot, name)?;
        let text = format!(
            "named      version {} of {} is {name}",
            snapshot.version,
            dataset.key()
        );
        output.result(&text, &json!({"version": snapshot.version, "name": name}));
        return Ok(Exit::Done);
    }
    if let Some(name) = &arguments.remove_name {
        dataset.remove_name(name)?;
        output.result(
            &format!("removed    the name {name}; its version stays until a vacuum"),
            &json!({"removed_name": name}),
        );
        return Ok(Exit::Done);
    }
    let names = dataset.names()?;
    let mut text = format!(
        "{:>8}  {:<20}  {:>12}  {:>6}  name\n",
        "version", "written", "rows", "files"
    );
    let mut rows = Vec::new();
    for version in dataset.versions()? {
        let snapshot = match dataset.snapshot_at(version) {
            Ok(snapshot) => snapshot,
            // A vacuum took it meanwhile.
            Err(OpenError::NoVersion { .. }) => continue,
            // Damage of one version does not hide the others, which are what its error advises to use.
            Err(OpenError::Manifest(error)) => {
                let _ = writeln!(text, "{version:>8}  {error}");
                rows.push(json!({"version": version, "damage": error.to_string()}));
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let own: Vec<&str> = names
            .iter()
            .filter(|(_, named)| *named == version)
            .map(|(name, _)| name.as_str())
            .collect();
        let written =
            weir_run::Timestamp::from_micros(snapshot.written_ms.saturating_mul(1000)).to_string();
        let shown = written.get(..19).unwrap_or(&written).replace('T', " ");
        let line = format!(
            "{version:>8}  {shown:<20}  {:>12}  {:>6}  {}",
            count(snapshot.rows()),
            snapshot.files.len(),
            own.join(", ")
        );
        let _ = writeln!(text, "{}", line.trim_end());
        rows.push(json!({"version": version, "written": written, "rows": snapshot.rows(), "files": snapshot.files.len(), "names": own}));
    }
    output.result(&text, &rows);
    Ok(Exit::Done)
}
