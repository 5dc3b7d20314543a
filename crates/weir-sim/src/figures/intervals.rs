//! Weeks between visits and between injections.

use weir_chart::{Axis, Bars, Figure, FigureError};

use super::about::About;
use super::wording::{counted, patients, percent};
use crate::summary::{Counts, Cube, Distribution};

/// The last cell: this many weeks or more.
const LAST_WEEK: i32 = 104;
const LAST_CELL: &str = "The last bar is 104 weeks or more.";

/// Weeks between attended visits.
pub(super) fn visits(about: &About<'_>, counts: &Counts) -> Result<Figure, FigureError> {
    let weeks = counts.over_all_periods(Cube::VisitInterval, None);
    histogram(
        about,
        "visit-intervals",
        "Intervals between visits",
        "visits",
        &weeks,
    )
}

/// Weeks between injections.
pub(super) fn injections(about: &About<'_>, counts: &Counts) -> Result<Figure, FigureError> {
    let weeks = counts.over_all_periods(Cube::InjectionInterval, None);
    histogram(
        about,
        "injection-intervals",
        "Intervals between injections",
        "injections",
        &weeks,
    )
}

fn histogram(
    about: &About<'_>,
    id: &str,
    title: &str,
    concept: &str,
    weeks: &Distribution,
) -> Result<Figure, FigureError> {
    let figure = Figure::new(id, title)
        .subtitle("Share of all intervals of the whole run, by weeks (rounded)")
        .x(axis("Interval"))
        .y(Axis::share("Share of intervals"))
        .mark(bars("Intervals", concept, weeks));
    let mut figure = about
        .under(figure, counted(weeks.count(), "interval"))
        .note(LAST_CELL);
    if let (Some(median), Some(long)) = (weeks.quantile(0.5), weeks.share(|week| week > 17)) {
        figure = figure.note(format!(
            "Median {median} weeks; {} % are longer than 17 weeks.",
            percent(Some(long))
        ));
    }
    figure.build()
}

/// The longest interval of each patient.
pub(super) fn longest(about: &About<'_>, counts: &Counts) -> Result<Figure, FigureError> {
    let all = counts.over_all_periods(Cube::LongestInterval, None);
    let some = Distribution::new(
        0,
        all.cells()
            .map(|(week, count)| if week == 0 { 0 } else { count })
            .collect(),
    );
    let figure = Figure::new("longest-interval", "Longest interval between injections")
        .subtitle("Share of patients with at least two injections, by weeks (begun weeks count)")
        .x(axis("Longest interval"))
        .y(Axis::share("Share of patients"))
        .mark(bars("Patients", "patients", &some));
    about
        .under(
            figure,
            format!("{} of {}", patients(some.count()), patients(all.count())),
        )
        .note(LAST_CELL)
        .build()
}

fn bars(name: &str, concept: &str, weeks: &Distribution) -> Bars {
    let total = weeks.count();
    let share = weeks.cells().map(|(_, count)| match total {
        0 => f64::NAN,
        total => count as f64 / total as f64,
    });
    Bars::between((0..=LAST_WEEK + 1).map(|week| f64::from(week) - 0.5))
        .series_as(name, concept, share)
}

fn axis(label: &str) -> Axis {
    Axis::linear(label, "weeks", -0.5, f64::from(LAST_WEEK) + 0.5).every(8.0)
}
