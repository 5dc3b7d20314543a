use super::{Chart, Phase, Seen};
use crate::protocol::{Policy, Switch, SwitchWhen};

/// Most switches one protocol may have.
pub(crate) const SWITCHES_MAX: usize = 8;

impl<'p> Chart<'p> {
    /// Looks at the protocol's switches with what is seen today; each happens at most once, the first
    /// that is due wins the visit. Returns whether the policy changed.
    pub(super) fn switch(&mut self, seen: &Seen) -> bool {
        let treatment = self.treatment;
        let mut due = None;
        for (index, switch) in treatment.switches.iter().enumerate().take(SWITCHES_MAX) {
            if !self.switched[index] && self.is_due(index, &switch.when, seen) && due.is_none() {
                due = Some((index, switch));
            }
        }
        let Some((index, switch)) = due else {
            return false;
        };
        self.switched[index] = true;
        self.apply(switch, seen);
        switch.policy.is_some()
    }

    fn is_due(&mut self, index: usize, when: &SwitchWhen, seen: &Seen) -> bool {
        let opened = self.opened;
        let from = |week: u16| seen.day >= opened + 7 * u32::from(week);
        let run = &mut self.runs[index];
        let mut in_a_row = |hit: bool| {
            *run = if hit { run.saturating_add(1) } else { 0 };
            *run
        };
        match *when {
            SwitchWhen::AtWeek(week) => from(week),
            SwitchWhen::PersistentFluid {
                visits,
                within_weeks,
                not_before_week,
            } => {
                // A week's grace for visits that came late.
                let counted = self
                    .last_injection
                    .is_some_and(|last| seen.day - last <= 7 * u32::from(within_weeks) + 7);
                in_a_row(seen.wet && counted) >= visits && from(not_before_week)
            }
            SwitchWhen::LettersLost {
                visits,
                letters_loss,
                not_before_week,
            } => {
                let lost = f64::from(self.baseline_letters) - f64::from(seen.letters);
                in_a_row(lost >= letters_loss) >= visits && from(not_before_week)
            }
        }
    }

    fn apply(&mut self, switch: &'p Switch, seen: &Seen) {
        if let Some(drug) = switch.drug {
            self.drug = drug;
        }
        if let Some(policy) = &switch.policy {
            self.policy = policy;
            self.rhythm_start = seen.day;
            // A start of 0 goes on from the interval in use.
            self.interval_weeks = match self.start_weeks() {
                0 => self.interval_weeks.max(self.min_weeks()),
                weeks => weeks,
            };
            self.failed = None;
            self.assigned = false;
            self.stable_run = 0;
            // A new policy ends monitoring, and one without treatment ends loading.
            if self.phase == Phase::Monitoring || matches!(policy, Policy::Untreated { .. }) {
                self.phase = Phase::Maintenance;
            }
        }
        if switch.reload {
            self.load();
        }
    }
}
