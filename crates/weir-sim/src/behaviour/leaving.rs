use crate::protocol::Behaviour;
use crate::random::{Decision, Draws, uniform};

/// Most departures of one patient.
const EPISODES_MAX: u32 = 8;

/// Why a patient leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeavingKind {
    /// Stays away.
    DropOut,
    /// Goes on elsewhere; nothing more is known.
    Transfer,
}

/// One departure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Episode {
    /// First day away, days since enrolment.
    pub leaves: u32,
    /// First day back; `u32::MAX` for never.
    pub returns: u32,
    /// Why.
    pub kind: LeavingKind,
}

/// The departures of one patient, in order of time; drawn as they are asked for.
#[derive(Debug, Clone)]
pub struct Leaving<'a> {
    behaviour: &'a Behaviour,
    draws: Draws,
    episode: u32,
    from: u32,
    transfer: u32,
}

impl<'a> Leaving<'a> {
    /// Departures from day 0 on.
    pub fn new(behaviour: &'a Behaviour, draws: Draws) -> Self {
        let mut leaving = Self {
            behaviour,
            draws,
            episode: 0,
            from: 0,
            transfer: u32::MAX,
        };
        if let Some(transfer) = &behaviour.transfer {
            let [.., word] = draws.words(Decision::Leaving, u32::MAX);
            leaving.transfer = days(-libm::log(uniform(word)) / transfer.hazard_per_year);
        }
        leaving
    }

    /// The next departure.
    pub fn next_episode(&mut self) -> Option<Episode> {
        let left_at = self.drop_out();
        if self.transfer <= left_at {
            let leaves = std::mem::replace(&mut self.transfer, u32::MAX);
            if leaves == u32::MAX {
                return None;
            }
            self.episode = EPISODES_MAX;
            return Some(Episode {
                leaves,
                returns: u32::MAX,
                kind: LeavingKind::Transfer,
            });
        }
        let returns = self.returns(left_at);
        self.episode = if returns == u32::MAX {
            EPISODES_MAX
        } else {
            self.episode + 1
        };
        self.from = returns;
        Some(Episode {
            leaves: left_at,
            returns,
            kind: LeavingKind::DropOut,
        })
    }

    /// Day of the next drop-out: the hazards per year of follow-up times the patient's frailty.
    fn drop_out(&self) -> u32 {
        let rule = &self.behaviour.drop_out;
        if self.episode >= EPISODES_MAX || rule.hazards_per_year.iter().all(|&hazard| hazard <= 0.0)
        {
            return u32::MAX;
        }
        let [first, second, ..] = self.draws.words(Decision::Leaving, EPISODES_MAX + 1);
        let frailty = match rule.frailty_shape {
            0 => 1.0,
            1 => -libm::log(uniform(first)),
            _ => -0.5 * libm::log(uniform(first) * uniform(second)),
        };
        let [word, ..] = self.draws.words(Decision::Leaving, self.episode);
        let mut needed = -libm::log(uniform(word)) / frailty;
        let mut now = f64::from(self.from) / crate::DAYS_PER_YEAR;
        loop {
            let year = now.floor();
            let last = rule.hazards_per_year.len() - 1;
            let index = (year as usize).min(last);
            let hazard = rule.hazards_per_year[index];
            let end = if index == last {
                f64::INFINITY
            } else {
                year + 1.0
            };
            let here = hazard * (end - now);
            if hazard > 0.0 && needed < here {
                return days(now + needed / hazard).max(self.from + 1);
            }
            if index == last {
                return u32::MAX;
            }
            needed -= here;
            now = end;
        }
    }

    fn returns(&self, left_at: u32) -> u32 {
        let Some(rule) = &self.behaviour.returning else {
            return u32::MAX;
        };
        if left_at == u32::MAX {
            return u32::MAX;
        }
        let [_, share, time, _] = self.draws.words(Decision::Leaving, self.episode);
        if uniform(share) >= rule.share {
            return u32::MAX;
        }
        let away = -libm::log(uniform(time)) * rule.mean_months * crate::DAYS_PER_MONTH;
        left_at.saturating_add((away as u32).max(28))
    }
}

/// Years as days; saturates.
fn days(years: f64) -> u32 {
    (years * crate::DAYS_PER_YEAR).ceil() as u32
}
