use weir_chart::FigureBuilder;

use super::wording::{cut, patients};
use crate::job::SimulationSpec;
use crate::protocol::Protocol;
use crate::summary::Counts;

/// What figures and report say about the run that the counts cannot know. What is unknown is `None` and is left
/// out, never guessed.
///
/// Names longer than 120 characters are cut with "…".
#[derive(Debug, Clone)]
pub struct About<'a> {
    /// The run's id; empty when there is none (results in memory).
    pub run_id: &'a str,
    /// The run's human name; empty when there is none.
    pub run_name: &'a str,
    /// The protocol.
    pub protocol: &'a Protocol,
    /// [`Protocol::digest`], as the run's manifest has it.
    pub protocol_digest: &'a str,
    /// What was asked for.
    pub spec: &'a SimulationSpec,
    /// Patients whose results are in the counts.
    pub patients_done: u32,
    /// Patients that were asked for; more than done makes everything say that it is partial.
    pub patients_asked: u32,
    /// Visits of both eyes, where they are kept.
    pub visits: Option<u64>,
    /// Size of the results on disk, bytes.
    pub bytes_on_disk: Option<u64>,
    /// How long the run took, seconds.
    pub seconds: Option<f64>,
    /// Greatest resident size of the process during the run, bytes.
    pub peak_resident_bytes: Option<u64>,
    /// The memory budget, bytes.
    pub limit_bytes: Option<u64>,
    /// Memory and time by stage, in order; may be empty.
    pub stages: Vec<StageRow>,
    /// Version of weir that computed the run.
    pub weir_version: &'a str,
}

/// What one stage of the run took.
#[derive(Debug, Clone, PartialEq)]
pub struct StageRow {
    /// Its name: "simulate".
    pub stage: String,
    /// Seconds.
    pub seconds: f64,
    /// Greatest resident size of the process during the stage, bytes; 0 where nothing was measured.
    pub peak_resident_bytes: u64,
    /// Mean resident size, bytes; 0 where nothing was measured.
    pub mean_resident_bytes: u64,
}

impl About<'_> {
    /// Whether patients are missing.
    pub fn is_partial(&self) -> bool {
        self.patients_done < self.patients_asked
    }

    /// What those are who have not stopped: the counts call them on treatment under every protocol, and a protocol that
    /// never treats must not be said to.
    pub(super) fn on_treatment(&self) -> &'static str {
        if self.protocol.drugs().is_empty() {
            "in untreated care"
        } else {
            "on treatment"
        }
    }

    /// The same at the beginning of a sentence.
    pub(super) fn on_treatment_first(&self) -> &'static str {
        if self.protocol.drugs().is_empty() {
            "In untreated care"
        } else {
            "On treatment"
        }
    }

    /// "Partial results: 3,000 of 10,000 patients", or nothing.
    pub(super) fn partial_words(&self) -> Option<String> {
        self.is_partial().then(|| {
            format!(
                "partial results: {} of {}",
                super::wording::whole(u64::from(self.patients_done)),
                patients(u64::from(self.patients_asked))
            )
        })
    }

    /// Source, count and filters under a figure.
    pub(super) fn under(&self, figure: FigureBuilder, count: String) -> FigureBuilder {
        let protocol = format!(
            "{}, version {}",
            cut(&self.protocol.name),
            cut(&self.protocol.version)
        );
        let source = if self.run_name.is_empty() {
            protocol
        } else {
            format!("run {}, {protocol}", cut(self.run_name))
        };
        let filters = format!(
            "study eyes, no filter · seed {}{}",
            self.spec.seed,
            self.partial_words()
                .map_or(String::new(), |words| format!(" · {words}"))
        );
        figure.source(format!("simulation, {source}"), count, filters)
    }

    /// The same, of all patients in the counts.
    pub(super) fn under_all(&self, figure: FigureBuilder, counts: &Counts) -> FigureBuilder {
        self.under(figure, patients(counts.total("patients")))
    }
}
