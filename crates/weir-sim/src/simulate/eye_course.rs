use super::appointments::{Appointment, NEVER};
use super::block::{Block, Done, End, Exam, NONE_U8, NONE_U16, Visit};
use super::model::Model;
use super::months::{
    MonthBook, MonthEnd, PATTERN_INITIAL, PATTERN_RESTARTED, pattern_of_interval, round_letters,
    round_whole,
};
use super::patient::Departures;
use crate::biology::{Eye, EyeTraits, Stepper, Wiener};
use crate::calendar::whole_weeks;
use crate::policy::{Chart, Phase, Seen};
use crate::random::{Decision, Draws};
use crate::summary::Cube;

/// From so many days since the last visit on, they are the interval that counts for the pattern.
const WAITING_DAYS: u32 = 120;

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

/// Everything that changes along one eye's course.
pub(super) struct Course<'m, 'b> {
    pub model: &'m Model,
    pub span: &'b Span<'b>,
    pub draws: &'b Draws,
    patient: u32,
    pub chart: Chart<'m>,
    pub next: Appointment,
    /// Off treatment on days in `off_from .. back_at`.
    off_from: u32,
    pub back_at: u32,
    pub episode: usize,
    futility_run: u8,
    last_visit: u32,
    /// Pattern group of the interval between the last two visits.
    interval_pattern: u8,
    /// Pattern group until `waits_from`; from then on, that of the days since the last visit.
    pattern: u8,
    waits_from: u32,
    /// Year of follow-up, 0 for the first: twelve months each.
    year: u32,
    pub outcome: Outcome,
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
        let mut exams = self.exam_days.iter().copied().filter(|_| STUDY);
        let mut exam = exams.next().unwrap_or(NEVER);
        loop {
            let month_end = self.month_ends[month];
            let stop = month_end.min(span.last_day).min(exam);
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
            if stop == exam {
                self.examine(patient, &eye, draws, block);
                exam = exams.next().unwrap_or(NEVER);
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
            if stop < month_end {
                continue;
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

    /// An outcome examination: measured with the words that a visit on this day has, so that both measure the same.
    #[cold]
    fn examine(&self, patient: u32, eye: &Eye, draws: &Draws, block: &mut Block) {
        let rules = &self.protocol.visits;
        let [_, letters_word, fluid_word, _] = draws.words(Decision::Day, eye.day);
        let letters = eye.letters() + rules.letters_sd * self.normals.of(letters_word);
        let fluid = eye.fluid + rules.fluid_sd * self.normals.of(fluid_word);
        block.exams.push(Exam {
            patient,
            day: eye.day as u16,
            letters_measured: round_letters(letters),
            wet: fluid > rules.fluid_called_above,
        });
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
        let mut course = Self {
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
            pattern: PATTERN_INITIAL,
            waits_from: NEVER,
            year: 0,
            outcome: Outcome {
                baseline_letters: baseline,
                last_letters: baseline,
                ..Outcome::default()
            },
        };
        course.note_pattern();
        course
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
        let (rules, normals) = (&self.model.protocol.visits, self.model.normals);
        let letters_true = eye.letters();
        let fluid = eye.fluid;
        let seen = if plan.assessed {
            let letters = if self.outcome.visits == 0 && day == self.last_visit {
                self.outcome.baseline_letters
            } else {
                round_letters(letters_true + rules.letters_sd * normals.of(letters_word))
            };
            let fluid = fluid + rules.fluid_sd * normals.of(fluid_word);
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
        self.note_pattern();
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
                let weeks = whole_weeks(interval + 3);
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
                let weeks = whole_weeks(days + 3);
                let counts = &mut block.counts;
                counts.add(Cube::InjectionInterval, 0, self.year, weeks as i32, 1);
            }
        }
        book.injected(self.year);
    }

    /// Treatment ends on `day`; the first end is the patient's.
    #[cold]
    pub(super) fn end(&mut self, end: End, day: u32) {
        if self.outcome.first_end.is_none() {
            self.outcome.first_end = Some((end, day));
        }
        if self.off_from == NEVER || day >= self.back_at {
            self.off_from = day;
        }
        self.back_at = NEVER;
    }

    /// Whether a day lies between an end of treatment and its restart.
    #[inline(always)]
    fn is_off(&self, day: u32) -> bool {
        day >= self.off_from && day < self.back_at
    }

    /// After the phase or the last visit has changed.
    #[inline(always)]
    fn note_pattern(&mut self) {
        (self.pattern, self.waits_from) = match self.chart.phase {
            Phase::Loading { restart: false, .. } => (PATTERN_INITIAL, NEVER),
            Phase::Loading { restart: true, .. } => (PATTERN_RESTARTED, NEVER),
            _ => (self.interval_pattern, self.last_visit + WAITING_DAYS),
        };
    }

    #[inline(always)]
    fn month_end(&self, eye: &Eye) -> MonthEnd {
        MonthEnd {
            on_treatment: !self.is_off(eye.day),
            letters_true: round_whole(eye.letters()),
            state: eye.state(),
            pattern: if eye.day >= self.waits_from {
                pattern_of_interval(eye.day - self.last_visit)
            } else {
                self.pattern
            },
        }
    }
}
