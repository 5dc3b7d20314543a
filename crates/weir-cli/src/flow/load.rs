//! Pipeline files as the arguments name them.

use std::path::{Path, PathBuf};

use weir_flow::{PipelineFile, Surroundings};
use weir_yaml::AsWarning;

use crate::failure::{Exit, Failure};
use crate::output::Output;

/// Reads a pipeline file and tells its warnings.
pub fn load(path: &Path, output: &Output) -> Result<PipelineFile, Failure> {
    let (file, warnings) = PipelineFile::read(path)?;
    let source_name = path.display().to_string();
    for warning in &warnings {
        let warning = AsWarning {
            noun: "pipeline",
            source_name: &source_name,
            warning,
        };
        output.message(&warning.to_string());
    }
    Ok(file)
}

/// The folder that paths in a pipeline file start from.
pub fn folder(path: &Path) -> Result<PathBuf, Failure> {
    let path = std::path::absolute(path).map_err(|error| {
        Failure::new("W0104", format!("{}: {error}", path.display())).exit(Exit::Usage)
    })?;
    Ok(path.parent().map_or_else(PathBuf::new, Path::to_owned))
}

/// What a pipeline is looked at with, without reading standard input or writing anything.
pub fn dry(path: &Path) -> Result<Surroundings, Failure> {
    let mut around = Surroundings::new(folder(path)?);
    around.dry = true;
    Ok(around)
}
