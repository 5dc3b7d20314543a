use std::path::{Path, PathBuf};

use weir_raster::Plan;
use weir_yaml::AsWarning;

use crate::failure::{Exit, Failure};
use crate::output::Output;

/// Reads a plan and tells its warnings.
pub fn load(path: &Path, output: &Output) -> Result<Plan, Failure> {
    let (plan, warnings) = Plan::read(path)?;
    let source_name = path.display().to_string();
    for warning in &warnings {
        let warning = AsWarning {
            noun: "plan",
            source_name: &source_name,
            warning,
        };
        output.message(&warning.to_string());
    }
    Ok(plan)
}

/// The folder that paths in a plan start from.
pub fn folder(path: &Path) -> Result<PathBuf, Failure> {
    let path = std::path::absolute(path).map_err(|error| {
        Failure::new("W0104", format!("{}: {error}", path.display())).exit(Exit::Usage)
    })?;
    Ok(path.parent().map_or_else(PathBuf::new, Path::to_owned))
}
