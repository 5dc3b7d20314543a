use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use weir_files::Files;

use super::error::JobError;
use crate::protocol::Protocol;
use crate::results::{Compression, Damage, Layout, ResultsError, Stamp, Stored};
use crate::simulate::{Model, TimeEngine};

/// Largest `protocol.yaml` that is read from a run's folder.
const PROTOCOL_BYTES_MAX: u64 = 4 << 20;

/// Which results are kept, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ResultsChoice {
    /// In memory up to 1,000 patients and an eighth of the budget, else Parquet.
    #[default]
    Auto,
    /// In memory until the end, then saved.
    Memory,
    /// Parquet, part by part.
    Parquet,
    /// Parquet without visits.
    Summary,
}

/// What is asked for. Together with the protocol this decides every byte of the results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SimulationSpec {
    /// Patients, 1 to a billion.
    pub patients: u32,
    /// Years of follow-up, more than 0 and at most 50.
    pub years: f64,
    /// Seed of all random values.
    pub seed: u64,
    /// Which time engine; `between_visits` unless checking.
    #[serde(default)]
    pub engine: TimeEngine,
    /// Which results are kept.
    #[serde(default)]
    pub results: ResultsChoice,
    /// Compression of Parquet pages.
    #[serde(default)]
    pub compression: Compression,
}

/// What a run's manifest keeps of a job.
#[derive(Debug, Serialize, Deserialize)]
struct Parameters {
    protocol: String,
    protocol_version: String,
    protocol_sha256: String,
    policy: String,
    drug: String,
    #[serde(flatten)]
    spec: SimulationSpec,
}

/// A simulation that is ready to run.
#[derive(Debug, Clone)]
pub struct Job {
    pub(super) spec: SimulationSpec,
    pub(super) protocol: Protocol,
    pub(super) model: Model,
    pub(super) digest: String,
}

impl Job {
    /// Prepares a job.
    ///
    /// # Errors
    /// [`JobError::OutOfRange`] for numbers outside their limits.
    pub fn new(protocol: Protocol, spec: SimulationSpec) -> Result<Self, JobError> {
        if spec.patients == 0 || spec.patients > Model::PATIENTS_MAX {
            return Err(JobError::OutOfRange {
                name: "--patients",
                value: spec.patients.to_string(),
                allowed: "1 to 1,000,000,000",
            });
        }
        if !(spec.years > 0.0 && spec.years <= Model::YEARS_MAX) {
            return Err(JobError::OutOfRange {
                name: "--years",
                value: spec.years.to_string(),
                allowed: "more than 0 and at most 50",
            });
        }
        let model = Model::new(&protocol, spec.years, spec.seed, spec.engine);
        Ok(Self {
            digest: protocol.digest(),
            model,
            protocol,
            spec,
        })
    }

    /// The job of a run's folder, from its manifest's parameters and its `protocol.yaml`. Where that file was
    /// not written yet, because the process was killed first, a shipped protocol is known by its digest.
    ///
    /// # Errors
    /// Parameters that are not a simulation's; a protocol that is missing, wrong, or not the run's.
    pub fn of_run(files: &dyn Files, folder: &Path, parameters: &Value) -> Result<Self, JobError> {
        let parameters: Parameters = serde_json::from_value(parameters.clone())
            .map_err(|error| JobError::Parameters(error.to_string()))?;
        let path = Layout::new(folder).protocol();
        let protocol = if files.exists(&path)? {
            let bytes = files.read(&path, PROTOCOL_BYTES_MAX)?;
            let text = String::from_utf8(bytes)
                .map_err(|error| JobError::Parameters(format!("protocol.yaml: {error}")))?;
            let parsed = Protocol::parse("protocol.yaml", &text).map_err(JobError::Protocol)?;
            parsed.protocol
        } else {
            shipped_with(&parameters.protocol_sha256).ok_or(JobError::NoProtocol { path })?
        };
        let job = Self::new(protocol, parameters.spec)?;
        if job.digest != parameters.protocol_sha256 {
            return Err(JobError::OtherProtocol {
                expected: parameters.protocol_sha256,
                found: job.digest,
            });
        }
        Ok(job)
    }

    /// What a manifest keeps, so that [`Job::of_run`] makes the same job again.
    pub fn parameters(&self) -> Value {
        let parameters = Parameters {
            protocol: self.protocol.name.clone(),
            protocol_version: self.protocol.version.clone(),
            protocol_sha256: self.digest.clone(),
            policy: self.protocol.treatment.policy.name().to_owned(),
            drug: self.protocol.treatment.drug.name().to_owned(),
            spec: self.spec.clone(),
        };
        // Strings and numbers only: cannot fail, and an empty object would be refused on resume.
        serde_json::to_value(parameters).unwrap_or_default()
    }

    /// What is asked for.
    pub fn spec(&self) -> &SimulationSpec {
        &self.spec
    }

    /// The protocol.
    pub fn protocol(&self) -> &Protocol {
        &self.protocol
    }

    /// Full months of follow-up.
    pub fn months(&self) -> u32 {
        self.model.months()
    }

    /// Whether visits are kept.
    pub fn keeps_visits(&self) -> bool {
        self.spec.results != ResultsChoice::Summary
    }

    /// Opens what a run of this job has left in its folder.
    ///
    /// # Errors
    /// As [`Stored::open`].
    pub fn open(&self, files: &Arc<dyn Files>, folder: &Path) -> Result<Stored, ResultsError> {
        Stored::open(Arc::clone(files), folder, self.spec.patients, self.months())
    }

    /// Reads every file of a run of this job against its checksum, and goes on after damaged ones.
    ///
    /// # Errors
    /// As [`Damage::look`].
    pub fn verify(&self, files: &dyn Files, folder: &Path) -> Result<Damage, ResultsError> {
        Damage::look(files, folder)
    }

    /// The footer of every file: what decides its bytes, and nothing that does not.
    pub(super) fn stamp(&self) -> Stamp {
        let pair = |key: &str, value: String| (format!("weir.{key}"), value);
        Stamp {
            pairs: vec![
                pair("protocol", self.protocol.name.clone()),
                pair("protocol_version", self.protocol.version.clone()),
                pair("protocol_sha256", self.digest.clone()),
                pair("patients", self.spec.patients.to_string()),
                pair("years", self.spec.years.to_string()),
                pair("seed", self.spec.seed.to_string()),
                pair("engine", format!("{:?}", self.spec.engine)),
                pair("format", "1".to_owned()),
            ],
            compression: self.spec.compression,
        }
    }
}

/// The shipped protocol with this digest.
fn shipped_with(digest: &str) -> Option<Protocol> {
    Protocol::shipped().iter().find_map(|shipped| {
        let protocol = Protocol::parse(shipped.id, shipped.text).ok()?.protocol;
        (protocol.digest() == digest).then_some(protocol)
    })
}
