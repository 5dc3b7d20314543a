use super::block::End;
use super::eye_course::Course;
use crate::policy::{Phase, Plan, Purpose};
use crate::random::Decision;

/// Shortest time between two visits, days.
const VISITS_APART_DAYS: u32 = 7;
/// No day.
pub(super) const NEVER: u32 = u32::MAX;

/// The next visit, as it will happen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Appointment {
    /// [`NEVER`] where there is none.
    pub day: u32,
    pub plan: Plan,
    pub comes: bool,
    /// The first visit after an absence: treatment restarts there.
    pub returns: bool,
    pub gap_days: Option<u32>,
}

impl Appointment {
    pub(super) fn at(day: u32, plan: Plan) -> Self {
        Self {
            day,
            plan,
            comes: true,
            returns: false,
            gap_days: None,
        }
    }

    pub(super) fn none(plan: Plan) -> Self {
        Self::at(NEVER, plan)
    }
}

impl Course<'_, '_> {
    /// The day of an appointment has come, and the patient has not.
    #[inline(never)]
    pub(super) fn missed(&mut self, word: u32) {
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

    /// Makes the appointment for a plan, not before a week after `today`: weekday and window, then the
    /// patient's delay, then the weekday again. A patient who is away by then is seen on return.
    #[inline(always)]
    pub(super) fn appoint(&mut self, plan: Plan, today: u32, wanted: u32, word: u32) {
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
}
