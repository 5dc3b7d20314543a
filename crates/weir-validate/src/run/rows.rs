//! Which simulated numbers a published one is compared with.

use crate::arm::{Plan, is_pooled};
use crate::measure::{Kind, Measure, Quantity};
use crate::targets::{Arm, Outcome, Targets};

/// One number asked of one arm's simulation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Request {
    /// The arm.
    pub arm: usize,
    pub measure: Measure,
    /// Weeks whose mean it is; usually one.
    pub weeks: Vec<f64>,
}

/// How requests make up a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Combined {
    /// Mean over the requests, by their arms' patients.
    Mean(Vec<usize>),
    /// The lowest or highest.
    Extreme { of: Vec<usize>, highest: bool },
    /// Mean of the first less mean of the second.
    Difference(Vec<usize>, Vec<usize>),
}

/// Where a row's simulated value comes from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Source {
    Simulated {
        measure: Measure,
        combined: Combined,
    },
    Unscored(Unscored),
}

/// A published number and where its simulated one comes from.
#[derive(Debug, Clone)]
pub(crate) struct RowPlan {
    pub arm: usize,
    pub outcome: usize,
    pub source: Source,
}

/// Why a row has no score.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unscored {
    /// The measure is not known; what may have been meant.
    #[error("unknown measure{}", .0.as_ref().map_or(String::new(), |meant| format!("; did you mean {meant}?")))]
    Unknown(Option<String>),
    /// The study gives no week.
    #[error("the study names no week")]
    NoWeek,
    /// The arm is not run.
    #[error("the arm is not run")]
    ArmNotRun,
    /// No arm of the study matches the words of a comparison.
    #[error("no simulated arm of the study matches {0:?}")]
    NoSuchArm(String),
    /// The model has nothing of the kind.
    #[error("the model has nothing of the kind")]
    NotModelled,
    /// Nobody in the simulation counts for it.
    #[error("no simulated eye counts for it")]
    Nobody,
}

/// Measures that no parameter of the model speaks of.
const NOT_MODELLED: [&str; 5] = [
    "pct_symptomatic",
    "crt_",
    "cst_",
    "mean_treatment_duration",
    "pct_met_exit",
];

/// What each row needs, and the requests of all.
pub(crate) fn plan_rows(targets: &Targets, plans: &[Option<Plan>]) -> (Vec<RowPlan>, Vec<Request>) {
    let mut requests = Requests {
        targets,
        plans,
        list: Vec::new(),
    };
    let mut rows = Vec::new();
    for (arm, facts) in targets.arms.iter().enumerate() {
        for (outcome, row) in facts.outcomes.iter().enumerate() {
            let source = requests.source(arm, facts, row);
            rows.push(RowPlan {
                arm,
                outcome,
                source: source.unwrap_or_else(Source::Unscored),
            });
        }
    }
    (rows, requests.list)
}

struct Requests<'t> {
    targets: &'t Targets,
    plans: &'t [Option<Plan>],
    list: Vec<Request>,
}

impl Requests<'_> {
    fn ask(&mut self, arm: usize, measure: Measure, weeks: &[f64]) -> usize {
        let request = Request {
            arm,
            measure,
            weeks: weeks.to_vec(),
        };
        if let Some(at) = self.list.iter().position(|other| *other == request) {
            return at;
        }
        self.list.push(request);
        self.list.len() - 1
    }

    fn ask_all(&mut self, arms: &[usize], measure: Measure, weeks: &[f64]) -> Vec<usize> {
        arms.iter()
            .map(|&arm| self.ask(arm, measure, weeks))
            .collect()
    }

    fn source(&mut self, arm: usize, facts: &Arm, row: &Outcome) -> Result<Source, Unscored> {
        let name = row.measure.as_str();
        if NOT_MODELLED.iter().any(|start| name.starts_with(start)) {
            return Err(Unscored::NotModelled);
        }
        let week = row.at_weeks.ok_or(Unscored::NoWeek);
        if let Some((a, b)) = name
            .strip_prefix("va_diff_")
            .and_then(|rest| rest.split_once("_minus_"))
        {
            let weeks = [week?];
            let measure = Measure {
                kind: Kind::Change,
                median: false,
                quantity: Quantity::Letters,
            };
            let (a, b) = (self.arms(facts, a)?, self.arms(facts, b)?);
            let combined = Combined::Difference(
                self.ask_all(&a, measure, &weeks),
                self.ask_all(&b, measure, &weeks),
            );
            return Ok(Source::Simulated { measure, combined });
        }
        let weeks = match averaged_weeks(&row.note) {
            Some(weeks) => weeks,
            None => vec![week?],
        };
        if let Some(measure) = Measure::parse(name, &row.unit) {
            let arms = if is_pooled(facts) {
                self.arms(facts, "")?
            } else {
                vec![arm]
            };
            if !is_pooled(facts) && self.plans[arm].is_none() {
                return Err(Unscored::ArmNotRun);
            }
            let combined = Combined::Mean(self.ask_all(&arms, measure, &weeks));
            return Ok(Source::Simulated { measure, combined });
        }
        for (suffixes, highest) in [
            (["_range_low", "_low"], false),
            (["_range_high", "_high"], true),
        ] {
            let base = suffixes.iter().find_map(|suffix| name.strip_suffix(suffix));
            if let Some(measure) = base.and_then(|base| Measure::parse(base, &row.unit)) {
                let arms = self.arms(facts, "")?;
                let of = self.ask_all(&arms, measure, &weeks);
                return Ok(Source::Simulated {
                    measure,
                    combined: Combined::Extreme { of, highest },
                });
            }
        }
        // "pct_no_fluid_ran_monthly": a measure, then the words of an arm.
        let mut cut = name.len();
        while let Some(at) = name[..cut].rfind('_') {
            if let Some(measure) = Measure::parse(&name[..at], &row.unit) {
                let words = name[at + 1..].trim_end_matches("_pooled");
                let arms = self.arms(facts, words)?;
                let combined = Combined::Mean(self.ask_all(&arms, measure, &weeks));
                return Ok(Source::Simulated { measure, combined });
            }
            cut = at;
        }
        let known: Vec<&str> = crate::measure::KNOWN
            .iter()
            .map(|(name, _)| *name)
            .collect();
        Err(Unscored::Unknown(
            weir_yaml::nearest(name, &known).map(str::to_owned),
        ))
    }

    /// The simulated arms of a study that match every one of the words joined by `_`.
    fn arms(&self, of: &Arm, words: &str) -> Result<Vec<usize>, Unscored> {
        let matching: Vec<usize> = (0..self.targets.arms.len())
            .filter(|&index| {
                self.targets.arms[index].study == of.study && self.plans[index].is_some()
            })
            .filter(|&index| {
                words
                    .split('_')
                    .filter(|word| !word.is_empty())
                    .all(|word| matches(&self.targets.arms[index], word))
            })
            .collect();
        if matching.is_empty() {
            Err(Unscored::NoSuchArm(words.to_owned()))
        } else {
            Ok(matching)
        }
    }
}

/// Whether an arm answers to a word of a comparison's name.
fn matches(arm: &Arm, word: &str) -> bool {
    let drug = arm.drug.to_lowercase();
    let name = arm.arm.to_lowercase();
    let regimen = arm.regimen.to_lowercase();
    let continuous = regimen.contains("q4w") || regimen.trim() == "monthly";
    let asked = regimen.contains("prn") || name.contains("prn") || name.contains("discontinuous");
    match word.to_lowercase().as_str() {
        "bev" => drug.contains("bevacizumab"),
        "ran" => drug.contains("ranibizumab"),
        "afl" => drug.contains("aflibercept"),
        "far" => drug.contains("faricimab"),
        "8mg" => drug.contains("8 mg"),
        "2mg" => drug.contains("2 mg"),
        "monthly" | "cont" | "continuous" => continuous && !asked,
        "prn" | "disc" | "discontinuous" => asked,
        "te" | "tae" | "tande" | "t&e" => regimen.contains("t&e") || name.contains("t&e"),
        "sham" | "untreated" => regimen.contains("sham") || regimen.contains("untreated"),
        other => name.contains(other) || drug.contains(other) || regimen.contains(other),
    }
}

/// "average of weeks 40,44,48".
fn averaged_weeks(note: &str) -> Option<Vec<f64>> {
    let rest = note.split("average of weeks ").nth(1)?;
    let list: String = rest
        .chars()
        .take_while(|c| c.is_ascii_digit() || *c == ',' || *c == ' ')
        .collect();
    let weeks: Vec<f64> = list
        .split(',')
        .filter_map(|week| week.trim().parse().ok())
        .filter(|week| (1.0..=2_600.0).contains(week))
        .collect();
    (!weeks.is_empty() && weeks.len() <= 12).then_some(weeks)
}
