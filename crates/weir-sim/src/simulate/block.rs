use crate::population::Sex;
use crate::summary::Counts;

/// What was done at a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Done {
    /// Injected without assessment.
    InjectionOnly = 0,
    /// Assessed and injected.
    DecisionWithInjection = 1,
    /// Assessed, not injected.
    DecisionOnly = 2,
    /// Monitored after a planned stop.
    Monitoring = 3,
}

impl Done {
    /// Names in the order of the codes.
    pub const NAMES: [&'static str; 4] = [
        "injection_only",
        "decision_with_injection",
        "decision_only",
        "monitoring",
    ];
}

/// Why treatment ended first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum End {
    /// The policy's planned stop.
    PlannedStop = 0,
    /// The patient stayed away.
    DropOut = 1,
    /// Too few letters.
    Futility = 2,
    /// Another clinic.
    Transfer = 3,
    /// Death.
    Death = 4,
    /// The study ended before the patient's follow-up did.
    StudyEnd = 5,
}

impl End {
    /// Names in the order of the codes, the same as in the `first_end` counts.
    pub const NAMES: [&'static str; 6] = [
        "planned_stop",
        "drop_out",
        "futility",
        "transfer",
        "death",
        "study_end",
    ];
}

/// Marks a missing small number in columns.
pub(crate) const NONE_U8: u8 = u8::MAX;
/// Marks a missing day in columns.
pub(crate) const NONE_U16: u16 = u16::MAX;

/// Visits in columns, ordered by patient, eye and day.
#[derive(Debug, Clone, Default)]
pub struct VisitColumns {
    /// Patient number.
    pub patient: Vec<u32>,
    /// Whether it is the fellow eye's.
    pub fellow_eye: Vec<bool>,
    /// Days since enrolment.
    pub day: Vec<u16>,
    /// Measured letters; 255 where none were taken.
    pub letters_measured: Vec<u8>,
    /// True letters, rounded.
    pub letters_true: Vec<u8>,
    /// True fluid before today's injection, percent.
    pub fluid_percent: Vec<u8>,
    /// Whether the OCT was called wet; 255 where none was taken.
    pub wet: Vec<u8>,
    /// Code of [`Done`].
    pub done: Vec<u8>,
    /// Code of the drug injected; 255 for none.
    pub drug: Vec<u8>,
    /// Days to the next planned visit; 65,535 for none.
    pub next_planned_days: Vec<u16>,
}

impl VisitColumns {
    /// Bytes a visit takes.
    pub const BYTES: u64 = 4 + 1 + 2 + 6 + 2;

    /// Number of visits.
    pub fn len(&self) -> usize {
        self.patient.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.patient.is_empty()
    }

    fn clear(&mut self) {
        self.patient.clear();
        self.fellow_eye.clear();
        self.day.clear();
        self.letters_measured.clear();
        self.letters_true.clear();
        self.fluid_percent.clear();
        self.wet.clear();
        self.done.clear();
        self.drug.clear();
        self.next_planned_days.clear();
    }
}

/// Patients in columns, in order of their numbers.
#[derive(Debug, Clone, Default)]
pub struct PatientColumns {
    /// Patient number.
    pub patient: Vec<u32>,
    /// Day of enrolment since the run's day 0.
    pub enrolment_day: Vec<u32>,
    /// Age at enrolment, years, one decimal.
    pub age_years: Vec<f32>,
    /// Whether the patient is a woman.
    pub female: Vec<bool>,
    /// Measured letters at baseline.
    pub baseline_letters: Vec<u8>,
    /// Last measured letters.
    pub last_letters: Vec<u8>,
    /// True letters at the end of follow-up, rounded.
    pub final_letters_true: Vec<u8>,
    /// Last day of follow-up.
    pub followed_days: Vec<u16>,
    /// Code of [`End`]; 255 where treatment never ended.
    pub first_end: Vec<u8>,
    /// Day of the first end; 65,535 for none.
    pub first_end_day: Vec<u16>,
    /// Day of death; 65,535 for none.
    pub death_day: Vec<u16>,
    /// Attended visits, both eyes.
    pub visits: Vec<u16>,
    /// Missed visits, both eyes.
    pub missed_visits: Vec<u16>,
    /// Injections of the study eye.
    pub injections: Vec<u16>,
    /// Restarts of treatment of the study eye.
    pub restarts: Vec<u8>,
    /// Onset in the fellow eye; 65,535 for none.
    pub fellow_onset_day: Vec<u16>,
    /// Injections of the fellow eye.
    pub fellow_injections: Vec<u16>,
    /// Row of the patient's first visit in the part's visits.
    pub first_visit_row: Vec<u32>,
}

impl PatientColumns {
    /// Bytes a patient takes.
    pub const BYTES: u64 = 48;

    /// Number of patients.
    pub fn len(&self) -> usize {
        self.patient.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.patient.is_empty()
    }

    fn clear(&mut self) {
        let Self {
            patient,
            enrolment_day,
            age_years,
            female,
            baseline_letters,
            last_letters,
            final_letters_true,
            followed_days,
            first_end,
            first_end_day,
            death_day,
            visits,
            missed_visits,
            injections,
            restarts,
            fellow_onset_day,
            fellow_injections,
            first_visit_row,
        } = self;
        patient.clear();
        enrolment_day.clear();
        age_years.clear();
        female.clear();
        baseline_letters.clear();
        last_letters.clear();
        final_letters_true.clear();
        followed_days.clear();
        first_end.clear();
        first_end_day.clear();
        death_day.clear();
        visits.clear();
        missed_visits.clear();
        injections.clear();
        restarts.clear();
        fellow_onset_day.clear();
        fellow_injections.clear();
        first_visit_row.clear();
    }
}

/// An outcome examination of a study eye: what a trial measures at a named week whatever the treatment does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exam {
    /// Patient number.
    pub patient: u32,
    /// Days since enrolment.
    pub day: u16,
    /// Measured letters.
    pub letters_measured: u8,
    /// Whether the OCT is called wet.
    pub wet: bool,
}

/// The outcome of some consecutive patients.
#[derive(Debug, Clone)]
pub struct Block {
    /// One row per patient.
    pub patients: PatientColumns,
    /// One row per attended visit.
    pub visits: VisitColumns,
    /// Examinations at the days of [`Model::with_exams`](super::Model::with_exams), by patient and day; also of
    /// patients who have left, as long as they live.
    pub exams: Vec<Exam>,
    /// Exact counts over them.
    pub counts: Counts,
    /// Visits of the part before this block: rows count on from here.
    pub visits_before: u32,
    pub(super) keep_visits: bool,
    /// The last patients' visits, before they go to the columns; empty between calls.
    pub(super) rows: Vec<Visit>,
}

impl Block {
    /// An empty block for runs of so many months. Without `keep_visits` only patients and counts
    /// are kept.
    pub fn new(months: u32, keep_visits: bool) -> Self {
        Self {
            patients: PatientColumns::default(),
            visits: VisitColumns::default(),
            exams: Vec::new(),
            counts: Counts::new(months),
            visits_before: 0,
            keep_visits,
            rows: Vec::new(),
        }
    }

    /// Forgets the rows (keeping their memory) and, with `counts`, the counts.
    pub fn clear(&mut self, counts: bool) {
        self.patients.clear();
        self.visits.clear();
        self.exams.clear();
        if counts {
            self.counts.clear();
            self.visits_before = 0;
        }
    }

    /// Moves the last patients' visits into their columns.
    pub(super) fn columns_from_rows(&mut self) {
        self.visits.append(&self.rows);
        self.rows.clear();
    }

    /// Bytes that the rows' memory takes now.
    pub fn capacity_bytes(&self) -> u64 {
        self.visits.patient.capacity() as u64 * VisitColumns::BYTES
            + self.patients.patient.capacity() as u64 * PatientColumns::BYTES
            + self.exams.capacity() as u64 * size_of::<Exam>() as u64
    }
}

/// One visit as the engine hands it over.
#[derive(Debug, Clone, Copy)]
pub(super) struct Visit {
    pub patient: u32,
    pub day: u16,
    pub next_planned_days: u16,
    pub fellow_eye: bool,
    pub letters_measured: u8,
    pub letters_true: u8,
    pub fluid_percent: u8,
    pub wet: u8,
    pub done: Done,
    pub drug: u8,
}

impl VisitColumns {
    /// Appends rows column by column, which is several times faster than row by row.
    pub(super) fn append(&mut self, rows: &[Visit]) {
        self.patient.extend(rows.iter().map(|row| row.patient));
        self.fellow_eye
            .extend(rows.iter().map(|row| row.fellow_eye));
        self.day.extend(rows.iter().map(|row| row.day));
        self.letters_measured
            .extend(rows.iter().map(|row| row.letters_measured));
        self.letters_true
            .extend(rows.iter().map(|row| row.letters_true));
        self.fluid_percent
            .extend(rows.iter().map(|row| row.fluid_percent));
        self.wet.extend(rows.iter().map(|row| row.wet));
        self.done.extend(rows.iter().map(|row| row.done as u8));
        self.drug.extend(rows.iter().map(|row| row.drug));
        self.next_planned_days
            .extend(rows.iter().map(|row| row.next_planned_days));
    }
}

/// Codes of [`Sex`] in columns.
pub(super) fn is_female(sex: Sex) -> bool {
    sex == Sex::Female
}
