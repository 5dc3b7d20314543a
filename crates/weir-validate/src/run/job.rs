use std::num::NonZeroUsize;

use weir_memory::{Bytes, Refusal, Reservation};
use weir_run::{PartsError, Run, Total, run_parts};
use weir_sim::protocol::{Biology, Policy};
use weir_sim::simulate::{Block, Done, End, Model, TimeEngine};
use weir_sim::summary::Counts;

use super::rows::{Request, RowPlan, plan_rows};
use crate::arm::{NotRun, Plan};
use crate::measure::{Course, Seen, Tally, estimate};
use crate::regimen::Rule;
use crate::targets::Targets;

/// Patients of a block.
const BLOCK: u32 = 500;
/// Visits a patient has at the most, for the memory asked for.
const VISITS: u64 = 160;
/// Tables of one prepared model, bytes.
const MODEL_BYTES: u64 = 80 << 10;

/// What is asked of a validation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Asked {
    /// Simulated eyes of each arm, 100 to 10,000,000.
    pub eyes: u32,
    /// Seed: every arm has the same eyes, as far as its entry criteria allow.
    pub seed: u64,
    /// Threads; the result does not depend on them.
    pub threads: NonZeroUsize,
}

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum Interrupted {
    /// It does not fit into the budget.
    #[error("{0}")]
    DoesNotFit(Box<Refusal>),
    /// Cancelled.
    #[error("cancelled before every arm was simulated; nothing was written")]
    Cancelled,
    /// A bug.
    #[error("the simulation stopped: {0}")]
    Bug(String),
}

impl From<Refusal> for Interrupted {
    fn from(refusal: Refusal) -> Self {
        Interrupted::DoesNotFit(Box::new(refusal))
    }
}

/// Simulated numbers of every arm.
#[derive(Debug)]
pub struct Simulated {
    /// By arm of the file: what was simulated, or why nothing was.
    pub arms: Vec<Result<Plan, NotRun>>,
    /// What was asked.
    pub asked: Asked,
    pub(crate) rows: Vec<RowPlan>,
    pub(crate) requests: Vec<Request>,
    pub(crate) tallies: Vec<Tally>,
}

/// One arm ready to simulate.
struct Prepared<'p> {
    plan: &'p Plan,
    models: Vec<Model>,
    /// Numbers of its requests in the list of all.
    requests: Vec<usize>,
}

/// Simulates every arm that can be.
///
/// # Errors
/// [`Interrupted`]: no memory, or cancelled.
pub fn simulate(
    targets: &Targets,
    biology: &Biology,
    asked: Asked,
    run: &Run,
) -> Result<Simulated, Interrupted> {
    let arms: Vec<Result<Plan, NotRun>> = (0..targets.arms.len())
        .map(|arm| Plan::of(targets, arm, biology))
        .collect();
    let plans: Vec<Option<Plan>> = arms
        .iter()
        .map(|plan| plan.as_ref().ok().cloned())
        .collect();
    let (rows, requests) = plan_rows(targets, &plans);
    let models: u64 = plans
        .iter()
        .flatten()
        .map(|plan| plan.protocols.len() as u64)
        .sum();
    let eyes = u64::from(asked.eyes) * plans.iter().flatten().count() as u64;
    let stage = run.stage("simulate arms", Total::known(eyes, "eyes"));
    let holder = stage.holder("arms");
    let _held = holder.reserve(Bytes::new(models * MODEL_BYTES + (1 << 20)))?;
    let prepared: Vec<Prepared<'_>> = plans
        .iter()
        .enumerate()
        .filter_map(|(index, plan)| Some(prepare(index, plan.as_ref()?, &requests, asked)))
        .collect();

    let blocks = asked.eyes.div_ceil(BLOCK);
    let mut tallies: Vec<Tally> = requests
        .iter()
        .map(|request| Tally::new(request.measure.median))
        .collect();
    let months = prepared
        .iter()
        .flat_map(|arm| &arm.models)
        .map(Model::months)
        .max()
        .unwrap_or(1);
    let worker_bytes = u64::from(BLOCK) * VISITS * 40 + 2 * Counts::bytes(months) + (1 << 20);
    let outcome = run_parts(
        run,
        &stage,
        0..blocks * prepared.len() as u32,
        asked.threads,
        || -> Result<Worker, Refusal> {
            Ok(Worker {
                _held: holder.reserve(Bytes::new(worker_bytes))?,
                block: None,
            })
        },
        |worker: &mut Worker, part| {
            let arm = &prepared[(part / blocks) as usize];
            let block = part % blocks;
            let first = block * BLOCK;
            let eyes = first..(first + BLOCK).min(asked.eyes);
            let count = eyes.len() as u64;
            let model = &arm.models[(block as usize) % arm.models.len()];
            let tallied = worker.block(arm, model, eyes, &requests);
            stage.progress().add(count);
            Ok(tallied)
        },
        |part, tallied: Vec<Tally>| {
            let arm = &prepared[(part / blocks) as usize];
            for (request, tally) in arm.requests.iter().zip(&tallied) {
                tallies[*request].merge(tally);
            }
            Ok(())
        },
    );
    match outcome {
        Ok(done) if done.cancelled => {
            stage.fail(&"cancelled");
            return Err(Interrupted::Cancelled);
        }
        Ok(_) => {}
        Err(PartsError::Panicked { message, .. }) => return Err(Interrupted::Bug(message)),
        Err(error) => {
            let words = error.to_string();
            return Err(error
                .into_inner()
                .map_or(Interrupted::Bug(words), Interrupted::from));
        }
    }
    drop(prepared);
    stage.finish();
    Ok(Simulated {
        arms,
        asked,
        rows,
        requests,
        tallies,
    })
}

fn prepare<'p>(index: usize, plan: &'p Plan, requests: &[Request], asked: Asked) -> Prepared<'p> {
    let own: Vec<usize> = (0..requests.len())
        .filter(|&request| requests[request].arm == index)
        .collect();
    let baseline = f64::from(plan.baseline_week);
    let mut days = Vec::new();
    if plan.examines() {
        days.push(7 * u32::from(plan.baseline_week));
        for week in own.iter().flat_map(|&request| &requests[request].weeks) {
            // And 16 weeks before, for sustained losses.
            for week in [*week, week - 16.0] {
                if week > 0.0 {
                    days.push((7.0 * (baseline + week)).round() as u32);
                }
            }
        }
    }
    let models = plan.protocols.iter().map(|protocol| {
        Model::new(
            protocol,
            plan.years(),
            asked.seed,
            TimeEngine::BetweenVisits,
        )
        .with_exams(&days)
    });
    Prepared {
        plan,
        models: models.collect(),
        requests: own,
    }
}

struct Worker {
    _held: Reservation,
    block: Option<(u32, Block)>,
}

impl Worker {
    fn block(
        &mut self,
        arm: &Prepared<'_>,
        model: &Model,
        eyes: std::ops::Range<u32>,
        requests: &[Request],
    ) -> Vec<Tally> {
        let months = model.months();
        let block = match &mut self.block {
            Some((of, block)) if *of == months => block,
            other => &mut other.insert((months, Block::new(months, true))).1,
        };
        block.clear(true);
        model.simulate(eyes, block);
        let mut tallies: Vec<Tally> = arm
            .requests
            .iter()
            .map(|&request| Tally::new(requests[request].measure.median))
            .collect();
        let (mut visit, mut exam) = (0, 0);
        let (mut visits, mut exams) = (Vec::new(), Vec::new());
        for row in 0..block.patients.len() {
            let patient = block.patients.patient[row];
            visits.clear();
            while visit < block.visits.len() && block.visits.patient[visit] == patient {
                if !block.visits.fellow_eye[visit] {
                    visits.push(seen(block, visit));
                }
                visit += 1;
            }
            exams.clear();
            while exam < block.exams.len() && block.exams[exam].patient == patient {
                let found = block.exams[exam];
                exams.push((i32::from(found.day), found.letters_measured, found.wet));
                exam += 1;
            }
            let course = course(arm.plan, block, row, &visits, &exams);
            for (tally, &number) in tallies.iter_mut().zip(&arm.requests) {
                let request = &requests[number];
                let values = request
                    .weeks
                    .iter()
                    .map(|&week| estimate(&request.measure, week, &course));
                let values: Option<Vec<f64>> = values.collect();
                if let Some(values) = values.filter(|values| !values.is_empty()) {
                    tally.add(values.iter().sum::<f64>() / values.len() as f64);
                }
            }
        }
        tallies
    }
}

fn seen(block: &Block, row: usize) -> Seen {
    let visits = &block.visits;
    let done = visits.done[row];
    Seen {
        day: i32::from(visits.day[row]),
        letters: Some(visits.letters_measured[row]).filter(|letters| *letters != u8::MAX),
        wet: Some(visits.wet[row])
            .filter(|wet| *wet != u8::MAX)
            .map(|wet| wet == 1),
        injected: done == Done::InjectionOnly as u8 || done == Done::DecisionWithInjection as u8,
        planned_weeks: Some(visits.next_planned_days[row])
            .filter(|days| *days != u16::MAX)
            .map(|days| (days + 3) / 7),
    }
}

/// Without a visit for so long, an eye is no longer followed; longer than any interval with a missed visit.
const SILENT_DAYS: i32 = 200;
/// The same in routine care, after the last visit.
const GONE_DAYS: i32 = 60;

fn course<'v>(
    plan: &Plan,
    block: &Block,
    row: usize,
    visits: &'v [Seen],
    exams: &'v [(i32, u8, bool)],
) -> Course<'v> {
    let patients = &block.patients;
    let day = |day: u16| Some(i32::from(day)).filter(|_| day != u16::MAX);
    let end_day = day(patients.first_end_day[row]);
    let ended = |end: End| end_day.filter(|_| patients.first_end[row] == end as u8);
    let last_visit = visits.last().map_or(0, |visit| visit.day);
    let mut followed_until = i32::from(patients.followed_days[row]);
    if let Some(left) = ended(End::DropOut).filter(|_| !plan.regimen.routine) {
        followed_until = followed_until.min(left);
    }
    let silent = if plan.regimen.routine {
        GONE_DAYS
    } else {
        SILENT_DAYS
    };
    if last_visit + silent < followed_until {
        followed_until = last_visit + GONE_DAYS;
    }
    let rule = plan.regimen.stages.last().map(|stage| stage.rule);
    let first = plan
        .protocols
        .first()
        .map(|protocol| &protocol.treatment.policy);
    Course {
        visits,
        exams,
        baseline_day: 7 * i32::from(plan.baseline_week),
        followed_until,
        dead_on: day(patients.death_day[row]),
        fellow_ill_on: day(patients.fellow_onset_day[row]),
        stopped_on: ended(End::PlannedStop),
        last_week: plan.last_week,
        estimand: plan.estimand,
        examines: plan.examines(),
        planned_intervals: !matches!(
            rule,
            Some(Rule::Fixed { .. } | Rule::Prn { .. } | Rule::Untreated)
        ),
        interval_in_use: matches!(
            first,
            Some(Policy::AssignedInterval { .. } | Policy::DoseRegimenModification { .. })
        ),
        monitor_weeks: f64::from(plan.regimen.monitor_weeks),
        loading: plan.regimen.loading,
    }
}
