use super::block::{Block, End, NONE_U8, NONE_U16, is_female};
use super::eye_course::{Exit, Outcome, Span};
use super::model::Model;
use super::months::MonthBook;
use crate::behaviour::{Episode, Leaving, LeavingKind, death_day};
use crate::biology::Stepper;
use crate::population::onset_day;
use crate::protocol::FollowUp;
use crate::random::Draws;
use crate::summary::Cube;

/// Visits that are put into columns at once: few enough to stay in the first-level cache.
const ROWS_AT_ONCE: usize = 256;

/// Most departures that are looked at.
const EPISODES_MAX: usize = 9;

impl Model {
    /// One patient from enrolment to the end of follow-up: person, death and departures first, then the
    /// study eye, then the fellow eye.
    pub(super) fn patient<S: Stepper>(&self, patient: u32, block: &mut Block) {
        let draws = Draws::new(self.seed, patient, 0);
        let person = self.population.person(patient, &draws);
        let enrolment = self.calendar.open_from(person.arrival_day);
        let behaviour = &self.protocol.behaviour;

        let horizon = match self.protocol.population.follow_up {
            FollowUp::FromEnrolment => self.last_day,
            FollowUp::UntilStudyEnd => self.last_day.saturating_sub(enrolment),
        };
        let death = behaviour.mortality.as_ref().map_or(u32::MAX, |rule| {
            death_day(rule, person.sex, person.age_years, &draws)
        });
        let (episodes, transfer) = self.departures(&draws, horizon);
        let (last_day, exit) = if death <= horizon && death <= transfer {
            (death - 1, Exit::Death)
        } else if transfer <= horizon {
            (transfer.saturating_sub(1), Exit::Transfer)
        } else if horizon < self.last_day {
            (horizon, Exit::StudyEnd)
        } else {
            (horizon, Exit::Completed)
        };
        let span = Span {
            enrolment,
            last_day,
            exit,
            episodes: &episodes,
        };

        let first_visit_row = block.visits_before + (block.visits.len() + block.rows.len()) as u32;
        let mut book = MonthBook::new(person.letters);
        let study =
            self.eye::<S, true>(patient, &span, &draws, 0, person.letters, &mut book, block);
        book.close(self, &span, &mut block.counts);

        let mut onset = u32::MAX;
        let mut fellow = Outcome::default();
        if let Some(rule) = &self.protocol.population.fellow_eye {
            onset = onset_day(rule, &draws);
            if onset <= last_day {
                let letters = (person.letters + rule.starts_better_by_letters).clamp(0.0, 100.0);
                let draws = Draws::new(self.seed, patient, 1);
                // Months are recorded of the study eye only.
                let book = &mut MonthBook::new(letters);
                fellow = self.eye::<S, false>(patient, &span, &draws, onset, letters, book, block);
            }
        }

        let counts = &mut block.counts;
        let mut total = |name: usize, count: u64| counts.add(Cube::Total, name, 0, 0, count);
        total(0, 1);
        total(1, u64::from(is_female(person.sex)));
        let age_tenths = (person.age_years * 10.0).round();
        total(2, age_tenths as u64);
        total(3, u64::from(study.visits));
        total(4, u64::from(study.missed));
        total(5, u64::from(study.assessments));
        total(6, u64::from(study.injections));
        total(7, u64::from(study.restarts));
        total(8, u64::from(onset <= last_day));
        total(9, u64::from(fellow.visits));
        total(10, u64::from(fellow.injections));
        total(11, u64::from(last_day));
        let first_end = study.first_end.or(match exit {
            Exit::Completed => None,
            Exit::Death => Some((End::Death, death)),
            Exit::Transfer => Some((End::Transfer, transfer)),
            Exit::StudyEnd => Some((End::StudyEnd, horizon)),
        });
        if let Some((end, day)) = first_end {
            counts.add(Cube::FirstEnd, end as usize, self.month_of(day), 0, 1);
        }
        if exit == Exit::Death {
            counts.add(Cube::Death, 0, self.month_of(death), 0, 1);
        }
        counts.add(
            Cube::LongestInterval,
            0,
            0,
            ((study.longest_interval_days + 3) / 7) as i32,
            1,
        );

        let column = &mut block.patients;
        column.patient.push(patient);
        column.enrolment_day.push(enrolment);
        column.age_years.push((age_tenths / 10.0) as f32);
        column.female.push(is_female(person.sex));
        column.baseline_letters.push(study.baseline_letters);
        column.last_letters.push(study.last_letters);
        column.final_letters_true.push(study.final_letters_true);
        column.followed_days.push(last_day as u16);
        column
            .first_end
            .push(first_end.map_or(NONE_U8, |(end, _)| end as u8));
        column
            .first_end_day
            .push(first_end.map_or(NONE_U16, |(_, day)| day as u16));
        column.death_day.push(if exit == Exit::Death {
            death as u16
        } else {
            NONE_U16
        });
        column.visits.push((study.visits + fellow.visits) as u16);
        column
            .missed_visits
            .push((study.missed + fellow.missed) as u16);
        column.injections.push(study.injections as u16);
        column.restarts.push(study.restarts as u8);
        column.fellow_onset_day.push(if onset <= last_day {
            onset as u16
        } else {
            NONE_U16
        });
        column.fellow_injections.push(fellow.injections as u16);
        column.first_visit_row.push(first_visit_row);
        if block.rows.len() >= ROWS_AT_ONCE {
            block.columns_from_rows();
        }
    }

    /// Drop-outs up to the horizon, and the day of transfer.
    fn departures(&self, draws: &Draws, horizon: u32) -> (Departures, u32) {
        let mut departures = Departures::default();
        let mut leaving = Leaving::new(&self.protocol.behaviour, *draws);
        while let Some(episode) = leaving.next_episode() {
            if episode.leaves > horizon {
                break;
            }
            if episode.kind == LeavingKind::Transfer {
                return (departures, episode.leaves);
            }
            departures.push(episode);
            if episode.returns == u32::MAX || departures.count == EPISODES_MAX {
                break;
            }
        }
        (departures, u32::MAX)
    }

    /// The month of follow-up that a day falls in, 1 for the first.
    pub(super) fn month_of(&self, day: u32) -> u32 {
        (self.month_ends.partition_point(|&end| end < day) as u32).max(1)
    }
}

/// A few drop-outs, on the stack.
#[derive(Debug, Clone, Copy)]
pub(super) struct Departures {
    episodes: [Episode; EPISODES_MAX],
    count: usize,
}

impl Default for Departures {
    fn default() -> Self {
        let none = Episode {
            leaves: u32::MAX,
            returns: u32::MAX,
            kind: LeavingKind::DropOut,
        };
        Self {
            episodes: [none; EPISODES_MAX],
            count: 0,
        }
    }
}

impl Departures {
    fn push(&mut self, episode: Episode) {
        if let Some(slot) = self.episodes.get_mut(self.count) {
            *slot = episode;
            self.count += 1;
        }
    }

    pub(super) fn as_slice(&self) -> &[Episode] {
        &self.episodes[..self.count]
    }
}
