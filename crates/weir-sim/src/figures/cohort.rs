//! Where the patients are: stacks that conserve them.

use weir_chart::{Axis, Figure, FigureBuilder, FigureError, Stack};

use super::about::About;
use super::acuity::MONTH;
use super::points::{self, months, years_of};
use crate::summary::{Counts, Cube};

/// Name and concept (its colour) of the groups of [`Cube::State`], in their order.
pub(super) const STATES: [(&str, &str); 7] = [
    ("Naive", "naive"),
    ("Stable", "stable"),
    ("Active", "active"),
    ("Highly active", "highly active"),
    ("Off treatment", "off treatment"),
    ("Left", "stopped"),
    ("Died", "died"),
];
/// How many of them are on treatment.
const TREATED_STATES: usize = 4;

/// The same of [`Cube::Pattern`].
const PATTERNS: [(&str, &str); 12] = [
    ("Initial", "initial"),
    ("Intensive, to 35 days", "intensive"),
    ("Regular, 36–63", "regular"),
    ("Extended, 64–111", "extended"),
    ("Maximum, 112–119", "maximum"),
    ("Gap of 3–6 months", "gap of 3–6 months"),
    ("Gap of 6–12 months", "gap of 6–12 months"),
    ("Longer gap", "longer gap"),
    ("Restarted after a gap", "restarted after a gap"),
    ("Off treatment", "off treatment"),
    ("Left", "stopped"),
    ("Died", "died"),
];

/// Patients who are on treatment at the end of a month.
pub(super) fn on_treatment(counts: &Counts, month: u32) -> u64 {
    (0..TREATED_STATES)
        .map(|group| counts.get(Cube::State, group, month, 0))
        .sum()
}

/// Patients per state.
pub(super) fn states(about: &About<'_>, counts: &Counts) -> Result<Figure, FigureError> {
    let figure = Figure::new("states", "Where patients are")
        .subtitle("All patients, by the true state of the study eye at the end of each month");
    stack(about, counts, figure, Cube::State, &STATES)
        .note(
            "Off treatment: followed, not treated (planned stop, futility, drop-out). Left: transferred, or the study ended before \
             their follow-up did. Nobody is left out or counted twice.",
        )
        .build()
}

/// Patients per treatment pattern.
pub(super) fn patterns(about: &About<'_>, counts: &Counts) -> Result<Figure, FigureError> {
    let figure = Figure::new("patterns", "Treatment pattern by interval").subtitle(
        "All patients, by the days between their last two visits at the end of each month",
    );
    stack(about, counts, figure, Cube::Pattern, &PATTERNS)
        .note(
            "Gaps: 120–180 days, 181–365 days, more than 365 days. Nobody is left out or counted twice.",
        )
        .build()
}

fn stack(
    about: &About<'_>,
    counts: &Counts,
    figure: FigureBuilder,
    cube: Cube,
    names: &[(&str, &str)],
) -> FigureBuilder {
    let total = counts.total("patients") as f64;
    let layers = names.iter().enumerate();
    let stack = layers.fold(
        Stack::new(months(counts).map(years_of), total),
        |stack, (group, (name, concept))| {
            let values: Vec<f64> = months(counts)
                .map(|month| counts.get(cube, group, month, 0) as f64)
                .collect();
            if values.iter().all(|value| *value == 0.0) {
                return stack;
            }
            stack.layer_as(*name, *concept, values)
        },
    );
    let figure = figure
        .x(points::axis(counts))
        .y(Axis::count("Patients").within(0.0, total.max(1.0)))
        .mark(stack);
    about.under_all(figure, counts).note(MONTH)
}
