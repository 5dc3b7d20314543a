//! Sizes of a layout.

use super::Layout;

/// Sizes in user units. Every letters chart of a layout has the same plot height.
#[derive(Debug, Clone, Copy)]
pub(super) struct Metrics {
    pub(super) width: f64,
    pub(super) plot_height: f64,
    pub(super) title: f64,
    pub(super) base: f64,
    pub(super) small: f64,
    /// Widest direct label beside the plot.
    pub(super) label_room: f64,
    /// Room one x tick should have, and one y tick.
    pub(super) x_tick: f64,
    pub(super) y_tick: f64,
    pub(super) line: f64,
}

impl Metrics {
    pub(super) fn of(layout: Layout) -> Self {
        match layout {
            Layout::Wide => Self {
                width: 960.0,
                plot_height: 330.0,
                title: 20.0,
                base: 15.0,
                small: 13.5,
                label_room: 185.0,
                x_tick: 80.0,
                y_tick: 55.0,
                line: 2.25,
            },
            Layout::Compact => Self {
                width: 400.0,
                plot_height: 250.0,
                title: 18.0,
                base: 14.5,
                small: 13.5,
                label_room: 112.0,
                x_tick: 60.0,
                y_tick: 55.0,
                line: 2.25,
            },
        }
    }
}
