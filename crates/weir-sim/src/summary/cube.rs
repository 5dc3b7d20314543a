/// What the periods of a cube are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// Months of follow-up, 0 (baseline) to the last.
    Month,
    /// Years of follow-up, 0 for the first.
    Year,
    /// The whole run.
    Run,
}

/// One family of counts: group × period × value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Cube {
    /// True letters at the end of each month, living patients in follow-up.
    LettersTrue = 0,
    /// Last measured letters at the end of each month, living patients in follow-up.
    LettersMeasured = 1,
    /// Last measured letters less baseline, all patients, carried forward past every end (the
    /// estimand of VIEW and CATT).
    LettersChange = 2,
    /// What every patient's study eye is at the end of each month; adds up to all patients.
    State = 3,
    /// Treatment pattern by the interval to the previous visit; adds up to all patients.
    Pattern = 4,
    /// Weeks between attended visits, by year of the later one.
    VisitInterval = 5,
    /// Weeks between injections, by year of the later one.
    InjectionInterval = 6,
    /// Injections in each completed year of follow-up, per patient.
    InjectionsInYear = 7,
    /// First end of treatment by reason; the period is the month it falls in (1 is the first).
    FirstEnd = 8,
    /// Deaths, by month (1 is the first).
    Death = 9,
    /// Longest interval between injections, weeks, per patient.
    LongestInterval = 10,
    /// Totals: see the groups.
    Total = 11,
}

impl Cube {
    /// All cubes, in the order of their codes.
    pub const ALL: [Cube; 12] = [
        Cube::LettersTrue,
        Cube::LettersMeasured,
        Cube::LettersChange,
        Cube::State,
        Cube::Pattern,
        Cube::VisitInterval,
        Cube::InjectionInterval,
        Cube::InjectionsInYear,
        Cube::FirstEnd,
        Cube::Death,
        Cube::LongestInterval,
        Cube::Total,
    ];

    /// The name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Cube::LettersTrue => "letters_true",
            Cube::LettersMeasured => "letters_measured",
            Cube::LettersChange => "letters_change",
            Cube::State => "state",
            Cube::Pattern => "pattern",
            Cube::VisitInterval => "visit_interval_weeks",
            Cube::InjectionInterval => "injection_interval_weeks",
            Cube::InjectionsInYear => "injections_in_year",
            Cube::FirstEnd => "first_end",
            Cube::Death => "death",
            Cube::LongestInterval => "longest_interval_weeks",
            Cube::Total => "total",
        }
    }

    /// The names of its groups.
    pub const fn groups(self) -> &'static [&'static str] {
        match self {
            Cube::LettersTrue | Cube::LettersMeasured | Cube::InjectionsInYear => {
                &["on_treatment", "off_treatment"]
            }
            Cube::LettersChange
            | Cube::VisitInterval
            | Cube::InjectionInterval
            | Cube::Death
            | Cube::LongestInterval => &["all"],
            Cube::State => &[
                "naive",
                "stable",
                "active",
                "highly_active",
                "off_treatment",
                "left",
                "dead",
            ],
            Cube::Pattern => &[
                "initial",
                "intensive",
                "regular",
                "extended",
                "maximum",
                "gap_3_to_6_months",
                "gap_6_to_12_months",
                "gap_over_12_months",
                "restarted",
                "off_treatment",
                "left",
                "dead",
            ],
            Cube::FirstEnd => &[
                "planned_stop",
                "drop_out",
                "futility",
                "transfer",
                "death",
                "study_end",
            ],
            Cube::Total => &[
                "patients",
                "women",
                "age_tenths",
                "visits",
                "missed_visits",
                "assessments",
                "injections",
                "restarts",
                "fellow_eyes",
                "fellow_visits",
                "fellow_injections",
                "days_followed",
            ],
        }
    }

    /// What its periods are.
    pub const fn period(self) -> Period {
        match self {
            Cube::LettersTrue
            | Cube::LettersMeasured
            | Cube::LettersChange
            | Cube::State
            | Cube::Pattern
            | Cube::FirstEnd
            | Cube::Death => Period::Month,
            Cube::VisitInterval | Cube::InjectionInterval | Cube::InjectionsInYear => Period::Year,
            Cube::LongestInterval | Cube::Total => Period::Run,
        }
    }

    /// The value of its first cell and the number of cells. Values beyond the last count as the last.
    pub const fn values(self) -> (i32, usize) {
        match self {
            Cube::LettersTrue | Cube::LettersMeasured => (0, 101),
            Cube::LettersChange => (-100, 201),
            Cube::State | Cube::Pattern | Cube::FirstEnd | Cube::Death | Cube::Total => (0, 1),
            Cube::VisitInterval | Cube::InjectionInterval | Cube::LongestInterval => (0, 105),
            Cube::InjectionsInYear => (0, 54),
        }
    }
}
