//! Drawing a forest plot: labels, a plot with intervals, and the numbers beside it.

use std::collections::BTreeSet;

use super::Layout;
use super::canvas::{Anchor, Canvas, Ink, Type, escape, n};
use super::measure::{shorten, width, wrap};
use super::metrics::Metrics;
use super::scale::{Scale, Settled};
use crate::axis::{Axis, Domain};
use crate::color::Color;
use crate::forest::{Forest, ForestRow};
use crate::number::Number;
use crate::palette::Palette;

/// Within two standard errors, and beyond.
const NEAR: Color = Color::from_rgb(0x0072B2);
const FAR: Color = Color::from_rgb(0xD55E00);
const FONT: &str = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Noto Sans', sans-serif";

/// The colours it uses.
pub(crate) fn colors() -> BTreeSet<Color> {
    [NEAR, FAR].into()
}

/// Where things lie across the paper.
struct Columns {
    /// Right end of the labels, or nothing when they have a line of their own.
    labels: Option<f64>,
    plot: (f64, f64),
    /// Right ends of the columns of numbers.
    numbers: Vec<(f64, &'static str)>,
    row: f64,
}

impl Columns {
    fn of(layout: Layout, metrics: Metrics) -> Self {
        match layout {
            Layout::Wide => Self {
                labels: Some(400.0),
                plot: (416.0, 728.0),
                numbers: vec![
                    (806.0, "published"),
                    (894.0, "simulated"),
                    (metrics.width - 4.0, "z"),
                ],
                row: 24.0,
            },
            Layout::Compact => Self {
                labels: None,
                plot: (8.0, 340.0),
                numbers: vec![(metrics.width - 4.0, "z")],
                row: 42.0,
            },
        }
    }
}

/// The drawing; `id` must be its own on the page.
pub(crate) fn inline(forest: &Forest, _palette: &Palette, layout: Layout, id: &str) -> String {
    let metrics = Metrics::of(layout);
    let columns = Columns::of(layout, metrics);
    let rows = || forest.groups().iter().flat_map(|group| &group.rows);
    let reach = rows().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), row| {
        (
            low.min(row.interval.0).min(row.simulated),
            high.max(row.interval.1).max(row.simulated),
        )
    });
    // Zero belongs to every change.
    let reach = (reach.0.min(0.0), reach.1.max(0.0));
    let axis = Axis {
        domain: Domain::FromData,
        ..Axis::linear(forest.axis(), "", 0.0, 1.0)
    };
    let settled = Settled::of(
        &axis,
        Some(reach),
        (columns.plot.1 - columns.plot.0) / metrics.x_tick,
    );
    let scale = Scale::new(&settled, columns.plot.0, columns.plot.1);

    let mut canvas = Canvas::default();
    let mut y = key(&mut canvas, metrics);
    let small = Type::new(metrics.small, Ink::Muted);
    y += 8.0;
    for (right, name) in &columns.numbers {
        canvas.text(*right, y + metrics.small, small.anchor(Anchor::End), name);
    }
    y += metrics.small + 8.0;
    let top = y;
    let groups = forest
        .groups()
        .iter()
        .filter(|group| !group.rows.is_empty());
    let height: f64 = groups
        .clone()
        .map(|group| 34.0 + columns.row * group.rows.len() as f64)
        .sum();
    let foot = top + height + 6.0;
    for tick in &settled.ticks {
        let at = scale.at(settled.value(*tick));
        let zero = *tick == 0;
        canvas.stroke(
            (at, top),
            (at, foot),
            if zero { Ink::Axis } else { Ink::Grid },
            1.0,
        );
        let words = axis.write(settled.value(*tick), settled.step);
        canvas.text(
            at,
            foot + metrics.small + 4.0,
            small.anchor(Anchor::Middle),
            &words,
        );
    }
    canvas.stroke(
        (columns.plot.0, foot),
        (columns.plot.1, foot),
        Ink::Axis,
        1.0,
    );
    for group in groups {
        y += 12.0;
        let name = fitted(&group.name, metrics.base, metrics.width * 0.9);
        canvas.text(
            0.0,
            y + metrics.base,
            Type::new(metrics.base, Ink::Strong).bold().rim(),
            &name,
        );
        y += 22.0;
        for row in &group.rows {
            draw_row(&mut canvas, row, &columns, scale, metrics, y);
            y += columns.row;
        }
    }
    let mut end = foot + metrics.small + 14.0;
    for line in wrap(forest.axis(), metrics.base, metrics.width, 2) {
        let middle = 0.5 * (columns.plot.0 + columns.plot.1);
        canvas.text(
            middle,
            end + metrics.base,
            Type::new(metrics.base, Ink::Strong).anchor(Anchor::Middle),
            &line,
        );
        end += metrics.base + 6.0;
    }
    let class = match layout {
        Layout::Wide => "wide",
        Layout::Compact => "compact",
    };
    let (wide, high) = (n(metrics.width), n(end + 6.0));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"{id}_{class}_title {id}_{class}_desc\" class=\"{class}\" width=\"100%\" \
         viewBox=\"0 0 {wide} {high}\" data-full=\"0 0 {wide} {high}\" font-family=\"{FONT}\">\n<title id=\"{id}_{class}_title\">{}</title>\n\
         <desc id=\"{id}_{class}_desc\">{}</desc>\n<rect class=\"w-paper\" width=\"{wide}\" height=\"{high}\" fill=\"#ffffff\"/>\n{}</svg>",
        escape(forest.title()),
        escape(&in_words(forest)),
        canvas.into_body(),
    )
}

/// What the marks mean.
fn key(canvas: &mut Canvas, metrics: Metrics) -> f64 {
    let mut x = 0.0;
    let mut y = 0.0;
    let entries: [(&str, Option<Color>); 3] = [
        ("published, 95 % interval", None),
        ("simulated, |z| < 2", Some(NEAR)),
        ("simulated, |z| ≥ 2", Some(FAR)),
    ];
    for (words, color) in entries {
        let needed = 30.0 + width(words, metrics.small) + 18.0;
        if x > 0.0 && x + needed > metrics.width {
            x = 0.0;
            y += metrics.small + 8.0;
        }
        let middle = y + metrics.small * 0.65;
        match color {
            None => {
                canvas.stroke((x, middle), (x + 22.0, middle), Ink::Muted, 2.0);
                canvas.rect((x + 7.5, middle - 3.5), (7.0, 7.0), Ink::Strong, 1.0);
            }
            Some(color) => canvas.dot((x + 11.0, middle), 5.0, Ink::Of(color)),
        }
        canvas.text(
            x + 30.0,
            y + metrics.small,
            Type::new(metrics.small, Ink::Muted),
            words,
        );
        x += needed;
    }
    y + metrics.small + 4.0
}

fn draw_row(
    canvas: &mut Canvas,
    row: &ForestRow,
    columns: &Columns,
    scale: Scale,
    metrics: Metrics,
    y: f64,
) {
    let label = format!("{}{}", row.label, if row.unchecked { " *" } else { "" });
    let ink = Ink::Of(if row.z.abs() < 2.0 { NEAR } else { FAR });
    let small = Type::new(metrics.small, Ink::Strong);
    let middle = match columns.labels {
        Some(right) => {
            let label = fitted(&label, metrics.small, right - 8.0);
            canvas.text(8.0, y + metrics.small + 2.0, small, &label);
            y + columns.row * 0.5
        }
        None => {
            let label = fitted(&label, metrics.small, columns.plot.1);
            canvas.text(8.0, y + metrics.small, small.rim(), &label);
            y + columns.row * 0.68
        }
    };
    canvas.stroke(
        (scale.at(row.interval.0), middle),
        (scale.at(row.interval.1), middle),
        Ink::Muted,
        2.0,
    );
    canvas.rect(
        (scale.at(row.observed) - 3.5, middle - 3.5),
        (7.0, 7.0),
        Ink::Strong,
        1.0,
    );
    canvas.dot((scale.at(row.simulated), middle), 5.0, ink);
    let baseline = middle + metrics.small * 0.36;
    for (right, name) in &columns.numbers {
        let (value, ink) = match *name {
            "published" => (row.observed, Ink::Strong),
            "simulated" => (row.simulated, ink),
            _ => (row.z, ink),
        };
        let words = Number::new(value, 1).to_string();
        canvas.text(
            *right,
            baseline,
            Type::new(metrics.small, ink).anchor(Anchor::End),
            &words,
        );
    }
}

fn fitted(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        text.to_owned()
    } else {
        shorten(text, size, room)
    }
}

fn in_words(forest: &Forest) -> String {
    let rows: Vec<&ForestRow> = forest
        .groups()
        .iter()
        .flat_map(|group| &group.rows)
        .collect();
    let near = rows.iter().filter(|row| row.z.abs() < 2.0).count();
    format!(
        "{}. {} rows in {} groups; in {near} the simulated number lies within two standard errors of the published one. The table below has every row.",
        forest.axis(),
        rows.len(),
        forest.groups().len()
    )
}
