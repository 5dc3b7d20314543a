//! Plans of a command line: files in, files out.

use weir_yaml::Mistakes;

use super::layer::{METHODS, QUANTILE};
use super::{LayerPlan, OutputPlan, Plan, TargetPlan};
use crate::{Method, UnknownMethod};

/// Names that tables give to their own columns.
pub(super) const TAKEN: [&str; 5] = ["x", "y", "row", "col", "geometry"];

impl LayerPlan {
    /// With a method by its name, GDAL's or another common one.
    ///
    /// # Errors
    /// [`UnknownMethod`] with the names that there are.
    pub fn with_method(mut self, name: &str) -> Result<Self, UnknownMethod> {
        let method: Method = name.parse()?;
        let known = method.to_string();
        match (METHODS.iter().position(|named| named.name == known), method) {
            (Some(index), _) => self.method = index,
            (None, Method::Quantile(share)) => {
                self.method = QUANTILE;
                self.quantile = share;
            }
            (None, _) => {
                return Err(UnknownMethod {
                    name: name.to_owned(),
                });
            }
        }
        Ok(self)
    }
}

impl Plan {
    /// A plan with a layer a file, named by it, and outputs named by their number.
    ///
    /// # Errors
    /// The mistakes that the same plan would have in a file.
    pub fn of_files(
        name: &str,
        layers: Vec<LayerPlan>,
        target: TargetPlan,
        outputs: Vec<OutputPlan>,
    ) -> Result<Self, Mistakes> {
        let mut plan = Plan {
            name: name.to_owned(),
            description: String::new(),
            layers: Vec::new(),
            target,
            outputs: Vec::new(),
        };
        for layer in layers {
            let name = free_name(&plan, &layer.path);
            plan.layers.push((name, layer));
        }
        for (output, number) in outputs.into_iter().zip(1..) {
            plan.outputs.push((format!("out{number}"), output));
        }
        Self::parse("the command line", &plan.to_yaml()).map(|(plan, _)| plan)
    }
}

/// A name from a file's, without its last extension, that no layer has yet: columns with the same letters, capitals or not, are one to SQL.
fn free_name(plan: &Plan, path: &str) -> String {
    let file = path.rsplit('/').next().unwrap_or(path);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || c == '-' {
            c
        } else {
            '_'
        }
    };
    let name: String = stem.chars().take(50).map(plain).collect();
    let folded = name.to_ascii_lowercase();
    // With geometries of cells tables have a `bbox` as well.
    let own = TAKEN.contains(&folded.as_str()) || folded == "bbox";
    let name = match name.is_empty() || own {
        true => format!("layer_{name}"),
        false => name,
    };
    let taken = |name: &str| {
        let mut layers = plan.layers.iter();
        layers.any(|(known, _)| known.eq_ignore_ascii_case(name))
    };
    if !taken(&name) {
        return name;
    }
    let numbered = |number: usize| format!("{name}_{number}");
    let free = (2..).map(numbered).find(|name| !taken(name));
    free.unwrap_or(name)
}
