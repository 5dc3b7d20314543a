use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::memory::{MemorySample, MemoryUsage, Timeline};
use crate::stage::StageReport;
use crate::{Outcome, RunId, RunKind, RunName, RunReport, RunState, Timestamp};

/// What a run is and where it stands: enough to list, show and resume it, and to make a lost
/// catalogue again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The format of this file; [`Manifest::FORMAT`] when this weir writes it.
    pub format: u32,
    /// The run's id.
    pub id: RunId,
    /// Its name.
    pub name: RunName,
    /// Its kind.
    pub kind: RunKind,
    /// The version of weir that made it.
    pub weir: String,
    /// Where it stands.
    pub state: RunState,
    /// The error, when it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Everything the job was asked to do.
    pub parameters: Value,
    /// What it read, with checksums.
    #[serde(default)]
    pub inputs: Vec<InputHash>,
    /// The seed of its random numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// When it was registered.
    pub created: Timestamp,
    /// When it ended, last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// Seconds it worked, last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// Where it worked.
    pub host: Host,
    /// Memory of the process while it worked.
    #[serde(default)]
    pub memory: MemoryUsage,
    /// What its stages took.
    #[serde(default)]
    pub stages: Vec<StageReport>,
    /// Whatever else the job keeps with it.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub result: Value,
    /// Memory over time, at most [`Manifest::MAX_TIMELINE`] samples: from them a lost catalogue gets the run's back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timeline: Vec<MemorySample>,
}

impl Manifest {
    /// The newest format that this weir reads, and the one it writes.
    pub const FORMAT: u32 = 1;
    /// The file's name in a run's folder.
    pub const FILE_NAME: &'static str = "run.json";
    /// At most this many samples of memory are kept in the file, thinned as [`Timeline`] does.
    pub const MAX_TIMELINE: usize = 256;

    /// The manifest of a run that is registered and has not started, on this host.
    pub fn new(id: RunId, name: RunName, kind: RunKind, created: Timestamp) -> Self {
        Self {
            format: Self::FORMAT,
            id,
            name,
            kind,
            weir: env!("CARGO_PKG_VERSION").to_owned(),
            state: RunState::Registered,
            error: None,
            parameters: Value::Null,
            inputs: Vec::new(),
            seed: None,
            created,
            ended: None,
            seconds: None,
            host: Host::here(),
            memory: MemoryUsage::default(),
            stages: Vec::new(),
            result: Value::Null,
            timeline: Vec::new(),
        }
    }

    /// Takes over how a run went.
    pub fn take_report(&mut self, report: &RunReport) {
        if let Some(outcome) = &report.outcome {
            self.state = outcome.state();
            let micros = (report.seconds * 1e6) as i64;
            self.ended = Some(Timestamp::from_micros(
                report.started.as_micros().saturating_add(micros),
            ));
        }
        self.error = match &report.outcome {
            Some(Outcome::Failed { error }) => Some(error.clone()),
            _ => None,
        };
        self.seconds = Some(report.seconds);
        self.memory = report.memory;
        self.stages.clone_from(&report.stages);
        let mut timeline = Timeline::new(Self::MAX_TIMELINE);
        report
            .timeline
            .iter()
            .for_each(|sample| timeline.push(sample.clone()));
        self.timeline = timeline.samples().cloned().collect();
    }

    /// When it started last, where it has ended: as long before that as it worked.
    pub fn started(&self) -> Option<Timestamp> {
        let micros = (self.seconds? * 1e6) as i64;
        Some(Timestamp::from_micros(
            self.ended?.as_micros().saturating_sub(micros),
        ))
    }
}

/// Something a run read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputHash {
    /// What it is: `protocol`, `parameters`.
    pub name: String,
    /// Where it came from, as the user named it.
    pub source: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Its SHA-256, 64 lower-case hexadecimal digits.
    pub sha256: String,
}

/// Where a run worked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// The machine's name.
    pub name: String,
    /// Operating system and architecture: `linux x86_64`.
    pub system: String,
    /// Threads the process may use.
    pub threads: u32,
}

impl Host {
    /// This machine.
    pub fn here() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            name: rustix::system::uname()
                .nodename()
                .to_string_lossy()
                .into_owned(),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            threads: u32::try_from(threads).unwrap_or(u32::MAX),
        }
    }
}
