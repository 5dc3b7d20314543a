use serde::Serialize;
use weir_sim::protocol::{
    Age, Behaviour, Biology, Drug, FellowEye, FixedGrid, FollowUp, Loading, ObserveAndStop, Policy,
    Population, Protocol, Recruitment, Restart, Switch, SwitchWhen, TreatAndExtend, Treatment,
    VisitRules,
};

use super::drug::{Dose, doses};
use super::entry::letters;
use crate::regimen::{Regimen, Rule};
use crate::targets::{Arm, Targets};

/// Letters of an arm that publishes none, nor its study.
const LETTERS: (f64, f64) = (57.0, 13.5);
/// Weeks within which treatment stops in studies of stopping.
const WEEKS_TO_STOP: f64 = 208.0;

/// How missing values are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Estimand {
    /// Last observation carried forward.
    Locf,
    /// Who is still followed at the week.
    Observed,
    /// Who is followed to the arm's last week.
    Completers,
}

/// Why an arm is not simulated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotRun {
    /// A comparison or pool of other arms.
    #[error("a pool or contrast of the study's other arms, not an arm of its own")]
    Pooled,
    /// The drug is unknown to the model.
    #[error("{0}")]
    Drug(String),
    /// The regimen was not understood.
    #[error(transparent)]
    Regimen(#[from] crate::regimen::NotUnderstood),
}

/// What is simulated for an arm.
#[derive(Debug, Clone)]
pub struct Plan {
    /// One protocol for each drug; each is given to an equal share of the eyes.
    pub protocols: Vec<Protocol>,
    /// The regimen as it was understood.
    pub regimen: Regimen,
    /// Treatment of missing values.
    pub estimand: Estimand,
    /// Week since treatment began at which the study's own weeks begin.
    pub baseline_week: u16,
    /// Last week of the outcomes, from the study's baseline.
    pub last_week: f64,
    /// Patients of the arm.
    pub n: f64,
    /// What was assumed where the facts say nothing.
    pub assumed: Vec<String>,
}

impl Plan {
    /// Prepares the arm of this number.
    ///
    /// # Errors
    /// [`NotRun`]: the arm is reported as not run, with this reason.
    pub fn of(targets: &Targets, index: usize, biology: &Biology) -> Result<Plan, NotRun> {
        let arm = &targets.arms[index];
        if is_pooled(arm) {
            return Err(NotRun::Pooled);
        }
        let doses = doses(&arm.drug, biology.durability_median_weeks).map_err(NotRun::Drug)?;
        let words = spelled_out(targets, index);
        let mut regimen = if doses.is_empty() {
            Regimen::parse("untreated", &arm.arm, &arm.study)?
        } else {
            Regimen::parse(&words, &arm.arm, &arm.study)?
        };
        let mut assumed = std::mem::take(&mut regimen.assumed);
        let (mean, sd) = baseline(targets, arm, &mut assumed);
        if doses.len() > 1 {
            assumed.push(format!("equal shares of {} drugs", doses.len()));
        }
        if doses.iter().any(|dose| dose.durability != 1.0) {
            assumed.push("another dose moves durability by its half-lives".into());
        }
        let n = arm.n.or_else(|| members(targets, arm)).unwrap_or_else(|| {
            assumed.push("n is not given: 200".into());
            200.0
        });
        let estimand = estimand(arm, regimen.routine);
        let last_week = arm
            .outcomes
            .iter()
            .filter_map(|outcome| outcome.at_weeks)
            .fold(4.0, f64::max);
        let untreated = doses.is_empty();
        let given = if untreated {
            vec![Dose {
                drug: Drug::Aflibercept2mg,
                durability: 1.0,
            }]
        } else {
            doses
        };
        let protocols = given
            .iter()
            .map(|dose| protocol(arm, &regimen, *dose, (mean, sd), biology))
            .collect();
        Ok(Plan {
            protocols,
            baseline_week: regimen.run_in_weeks,
            estimand,
            last_week,
            n,
            assumed,
            regimen,
        })
    }

    /// Years that are simulated.
    pub fn years(&self) -> f64 {
        let before = if self.regimen.from_stop {
            WEEKS_TO_STOP
        } else {
            f64::from(self.baseline_week)
        };
        // A little longer, so that the last week is inside.
        (7.0 * (before + self.last_week) + 21.0) / weir_sim::DAYS_PER_YEAR
    }

    /// Whether a study examines at named weeks, whatever the treatment does.
    pub fn examines(&self) -> bool {
        !self.regimen.routine && !self.regimen.from_stop
    }
}

/// Whether an arm stands for several arms of its study.
pub(crate) fn is_pooled(arm: &Arm) -> bool {
    let name = arm.arm.to_lowercase();
    name.contains("contrast") || name == "all arms" || name.contains("pooled arms")
}

/// "As above" is the regimen of the arm before it.
fn spelled_out(targets: &Targets, index: usize) -> String {
    let arm = &targets.arms[index];
    if !arm.regimen.trim().to_lowercase().starts_with("as above") {
        return arm.regimen.clone();
    }
    let before = targets.arms[..index].iter().rev();
    before
        .filter(|other| other.study == arm.study)
        .find(|other| !other.regimen.trim().to_lowercase().starts_with("as above"))
        .map_or_else(|| arm.regimen.clone(), |other| other.regimen.clone())
}

/// Arms that a pooled study's arm is made of: the same arm in studies whose names begin with the same word.
fn members(targets: &Targets, arm: &Arm) -> Option<f64> {
    let family = family(&arm.study);
    let total: f64 = targets
        .arms
        .iter()
        .filter(|other| {
            other.study != arm.study && other.arm == arm.arm && self::family(&other.study) == family
        })
        .filter_map(|other| other.n)
        .sum();
    (total > 0.0).then_some(total)
}

fn family(study: &str) -> &str {
    study.split_whitespace().next().unwrap_or(study)
}

/// Mean and SD of letters at the start of treatment.
fn baseline(targets: &Targets, arm: &Arm, assumed: &mut Vec<String>) -> (f64, f64) {
    let own = |arm: &Arm| {
        let facts = &arm.baseline;
        let mean = facts
            .va_mean_at_start
            .or(facts.va_mean)
            .or(facts.logmar.map(|logmar| 85.0 - 50.0 * logmar))?;
        Some((
            mean,
            facts.va_sd_at_start.or(facts.va_sd),
            arm.n.unwrap_or(100.0),
        ))
    };
    let weighted = |arms: Vec<(f64, Option<f64>, f64)>| {
        let total: f64 = arms.iter().map(|(.., n)| n).sum();
        let mean = arms.iter().map(|(mean, _, n)| mean * n).sum::<f64>() / total;
        let sds: Vec<f64> = arms.iter().filter_map(|(_, sd, _)| *sd).collect();
        let sd = (!sds.is_empty()).then(|| sds.iter().sum::<f64>() / sds.len() as f64);
        (total > 0.0).then_some((mean, sd))
    };
    let others = |keep: &dyn Fn(&Arm) -> bool| {
        weighted(
            targets
                .arms
                .iter()
                .filter(|other| keep(other))
                .filter_map(own)
                .collect(),
        )
    };
    let found = if let Some((mean, sd, _)) = own(arm) {
        Some((mean, sd))
    } else if let Some(found) = others(&|other| other.study == arm.study) {
        assumed.push("baseline letters of the study's other arms".into());
        Some(found)
    } else if let Some(found) =
        others(&|other| family(&other.study) == family(&arm.study) && other.arm == arm.arm)
    {
        assumed.push("baseline letters of the pooled studies".into());
        Some(found)
    } else {
        None
    };
    let (mean, sd) = found.unwrap_or_else(|| {
        assumed.push(format!(
            "baseline letters are not given: {} ± {}",
            LETTERS.0, LETTERS.1
        ));
        (LETTERS.0, None)
    });
    (
        mean,
        sd.unwrap_or_else(|| {
            assumed.push(format!(
                "SD of baseline letters is not given: {}",
                LETTERS.1
            ));
            LETTERS.1
        }),
    )
}

/// Studies that carried the last observation forward in their primary reports.
const CARRIED: [&str; 9] = [
    "VIEW", "CATT", "MARINA", "ANCHOR", "PIER", "HARBOR", "EXCITE", "SUSTAIN", "HORIZON",
];

fn estimand(arm: &Arm, routine: bool) -> Estimand {
    match arm.estimand.as_deref() {
        Some("locf") => return Estimand::Locf,
        Some("observed") => return Estimand::Observed,
        Some("completers") => return Estimand::Completers,
        _ => {}
    }
    let name = arm.arm.to_lowercase();
    if ["completer", "survivor"]
        .iter()
        .any(|word| name.contains(word))
    {
        Estimand::Completers
    } else if arm
        .outcomes
        .iter()
        .any(|outcome| outcome.note.contains("LOCF"))
        || (!routine
            && CARRIED
                .iter()
                .any(|study| arm.study.to_uppercase().contains(study)))
    {
        Estimand::Locf
    } else {
        Estimand::Observed
    }
}

fn protocol(
    arm: &Arm,
    regimen: &Regimen,
    dose: Dose,
    (mean, sd): (f64, f64),
    biology: &Biology,
) -> Protocol {
    let mut biology = biology.clone();
    biology.durability_ratio[dose.drug as usize] *= dose.durability;
    let (visits, behaviour) = if regimen.routine {
        (VisitRules::default(), Behaviour::routine())
    } else {
        (VisitRules::trial(), Behaviour::trial())
    };
    let age = Age::default();
    let fellow = arm
        .outcomes
        .iter()
        .any(|outcome| outcome.measure.starts_with("pct_fellow"));
    Protocol {
        name: format!("{}, {}", arm.study, arm.arm)
            .chars()
            .take(120)
            .collect(),
        version: "1".into(),
        description: format!("{}: {}", arm.drug, arm.regimen),
        sources: vec![if arm.citation.is_empty() {
            arm.study.clone()
        } else {
            arm.citation.clone()
        }],
        population: Population {
            age: Age {
                mean_years: arm.baseline.age_mean.unwrap_or(if regimen.routine {
                    age.mean_years
                } else {
                    77.0
                }),
                sd_years: arm.baseline.age_sd.unwrap_or(8.5),
                ..age
            },
            female_share: arm
                .baseline
                .pct_female
                .map_or(0.6, |percent| percent / 100.0),
            baseline_letters: letters(&arm.study, regimen.routine || regimen.from_stop, mean, sd),
            recruitment: Recruitment::AllAtStart,
            follow_up: FollowUp::FromEnrolment,
            fellow_eye: fellow.then(FellowEye::default),
        },
        treatment: treatment(regimen, dose.drug),
        visits,
        behaviour,
        biology,
    }
}

fn treatment(regimen: &Regimen, drug: Drug) -> Treatment {
    let mut stages = regimen.stages.iter();
    let first = stages.next().map_or(Rule::Untreated, |stage| stage.rule);
    let cycle = regimen.stages.iter().find_map(|stage| match stage.rule {
        Rule::Prn { cycle, visits, .. } if cycle > 1 => Some((cycle, visits)),
        _ => None,
    });
    let mut restart = Restart::default();
    // Cycles of doses: a dry visit ends the cycle, a wet one begins the next.
    let stop = match (cycle, regimen.stop_after) {
        (Some((doses, visits)), _) => {
            restart = Restart {
                doses,
                interval_weeks: 4,
                shorten_previous_by_weeks: 0,
            };
            Some(ObserveAndStop {
                stable_visits: 1,
                monitor_interval_weeks: visits,
            })
        }
        (None, Some(stable_visits)) => Some(ObserveAndStop {
            stable_visits,
            monitor_interval_weeks: regimen.monitor_weeks,
        }),
        (None, None) => None,
    };
    // Treat-and-extend from monthly doses decides at the last of them: dry there, the next interval is longer.
    let decides = matches!(first, Rule::Extend { start: 1..=4, .. });
    let doses = regimen.loading - u8::from(decides && regimen.loading > 1);
    Treatment {
        drug,
        loading: (doses > 0).then_some(Loading {
            doses,
            interval_weeks: 4,
        }),
        policy: policy(first),
        stop,
        restart,
        switches: stages
            .map(|stage| Switch {
                when: SwitchWhen::AtWeek(stage.from_week),
                drug: None,
                policy: Some(policy(stage.rule)),
                reload: false,
            })
            .collect(),
    }
}

fn policy(rule: Rule) -> Policy {
    match rule {
        Rule::Untreated => Policy::Untreated {
            visit_interval_weeks: 4,
        },
        Rule::Fixed { weeks } => Policy::Fixed(FixedGrid {
            interval_weeks: weeks,
            visit_interval_weeks: if weeks.is_multiple_of(4) { 4 } else { weeks },
        }),
        Rule::Prn {
            visits, cap: None, ..
        } => Policy::Prn {
            visit_interval_weeks: visits,
            fluid_threshold: 0.24,
            max_gap_weeks: None,
        },
        Rule::Prn { visits, cap, .. } => Policy::Prn {
            visit_interval_weeks: visits,
            fluid_threshold: 0.42,
            max_gap_weeks: cap,
        },
        Rule::Extend {
            start,
            step,
            min,
            max,
        } => Policy::TreatAndExtend(TreatAndExtend {
            start_weeks: start,
            extend_weeks: step,
            shorten_weeks: step,
            min_weeks: min,
            max_weeks: max,
            ..TreatAndExtend::default()
        }),
        Rule::Modification { start } => Policy::DoseRegimenModification {
            start_weeks: start,
            min_weeks: 8,
            max_weeks: 24,
            shorten_weeks: 4,
            extend_weeks: 4,
            extend_from_week: 52,
            letters_loss: 5.0,
            fluid_increase: 0.12,
        },
        Rule::Assigned => Policy::AssignedInterval {
            first_assessment_week: 20,
            second_assessment_week: 24,
            intervals_weeks: [8, 12, 16],
            fluid_threshold: 0.42,
            letters_loss: 5.0,
        },
    }
}
