//! Injections in the years of follow-up.

use weir_chart::{Axis, Bars, Figure, FigureError};

use super::about::About;
use super::points;
use super::wording::patients;
use crate::summary::{Counts, Cube, Distribution};

/// Group of [`Cube::InjectionsInYear`].
const ON_TREATMENT: usize = 0;

/// Injections in a full year (0 for the first) of those who completed it on treatment.
pub(super) fn on_treatment(counts: &Counts, year: u32) -> Distribution {
    counts.distribution(Cube::InjectionsInYear, Some(ON_TREATMENT), year)
}

/// Injections in a full year of all who completed it.
pub(super) fn completers(counts: &Counts, year: u32) -> Distribution {
    counts.distribution(Cube::InjectionsInYear, None, year)
}

/// Mean per year.
pub(super) fn by_year(about: &About<'_>, counts: &Counts) -> Result<Figure, FigureError> {
    let years = points::full_years(counts);
    let mean = |of: fn(&Counts, u32) -> Distribution| -> Vec<f64> {
        let mean = |year: &u32| of(counts, *year).mean().unwrap_or(f64::NAN);
        years.iter().map(mean).collect()
    };
    let figure = Figure::new("injections-by-year", "Injections per year")
        .subtitle("Mean injections of the study eye in each full year of follow-up")
        .x(Axis::categories(
            "",
            years.iter().map(|year| format!("Year {}", year + 1)),
        ))
        .y(Axis::from_zero("Injections per patient", ""))
        .mark(
            Bars::at_categories()
                .series_as(
                    format!("{} all year", about.on_treatment_first()),
                    "on treatment",
                    mean(on_treatment),
                )
                .series_as("All followed all year", "all patients", mean(completers)),
        );
    let mut figure = about.under_all(figure, counts);
    if let (Some(first), Some(last)) = (years.first(), years.last()) {
        figure = figure.note(format!(
            "{} at the end of every month of year {}: {}; of year {}: {}.",
            about.on_treatment_first(),
            first + 1,
            patients(on_treatment(counts, *first).count()),
            last + 1,
            patients(on_treatment(counts, *last).count()),
        ));
    }
    figure.build()
}

/// Distribution in the first and the last full year.
pub(super) fn distribution(about: &About<'_>, counts: &Counts) -> Result<Figure, FigureError> {
    let mut years: Vec<u32> = points::full_years(counts);
    if years.len() > 2 {
        years = vec![years[0], years[1], years[years.len() - 1]];
    }
    let spread: Vec<(u32, Distribution)> = years
        .iter()
        .map(|year| (*year, on_treatment(counts, *year)))
        .collect();
    let most = spread
        .iter()
        .filter_map(|(_, d)| d.max())
        .max()
        .unwrap_or(0);
    let mut bars = Bars::at_categories();
    let mut numbers = Vec::new();
    for ((year, injections), color) in spread.iter().zip(["extended", "regular", "intensive"]) {
        let share = (0..=most).map(|n| injections.share(|value| value == n).unwrap_or(f64::NAN));
        bars = bars.series_as(format!("Year {}", year + 1), color, share);
        numbers.push(format!(
            "{} in year {}",
            patients(injections.count()),
            year + 1
        ));
    }
    let figure = Figure::new(
        "injections-distribution",
        "Patients by injections in a year",
    )
    .subtitle(format!(
        "Share of those {} at the end of every month",
        about.on_treatment()
    ))
    .x(Axis::categories(
        "Injections in the year",
        (0..=most).map(|n| n.to_string()),
    ))
    .y(Axis::share("Share of patients"))
    .mark(bars);
    about.under(figure, numbers.join(", ")).build()
}
