use super::course::Course;
use super::name::{Kind, Measure, Quantity, Window};
use weir_sim::DAYS_PER_MONTH;

/// What one patient contributes to a measure at a week; `None` for nothing. Shares are 0 or 100.
pub(crate) fn estimate(measure: &Measure, week: f64, course: &Course<'_>) -> Option<f64> {
    let percent = |hit: bool| if hit { 100.0 } else { 0.0 };
    let change = || Some(course.seen(week)?.0 - course.baseline_letters()?);
    // Counts need all of their time.
    let followed = || (course.counts(week) && course.is_followed(week)).then_some(());
    // Trials report injections of everybody who started, routine cohorts of those still followed.
    let everybody = course.examines && course.estimand != crate::arm::Estimand::Completers;
    let counted = || if everybody { Some(()) } else { followed() };
    match measure.kind {
        Kind::Change => change(),
        Kind::Gain(letters) => change().map(|change| percent(change >= f64::from(letters))),
        Kind::Loss(letters) => change().map(|change| percent(change <= -f64::from(letters))),
        Kind::LossBelow(letters) => change().map(|change| percent(change > -f64::from(letters))),
        Kind::LossTwice(letters) => {
            let limit = -f64::from(letters);
            let before = course.seen(week - 16.0)?.0 - course.baseline_letters()?;
            change().map(|change| percent(change <= limit && before <= limit))
        }
        Kind::Letters => course.seen(week).map(|(letters, _)| letters),
        Kind::LogMar => course
            .seen(week)
            .map(|(letters, _)| (85.0 - letters) / 50.0),
        Kind::LettersWithin(from, to) => {
            let (letters, _) = course.seen(week)?;
            Some(percent(
                letters >= f64::from(from) && letters <= f64::from(to),
            ))
        }
        Kind::Dry => course.seen(week).map(|(_, wet)| percent(!wet)),
        Kind::Injections(window) => {
            counted()?;
            Some(f64::from(injections(course, window, week)))
        }
        Kind::InjectionRate => {
            counted()?;
            let years = (week - 104.0) / 52.0;
            (years > 0.0).then(|| f64::from(course.injections(104.0, week)) / years)
        }
        Kind::InjectionsAtMost(most, window) => {
            counted()?;
            Some(percent(injections(course, window, week) <= most))
        }
        Kind::Visits => {
            followed()?;
            let until = course.day(week) + 3;
            let visits = course
                .visits
                .iter()
                .filter(|visit| (course.baseline_day..=until).contains(&visit.day));
            Some(visits.count() as f64)
        }
        Kind::VisitsActive => {
            followed()?;
            let looked = || {
                course
                    .visits
                    .iter()
                    .filter(|visit| visit.day <= course.day(week) && visit.wet.is_some())
            };
            let (wet, all) = (
                looked().filter(|visit| visit.wet == Some(true)).count(),
                looked().count(),
            );
            (all > 0).then(|| 100.0 * wet as f64 / all as f64)
        }
        Kind::Interval(weeks) => {
            interval(course, week).map(|interval| percent(rounded(course, interval) == weeks))
        }
        Kind::IntervalFrom(weeks) => {
            interval(course, week).map(|interval| percent(interval + 0.5 >= f64::from(weeks)))
        }
        Kind::IntervalIntended(weeks) => {
            followed()?;
            planned(course, week, 0)
                .map(|planned| percent((planned - f64::from(weeks)).abs() < 0.6))
        }
        Kind::LastInterval => interval(course, week),
        Kind::LongestInterval => {
            followed()?;
            longest(course, week)
        }
        Kind::Maintained(weeks) => {
            followed()?;
            let after_loading = 28 * (i32::from(course.loading) - 1) - 7;
            let shortened = course
                .visits
                .iter()
                .filter(|visit| {
                    visit.injected && visit.day > after_loading && visit.day < course.day(week) - 3
                })
                .filter_map(|visit| visit.planned_weeks)
                // Loading doses are planned at four weeks.
                .skip(usize::from(after_loading < 0))
                .any(|planned| planned < weeks && planned > 4);
            Some(percent(!shortened))
        }
        Kind::ChangeByLongest(weeks) => {
            followed()?;
            let longest = longest(course, week)?;
            if (longest - f64::from(weeks)).abs() < 0.6 {
                change()
            } else {
                None
            }
        }
        Kind::Followed => Some(percent(course.is_followed(week))),
        Kind::Left => Some(percent(!course.is_followed(week))),
        Kind::Dead => Some(percent(
            course.dead_on.is_some_and(|day| day <= course.day(week)),
        )),
        Kind::FellowEye => Some(percent(
            course
                .fellow_ill_on
                .is_some_and(|day| day <= course.day(week)),
        )),
        Kind::Stopped => {
            followed()?;
            let stopped = course.stopped_on.filter(|day| *day < course.day(week));
            Some(percent(stopped.is_some_and(|stop| {
                !course
                    .visits
                    .iter()
                    .any(|visit| visit.injected && visit.day > stop && visit.day < course.day(week))
            })))
        }
        Kind::Recurred => {
            let (stop, last) = stop(course)?;
            let return_day = recurrence(course, stop);
            let until = last + (7.0 * (week + 0.5 * course.monitor_weeks)) as i32;
            (return_day.is_some() || course.followed_until >= until - 28)
                .then(|| percent(return_day.is_some_and(|day| day <= until)))
        }
        Kind::TimeToRecurrence => {
            let (stop, last) = stop(course)?;
            let days = recurrence(course, stop)? - last;
            (f64::from(days) <= 7.0 * (week + 0.5 * course.monitor_weeks)).then(|| {
                match measure.quantity {
                    Quantity::Months => f64::from(days) / DAYS_PER_MONTH,
                    _ => f64::from(days) / 7.0,
                }
            })
        }
        Kind::ChangeAtRecurrence | Kind::ChangeAfterRetreatment => {
            let (stop, last) = stop(course)?;
            let day = recurrence(course, stop)?;
            if f64::from(day - last) > 7.0 * (week + 0.5 * course.monitor_weeks) {
                return None;
            }
            let at = |day: i32| {
                let near = course
                    .visits
                    .iter()
                    .filter(|visit| (visit.day - day).abs() <= 35);
                let near = near
                    .filter_map(|visit| Some(((visit.day - day).abs(), f64::from(visit.letters?))));
                near.min_by_key(|(apart, _)| *apart)
                    .map(|(_, letters)| letters)
            };
            let then = if measure.kind == Kind::ChangeAtRecurrence {
                day
            } else {
                day + 84
            };
            Some(at(then)? - at(stop)?)
        }
    }
}

fn injections(course: &Course<'_>, window: Window, week: f64) -> u32 {
    match window {
        Window::Cumulative => course.injections(0.0, week),
        Window::Year => course.injections((week - 52.0).max(0.0), week),
        Window::Weeks(from, to) => course.injections(from.into(), to.into()),
    }
}

/// Weeks planned at the injection `back` before the last one up to the week.
fn planned(course: &Course<'_>, week: f64, back: usize) -> Option<f64> {
    let until = course.day(week) + 14;
    let given = course
        .visits
        .iter()
        .rev()
        .filter(|visit| visit.injected && visit.day <= until);
    given
        .map(|visit| visit.planned_weeks)
        .nth(back)?
        .map(f64::from)
}

/// The interval of the week, weeks: see the measures' definitions.
fn interval(course: &Course<'_>, week: f64) -> Option<f64> {
    if !course.counts(week) || !course.is_followed(week) {
        return None;
    }
    if course.planned_intervals {
        return planned(course, week, usize::from(!course.interval_in_use));
    }
    let until = course.day(week) + 14;
    let mut given = course
        .visits
        .iter()
        .rev()
        .filter(|visit| visit.injected && visit.day <= until);
    let (last, before) = (given.next()?, given.next()?);
    Some(f64::from(last.day - before.day) / 7.0)
}

/// A whole number of weeks; measured gaps to the nearest four.
fn rounded(course: &Course<'_>, interval: f64) -> u16 {
    let step = if course.planned_intervals { 1.0 } else { 4.0 };
    ((interval / step).round() * step) as u16
}

fn longest(course: &Course<'_>, week: f64) -> Option<f64> {
    let before = course.day(week);
    let given = course
        .visits
        .iter()
        .filter(|visit| visit.injected && visit.day < before);
    given
        .filter_map(|visit| visit.planned_weeks)
        .max()
        .map(f64::from)
}

/// Day of the planned stop and of the last injection before it.
fn stop(course: &Course<'_>) -> Option<(i32, i32)> {
    let stop = course.stopped_on?;
    let last = course
        .visits
        .iter()
        .rev()
        .find(|visit| visit.injected && visit.day < stop)?;
    Some((stop, last.day))
}

/// The first wet visit after the stop.
fn recurrence(course: &Course<'_>, stop: i32) -> Option<i32> {
    course
        .visits
        .iter()
        .find(|visit| visit.day > stop && visit.wet == Some(true))
        .map(|visit| visit.day)
}
