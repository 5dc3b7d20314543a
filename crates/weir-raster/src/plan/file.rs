//! A plan, and its file.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use weir_yaml::{
    Decoded, Document, Format, MapOf, Mistake, Mistakes, Record, Report, Visitor, field,
};

use super::check;
use super::code::HAS_MISTAKES;
use super::layer::LayerPlan;
use super::output::OutputPlan;
use super::target::TargetPlan;

/// Which layers, onto which grid, into which files.
///
/// A plan that was read has been checked, each value by itself and against the others; whether files are there and suit each other is
/// seen when a job is made of it. Limits: 64 layers, 64 outputs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// What it is called.
    pub name: String,
    /// What it is for; empty when not said.
    pub description: String,
    /// Layers with their names, in order.
    pub layers: Vec<(String, LayerPlan)>,
    /// The grid.
    pub target: TargetPlan,
    /// Outputs with their names, in order.
    pub outputs: Vec<(String, OutputPlan)>,
}

/// Why a plan's file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadPlanError {
    /// The file could not be opened or read.
    #[error("cannot read the plan {}: {source}; check the path", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It was read and has mistakes.
    #[error(transparent)]
    Mistakes(#[from] Mistakes),
}

/// Most layers, most outputs.
const MOST: usize = 64;

impl Record for Plan {
    fn visit(&mut self, v: &mut dyn Visitor) {
        v.format(&Plan::FORMAT);
        let key = field("name", "Name of the plan: letters, digits, _ and -");
        v.text(&key.required(), 60, &mut self.name);
        let key = field("description", "What it is for, in a sentence or two");
        v.text(&key.follows("none"), 4000, &mut self.description);
        v.map(
            &field(
                "layers",
                "What is brought together, each with the name of its column",
            )
            .required(),
            1,
            MOST,
            &mut MapOf {
                values: &mut self.layers,
                key_means: "layer",
                new: || LayerPlan::new(""),
                visit: |layer, f, v| v.record(f, layer),
            },
        );
        v.record(
            &field("target", "The grid that they are brought onto"),
            &mut self.target,
        );
        v.map(
            &field("outputs", "What is written").required(),
            1,
            MOST,
            &mut MapOf {
                values: &mut self.outputs,
                key_means: "output",
                new: OutputPlan::default,
                visit: |output, f, v| v.union(f, output),
            },
        );
    }
}

impl Document for Plan {
    const FORMAT: Format = Format {
        plural: "plans",
        too_large: "a plan is a few kilobytes; check that this is one",
        too_many: "a plan has a few dozen; check that this is one",
        too_deep: "a plan has at most four; check that this is one",
        start: "start from an example of docs/plans.md, or from examples/rasters",
        also_called: &ALSO_CALLED,
        ..Format::new("raster/1", "plan", HAS_MISTAKES)
    };

    fn blank() -> Self {
        Plan::default()
    }

    fn check(decoded: &Decoded<Self>, report: &mut Report<'_>) {
        check::mistakes(&decoded.document, &decoded.places, report);
    }

    fn warnings(decoded: &Decoded<Self>, report: &mut Report<'_>) {
        check::warnings(&decoded.document, &decoded.places, report);
    }
}

/// Other names of words, lower case.
static ALSO_CALLED: [(&str, &str); 22] = [
    ("nearest", "near"),
    ("neighbour", "near"),
    ("neighbor", "near"),
    ("linear", "bilinear"),
    ("mean", "average"),
    ("avg", "average"),
    ("total", "sum"),
    ("majority", "mode"),
    ("minimum", "min"),
    ("maximum", "max"),
    ("median", "med"),
    ("std", "deviation"),
    ("stddev", "deviation"),
    ("sd", "deviation"),
    ("tif", "geotiff"),
    ("tiff", "geotiff"),
    ("gtiff", "geotiff"),
    ("polygon", "cell"),
    ("centroid", "point"),
    ("union", "any"),
    ("intersection", "all"),
    ("pq", "parquet"),
];

/// What the canonical text has for values that are not said, and that no plan may say.
const UNSAID: [&str; 9] = [
    "description: \"\"",
    "quantile: 0",
    "nodata: \"\"",
    "fill: \"\"",
    "like: \"\"",
    "cell: \"\"",
    "crs: \"\"",
    "extent: []",
    "layers: []",
];

impl Plan {
    /// Reads a plan from the text of a file, at most 1 MiB, and gives what is unusual about it.
    ///
    /// # Errors
    /// All mistakes of the file together, each with line, column and remedy. Nothing is ignored.
    ///
    /// # Examples
    /// ```
    /// let text = "\
    /// weir: raster/1
    /// name: people
    /// layers:
    ///   people: {path: people.tif, method: totl}
    /// target: {cell: 1/6}
    /// outputs:
    ///   table: {kind: parquet, path: people.parquet}
    /// ";
    /// let mistakes = weir_raster::Plan::parse("people.yaml", text).unwrap_err();
    /// assert_eq!(mistakes.mistakes[0].path, "layers.people.method");
    /// ```
    pub fn parse(source_name: &str, text: &str) -> Result<(Self, Vec<Mistake>), Mistakes> {
        Self::parse_bytes(source_name, text.as_bytes())
    }

    /// Reads a plan from the bytes of a file.
    ///
    /// # Errors
    /// As [`Plan::parse`]; also when the bytes are not UTF-8.
    pub fn parse_bytes(source_name: &str, bytes: &[u8]) -> Result<(Self, Vec<Mistake>), Mistakes> {
        let parsed = weir_yaml::parse_bytes::<Self>(source_name, bytes)?;
        Ok((parsed.document, parsed.warnings))
    }

    /// Reads a plan's file, and no more than 1 MiB of it.
    ///
    /// # Errors
    /// When the file cannot be read, or as [`Plan::parse_bytes`].
    pub fn read(path: &Path) -> Result<(Self, Vec<Mistake>), ReadPlanError> {
        let bytes = weir_yaml::read_bytes(path).map_err(|source| ReadPlanError::Io {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self::parse_bytes(&path.display().to_string(), &bytes)?)
    }

    /// The plan with its defaults spelled out, those apart that follow from the layers; reading it gives the same plan.
    pub fn to_yaml(&self) -> String {
        let all = weir_yaml::to_yaml(&mut self.clone());
        let said = |line: &&str| !UNSAID.contains(&line.trim_start());
        all.lines()
            .filter(said)
            .fold(String::new(), |text, line| text + line + "\n")
    }

    /// SHA-256 of [`Plan::to_yaml`], 64 hexadecimal digits.
    pub fn digest(&self) -> String {
        let digest = Sha256::digest(self.to_yaml().as_bytes());
        digest
            .iter()
            .fold(String::with_capacity(64), |mut hex, byte| {
                // Writing to a string cannot fail.
                let _ = write!(hex, "{byte:02x}");
                hex
            })
    }
}
