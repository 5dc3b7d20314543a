use super::{Chart, Decision, Plan, Purpose};
use crate::protocol::Policy;

/// Visits on a grid of days that nothing moves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rhythm<'p> {
    /// Day of the eye's first visit.
    opened: u32,
    /// Weeks between visits.
    visit_weeks: u32,
    /// Weeks between injections; `None` when none is due by the calendar.
    injection_weeks: Option<u32>,
    /// Weeks after the rhythm's start at which treat-and-treat assesses; `None`: always.
    assessments: Option<&'p [u16]>,
}

impl Rhythm<'_> {
    /// The first visit after `day`.
    pub(super) fn next(&self, start: u32, day: u32) -> Plan {
        let step = 7 * self.visit_weeks;
        let count = day.saturating_sub(start) / step + 1;
        let offset_weeks = count * self.visit_weeks;
        let due = self
            .injection_weeks
            .is_some_and(|weeks| offset_weeks.is_multiple_of(weeks));
        let assessed = self.assessments.is_none_or(|weeks| {
            // The visit nearest to each named week, counted from the eye's first; the earlier one of two.
            let week = (start + 7 * offset_weeks - self.opened) / 7;
            weeks.iter().any(|&named| {
                let named = u32::from(named) * 2;
                named > (2 * week).saturating_sub(self.visit_weeks)
                    && named <= 2 * week + self.visit_weeks
            })
        });
        Plan {
            day: start + count * step,
            purpose: if due {
                Purpose::InjectionDue
            } else {
                Purpose::Decide
            },
            assessed,
        }
    }
}

impl<'p> Chart<'p> {
    /// The rhythm of policies that have one.
    pub(super) fn rhythm(&self) -> Option<Rhythm<'p>> {
        match self.policy {
            Policy::Untreated {
                visit_interval_weeks,
            }
            | Policy::Prn {
                visit_interval_weeks,
                ..
            } => Some(Rhythm {
                opened: self.opened,
                visit_weeks: u32::from(*visit_interval_weeks),
                injection_weeks: None,
                assessments: None,
            }),
            Policy::Fixed(grid) => Some(Rhythm {
                opened: self.opened,
                visit_weeks: u32::from(grid.visit_interval_weeks),
                injection_weeks: Some(u32::from(grid.interval_weeks)),
                assessments: None,
            }),
            Policy::TreatAndTreat {
                interval_weeks,
                assessment_weeks,
            } => Some(Rhythm {
                opened: self.opened,
                visit_weeks: u32::from(*interval_weeks),
                injection_weeks: Some(u32::from(*interval_weeks)),
                assessments: Some(assessment_weeks),
            }),
            Policy::TreatAndExtend(_)
            | Policy::DoseRegimenModification { .. }
            | Policy::AssignedInterval { .. } => None,
        }
    }

    /// The interval that the policy starts with, weeks.
    pub(super) fn start_weeks(&self) -> u16 {
        u16::from(match self.policy {
            Policy::Untreated {
                visit_interval_weeks,
            }
            | Policy::Prn {
                visit_interval_weeks,
                ..
            } => *visit_interval_weeks,
            Policy::Fixed(grid) => grid.interval_weeks,
            Policy::TreatAndTreat { interval_weeks, .. } => *interval_weeks,
            Policy::TreatAndExtend(rule) => rule.start_weeks,
            Policy::DoseRegimenModification { start_weeks, .. } => *start_weeks,
            Policy::AssignedInterval {
                intervals_weeks, ..
            } => intervals_weeks[2],
        })
    }

    /// The shortest interval that the policy allows, weeks.
    pub(super) fn min_weeks(&self) -> u16 {
        match self.policy {
            Policy::TreatAndExtend(rule) => u16::from(rule.min_weeks),
            Policy::DoseRegimenModification { min_weeks, .. } => u16::from(*min_weeks),
            Policy::AssignedInterval {
                intervals_weeks, ..
            } => intervals_weeks.iter().copied().min().map_or(1, u16::from),
            _ => self.start_weeks(),
        }
    }

    /// Fixed, treat-and-treat, untreated: the calendar decides. A visit that comes after further days of
    /// the rhythm stands for them too: nobody catches up on visits missed in a gap.
    pub(super) fn by_rhythm(&mut self, plan: Plan, day: u32) -> Decision {
        let Some(rhythm) = self.rhythm() else {
            return Decision::STOP;
        };
        let mut next = rhythm.next(self.rhythm_start, plan.day);
        let mut due = plan.purpose == Purpose::InjectionDue;
        while next.day <= day {
            due |= next.purpose == Purpose::InjectionDue;
            next = rhythm.next(self.rhythm_start, next.day);
        }
        Decision {
            inject: due.then_some(self.drug),
            next: Some(next),
            planned_stop: false,
        }
    }
}
