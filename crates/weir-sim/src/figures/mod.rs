//! Figures and the report of a simulation, drawn from its exact [`Counts`] alone.
//!
//! Nothing here reads a visit or a patient: the time to draw a run depends on its years, not on its patients. What
//! the counts cannot know stands in [`About`].
//!
//! The ids of the figures are stable and are their file names: `acuity`, `acuity-on-treatment`, `change`,
//! `change-shares`, `letters-by-year`, `letters-distribution`, `states`, `patterns`, `visit-intervals`,
//! `injection-intervals`, `longest-interval`, `injections-by-year`, `injections-distribution`, `ends`.

mod about;
mod acuity;
mod cohort;
mod ends;
mod injections;
mod intervals;
mod points;
mod report;
mod tables;
mod tiles;
mod wording;

use weir_chart::{Figure, FigureError};

use crate::summary::Counts;

pub use about::{About, StageRow};
pub use report::report;

/// Every figure of a run, in the order of the report. The two of injections per year need a full year of follow-up.
///
/// # Errors
/// [`FigureError`] where the counts contradict themselves: patients that are lost or counted twice.
pub fn all(about: &About<'_>, counts: &Counts) -> Result<Vec<Figure>, FigureError> {
    let mut figures = vec![
        acuity::everybody(about, counts)?,
        acuity::on_treatment(about, counts)?,
        acuity::by_year(about, counts)?,
        acuity::distribution(about, counts)?,
        acuity::change(about, counts)?,
        acuity::change_shares(about, counts)?,
        cohort::states(about, counts)?,
        cohort::patterns(about, counts)?,
        intervals::visits(about, counts)?,
        intervals::injections(about, counts)?,
    ];
    if counts.months() >= 12 {
        figures.push(injections::by_year(about, counts)?);
        figures.push(injections::distribution(about, counts)?);
    }
    figures.push(intervals::longest(about, counts)?);
    figures.push(ends::ends(about, counts)?);
    Ok(figures)
}
