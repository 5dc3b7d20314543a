//! What can be drawn on a figure.

mod bars;
mod boxes;
mod heat;
mod line;
mod reference;
mod stack;

pub use bars::{Arrangement, BarSeries, Bars, Places};
pub use boxes::{BoxSummary, Boxes};
pub use heat::Heat;
pub use line::{Band, BandMeaning, Line, Shape};
pub use reference::Reference;
pub use stack::{Layer, Stack, StackUnit};

/// One thing drawn on a figure. Marks are drawn in order, the first at the back; references go on top.
///
/// Lines and stacks may share a figure. Bars, boxes and a heat map each stand alone, with references.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Mark {
    /// A series, straight or stepped, with its bands.
    Line(Line),
    /// Stacked areas that add up to a stated total.
    Stack(Stack),
    /// Bars at categories or a histogram.
    Bars(Bars),
    /// Percentiles per category.
    Boxes(Boxes),
    /// Counts on a grid.
    Heat(Heat),
    /// A line at one value, with what it means.
    Reference(Reference),
}

macro_rules! from {
    ($($kind:ident),*) => { $(impl From<$kind> for Mark {
        fn from(mark: $kind) -> Self {
            Mark::$kind(mark)
        }
    })* };
}
from!(Line, Stack, Bars, Boxes, Heat, Reference);
