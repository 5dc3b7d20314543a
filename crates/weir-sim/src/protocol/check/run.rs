//! What can be used, but not in a run of so many patients and years.

use super::Check;
use crate::DAYS_PER_MONTH;
use crate::DAYS_PER_YEAR;
use crate::protocol::decode::Code;
use crate::protocol::{FollowUp, Protocol, Recruitment, Switch, SwitchWhen};

/// What a run asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    /// Patients.
    pub patients: u32,
    /// Years of follow-up.
    pub years: f64,
}

impl Asked {
    fn last_day(self) -> f64 {
        (self.years * DAYS_PER_YEAR).round().max(1.0)
    }
}

pub(super) fn check(protocol: &Protocol, asked: Asked, check: &mut Check<'_, '_>) {
    recruitment(protocol, asked, check);
    for (index, switch) in protocol.treatment.switches.iter().enumerate() {
        fires(switch, index, asked, check);
    }
}

/// When the last patient arrives, days; how many arrive after the run's last day; and what would have them all
/// arrive in time.
#[derive(Default)]
struct Arrivals {
    last: f64,
    late: f64,
    path: &'static str,
    remedy: String,
}

fn arrivals(recruitment: &Recruitment, asked: Asked) -> Arrivals {
    let (patients, last_day) = (f64::from(asked.patients), asked.last_day());
    match recruitment {
        Recruitment::AllAtStart => Arrivals::default(),
        Recruitment::Poisson { window_days } => {
            let window = f64::from(*window_days);
            Arrivals {
                last: window,
                late: patients * (1.0 - last_day / window).max(0.0),
                path: "population.recruitment.window_days",
                remedy: format!("write window_days: {last_day:.0} or less"),
            }
        }
        Recruitment::ConstantRate { patients_per_month } => Arrivals {
            last: (patients - 1.0) * DAYS_PER_MONTH / patients_per_month,
            late: (patients - (last_day * patients_per_month / DAYS_PER_MONTH).ceil()).max(0.0),
            path: "population.recruitment.patients_per_month",
            remedy: format!(
                "write patients_per_month: {} or more",
                (patients * DAYS_PER_MONTH / last_day).ceil()
            ),
        },
    }
}

fn recruitment(protocol: &Protocol, asked: Asked, check: &mut Check<'_, '_>) {
    let Arrivals {
        last,
        late,
        path,
        remedy,
    } = arrivals(&protocol.population.recruitment, asked);
    if last < asked.last_day() {
        return;
    }
    let Asked { patients, years } = asked;
    let last = last / DAYS_PER_YEAR;
    match protocol.population.follow_up {
        FollowUp::FromEnrolment => check.mistake(
            Code::SlowRecruitment,
            path,
            &[],
            format!(
                "patients arrive for {last:.1} years, longer than they are followed (--years {years}): the calendar \
                 goes on for {:.1}",
                last + years
            ),
            format!("{remedy}, or take fewer --patients; nothing if that is meant"),
        ),
        FollowUp::UntilStudyEnd => check.mistake(
            Code::LateArrivals,
            path,
            &[],
            format!(
                "about {late:.0} of {patients} patients arrive when the study is over (--years {years}), and are seen \
                 once"
            ),
            format!(
                "{remedy}, take fewer --patients or --years {:.1}, or write follow_up: from_enrolment",
                ((last + 0.1) * 10.0).ceil() / 10.0
            ),
        ),
    }
}

fn fires(switch: &Switch, index: usize, asked: Asked, check: &mut Check<'_, '_>) {
    let (key, week) = match switch.when {
        SwitchWhen::AtWeek(week) => ("week", week),
        SwitchWhen::PersistentFluid {
            not_before_week, ..
        }
        | SwitchWhen::LettersLost {
            not_before_week, ..
        } => ("not_before_week", not_before_week),
    };
    let days = 7.0 * f64::from(week);
    if days <= asked.last_day() {
        return;
    }
    check.mistake(
        Code::SwitchAfterEnd,
        &format!("treatment.switches[{index}].when.{key}"),
        &[],
        format!(
            "week {week}, and follow-up ends in week {:.0} (--years {}): nobody is switched",
            (asked.last_day() / 7.0).floor(),
            asked.years
        ),
        format!(
            "write an earlier week, or take --years {:.1}",
            (days / DAYS_PER_YEAR * 10.0).ceil() / 10.0
        ),
    );
}
