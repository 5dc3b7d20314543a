//! A pipeline file.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use weir_yaml::{
    Decoded, Document, Format, MapOf, Mistake, Mistakes, Record, Report, Visitor, field,
};

use super::check;
use super::code::HAS_MISTAKES;
use super::sink::{SinkSpec, Target};
use super::source::SourceSpec;
use super::step::StepSpec;

/// A pipeline as its file describes it: sources, steps and sinks, each with a name.
///
/// Each value has been checked by itself and against the others; whether columns are there and of the right types
/// is seen when the pipeline is built.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PipelineFile {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) sources: Vec<(String, SourceSpec)>,
    pub(super) steps: Vec<(String, StepSpec)>,
    pub(super) sinks: Vec<(String, SinkSpec)>,
    /// Where each value stands; empty unless read from a file.
    pub(super) places: Where,
}

/// Where values stand, for mistakes that are found after reading. Takes no part in equality.
#[derive(Debug, Clone, Default)]
pub(super) struct Where {
    pub(super) places: weir_yaml::Places,
    pub(super) text: String,
    pub(super) source_name: String,
}

impl PartialEq for Where {
    fn eq(&self, _: &Where) -> bool {
        true
    }
}

/// Why a pipeline file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadPipelineError {
    /// The file could not be opened or read.
    #[error("cannot read the pipeline {}: {source}; check the path", path.display())]
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

/// Most sources, most sinks.
const ENDS: usize = 64;
/// Most steps.
const STEPS: usize = 128;

impl Record for PipelineFile {
    fn visit(&mut self, v: &mut dyn Visitor) {
        v.format(&PipelineFile::FORMAT);
        v.text(
            &field("name", "Name of the pipeline: letters, digits, _ and -").required(),
            60,
            &mut self.name,
        );
        v.text(
            &field("description", "What it is for, in a sentence or two").follows("none"),
            4000,
            &mut self.description,
        );
        v.map(
            &field("sources", "Where rows come from").required(),
            1,
            ENDS,
            &mut MapOf {
                values: &mut self.sources,
                key_means: "source",
                new: SourceSpec::default,
                visit: |source, f, v| v.union(f, source),
            },
        );
        v.map(
            &field("steps", "What is done with them"),
            0,
            STEPS,
            &mut MapOf {
                values: &mut self.steps,
                key_means: "step",
                new: StepSpec::default,
                visit: |step, f, v| v.union(f, step),
            },
        );
        v.map(
            &field("sinks", "Where rows go").required(),
            1,
            ENDS,
            &mut MapOf {
                values: &mut self.sinks,
                key_means: "sink",
                new: SinkSpec::default,
                visit: |sink, f, v| v.union(f, sink),
            },
        );
    }
}

impl Document for PipelineFile {
    const FORMAT: Format = Format {
        plural: "pipelines",
        too_large: "a pipeline is a few kilobytes; check that this is one",
        too_many: "a pipeline has a few dozen; check that this is one",
        too_deep: "a pipeline has at most seven; check that this is one",
        start: "start from an example of docs/pipelines.md, or from examples/",
        also_called: &ALSO_CALLED,
        ..Format::new("flow/1", "pipeline", HAS_MISTAKES)
    };

    fn blank() -> Self {
        PipelineFile::default()
    }

    fn check(decoded: &Decoded<Self>, report: &mut Report<'_>) {
        check::mistakes(&decoded.document, &decoded.places, report);
    }

    fn warnings(decoded: &Decoded<Self>, report: &mut Report<'_>) {
        check::warnings(&decoded.document, &decoded.places, report);
    }
}

/// Other names of words, lower case.
static ALSO_CALLED: [(&str, &str); 24] = [
    ("where", "filter"),
    ("select", "columns"),
    ("map", "columns"),
    ("compute", "columns"),
    ("project", "columns"),
    ("aggregate", "bars"),
    ("resample", "bars"),
    ("group_by", "bars"),
    ("ohlc", "bars"),
    ("join", "equal"),
    ("asof_join", "asof"),
    ("as_of", "asof"),
    ("interval_join", "interval"),
    ("window", "interval"),
    ("order_by", "sort"),
    ("concat", "union"),
    ("merge", "union"),
    ("route", "split"),
    ("branch", "split"),
    ("ipc", "arrow"),
    ("feather", "arrow"),
    ("dataset", "store"),
    ("pq", "parquet"),
    ("outer", "left"),
];

impl PipelineFile {
    /// Reads a pipeline from the text of a file, at most 1 MiB, and gives what is unusual about it.
    ///
    /// # Errors
    ///
    /// All mistakes of the file together, each with line, column and remedy. Nothing is ignored.
    ///
    /// # Examples
    ///
    /// ```
    /// let text = "\
    /// weir: flow/1
    /// name: big
    /// sources:
    ///   trades: {kind: csv, path: trades.csv, order_by: ts, sorted: true}
    /// steps:
    ///   big: {kind: filter, from: trade, where: [size >= 100]}
    /// sinks:
    ///   out: {kind: stdout, from: big}
    /// ";
    /// let mistakes = weir_flow::PipelineFile::parse("big.yaml", text).unwrap_err();
    /// assert_eq!(mistakes.mistakes[0].path, "steps.big.from");
    /// assert_eq!(mistakes.mistakes[0].remedy, "trades");
    /// ```
    pub fn parse(source_name: &str, text: &str) -> Result<(Self, Vec<Mistake>), Mistakes> {
        Self::parse_bytes(source_name, text.as_bytes())
    }

    /// Reads a pipeline from the bytes of a file.
    ///
    /// # Errors
    ///
    /// As [`PipelineFile::parse`]; also when the bytes are not UTF-8.
    pub fn parse_bytes(source_name: &str, bytes: &[u8]) -> Result<(Self, Vec<Mistake>), Mistakes> {
        let parsed = weir_yaml::parse_bytes::<Self>(source_name, bytes)?;
        let mut file = parsed.document;
        file.places.places = parsed.places;
        file.places.source_name = source_name.to_owned();
        file.places.text = String::from_utf8_lossy(bytes).into_owned();
        Ok((file, parsed.warnings))
    }

    /// Reads a pipeline file, and no more than 1 MiB of it.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or as [`PipelineFile::parse_bytes`].
    pub fn read(path: &Path) -> Result<(Self, Vec<Mistake>), ReadPipelineError> {
        let bytes = weir_yaml::read_bytes(path).map_err(|source| ReadPipelineError::Io {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self::parse_bytes(&path.display().to_string(), &bytes)?)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is for; empty when the file does not say.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The text it was read from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.places.text
    }

    /// SHA-256 of the text, 64 hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> String {
        let digest = Sha256::digest(self.places.text.as_bytes());
        digest
            .iter()
            .fold(String::with_capacity(64), |mut hex, byte| {
                // Writing to a string cannot fail.
                let _ = write!(hex, "{byte:02x}");
                hex
            })
    }

    /// How many sinks it has.
    #[must_use]
    pub fn sinks(&self) -> usize {
        self.sinks.len()
    }

    /// Whether one of its sources is standard input.
    #[must_use]
    pub fn reads_stdin(&self) -> bool {
        self.sources
            .iter()
            .any(|(_, source)| matches!(source, SourceSpec::Stdin(_)))
    }

    /// Whether one of its sinks is standard output.
    #[must_use]
    pub fn writes_stdout(&self) -> bool {
        self.sinks
            .iter()
            .any(|(_, sink)| matches!(sink.to, Target::Stdout(_)))
    }
}
