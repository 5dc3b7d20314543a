//! Why a figure cannot be built.

use thiserror::Error;

/// What is wrong with the data of a figure. Each variant names the figure's id and the part of it, so that the
/// caller can tell which summary produced it.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum FigureError {
    /// The id becomes a file name and an HTML id.
    #[error(
        "figure id {id:?} is not usable: use 1 to 64 of a–z, 0–9 and '-', starting with a letter"
    )]
    Id {
        /// The id as given.
        id: String,
    },
    /// An axis was not given.
    #[error("figure {figure}: the {axis} axis is missing: set it with .{axis}(Axis::…)")]
    AxisMissing {
        /// Id of the figure.
        figure: String,
        /// `x` or `y`.
        axis: &'static str,
    },
    /// An axis whose limits are not two different finite numbers in rising order, or whose ticks are too many.
    #[error("figure {figure}: the {axis} axis from {from} to {to} is not usable: {reason}")]
    AxisDomain {
        /// Id of the figure.
        figure: String,
        /// `x` or `y`.
        axis: &'static str,
        /// Lower limit as given.
        from: f64,
        /// Upper limit as given.
        to: f64,
        /// What to change.
        reason: &'static str,
    },
    /// A number outside an axis of fixed limits: it would have to be left out or drawn wrongly.
    #[error(
        "figure {figure}: {part} has {value} on the {axis} axis, which runs from {from} to {to}"
    )]
    OutsideAxis {
        /// Id of the figure.
        figure: String,
        /// Name of the series or mark.
        part: String,
        /// `x` or `y`.
        axis: &'static str,
        /// The number that does not fit.
        value: f64,
        /// Lower limit.
        from: f64,
        /// Upper limit.
        to: f64,
    },
    /// A number that is not finite, negative or out of order where that means nothing.
    #[error("figure {figure}: {part}, position {index}: {value} {reason}")]
    Number {
        /// Id of the figure.
        figure: String,
        /// Name of the series or mark.
        part: String,
        /// Which of its numbers, from 0.
        index: usize,
        /// The number.
        value: f64,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Two lists that must be of one length are not.
    #[error("figure {figure}: {part} has {got} values, expected {expected}")]
    Length {
        /// Id of the figure.
        figure: String,
        /// Name of the series or mark.
        part: String,
        /// Values given.
        got: usize,
        /// Values needed.
        expected: usize,
    },
    /// A stack whose layers do not add up to the stated total: somebody was lost or counted twice.
    #[error("figure {figure}: the layers at x = {x} add up to {sum}, the stated total is {total}")]
    NotConserved {
        /// Id of the figure.
        figure: String,
        /// Where on the x axis.
        x: f64,
        /// Sum of the layers there.
        sum: f64,
        /// Stated total there.
        total: f64,
    },
    /// Marks that cannot share one figure, or an axis that does not suit them.
    #[error("figure {figure}: {reason}")]
    Mixed {
        /// Id of the figure.
        figure: String,
        /// What to change.
        reason: &'static str,
    },
    /// Two series of one name in one figure.
    #[error("figure {figure}: there are two series named {name:?}")]
    SameName {
        /// Id of the figure.
        figure: String,
        /// The name.
        name: String,
    },
    /// More than a figure can show.
    #[error("figure {figure}: {got} {what}, the limit is {limit}")]
    TooMany {
        /// Id of the figure.
        figure: String,
        /// Marks, points, cells, characters …
        what: &'static str,
        /// How many there are.
        got: usize,
        /// How many are allowed.
        limit: usize,
    },
}
