use super::switching::SWITCHES_MAX;
use super::{assigned, extend, modification, prn};
use crate::protocol::{Drug, Policy, Treatment};

/// A loading dose may come this much later than planned without moving the doses after it.
const LATE_DAYS: u32 = 14;

/// Weeks, at most, until the next try at a missed visit of a policy without a rhythm.
const MISSED_WEEKS: u16 = 4;

/// What an assessment shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seen {
    /// Day since the patient's enrolment.
    pub day: u32,
    /// Measured letters, 0–100.
    pub letters: u8,
    /// Measured fluid; 0–1 and a little beyond, by noise.
    pub fluid: f64,
    /// Whether the OCT is called wet.
    pub wet: bool,
}

/// Why a visit is planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// An injection is due whatever is seen.
    InjectionDue,
    /// Look, then decide.
    Decide,
    /// Monitoring after a stop.
    Monitor,
}

/// A planned visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Day by the policy, before weekdays, delays and gaps.
    pub day: u32,
    /// Why.
    pub purpose: Purpose,
    /// Whether letters and OCT are taken.
    pub assessed: bool,
}

/// Where the eye is in its treatment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Loading: this many doses are still to come.
    Loading {
        /// Doses to come, the one of today included.
        left: u8,
        /// Weeks between them.
        interval_weeks: u8,
        /// Whether this is a restart and not the first loading.
        restart: bool,
    },
    /// The policy decides.
    Maintenance,
    /// Stopped as planned, monitored.
    Monitoring,
    /// No treatment and no visits any more.
    Ended,
}

/// The decision at a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// The drug injected today.
    pub inject: Option<Drug>,
    /// The next visit; `None` when there is none.
    pub next: Option<Plan>,
    /// Treatment ends today as the protocol plans.
    pub planned_stop: bool,
}

impl Decision {
    /// Nothing today, and no visit any more.
    pub const STOP: Decision = Decision {
        inject: None,
        next: None,
        planned_stop: false,
    };

    /// The same decision, taken apart and put together again. One that a call has left in memory is read
    /// field by field here: where paths meet it then is in registers, not copied in words wider than those
    /// it was written in, for which a processor waits until they have left its store queue.
    #[inline(always)]
    fn apart(self) -> Self {
        Self {
            inject: self.inject,
            next: self.next.map(|next| Plan {
                day: next.day,
                purpose: next.purpose,
                assessed: next.assessed,
            }),
            planned_stop: self.planned_stop,
        }
    }
}

/// The clinic's record of one eye.
#[derive(Debug, Clone)]
pub struct Chart<'p> {
    pub(super) treatment: &'p Treatment,
    pub(super) policy: &'p Policy,
    /// The drug in use.
    pub drug: Drug,
    /// Phase of treatment.
    pub phase: Phase,
    /// Injections so far.
    pub injections: u16,
    /// Day of the last injection.
    pub last_injection: Option<u32>,
    /// Day of the first visit: the weeks that protocols name count from here.
    pub(super) opened: u32,
    /// Interval that the policy works with now, weeks; for rhythms, the one between injections.
    pub interval_weeks: u16,
    /// First day of the rhythm: the last loading dose, or the day of a switch.
    pub(super) rhythm_start: u32,
    /// Measured fluid at the last assessment; infinite before the first, so that nothing rises from it.
    pub(super) last_fluid: f64,
    /// Letters at the last two assessments, the last one first; 0 before, so that nothing falls from it.
    pub(super) last_letters: [u8; 2],
    pub(super) best_letters: u8,
    pub(super) baseline_letters: u8,
    /// Dry visits in a row at the longest interval.
    pub(super) stable_run: u8,
    /// The interval at which an extension failed, and dry visits since.
    pub(super) failed: Option<(u16, u8)>,
    pub(super) assigned: bool,
    /// Which switches have happened, and how often in a row each one's condition held.
    pub(super) switched: [bool; SWITCHES_MAX],
    pub(super) runs: [u8; SWITCHES_MAX],
}

impl<'p> Chart<'p> {
    /// A new chart and its first visit, on `day`.
    pub fn open(treatment: &'p Treatment, day: u32, baseline_letters: u8) -> (Self, Plan) {
        let mut chart = Self {
            treatment,
            policy: &treatment.policy,
            drug: treatment.drug,
            phase: Phase::Maintenance,
            injections: 0,
            last_injection: None,
            opened: day,
            interval_weeks: 0,
            rhythm_start: day,
            last_fluid: f64::INFINITY,
            last_letters: [0; 2],
            best_letters: 0,
            baseline_letters,
            stable_run: 0,
            failed: None,
            assigned: false,
            switched: [false; SWITCHES_MAX],
            runs: [0; SWITCHES_MAX],
        };
        chart.interval_weeks = chart.start_weeks();
        chart.load();
        let purpose = if chart.phase == Phase::Maintenance {
            Purpose::Decide
        } else {
            Purpose::InjectionDue
        };
        // The first visit of a rhythm without loading is one of its injections.
        let purpose = match (chart.policy, purpose) {
            (Policy::Untreated { .. } | Policy::Prn { .. }, purpose) => purpose,
            _ => Purpose::InjectionDue,
        };
        (
            chart,
            Plan {
                day,
                purpose,
                assessed: true,
            },
        )
    }

    /// Enters the loading phase, if the treatment has one.
    pub(super) fn load(&mut self) {
        if let (Some(loading), false) = (
            &self.treatment.loading,
            matches!(self.policy, Policy::Untreated { .. }),
        ) {
            self.phase = Phase::Loading {
                left: loading.doses,
                interval_weeks: loading.interval_weeks,
                restart: false,
            };
        }
    }

    /// Decides at an attended visit held on `day` for `plan`. `seen` is `None` at visits that only inject.
    #[inline(always)]
    pub fn decide(&mut self, plan: Plan, day: u32, seen: Option<Seen>) -> Decision {
        // The most frequent case by far of the longest simulations, without a call and its copies.
        if let (Phase::Maintenance, Policy::TreatAndExtend(rule)) = (self.phase, self.policy)
            && self.treatment.switches.is_empty()
            && self.treatment.stop.is_none()
        {
            let decision = extend::decide(self, rule, day, seen);
            self.note(day, seen, decision.inject.is_some());
            return decision;
        }
        self.decide_any(plan, day, seen).apart()
    }

    #[inline(never)]
    fn decide_any(&mut self, mut plan: Plan, day: u32, seen: Option<Seen>) -> Decision {
        if let Some(seen) = &seen
            && !self.treatment.switches.is_empty()
            && self.switch(seen)
        {
            // The new policy starts today: one that injects by the calendar does so now.
            let by_calendar =
                matches!(self.policy, Policy::Fixed(_) | Policy::TreatAndTreat { .. });
            let purpose = if by_calendar {
                Purpose::InjectionDue
            } else {
                Purpose::Decide
            };
            plan = Plan {
                day,
                purpose,
                assessed: true,
            };
        }
        let decision = match self.phase {
            Phase::Loading {
                left,
                interval_weeks,
                restart,
            } => self.dose(plan, day, left, interval_weeks, restart),
            Phase::Maintenance => self.maintain(plan, day, seen),
            Phase::Monitoring => self.monitor(plan, day, seen),
            Phase::Ended => Decision::STOP,
        };
        self.note(day, seen, decision.inject.is_some());
        decision
    }

    /// Writes a visit down.
    #[inline(always)]
    fn note(&mut self, day: u32, seen: Option<Seen>, injects: bool) {
        if let Some(seen) = seen {
            if !matches!(self.phase, Phase::Loading { .. }) {
                self.best_letters = self.best_letters.max(seen.letters);
            }
            self.last_fluid = seen.fluid;
            self.last_letters = [seen.letters, self.last_letters[0]];
        }
        if injects {
            self.injections += 1;
            self.last_injection = Some(day);
        }
    }

    /// The visit after a missed one that is not booked again: the rhythm goes on.
    pub fn after_missed(&self, plan: Plan, day: u32) -> Plan {
        match self.phase {
            Phase::Loading { interval_weeks, .. } => Plan {
                day: plan.day + 7 * u32::from(interval_weeks),
                ..plan
            },
            Phase::Monitoring => Plan {
                day: plan.day + 7 * self.monitor_weeks(),
                ..plan
            },
            Phase::Maintenance | Phase::Ended => match self.rhythm() {
                Some(rhythm) => rhythm.next(self.rhythm_start, plan.day.max(day)),
                // A long interval is not waited for twice.
                None => Plan {
                    day: plan.day + 7 * u32::from(self.interval_weeks.clamp(1, MISSED_WEEKS)),
                    ..plan
                },
            },
        }
    }

    /// Treatment starts again, today, after a planned stop or a return to the clinic. What follows is
    /// the restart's doses, then the previous interval less the protocol's weeks; an assigned one as it was.
    pub fn restart(&mut self) {
        let restart = self.treatment.restart;
        self.phase = if self.is_untreated() {
            Phase::Maintenance
        } else {
            Phase::Loading {
                left: restart.doses.max(1),
                interval_weeks: restart.interval_weeks,
                restart: true,
            }
        };
        // An interval that is assigned once and for all is not made shorter: there is none between 12 and 16.
        if !matches!(self.policy, Policy::AssignedInterval { .. }) {
            self.interval_weeks = self
                .interval_weeks
                .saturating_sub(u16::from(restart.shorten_previous_by_weeks))
                .max(self.min_weeks());
        }
        self.stable_run = 0;
        self.failed = None;
    }

    /// Whether the policy never treats.
    pub fn is_untreated(&self) -> bool {
        matches!(self.policy, Policy::Untreated { .. })
    }

    fn dose(
        &mut self,
        plan: Plan,
        day: u32,
        left: u8,
        interval_weeks: u8,
        restart: bool,
    ) -> Decision {
        let assessed = true;
        let next = if left > 1 {
            self.phase = Phase::Loading {
                left: left - 1,
                interval_weeks,
                restart,
            };
            Plan {
                day: self.dose_counts_from(plan, day) + 7 * u32::from(interval_weeks),
                purpose: Purpose::InjectionDue,
                assessed,
            }
        } else {
            self.phase = Phase::Maintenance;
            self.rhythm_start = self.dose_counts_from(plan, day);
            if !restart {
                self.interval_weeks = self.start_weeks();
            }
            self.first_after_loading(day)
        };
        self.inject(next)
    }

    /// Rhythms count from the planned day, so that a late dose moves nothing after it; one that comes later
    /// than [`LATE_DAYS`], after a gap, starts its rhythm anew.
    fn dose_counts_from(&self, plan: Plan, day: u32) -> u32 {
        if self.rhythm().is_some() && day <= plan.day + LATE_DAYS {
            plan.day
        } else {
            day
        }
    }

    fn first_after_loading(&self, day: u32) -> Plan {
        match self.policy {
            Policy::AssignedInterval { .. } => assigned::first_plan(self, day),
            _ => match self.rhythm() {
                Some(rhythm) => rhythm.next(self.rhythm_start, self.rhythm_start),
                None => self.in_weeks(day, self.interval_weeks),
            },
        }
    }

    fn maintain(&mut self, plan: Plan, day: u32, seen: Option<Seen>) -> Decision {
        let led_here = self.interval_weeks;
        let decision = match self.policy {
            Policy::TreatAndExtend(rule) => extend::decide(self, rule, day, seen),
            Policy::DoseRegimenModification { .. } => modification::decide(self, day, seen),
            Policy::AssignedInterval { .. } => assigned::decide(self, day, seen),
            Policy::Prn { .. } => prn::decide(self, plan, day, seen),
            Policy::Untreated { .. } | Policy::Fixed(_) | Policy::TreatAndTreat { .. } => {
                self.by_rhythm(plan, day)
            }
        };
        if self.is_stable(seen, led_here, decision.inject.is_some()) {
            self.stop(day)
        } else {
            decision
        }
    }

    /// Whether treatment has been stable for as many visits as its planned stop asks for.
    #[inline(always)]
    fn is_stable(&mut self, seen: Option<Seen>, led_here: u16, injects: bool) -> bool {
        let (Some(stop), Some(seen)) = (&self.treatment.stop, seen) else {
            return false;
        };
        let stable = !seen.wet && self.is_longest(led_here, injects);
        self.stable_run = if stable {
            self.stable_run.saturating_add(1)
        } else {
            0
        };
        self.stable_run >= stop.stable_visits
    }

    /// The planned stop: monitoring from today on.
    fn stop(&mut self, day: u32) -> Decision {
        self.stable_run = 0;
        self.phase = Phase::Monitoring;
        Decision {
            inject: None,
            next: Some(Plan {
                day: day + 7 * self.monitor_weeks(),
                purpose: Purpose::Monitor,
                assessed: true,
            }),
            planned_stop: true,
        }
    }

    /// Whether the interval that led to this visit was the policy's longest.
    fn is_longest(&self, led_here: u16, injects: bool) -> bool {
        match self.policy {
            Policy::TreatAndExtend(rule) => led_here == u16::from(rule.max_weeks),
            Policy::DoseRegimenModification { max_weeks, .. } => led_here == u16::from(*max_weeks),
            Policy::AssignedInterval { .. } => self.assigned,
            Policy::Prn { .. } => !injects,
            Policy::Fixed(_) | Policy::TreatAndTreat { .. } => true,
            Policy::Untreated { .. } => false,
        }
    }

    fn monitor_weeks(&self) -> u32 {
        self.treatment
            .stop
            .map_or(8, |stop| u32::from(stop.monitor_interval_weeks))
    }

    fn monitor(&mut self, plan: Plan, day: u32, seen: Option<Seen>) -> Decision {
        if seen.is_some_and(|seen| seen.wet) {
            self.restart();
            if let Phase::Loading {
                left,
                interval_weeks,
                restart,
            } = self.phase
            {
                return self.dose(Plan { day, ..plan }, day, left, interval_weeks, restart);
            }
        }
        let next = Plan {
            day: day + 7 * self.monitor_weeks(),
            purpose: Purpose::Monitor,
            assessed: true,
        };
        Decision {
            inject: None,
            next: Some(next),
            planned_stop: false,
        }
    }

    pub(super) fn inject(&self, next: Plan) -> Decision {
        Decision {
            inject: Some(self.drug),
            next: Some(next),
            planned_stop: false,
        }
    }

    /// A visit so many weeks from `day` at which the policy decides.
    pub(super) fn in_weeks(&self, day: u32, weeks: u16) -> Plan {
        Plan {
            day: day + 7 * u32::from(weeks),
            purpose: Purpose::Decide,
            assessed: true,
        }
    }
}
