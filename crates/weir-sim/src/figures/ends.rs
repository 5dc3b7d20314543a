//! How treatment ends: first ends by reason, each patient counted once.

use weir_chart::{AtRisk, AtRiskRow, Axis, Figure, FigureError, Line};

use super::about::About;
use super::acuity::MONTH;
use super::points::{self, months, years_of};
use crate::summary::{Counts, Cube};

/// Name and concept (its colour) of the groups of [`Cube::FirstEnd`], in their order.
pub(super) const REASONS: [(&str, &str); 6] = [
    ("Planned stop", "planned stop"),
    ("Dropped out", "dropped out"),
    ("Futility", "futility"),
    ("Transferred", "transferred"),
    ("Died", "died"),
    ("Study ended", "stopped"),
];
/// The group that is an end of observation, not of treatment.
pub(super) const STUDY_ENDED: usize = 5;

/// What an end is, the one definition.
pub(super) const DEFINITION: &str = "A patient's first end of treatment counts, by its reason and once, even if treatment restarts later; \
     reasons compete, and deaths after another end are not counted again.";

/// First ends by a reason up to the end of a month.
pub(super) fn until(counts: &Counts, reason: usize, month: u32) -> u64 {
    (0..=month)
        .map(|month| counts.get(Cube::FirstEnd, reason, month, 0))
        .sum()
}

/// First ends by any reason up to the end of a month.
pub(super) fn any_until(counts: &Counts, month: u32) -> u64 {
    (0..REASONS.len())
        .map(|reason| until(counts, reason, month))
        .sum()
}

/// Cumulative incidence by reason.
pub(super) fn ends(about: &About<'_>, counts: &Counts) -> Result<Figure, FigureError> {
    let total = counts.total("patients");
    let happened = |reason: &usize| until(counts, *reason, counts.months()) > 0;
    let lines = (0..REASONS.len()).filter(happened).map(|reason| {
        let mut so_far = 0;
        let points = months(counts).map(|month| {
            so_far += counts.get(Cube::FirstEnd, reason, month, 0);
            (years_of(month), so_far as f64 / total.max(1) as f64)
        });
        let (name, concept) = REASONS[reason];
        let line = Line::steps(name, points).concept(concept);
        if reason == STUDY_ENDED {
            line.dashed()
        } else {
            line
        }
    });
    let places = points::some_years(counts);
    let at_risk = places
        .iter()
        .map(|point| total.saturating_sub(any_until(counts, point.month)) as f64);
    let mut figure = Figure::new("ends", "Ends of treatment")
        .subtitle(
            "Cumulative incidence of the first end by reason, share of all patients who started",
        )
        .x(points::axis(counts))
        .y(Axis::share("Share of patients"))
        .marks(lines)
        .at_risk(AtRisk {
            label: "Patients without an end".to_owned(),
            at: places.iter().map(|point| point.years()).collect(),
            rows: vec![AtRiskRow {
                name: String::new(),
                values: at_risk.collect(),
            }],
        });
    if until(counts, STUDY_ENDED, counts.months()) > 0 {
        figure = figure.note(
            "Study ended: follow-up was cut at the end of the study; dashed, as it ends observation and not treatment.",
        );
    }
    about
        .under_all(figure, counts)
        .note(DEFINITION)
        .note(MONTH)
        .build()
}
