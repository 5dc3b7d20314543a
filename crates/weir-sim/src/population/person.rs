use super::BaselineSampler;
use crate::protocol::{Population, Recruitment};
use crate::random::{Decision, Draws, normal_cdf, normal_quantile, uniform};

/// Latest arrival, days: a thousand years. Slower recruitment piles up there.
const ARRIVAL_MAX: u32 = 365_250;

/// Sex, as mortality tables have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// Women.
    Female,
    /// Men.
    Male,
}

/// One patient at enrolment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Person {
    /// Sex.
    pub sex: Sex,
    /// Age, years.
    pub age_years: f64,
    /// Baseline acuity of the study eye, letters, not rounded.
    pub letters: f64,
    /// Day of arrival since the run's day 0, before weekends are moved.
    pub arrival_day: u32,
}

/// A prepared population.
#[derive(Debug, Clone)]
pub struct PopulationSampler {
    baseline: BaselineSampler,
    age: (f64, f64, f64, f64),
    /// Share of the age distribution below the youngest, and inside.
    age_shares: (f64, f64),
    female_share: f64,
    recruitment: Recruitment,
}

impl PopulationSampler {
    /// Prepares a validated population.
    pub fn new(population: &Population) -> Self {
        let age = &population.age;
        let shares = if age.sd_years > 0.0 {
            let below = normal_cdf((age.min_years - age.mean_years) / age.sd_years);
            (
                below,
                normal_cdf((age.max_years - age.mean_years) / age.sd_years) - below,
            )
        } else {
            (0.0, 0.0)
        };
        Self {
            baseline: BaselineSampler::new(&population.baseline_letters),
            age: (age.mean_years, age.sd_years, age.min_years, age.max_years),
            age_shares: shares,
            female_share: population.female_share,
            recruitment: population.recruitment.clone(),
        }
    }

    /// The person that `patient` is under the seed in `draws`.
    pub fn person(&self, patient: u32, draws: &Draws) -> Person {
        let [age, sex, letters, arrival] = draws.words(Decision::Person, 0);
        let (mean, sd, min, max) = self.age;
        let age_years = if sd > 0.0 {
            let (below, inside) = self.age_shares;
            mean + sd * normal_quantile(below + inside * uniform(age))
        } else {
            mean
        }
        .clamp(min, max);
        let arrival_day = match self.recruitment {
            Recruitment::AllAtStart => 0,
            // Given their number, the arrivals of a Poisson process are independent and uniform.
            Recruitment::Poisson { window_days } => {
                (uniform(arrival) * f64::from(window_days)) as u32
            }
            Recruitment::ConstantRate { patients_per_month } => {
                (f64::from(patient) * crate::DAYS_PER_MONTH / patients_per_month) as u32
            }
        }
        .min(ARRIVAL_MAX);
        Person {
            sex: if uniform(sex) < self.female_share {
                Sex::Female
            } else {
                Sex::Male
            },
            age_years,
            letters: self.baseline.letters(letters),
            arrival_day,
        }
    }
}
