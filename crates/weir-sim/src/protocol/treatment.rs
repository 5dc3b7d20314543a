/// An anti-VEGF drug; its durability ratio to aflibercept 2 mg is biology, its price is not here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Drug {
    /// Aflibercept 2 mg.
    Aflibercept2mg,
    /// Aflibercept 8 mg.
    Aflibercept8mg,
    /// Ranibizumab 0.5 mg.
    Ranibizumab,
    /// Bevacizumab 1.25 mg.
    Bevacizumab,
    /// Faricimab 6 mg.
    Faricimab,
}

impl Drug {
    /// All drugs, in the order of their codes.
    pub const ALL: [Drug; 5] = [
        Drug::Aflibercept2mg,
        Drug::Aflibercept8mg,
        Drug::Ranibizumab,
        Drug::Bevacizumab,
        Drug::Faricimab,
    ];

    /// The name used in YAML, in tables and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Drug::Aflibercept2mg => "aflibercept_2mg",
            Drug::Aflibercept8mg => "aflibercept_8mg",
            Drug::Ranibizumab => "ranibizumab",
            Drug::Bevacizumab => "bevacizumab",
            Drug::Faricimab => "faricimab",
        }
    }
}

/// What is given, when, and what ends or changes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Treatment {
    /// The first drug; with `Policy::Untreated` it is never given.
    pub drug: Drug,
    /// Loading doses for all; `None` starts with the policy at once.
    pub loading: Option<Loading>,
    /// The rule after loading.
    pub policy: Policy,
    /// Planned stop after stability; `None` never stops.
    pub stop: Option<ObserveAndStop>,
    /// How treatment restarts after a stop or a return.
    pub restart: Restart,
    /// Changes of drug or policy, each at most once, looked at in order at every attended visit.
    pub switches: Vec<Switch>,
}

/// The loading phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loading {
    /// Injections, the first at day 0; 1–12.
    pub doses: u8,
    /// Weeks between them; 1–12.
    pub interval_weeks: u8,
}

/// The rule that decides injection and next interval after loading. It sees what a clinic sees.
#[derive(Debug, Clone, PartialEq)]
pub enum Policy {
    /// No injection ever (also no loading); visits every `visit_interval_weeks`.
    Untreated {
        /// Weeks between visits.
        visit_interval_weeks: u8,
    },
    /// Every k weeks whatever is seen.
    Fixed(FixedGrid),
    /// Fixed, with assessments only at named visits; the others are injection only.
    TreatAndTreat {
        /// Weeks between injections.
        interval_weeks: u8,
        /// Weeks after the first injection at which the eye is assessed (the visit nearest to each).
        assessment_weeks: Vec<u16>,
    },
    /// Inject at every visit; the interval follows what is seen.
    TreatAndExtend(TreatAndExtend),
    /// Visit at a fixed rhythm, inject when fluid exceeds the threshold; with `max_gap_weeks`
    /// it is capped PRN, never more than that between injections.
    Prn {
        /// Weeks between visits.
        visit_interval_weeks: u8,
        /// Measured fluid (0–1) above which an injection is given.
        fluid_threshold: f64,
        /// Longest gap between injections, weeks.
        max_gap_weeks: Option<u8>,
    },
    /// PULSAR's dose-regimen modification: a long fixed interval, shortened only if letters fall
    /// *and* fluid rises, extended later.
    DoseRegimenModification {
        /// Interval after loading, weeks (12 or 16 in PULSAR).
        start_weeks: u8,
        /// Shortest interval, weeks.
        min_weeks: u8,
        /// Longest interval, weeks.
        max_weeks: u8,
        /// How much one shortening takes off, weeks.
        shorten_weeks: u8,
        /// How much one extension adds, weeks.
        extend_weeks: u8,
        /// No extension before this week.
        extend_from_week: u16,
        /// Shorten only when letters are down from the best after loading by more than this.
        letters_loss: f64,
        /// Shorten only when measured fluid is up from the last visit by more than this (0–1).
        fluid_increase: f64,
    },
    /// Faricimab's 8/12/16: disease activity at two assessment weeks assigns the interval.
    AssignedInterval {
        /// First assessment, weeks from day 0 (active there → shortest interval).
        first_assessment_week: u16,
        /// Second assessment, weeks from day 0 (active there → middle interval).
        second_assessment_week: u16,
        /// Interval when active at the first, at the second, at neither, weeks.
        intervals_weeks: [u8; 3],
        /// Active: measured fluid above this (0–1) …
        fluid_threshold: f64,
        /// … or letters down from the best by this.
        letters_loss: f64,
    },
}

/// Injections every `interval_weeks` on a grid that starts with the last loading dose; a missed
/// visit moves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FixedGrid {
    /// Weeks between injections.
    pub interval_weeks: u8,
    /// Weeks between assessment visits (trials: 4); equal to `interval_weeks` when nothing
    /// happens in between. Divides `interval_weeks`.
    pub visit_interval_weeks: u8,
}

/// Treat-and-extend.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TreatAndExtend {
    /// Interval after the last loading dose, weeks. 0, which files cannot say, goes on from the interval in
    /// use after a switch, and is the shortest otherwise.
    pub start_weeks: u8,
    /// Added when dry, weeks.
    pub extend_weeks: u8,
    /// Taken off when active, weeks.
    pub shorten_weeks: u8,
    /// Shortest interval, weeks.
    pub min_weeks: u8,
    /// Longest interval, weeks.
    pub max_weeks: u8,
    /// Measured fluid up from the last visit by more than this shortens (0–1; 0.12).
    pub fluid_increase: f64,
    /// Letters down from the best of the last two visits by this, with fluid, shortens (5).
    pub letters_loss: f64,
    /// After a failed extension the interval that failed is not tried again before this many
    /// further dry visits; 0 forgets at once.
    pub retry_failed_extension_after_visits: u8,
}

/// Planned stop: after `stable_visits` dry visits in a row at the longest interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObserveAndStop {
    /// Dry visits in a row at the longest interval (or, without one, at the policy's rhythm).
    pub stable_visits: u8,
    /// Weeks between monitoring visits after the stop.
    pub monitor_interval_weeks: u8,
}

/// How treatment starts again after a planned stop or a return to clinic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restart {
    /// Monthly doses before the policy goes on (1–3).
    pub doses: u8,
    /// Weeks between those doses.
    pub interval_weeks: u8,
    /// The interval afterwards is the previous one less this many weeks.
    pub shorten_previous_by_weeks: u8,
}

/// A change of drug or policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Switch {
    /// When.
    pub when: SwitchWhen,
    /// The new drug, or the old one goes on.
    pub drug: Option<Drug>,
    /// The new policy, or the old one goes on.
    pub policy: Option<Policy>,
    /// Whether the loading phase is given again.
    pub reload: bool,
}

/// When a switch happens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SwitchWhen {
    /// At the first attended visit from this week of follow-up on.
    AtWeek(u16),
    /// Fluid called at `visits` attended assessments in a row, each no more than
    /// `within_weeks` after the injection before it, and not before `not_before_week`.
    PersistentFluid {
        /// Assessments in a row.
        visits: u8,
        /// Only intervals up to this many weeks count.
        within_weeks: u8,
        /// Earliest week of follow-up.
        not_before_week: u16,
    },
    /// Letters down from baseline by `letters_loss` at `visits` assessments in a row.
    LettersLost {
        /// Assessments in a row.
        visits: u8,
        /// Letters below baseline.
        letters_loss: f64,
        /// Earliest week of follow-up.
        not_before_week: u16,
    },
}

/// The policy's shortest and longest interval as a remedy or a report would name them.
impl Policy {
    /// The name used in YAML, tables and on the command line.
    pub const fn name(&self) -> &'static str {
        match self {
            Policy::Untreated { .. } => "untreated",
            Policy::Fixed(_) => "fixed",
            Policy::TreatAndTreat { .. } => "treat_and_treat",
            Policy::TreatAndExtend(_) => "treat_and_extend",
            Policy::Prn {
                max_gap_weeks: None,
                ..
            } => "prn",
            Policy::Prn { .. } => "capped_prn",
            Policy::DoseRegimenModification { .. } => "dose_regimen_modification",
            Policy::AssignedInterval { .. } => "assigned_interval",
        }
    }
}
