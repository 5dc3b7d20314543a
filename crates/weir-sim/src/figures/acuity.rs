//! Letters over time, the change from baseline, and how letters are spread.

use weir_chart::{
    Axis, Band, BandMeaning, Bars, BoxSummary, Boxes, Figure, FigureBuilder, FigureError, Line,
    Reference,
};

use super::about::About;
use super::points::{self, Point, months, years_of};
use super::wording::patients;
use crate::summary::{Counts, Cube, Distribution};

/// What a month is, wherever time is drawn.
pub(super) const MONTH: &str = "A month is 365.25/12 days. Baseline is the first visit.";

/// Fewer patients than this make no mean and no percentile, unless the run began with fewer.
const FEWEST: u64 = 20;

/// A distribution that is drawn.
fn drawn(of: &dyn Fn(u32) -> Distribution, month: u32) -> Option<Distribution> {
    let distribution = of(month);
    (distribution.count() >= FEWEST || of(0).count() < FEWEST).then_some(distribution)
}

/// Group of the letters' cubes.
const ON_TREATMENT: usize = 0;

/// Mean and percentiles of patients, everybody in follow-up.
pub(super) fn everybody(about: &About<'_>, counts: &Counts) -> Result<Figure, FigureError> {
    let letters = |month| counts.distribution(Cube::LettersTrue, None, month);
    let measured = |month| counts.distribution(Cube::LettersMeasured, None, month);
    let figure = Figure::new("acuity", "Visual acuity: all living patients in follow-up")
        .subtitle("True letters of the study eye, whether or not it is still treated")
        .mark(with_bands("All patients", counts, &letters))
        .mark(
            Line::new("Last measured", mean(counts, &measured))
                .concept("stopped")
                .meaning("mean")
                .dashed(),
        );
    note_few(finish(about, counts, figure), &letters, months(counts))
        .note(
            "Dashes: mean of the letters last measured in the clinic, carried forward between visits.",
        )
        .build()
}

/// The same of those who are treated at the end of each month.
pub(super) fn on_treatment(about: &About<'_>, counts: &Counts) -> Result<Figure, FigureError> {
    let letters = |month| counts.distribution(Cube::LettersTrue, Some(ON_TREATMENT), month);
    let figure = Figure::new(
        "acuity-on-treatment",
        format!("Visual acuity: patients {}", about.on_treatment()),
    )
    .subtitle(format!(
        "True letters of those {} at the end of each month",
        about.on_treatment()
    ))
    .mark(with_bands(about.on_treatment_first(), counts, &letters).concept("on treatment"));
    let (first, last) = (letters(0), letters(counts.months()));
    note_few(finish(about, counts, figure), &letters, months(counts))
        .note(format!(
            "{} at baseline, {} at {}: those who stay differ from those who left.",
            patients(first.count()),
            patients(last.count()),
            points::last(counts).words()
        ))
        .build()
}

fn finish(about: &About<'_>, counts: &Counts, figure: FigureBuilder) -> FigureBuilder {
    let figure = figure
        .x(points::axis(counts))
        .y(Axis::letters("Visual acuity"))
        .letters_references();
    about
        .under_all(figure, counts)
        .note("Bands are percentiles of patients, not the uncertainty of the mean.")
        .note(MONTH)
}

/// Says so where months are left out.
fn note_few(
    figure: FigureBuilder,
    of: &dyn Fn(u32) -> Distribution,
    mut months: impl Iterator<Item = u32>,
) -> FigureBuilder {
    if months.any(|month| drawn(of, month).is_none()) {
        figure.note("Months with fewer than 20 patients are left out.")
    } else {
        figure
    }
}

fn with_bands(name: &str, counts: &Counts, of: &dyn Fn(u32) -> Distribution) -> Line {
    [(5, 95), (25, 75)].into_iter().fold(
        Line::new(name, mean(counts, of)).meaning("mean"),
        |line, (low, high)| line.band(band(counts, of, low, high)),
    )
}

fn mean(counts: &Counts, of: &dyn Fn(u32) -> Distribution) -> Vec<(f64, f64)> {
    months(counts)
        .map(|month| {
            let mean = drawn(of, month).and_then(|letters| letters.mean());
            (years_of(month), mean.unwrap_or(f64::NAN))
        })
        .collect()
}

fn band(counts: &Counts, of: &dyn Fn(u32) -> Distribution, low: u8, high: u8) -> Band {
    let meaning = BandMeaning::Percentiles {
        low,
        high,
        of: "patients".to_owned(),
    };
    let points = months(counts).map(|month| {
        let letters = drawn(of, month);
        let at = |percent: u8| {
            letters
                .as_ref()
                .and_then(|letters| letters.quantile(f64::from(percent) / 100.0))
                .map_or(f64::NAN, f64::from)
        };
        (years_of(month), at(low), at(high))
    });
    Band::new(meaning, points)
}

/// Sentence on who is counted in a change.
pub(super) const CHANGE: &str = "Change of the last measured letters from baseline, all patients who started: the last \
     observation is carried forward after leaving and death.";

/// Shares of a change that trials report: name, whether a change counts.
pub(super) type Share = (&'static str, fn(i32) -> bool);
/// In the order of tables and keys.
pub(super) const SHARES: [Share; 4] = [
    ("+15 or more", |change| change >= 15),
    ("+5 or more", |change| change >= 5),
    ("within ±5", |change| change.abs() < 5),
    ("−15 or less", |change| change <= -15),
];

/// Mean change with percentiles of patients.
pub(super) fn change(about: &About<'_>, counts: &Counts) -> Result<Figure, FigureError> {
    let of = |month| counts.distribution(Cube::LettersChange, None, month);
    let figure = Figure::new("change", "Change from baseline")
        .subtitle("All patients who started, last observation carried forward")
        .x(points::axis(counts))
        .y(Axis {
            domain: weir_chart::Domain::FromData,
            ..Axis::letters("Change of measured acuity")
        })
        .mark(with_bands("All patients", counts, &of))
        .mark(Reference::horizontal(0.0, "as at baseline"));
    about
        .under_all(figure, counts)
        .note(CHANGE)
        .note("Bands are percentiles of patients, not the uncertainty of the mean.")
        .note(MONTH)
        .build()
}

/// Shares of patients who gained and lost.
pub(super) fn change_shares(about: &About<'_>, counts: &Counts) -> Result<Figure, FigureError> {
    let colors = ["planned stop", "transfer", "stopped", "futility"];
    let lines = SHARES.into_iter().zip(colors).map(|((name, keep), color)| {
        let points = months(counts).map(|month| {
            let change = counts.distribution(Cube::LettersChange, None, month);
            (years_of(month), change.share(keep).unwrap_or(f64::NAN))
        });
        Line::new(name, points).concept(color)
    });
    let figure = Figure::new("change-shares", "Gains and losses")
        .subtitle("All patients who started, by change in letters from baseline")
        .x(points::axis(counts))
        .y(Axis::share("Share of patients").within(0.0, 1.0).every(0.2))
        .marks(lines);
    about
        .under_all(figure, counts)
        .note(CHANGE)
        .note("Who gained 15 or more is also among those who gained 5 or more. Within ±5: less than 5 letters either way.")
        .note(MONTH)
        .build()
}

/// Percentiles at baseline and at the years' ends.
pub(super) fn by_year(about: &About<'_>, counts: &Counts) -> Result<Figure, FigureError> {
    let points = points::some_years(counts);
    let of = |month| counts.distribution(Cube::LettersTrue, None, month);
    let boxes = points.iter().map(|point| {
        let letters = drawn(&of, point.month)?;
        let at = |share| letters.quantile(share).map(f64::from);
        Some(BoxSummary {
            p5: at(0.05)?,
            p25: at(0.25)?,
            p50: at(0.5)?,
            p75: at(0.75)?,
            p95: at(0.95)?,
            mean: letters.mean(),
        })
    });
    let figure = Figure::new(
        "letters-by-year",
        "Letters at baseline and at each year's end",
    )
    .subtitle("True letters, living patients in follow-up")
    .x(Axis::categories(
        "Years since first visit",
        points
            .iter()
            .map(|point| format!("{}", (10.0 * point.years()).round() / 10.0)),
    ))
    .y(Axis::letters("Visual acuity"))
    .mark(Boxes::new("patients", boxes).concept("all patients"))
    .letters_references();
    let figure = about.under_all(figure, counts);
    note_few(figure, &of, points.iter().map(|point| point.month)).build()
}

/// Histograms at baseline and at the end.
pub(super) fn distribution(about: &About<'_>, counts: &Counts) -> Result<Figure, FigureError> {
    let mut shown = vec![Point {
        name: "Baseline".to_owned(),
        month: 0,
    }];
    if counts.months() > 0 {
        shown.push(points::last(counts));
    }
    let mut bars = Bars::between((0..=10).map(|ten| 10.0 * f64::from(ten)));
    let mut numbers = Vec::new();
    for (point, color) in shown.iter().zip(["stopped", "all patients"]) {
        let letters = counts.distribution(Cube::LettersTrue, None, point.month);
        let share = |ten: i32| {
            let cell = |value: i32| (value / 10).min(9) == ten;
            letters.share(cell).unwrap_or(f64::NAN)
        };
        bars = bars.series_as(&*point.name, color, (0..10).map(share));
        numbers.push(format!(
            "{} at {}",
            patients(letters.count()),
            point.words()
        ));
    }
    let figure = Figure::new("letters-distribution", "Distribution of letters")
        .subtitle("True letters, share of living patients in follow-up, tens of letters")
        .x(Axis::letters("Visual acuity"))
        .y(Axis::share("Share of patients"))
        .mark(bars);
    about
        .under(figure, numbers.join(", "))
        .note("The last bar, 90–100, includes 100.")
        .build()
}
