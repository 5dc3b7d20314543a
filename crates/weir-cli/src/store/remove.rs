use std::io::IsTerminal;

use serde_json::json;
use weir_memory::Bytes;
use weir_store::{ManifestError, OpenError};

use super::arguments::RmArguments;
use super::dataset;
use crate::failure::{Exit, Failure};
use crate::output::{Output, counted};

/// `weir store rm`.
pub fn run(arguments: &RmArguments, output: &Output) -> Result<Exit, Failure> {
    let store = dataset::open(&arguments.dataset.store)?;
    let key = store.key_schema().parse_key(&arguments.dataset.key)?;
    let holds = match store.dataset(&key)?.latest() {
        Ok(manifest) => counted(manifest.rows(), "row"),
        // It can go nevertheless.
        Err(OpenError::Manifest(error @ ManifestError::Damaged { .. })) => {
            output.message(&format!("warning: {error}"));
            "rows that nobody can count".to_owned()
        }
        Err(error) => return Err(error.into()),
    };
    if !arguments.yes {
        if !std::io::stdin().is_terminal() {
            return Err(Failure::new(
                "W0106",
                "removing a dataset needs a yes, and nobody is there to ask",
            )
            .with("--yes")
            .exit(Exit::Usage));
        }
        output.message(&format!(
            "remove {key} with {holds} and all its versions? [y/N]"
        ));
        let mut answer = String::new();
        std::io::stdin()
            .read_line(&mut answer)
            .map_err(|error| Failure::new("W0106", format!("no answer: {error}")))?;
        if !matches!(answer.trim(), "y" | "Y" | "yes") {
            output.message("nothing was removed");
            return Ok(Exit::Failed);
        }
    }
    let removed = store.remove(&key)?;
    let left = match removed.left {
        0 => String::new(),
        left => format!(
            "; {} still in use go with a later vacuum",
            counted(left, "file")
        ),
    };
    output.result(
        &format!("removed    {key}: {}, {}{left}", counted(removed.files, "file"), Bytes::new(removed.bytes)),
        &json!({"key": key.to_string(), "files": removed.files, "bytes": removed.bytes, "left": removed.left}),
    );
    Ok(Exit::Done)
}
