use serde::Serialize;

/// What rows may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Fitted to.
    Calibrate,
    /// Scored, never fitted to.
    Validate,
    /// Shown, not scored.
    Context,
}

impl Role {
    /// All, in the order of reports.
    pub const ALL: [Role; 3] = [Role::Calibrate, Role::Validate, Role::Context];

    /// The word in files and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Calibrate => "calibrate",
            Role::Validate => "validate",
            Role::Context => "context",
        }
    }
}

/// Who entered an arm, as far as it is published; acuity in ETDRS letters.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Baseline {
    /// Mean letters.
    pub va_mean: Option<f64>,
    /// Standard deviation of letters.
    pub va_sd: Option<f64>,
    /// Mean logMAR, or its median.
    pub logmar: Option<f64>,
    /// Mean age, years.
    pub age_mean: Option<f64>,
    /// Standard deviation of age, years.
    pub age_sd: Option<f64>,
    /// Share of women, per cent.
    pub pct_female: Option<f64>,
    /// Mean letters when treatment began, where the study's baseline came later.
    pub va_mean_at_start: Option<f64>,
    /// Their standard deviation.
    pub va_sd_at_start: Option<f64>,
}

/// One published number.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// What was measured, such as `va_change_mean`.
    pub measure: String,
    /// Weeks from the study's baseline; `None` where the study gives none.
    pub at_weeks: Option<f64>,
    /// The number.
    pub value: f64,
    /// Its unit as written.
    pub unit: String,
    /// Standard deviation between patients.
    pub sd: Option<f64>,
    /// Confidence interval, 95 %.
    pub ci: Option<[f64; 2]>,
    /// Patients behind it, where they are not the arm's.
    pub n: Option<f64>,
    /// Where it was read.
    pub source: String,
    /// `high`, `medium` or `low`.
    pub confidence: String,
    /// What else belongs to it.
    pub note: String,
    /// Line of the file.
    pub line: usize,
}

impl Outcome {
    /// Whether it needs a check against the paper before anyone quotes it.
    pub fn is_unchecked(&self) -> bool {
        self.source == "unverified" || self.confidence == "low"
    }
}

/// One arm of a study.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Arm {
    /// Study.
    pub study: String,
    /// Arm.
    pub arm: String,
    /// Drug and dose as written.
    pub drug: String,
    /// Regimen as written.
    pub regimen: String,
    /// Patients.
    pub n: Option<f64>,
    /// Who entered.
    pub baseline: Baseline,
    /// What the rows may be used for.
    pub role: Role,
    /// Where it was published.
    pub citation: String,
    /// Notes on the arm.
    pub notes: String,
    /// How missing values are treated: `locf`, `observed` or `completers`; else by the study.
    pub estimand: Option<String>,
    /// Published numbers.
    pub outcomes: Vec<Outcome>,
}

/// A file of arms.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Targets {
    /// In the order of the file.
    pub arms: Vec<Arm>,
    /// What the file has that is not used, with line and remedy: one sentence each.
    pub warnings: Vec<String>,
    /// SHA-256 of the file.
    pub sha256: String,
}
