use super::block::{Block, Done, End, NONE_U8, NONE_U16, Visit};
use super::model::Model;
use super::months::{
    MonthBook, MonthEnd, PATTERN_INITIAL, PATTERN_RESTARTED, pattern_of_interval, round_letters,
    round_whole,
};
use super::patient::Departures;
use crate::biology::{Eye, EyeTraits, Stepper, Wiener};
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
    /// [`NEVER`] where there is none.
    day: u32,
    plan: Plan,
    comes: bool,
    /// The first visit after an absence: treatment restarts there.
    returns: bool,
    gap_days: Option<u32>,
}

impl Appointment {
    fn at(day: u32, plan: Plan) -> Self {
        Self {
            day,
            plan,
            comes: true,
            returns: false,
            gap_days: None,
        }
    }

    fn none(plan: Plan) -> Self {
        Self::at(NEVER, plan)
    }
}

/// Everything that changes along one eye's course.
struct Course<'m, 'b> {
    model: &'m Model,
    span: &'b Span<'b>,
    draws: &'b Draws,
    patient: u32,
    chart: Chart<'m>,
    next: Appointment,
    /// Off treatment on days in `off_from .. back_at`.
    off_from: u32,
    back_at: u32,
    episode: usize,
    futility_run: u8,
    last_visit: u32,
    /// Pattern group of the interval between the last two visits.
    interval_pattern: usize,
    /// Year of follow-up, 0 for the first: twelve months each.
    year: u32,
    outcome: Outcome,
}

impl Model {
    /// The course of one eye from `start` to the last day. `book` takes the months of the `STUDY` eye.
    #[expect(clippy::too_many_arguments, reason = "the main path, called twice")]
    pub(super) fn eye<S: Stepper, const STUDY: bool>(
        &self,
        patient: u32,
        span: &Span<'_>,
        draws: &Draws,
        start: u32,
        letters: f64,
        book: &mut MonthBook,
        block: &mut Block,
    ) -> Outcome {
        let constants = &self.constants;
        let traits = EyeTraits::draw(constants, letters, draws);
        let mut eye = Eye::new(constants, traits, start);
        let mut course = Course::open(self, span, draws, patient, start, round_letters(letters));
        let mut month = self.month_ends.partition_point(|&end| end <= start);
        let mut words = draws.words(Decision::Month, month as u32 / 4);
        let mut path = Wiener::at(start);
        path.month(self.month_ends[month], words[month % 4], constants);
        course.year = (month as u32 - 1) / 12;
        let mut next_year = (course.year as usize + 1) * 12 + 1;

        if course.next.day == start {
            let at = draws.words(Decision::Day, start);
            course.visit::<STUDY>(&mut eye, at, book, block);
        }
        if STUDY {
            book.record(&mut block.counts, &course.month_end(&eye));
        }
        loop {
            let month_end = self.month_ends[month];
            let stop = month_end.min(span.last_day);
            while course.next.day <= stop {
                let day = course.next.day;
                let at = draws.words(Decision::Day, day);
                if !course.next.comes {
                    course.missed(at[3]);
                    continue;
                }
                if day > eye.day {
                    S::advance(constants, &mut eye, day, path.advance(day, at[0]), draws);
                }
                course.visit::<STUDY>(&mut eye, at, book, block);
            }
            if stop > eye.day {
                // A month's end needs no word of its own: the path is known there.
                let increment = if stop == month_end {
                    path.finish()
                } else {
                    path.advance(stop, draws.words(Decision::Day, stop)[0])
                };
                S::advance(constants, &mut eye, stop, increment, draws);
            }
            if stop == month_end {
                let month_started = self.month_ends[month - 1].max(start);
                eye.monthly_events(constants, month_end - month_started, month as u32, draws);
                if STUDY {
                    book.record(&mut block.counts, &course.month_end(&eye));
                }
            }
            if stop == span.last_day {
                break;
            }
            month += 1;
            if month % 4 == 0 {
                words = draws.words(Decision::Month, month as u32 / 4);
            }
            if month == next_year {
                course.year += 1;
                next_year += 12;
            }
            path.month(self.month_ends[month], words[month % 4], constants);
        }
        let mut outcome = course.outcome;
        outcome.final_letters_true = round_letters(eye.letters());
        outcome
    }
}

impl<'m, 'b> Course<'m, 'b> {
    /// Before the first visit: on `start`, or on the first open day from then on that the patient is not
    /// away (the fellow eye may fall ill at any time).
    fn open(
        model: &'m Model,
        span: &'b Span<'b>,
        draws: &'b Draws,
        patient: u32,
        start: u32,
        baseline: u8,
    ) -> Self {
        let open_from = |day: u32| model.calendar.open_from(day + span.enrolment) - span.enrolment;
        let episodes = span.episodes.as_slice();
        let (mut first, mut episode) = (open_from(start), 0);
        while let Some(absence) = episodes.get(episode)
            && absence.leaves <= first
        {
            episode += 1;
            first = if absence.returns > span.last_day {
                NEVER
            } else {
                first.max(open_from(absence.returns))
            };
        }
        let (chart, plan) = Chart::open(
            &model.protocol.treatment,
            first.min(span.last_day),
            baseline,
        );
        Self {
            model,
            span,
            draws,
            patient,
            chart,
            next: Appointment::at(first, plan),
            off_from: NEVER,
            back_at: NEVER,
            episode,
            futility_run: 0,
            last_visit: start,
            interval_pattern: pattern_of_interval(0),
            year: 0,
            outcome: Outcome {
                baseline_letters: baseline,
                last_letters: baseline,
                ..Outcome::default()
            },
        }
    }

    /// The day of an appointment has come, and the patient has not.
    #[inline(never)]
    fn missed(&mut self, word: u32) {
        let Appointment { plan, day, .. } = self.next;
        self.outcome.missed += 1;
        let rebook = u32::from(self.model.protocol.behaviour.attendance.rebook_after_weeks);
        if rebook > 0 {
            // The visit's own purpose, later; a rhythm goes on from its own day.
            self.appoint(plan, day, day + 7 * rebook, word);
        } else {
            let plan = self.chart.after_missed(plan, day);
            self.appoint(plan, day, plan.day, word);
        }
    }

    /// A visit takes place, with the day's words: (structure), letters, fluid, the next appointment.
    #[inline(always)]
    fn visit<const STUDY: bool>(
        &mut self,
        eye: &mut Eye,
        [_, letters_word, fluid_word, next_word]: [u32; 4],
        book: &mut MonthBook,
        block: &mut Block,
    ) {
        let Appointment {
            plan,
            day,
            gap_days,
            returns,
            ..
        } = self.next;
        let rules = &self.model.protocol.visits;
        let letters_true = eye.letters();
        let fluid = eye.fluid;
        let seen = if plan.assessed {
            let letters = if self.outcome.visits == 0 && day == self.last_visit {
                self.outcome.baseline_letters
            } else {
                round_letters(letters_true + rules.letters_sd * normal(letters_word))
            };
            let fluid = fluid + rules.fluid_sd * normal(fluid_word);
            Some(Seen {
                day,
                letters,
                fluid,
                wet: fluid > rules.fluid_called_above,
            })
        } else {
            None
        };
        let monitored = self.chart.phase == Phase::Monitoring;
        if returns {
            self.chart.restart();
        }

        let decision = if self.is_futile(seen) {
            self.chart.phase = Phase::Ended;
            self.end(End::Futility, day);
            crate::policy::Decision::STOP
        } else {
            self.chart.decide(plan, day, seen)
        };

        self.count_visit::<STUDY>(day, seen, book, block);
        if let Some(drug) = decision.inject {
            self.count_injection::<STUDY>(eye, book, block);
            // A return that ends as futile, or on a policy that does not treat, restarts nothing.
            self.outcome.restarts += u32::from(returns);
            if self.is_off(day) {
                // After a planned stop, because of what was seen or by a switch.
                self.outcome.restarts += 1;
                (self.off_from, self.back_at) = (NEVER, NEVER);
            }
            eye.inject(&self.model.constants, drug);
        }
        if decision.planned_stop {
            self.end(End::PlannedStop, day);
        }
        self.last_visit = day;
        if block.keep_visits {
            block.rows.push(Visit {
                patient: self.patient,
                day: day as u16,
                next_planned_days: decision.next.map_or(NONE_U16, |next| {
                    next.day.saturating_sub(day).min(u32::from(NONE_U16) - 1) as u16
                }),
                fellow_eye: !STUDY,
                letters_measured: seen.map_or(NONE_U8, |seen| seen.letters),
                letters_true: round_whole(letters_true),
                fluid_percent: round_whole(fluid * 100.0),
                wet: seen.map_or(NONE_U8, |seen| u8::from(seen.wet)),
                done: match (decision.inject, seen) {
                    (Some(_), None) => Done::InjectionOnly,
                    (Some(_), Some(_)) => Done::DecisionWithInjection,
                    (None, _) if monitored => Done::Monitoring,
                    (None, _) => Done::DecisionOnly,
                },
                drug: decision.inject.map_or(NONE_U8, |drug| drug as u8),
            });
        }
        match decision.next {
            Some(next) => {
                let gap_ends = gap_days.map_or(0, |gap| day + gap);
                self.appoint(next, day, gap_ends.max(next.day), next_word);
            }
            None => self.next = Appointment::none(plan),
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

    #[inline(always)]
    fn count_visit<const STUDY: bool>(
        &mut self,
        day: u32,
        seen: Option<Seen>,
        book: &mut MonthBook,
        block: &mut Block,
    ) {
        if self.outcome.visits > 0 {
            let interval = day - self.last_visit;
            self.interval_pattern = pattern_of_interval(interval);
            if STUDY {
                let weeks = (interval + 3) / 7;
                let counts = &mut block.counts;
                counts.add(Cube::VisitInterval, 0, self.year, weeks as i32, 1);
            }
        }
        self.outcome.visits += 1;
        if let Some(seen) = seen {
            self.outcome.assessments += 1;
            self.outcome.last_letters = seen.letters;
            book.measured(seen.letters);
        }
    }

    #[inline(always)]
    fn count_injection<const STUDY: bool>(
        &mut self,
        eye: &Eye,
        book: &mut MonthBook,
        block: &mut Block,
    ) {
        self.outcome.injections += 1;
        if let Some(days) = eye.days_since_injection() {
            self.outcome.longest_interval_days = self.outcome.longest_interval_days.max(days);
            if STUDY {
                let weeks = (days + 3) / 7;
                let counts = &mut block.counts;
                counts.add(Cube::InjectionInterval, 0, self.year, weeks as i32, 1);
            }
        }
        book.injected(self.year);
    }

    /// Treatment ends on `day`; the first end is the patient's.
    #[cold]
    fn end(&mut self, end: End, day: u32) {
        if self.outcome.first_end.is_none() {
            self.outcome.first_end = Some((end, day));
        }
        if self.off_from == NEVER || day >= self.back_at {
            self.off_from = day;
        }
        self.back_at = NEVER;
    }

    /// Makes the appointment for a plan, not before a week after `today`: weekday and window, then the
    /// patient's delay, then the weekday again. A patient who is away by then is seen on return.
    #[inline(always)]
    fn appoint(&mut self, plan: Plan, today: u32, wanted: u32, word: u32) {
        let calendar = &self.model.calendar;
        let shift = self.span.enrolment;
        let loading = matches!(self.chart.phase, Phase::Loading { .. });
        let earliest = today + VISITS_APART_DAYS;
        let planned = calendar.visit_day(today, wanted.max(earliest), loading, shift);
        let attended = self
            .model
            .attending
            .attend(word, || self.draws.words(Decision::LongGap, planned)[0]);
        // Days of follow-up are far from the limits of either type.
        let moved = (planned as i32 + attended.delay_days).max(earliest as i32) as u32;
        let day = calendar.open_from(moved + shift) - shift;
        if let Some(absence) = self.span.episodes.as_slice().get(self.episode)
            && day >= absence.leaves
        {
            self.next = self.away(plan);
            return;
        }
        self.next = Appointment {
            day,
            plan,
            comes: attended.comes,
            returns: false,
            gap_days: attended.gap_days,
        };
    }

    /// The patient has dropped out before the appointment: treatment ends, and restarts on return.
    #[cold]
    #[inline(never)]
    fn away(&mut self, plan: Plan) -> Appointment {
        let shift = self.span.enrolment;
        let mut day = 0;
        // One absence may begin before the first open day after another.
        while let Some(absence) = self.span.episodes.as_slice().get(self.episode)
            && (day == 0 || absence.leaves <= day)
        {
            if absence.leaves > self.span.last_day {
                // Death or the end of follow-up comes first.
                return Appointment::none(plan);
            }
            self.episode += 1;
            self.end(End::DropOut, absence.leaves);
            if absence.returns > self.span.last_day {
                return Appointment::none(plan);
            }
            day = self.model.calendar.open_from(absence.returns + shift) - shift;
        }
        let (purpose, returns) = match self.chart.phase {
            Phase::Ended => return Appointment::none(plan),
            Phase::Monitoring => (Purpose::Monitor, false),
            _ if self.chart.is_untreated() => (Purpose::Decide, true),
            _ => (Purpose::InjectionDue, true),
        };
        if returns {
            self.back_at = day;
        }
        let plan = Plan {
            day,
            purpose,
            assessed: true,
        };
        Appointment {
            returns,
            ..Appointment::at(day, plan)
        }
    }

    /// Whether a day lies between an end of treatment and its restart.
    #[inline(always)]
    fn is_off(&self, day: u32) -> bool {
        day >= self.off_from && day < self.back_at
    }

    #[inline(always)]
    fn month_end(&self, eye: &Eye) -> MonthEnd {
        let pattern = match self.chart.phase {
            Phase::Loading { restart: false, .. } => PATTERN_INITIAL,
            Phase::Loading { restart: true, .. } => PATTERN_RESTARTED,
            _ => {
                let waiting = eye.day - self.last_visit;
                if waiting >= 120 {
                    pattern_of_interval(waiting)
                } else {
                    self.interval_pattern
                }
            }
        };
        MonthEnd {
            on_treatment: !self.is_off(eye.day),
            letters_true: round_whole(eye.letters()),
            state: eye.state(),
            pattern,
        }
    }
}
