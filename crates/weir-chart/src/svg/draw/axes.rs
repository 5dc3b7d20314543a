//! Grid, ticks and their numbers.

use super::super::canvas::{Anchor, Canvas, Ink, Type, line_height};
use super::super::measure::{shorten, width, wrap};
use super::Plot;
use crate::axis::{Axis, Domain};
use crate::figure::Figure;

/// What stands along the x axis.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::svg) enum Bottom {
    /// Numbers at ticks.
    Numbers,
    /// Names in lines under their places.
    Names(Vec<Vec<String>>),
    /// Names too wide for that, slanted.
    Slanted(Vec<String>),
    /// Nothing to mark.
    Bare,
}

impl Bottom {
    /// For categories on a plot of this width.
    pub(in crate::svg) fn of_names(
        names: &[String],
        left: f64,
        plot_width: f64,
        size: f64,
    ) -> Self {
        let room = plot_width / names.len().max(1) as f64 - 4.0;
        let fits = names
            .iter()
            .flat_map(|name| name.split_whitespace())
            .all(|word| width(word, size) <= room);
        let lines: Vec<Vec<String>> = names
            .iter()
            .map(|name| wrap(name, size, room.max(1.0), 5))
            .collect();
        if fits && lines.iter().all(|lines| lines.len() <= 4) {
            return Bottom::Names(lines);
        }
        // A slanted name ends at its place and begins left of it, where the paper ends.
        let cut = |(i, name): (usize, &String)| {
            let most = ((left + (room + 4.0) * (i as f64 + 0.5)) * 1.4 - size).clamp(size, 160.0);
            if width(name, size) > most {
                shorten(name, size, most)
            } else {
                name.clone()
            }
        };
        Bottom::Slanted(names.iter().enumerate().map(cut).collect())
    }

    /// How high it is.
    pub(in crate::svg) fn height(&self, size: f64) -> f64 {
        match self {
            Bottom::Numbers => line_height(size) + 6.0,
            Bottom::Names(names) => {
                line_height(size) * names.iter().map(Vec::len).max().unwrap_or(0) as f64 + 6.0
            }
            Bottom::Slanted(names) => {
                names
                    .iter()
                    .map(|name| width(name, size))
                    .fold(0.0, f64::max)
                    * 0.71
                    + size
                    + 6.0
            }
            Bottom::Bare => 6.0,
        }
    }
}

/// Grid lines, axis line, ticks, numbers, and the label of the y axis above the plot.
pub(in crate::svg) fn axes(canvas: &mut Canvas, plot: &Plot, figure: &Figure, bottom: &Bottom) {
    let size = plot.metrics.small;
    let (x, y) = (figure.x(), figure.y());
    // Without data only limits that were asked for are drawn, not invented ones.
    if !figure.is_empty() || matches!(y.domain, Domain::Fixed { .. }) {
        let spacing = (plot.y.at(0.0) - plot.y.at(plot.y_axis.step)).abs();
        let every = plot.y_axis.thinned(spacing, size * 1.6);
        for tick in plot.y_axis.ticks.iter().filter(|tick| *tick % every == 0) {
            let value = plot.y_axis.value(*tick);
            let at = plot.y.at(value);
            canvas.stroke((plot.left, at), (plot.right, at), Ink::Grid, 1.0);
            let words = y.write(value, plot.y_axis.step);
            canvas.text(
                plot.left - 8.0,
                at + size * 0.35,
                Type::new(size, Ink::Muted).anchor(Anchor::End),
                &words,
            );
        }
    }
    canvas.stroke(
        (plot.left, plot.bottom),
        (plot.right, plot.bottom),
        Ink::Axis,
        1.0,
    );
    let under = plot.bottom + 6.0;
    match bottom {
        Bottom::Numbers => numbers(canvas, plot, x),
        Bottom::Names(names) => {
            let wide = (plot.right - plot.left) / names.len().max(1) as f64;
            for (i, lines) in names.iter().enumerate() {
                let middle = plot.left + wide * (i as f64 + 0.5);
                canvas.lines(
                    middle,
                    under,
                    Type::new(size, Ink::Strong).anchor(Anchor::Middle),
                    lines,
                );
            }
        }
        Bottom::Slanted(names) => {
            let wide = (plot.right - plot.left) / names.len().max(1) as f64;
            // Names closer than a line of type cannot be read; every 2nd, 3rd … is.
            let every = (1..=names.len().max(1))
                .find(|every| wide * *every as f64 >= size * 1.5)
                .unwrap_or(1);
            for (i, name) in names.iter().enumerate().step_by(every) {
                let middle = plot.left + wide * (i as f64 + 0.5) + size * 0.3;
                let how = Type::new(size, Ink::Strong).anchor(Anchor::End).turn(-45.0);
                canvas.text(middle, under + size * 0.7, how, name);
            }
        }
        Bottom::Bare => {}
    }
}

fn numbers(canvas: &mut Canvas, plot: &Plot, x: &Axis) {
    let size = plot.metrics.small;
    let axis = plot.x_axis;
    let spacing = plot.x.at(axis.from + axis.step) - plot.x.at(axis.from);
    let written = |tick: &i64| x.write(axis.value(*tick), axis.step);
    let widest = axis
        .ticks
        .iter()
        .map(|tick| width(&written(tick), size))
        .fold(0.0, f64::max);
    let every = axis.thinned(spacing, widest + 10.0);
    for tick in &axis.ticks {
        let at = plot.x.at(axis.value(*tick));
        let labelled = tick % every == 0;
        if spacing < 4.0 && !labelled {
            continue;
        }
        let long = if labelled { 6.0 } else { 4.0 };
        canvas.stroke((at, plot.bottom), (at, plot.bottom + long), Ink::Axis, 1.0);
        if labelled {
            let how = Type::new(size, Ink::Muted).anchor(Anchor::Middle);
            canvas.text(at, plot.bottom + 6.0 + size, how, &written(tick));
        }
    }
}
