use super::block::{Block, Done, End, Visit};
use super::model::Model;
use super::months::{
    MonthBook, MonthEnd, PATTERN_INITIAL, PATTERN_RESTARTED, pattern_of_interval, round_letters,
};
use super::patient::Departures;
use crate::behaviour::attend;
use crate::biology::{Eye, EyeTraits, Stepper, Wiener};
use crate::calendar::DAYS_PER_YEAR;
use crate::policy::{Chart, Phase, Plan, Purpose, Seen};
use crate::random::{Decision, Draws, normal};
use crate::summary::Cube;

/// Shortest time between two visits, days.
const VISITS_APART_DAYS: u32 = 7;
/// No day.
const NEVER: u32 = u32::MAX;

/// How a patient's follow-up ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    Completed,
    Death,
    Transfer,
    StudyEnd,
}

/// A patient's follow-up, the same for both eyes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span<'a> {
    pub enrolment: u32,
    /// Last day on which the patient is followed.
    pub last_day: u32,
    pub exit: Exit,
    pub episodes: &'a Departures,
}

/// What an eye's course adds up to.
#[derive(Debug, Clone, Default)]
pub(super) struct Outcome {
    pub visits: u32,
    pub missed: u32,
    pub assessments: u32,
    pub injections: u32,
    pub restarts: u32,
    pub longest_interval_days: u32,
    pub baseline_letters: u8,
    pub last_letters: u8,
    pub final_letters_true: u8,
    pub first_end: Option<(End, u32)>,
}

/// The next visit, as it will happen.
#[derive(Debug, Clone, Copy)]
struct Appointment {
    plan: Plan,
    day: u32,
    comes: bool,
    gap_days: Option<u32>,
}

/// Everything that changes along one eye's course.
struct Course<'m, 'b> {
    model: &'m Model,
    span: &'b Span<'b>,
    draws: &'b Draws,
    chart: Chart<'m>,
    next: Option<Appointment>,
    /// Off treatment on days in `off_from .. back_at`.
    off_from: u32,
    back_at: u32,
    episode: usize,
    futility_run: u8,
    last_visit: u32,
    last_interval: u32,
    outcome: Outcome,
}

impl Model {
    /// The course of one eye from `start` to the last day. `book` is given for the study eye.
    #[expect(clippy::too_many_arguments, reason = "the main path, called twice")]
    pub(super) fn eye<S: Stepper>(
        &self,
        patient: u32,
        span: &Span<'_>,
        draws: &Draws,
        start: u32,
        letters: f64,
        mut book: Option<&mut MonthBook>,
        block: &mut Block,
    ) -> Outcome {
        let fellow_eye = book.is_none();
        let traits = EyeTraits::draw(&self.constants, letters, draws);
        let mut eye = Eye::new(&self.constants, traits, start);
        let baseline = round_letters(letters);
        let (chart, plan) = Chart::open(&self.protocol.treatment, start, baseline);
        let mut course = Course {
            model: self,
            span,
            draws,
            chart,
            next: Some(Appointment {
                plan,
                day: start,
                comes: true,
                gap_days: None,
            }),
            off_from: NEVER,
            back_at: NEVER,
            episode: 0,
            futility_run: 0,
            last_visit: start,
            last_interval: 0,
            outcome: Outcome {
                baseline_letters: baseline,
                last_letters: baseline,
                ..Outcome::default()
            },
        };
        let mut month = self.month_ends.partition_point(|&end| end <= start);
        let mut words = draws.words(Decision::Month, month as u32 / 2);
        let mut path = Wiener::at(start);
        path.month(self.month_ends[month], words[month & 1]);
        let mut month_started = start;

        loop {
            let month_end = self.month_ends[month];
            let visit_day = course.next.map_or(NEVER, |next| next.day);
            let stop = visit_day.min(month_end).min(span.last_day);
            // A month's end needs no words of its own: the path is known there.
            let at = if stop == month_end && stop != visit_day {
                [0; 4]
            } else {
                draws.words(Decision::Day, stop)
            };
            if stop > eye.day {
                let increment = path.advance(stop, at[0]);
                S::advance(&self.constants, &mut eye, stop, increment, draws);
            }
            if stop == visit_day {
                course.visit(&mut eye, patient, fellow_eye, at, &mut book, block);
            }
            if stop == start
                && let Some(book) = &mut book
            {
                book.record(&mut block.counts, &course.month_end(&eye));
            }
            if stop == month_end {
                let days = month_end - month_started;
                eye.monthly_events(
                    &self.constants,
                    days,
                    month as u32,
                    words[2 + (month & 1)],
                    draws,
                );
                if let Some(book) = &mut book {
                    book.record(&mut block.counts, &course.month_end(&eye));
                }
                month += 1;
                month_started = month_end;
                if month & 1 == 0 {
                    words = draws.words(Decision::Month, month as u32 / 2);
                }
                if let Some(&end) = self.month_ends.get(month) {
                    path.month(end, words[month & 1]);
                }
            }
            if stop == span.last_day {
                break;
            }
        }
        let mut outcome = course.outcome;
        outcome.final_letters_true = round_letters(eye.letters());
        outcome
    }
}

impl Course<'_, '_> {
    /// A visit's day has come.
    #[inline(always)]
    fn visit(
        &mut self,
        eye: &mut Eye,
        patient: u32,
        fellow_eye: bool,
        at: [u32; 4],
        book: &mut Option<&mut MonthBook>,
        block: &mut Block,
    ) {
        let Some(Appointment {
            plan,
            day,
            comes,
            gap_days,
        }) = self.next.take()
        else {
            return;
        };
        if !comes {
            self.outcome.missed += 1;
            let rebook = u32::from(self.model.protocol.behaviour.attendance.rebook_after_weeks);
            let again = if rebook > 0 {
                // The visit's own purpose, later; a rhythm goes on from its own day.
                self.appoint(plan, day, day + 7 * rebook)
            } else {
                let plan = self.chart.after_missed(plan);
                self.appoint(plan, day, plan.day)
            };
            self.next = again;
            return;
        }
        let model = self.model;
        let rules = &model.protocol.visits;
        let first = self.outcome.visits == 0;
        let seen = plan.assessed.then(|| {
            let letters = if first {
                self.outcome.baseline_letters
            } else {
                round_letters(eye.letters() + rules.letters_sd * normal(at[1]))
            };
            let fluid = eye.fluid + rules.fluid_sd * normal(at[2]);
            Seen {
                day,
                letters,
                fluid,
                wet: fluid > rules.fluid_called_above,
            }
        });
        let letters_true = round_letters(eye.letters());
        let fluid = eye.fluid;
        let monitored = self.chart.phase == Phase::Monitoring;

        let futile = self.is_futile(seen);
        let decision = if futile {
            self.chart.phase = Phase::Ended;
            self.end(End::Futility, day);
            crate::policy::Decision {
                inject: None,
                next: None,
                planned_stop: false,
                restarted: false,
            }
        } else {
            self.chart.decide(plan, day, seen)
        };

        self.count_visit(fellow_eye, day, seen, book, block);
        if let Some(drug) = decision.inject {
            self.count_injection(fellow_eye, day, eye, book, block);
            eye.inject(&model.constants, drug);
        }
        if decision.planned_stop {
            self.end(End::PlannedStop, day);
        }
        if decision.restarted {
            self.outcome.restarts += 1;
            (self.off_from, self.back_at) = (NEVER, NEVER);
        }
        self.last_visit = day;
        self.next = decision.next.and_then(|next| match gap_days {
            Some(gap) => self.appoint(next, day, (day + gap).max(next.day)),
            None => self.appoint(next, day, next.day),
        });
        if block.keep_visits {
            block.visits.push(&Visit {
                patient,
                fellow_eye,
                day,
                letters_measured: seen.map(|seen| seen.letters),
                letters_true,
                fluid,
                wet: seen.map(|seen| seen.wet),
                done: match (decision.inject, seen) {
                    (Some(_), None) => Done::InjectionOnly,
                    (Some(_), Some(_)) => Done::DecisionWithInjection,
                    (None, _) if monitored => Done::Monitoring,
                    (None, _) => Done::DecisionOnly,
                },
                drug: decision.inject,
                next_planned_days: decision.next.map(|next| next.day.saturating_sub(day)),
            });
        }
    }

    fn is_futile(&mut self, seen: Option<Seen>) -> bool {
        let (Some(rule), Some(seen)) = (&self.model.protocol.behaviour.futility, seen) else {
            return false;
        };
        if self.chart.phase == Phase::Ended {
            return false;
        }
        let below = f64::from(seen.letters) < rule.below_letters;
        self.futility_run = if below {
            self.futility_run.saturating_add(1)
        } else {
            0
        };
        self.futility_run >= rule.visits
    }

    fn count_visit(
        &mut self,
        fellow_eye: bool,
        day: u32,
        seen: Option<Seen>,
        book: &mut Option<&mut MonthBook>,
        block: &mut Block,
    ) {
        if self.outcome.visits > 0 {
            self.last_interval = day - self.last_visit;
            if !fellow_eye {
                let weeks = (self.last_interval + 3) / 7;
                block
                    .counts
                    .add(Cube::VisitInterval, 0, year_of(day), weeks as i32, 1);
            }
        }
        self.outcome.visits += 1;
        if let Some(seen) = seen {
            self.outcome.assessments += 1;
            self.outcome.last_letters = seen.letters;
            if let Some(book) = book {
                book.measured(seen.letters);
            }
        }
    }

    fn count_injection(
        &mut self,
        fellow_eye: bool,
        day: u32,
        eye: &Eye,
        book: &mut Option<&mut MonthBook>,
        block: &mut Block,
    ) {
        self.outcome.injections += 1;
        if let Some(days) = eye.days_since_injection() {
            self.outcome.longest_interval_days = self.outcome.longest_interval_days.max(days);
            if !fellow_eye {
                let weeks = (days + 3) / 7;
                block
                    .counts
                    .add(Cube::InjectionInterval, 0, year_of(day), weeks as i32, 1);
            }
        }
        if let Some(book) = book {
            book.injected(year_of(day));
        }
    }

    /// Treatment ends on `day`; the first end is the patient's.
    fn end(&mut self, end: End, day: u32) {
        if self.outcome.first_end.is_none() {
            self.outcome.first_end = Some((end, day));
        }
        if self.off_from == NEVER || day >= self.back_at {
            (self.off_from, self.back_at) = (day, NEVER);
        }
    }

    /// Makes the appointment for a plan, not before a week after `today`: weekday and window, then the
    /// patient's delay, then the weekday again. A patient who is away by then is seen on return.
    #[inline(always)]
    fn appoint(&mut self, plan: Plan, today: u32, wanted: u32) -> Option<Appointment> {
        let calendar = &self.model.calendar;
        let shift = self.span.enrolment;
        let loading = matches!(self.chart.phase, Phase::Loading { .. });
        let earliest = today + VISITS_APART_DAYS;
        let mut day = calendar.visit_day(today, wanted.max(earliest), loading, shift);
        let rule = &self.model.protocol.behaviour.attendance;
        let attended = attend(rule, self.draws.words(Decision::Attendance, day));
        if attended.delay_days != 0 {
            let moved = day.saturating_add_signed(attended.delay_days).max(earliest);
            day = calendar.open_from(moved + shift) - shift;
        }
        if let Some(episode) = self.span.episodes.as_slice().get(self.episode)
            && day >= episode.leaves
        {
            return self.away();
        }
        Some(Appointment {
            plan,
            day,
            comes: attended.comes,
            gap_days: attended.gap_days,
        })
    }

    /// The patient has dropped out before the appointment: treatment ends, and restarts on return.
    #[cold]
    fn away(&mut self) -> Option<Appointment> {
        let episode = *self.span.episodes.as_slice().get(self.episode)?;
        self.episode += 1;
        self.end(End::DropOut, episode.leaves);
        if episode.returns > self.span.last_day {
            return None;
        }
        let shift = self.span.enrolment;
        let day = self.model.calendar.open_from(episode.returns + shift) - shift;
        let purpose = match self.chart.phase {
            Phase::Ended => return None,
            Phase::Monitoring => Purpose::Monitor,
            Phase::Loading { .. } | Phase::Maintenance => {
                self.chart.restart();
                self.outcome.restarts += 1;
                self.back_at = day;
                Purpose::InjectionDue
            }
        };
        let plan = Plan {
            day,
            purpose,
            assessed: true,
        };
        Some(Appointment {
            plan,
            day,
            comes: true,
            gap_days: None,
        })
    }

    fn month_end(&self, eye: &Eye) -> MonthEnd {
        let off = (self.off_from..self.back_at).contains(&eye.day);
        let pattern = match self.chart.phase {
            Phase::Loading { restart: false, .. } => PATTERN_INITIAL,
            Phase::Loading { restart: true, .. } => PATTERN_RESTARTED,
            _ => {
                let waiting = eye.day - self.last_visit;
                pattern_of_interval(if waiting >= 120 {
                    waiting
                } else {
                    self.last_interval
                })
            }
        };
        MonthEnd {
            on_treatment: !off,
            letters_true: round_letters(eye.letters()),
            state: eye.state(),
            pattern,
        }
    }
}

/// Year of follow-up, 0 for the first.
fn year_of(day: u32) -> u32 {
    (f64::from(day) / DAYS_PER_YEAR) as u32
}
