//! The months that tables and distributions look at: baseline, each year's end, the end of follow-up.

use weir_chart::{Axis, Ticks};

use crate::summary::Counts;

/// Most places of a figure; longer runs are thinned to every second, fifth or tenth year.
const PLACES_MAX: u32 = 12;

/// One month that is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Point {
    /// "Baseline", "Year 2", "Month 30".
    pub name: String,
    /// Month of follow-up, 0 for baseline.
    pub month: u32,
}

impl Point {
    fn at(month: u32) -> Self {
        let name = match month {
            0 => "Baseline".to_owned(),
            month if month.is_multiple_of(12) => format!("Year {}", month / 12),
            month => format!("Month {month}"),
        };
        Self { name, month }
    }

    /// Years since the first visit.
    pub(super) fn years(&self) -> f64 {
        years_of(self.month)
    }

    /// The name inside a sentence.
    pub(super) fn words(&self) -> String {
        self.name.to_lowercase()
    }
}

/// Baseline, every year's end and the last month.
pub(super) fn every_year(counts: &Counts) -> Vec<Point> {
    let last = counts.months();
    let mut months: Vec<u32> = (0..=last).step_by(12).collect();
    if !last.is_multiple_of(12) {
        months.push(last);
    }
    months.into_iter().map(Point::at).collect()
}

/// The same, at most about a dozen of them.
pub(super) fn some_years(counts: &Counts) -> Vec<Point> {
    let step = year_step(counts.months() / 12);
    let last = counts.months();
    every_year(counts)
        .into_iter()
        .filter(|point| point.month.is_multiple_of(12 * step) || point.month == last)
        .collect()
}

/// Numbers of the full years (0 for the first) that a figure of years shows.
pub(super) fn full_years(counts: &Counts) -> Vec<u32> {
    let years = counts.months() / 12;
    let step = year_step(years);
    (0..years)
        .filter(|year| years <= PLACES_MAX || *year == 0 || (year + 1).is_multiple_of(step))
        .collect()
}

/// The last month.
pub(super) fn last(counts: &Counts) -> Point {
    Point::at(counts.months())
}

/// The end of the first year, where there is one.
pub(super) fn year_one(counts: &Counts) -> Option<Point> {
    (counts.months() >= 12).then(|| Point::at(12))
}

/// All months.
pub(super) fn months(counts: &Counts) -> impl Iterator<Item = u32> + Clone {
    0..=counts.months()
}

/// Years since the first visit at a month's end.
pub(super) fn years_of(month: u32) -> f64 {
    f64::from(month) / 12.0
}

/// The axis of time, from the first visit to the last month.
pub(super) fn axis(counts: &Counts) -> Axis {
    let years = years_of(counts.months().max(1));
    let axis = Axis::years("Time since first visit", years);
    match counts.months() {
        0..12 => Axis {
            ticks: Ticks::Nice,
            ..axis
        },
        12..=180 => axis,
        _ => axis.every(5.0),
    }
}

fn year_step(years: u32) -> u32 {
    [1, 2, 5]
        .into_iter()
        .find(|step| years / step <= PLACES_MAX)
        .unwrap_or(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_thinned_and_ends_are_kept() {
        let names = |months, points: fn(&Counts) -> Vec<Point>| -> Vec<String> {
            points(&Counts::new(months))
                .into_iter()
                .map(|point| point.name)
                .collect()
        };
        assert_eq!(names(0, every_year), ["Baseline"]);
        assert_eq!(names(7, every_year), ["Baseline", "Month 7"]);
        assert_eq!(
            names(30, some_years),
            ["Baseline", "Year 1", "Year 2", "Month 30"]
        );
        for months in 0..=600 {
            let points = some_years(&Counts::new(months));
            assert!(points.len() <= 14, "{months} months");
            assert_eq!(points.last().map(|p| p.month), Some(months));
            assert!(full_years(&Counts::new(months)).len() <= 13);
        }
    }
}
