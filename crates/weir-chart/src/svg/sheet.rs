//! A whole drawing: what goes where, from top to bottom.

use super::Layout;
use super::canvas::{Anchor, Canvas, Ink, Type, escape, n};
use super::colors::Colors;
use super::describe::describe;
use super::draw::{self, Bottom, Occupied, Plot};
use super::extent::extent;
use super::key;
use super::labels;
use super::measure::{width, wrap};
use super::metrics::Metrics;
use super::scale::{Scale, Settled};
use crate::axis::Domain;
use crate::figure::Figure;
use crate::mark::{Mark, Reference};
use crate::number::Number;
use crate::palette::Palette;

const FONT: &str = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Noto Sans', sans-serif";
/// Around a file of its own.
const MARGIN: f64 = 20.0;

/// A drawing and where in it the picture without title and caption lies.
struct Sheet {
    body: String,
    width: f64,
    /// From the foot of the title to the head of the caption.
    picture: (f64, f64),
    height: f64,
}

/// With title and caption, on white.
pub(super) fn file(figure: &Figure, palette: &Palette, layout: Layout) -> String {
    let sheet = sheet(figure, palette, layout);
    let (x, y, width, height) = sheet.whole();
    let view = format!("viewBox=\"{x} {y} {width} {height}\" style=\"max-width:{width}px\"");
    wrapped(figure, &sheet, &view, figure.id())
}

/// For a page that writes title and caption itself. The wide one is the whole file with a view on its picture
/// alone; `data-full` is the view that shows everything.
pub(super) fn inline(figure: &Figure, palette: &Palette, layout: Layout, id: &str) -> String {
    let sheet = sheet(figure, palette, layout);
    let (top, foot) = sheet.picture;
    let view = format!(
        "viewBox=\"0 {} {} {}\"",
        n(top),
        n(sheet.width),
        n(foot - top)
    );
    match layout {
        Layout::Wide => {
            let (x, y, width, height) = sheet.whole();
            let view = format!("class=\"wide\" {view} data-full=\"{x} {y} {width} {height}\"");
            wrapped(figure, &sheet, &view, &format!("{id}_wide"))
        }
        Layout::Compact => wrapped(
            figure,
            &sheet,
            &format!("class=\"compact\" {view}"),
            &format!("{id}_compact"),
        ),
    }
}

fn sheet(figure: &Figure, palette: &Palette, layout: Layout) -> Sheet {
    let metrics = Metrics::of(layout);
    let mut canvas = Canvas::default();
    let title = wrap(figure.title(), metrics.title, metrics.width, 3);
    let mut y = canvas.lines(
        0.0,
        0.0,
        Type::new(metrics.title, Ink::Strong).bold(),
        &title,
    );
    if !figure.subtitle().is_empty() {
        let subtitle = wrap(figure.subtitle(), metrics.base, metrics.width, 4);
        y = canvas.lines(0.0, y + 2.0, Type::new(metrics.base, Ink::Muted), &subtitle);
    }
    let top = y + 10.0;
    let foot = picture(&mut canvas, figure, palette, metrics, top).ceil();
    let caption = figure.caption().words();
    y = foot + 8.0;
    for words in std::iter::once(&caption)
        .chain(figure.notes())
        .filter(|words| !words.is_empty())
    {
        let lines = wrap(words, metrics.small, metrics.width, 12);
        y = canvas.lines(0.0, y + 2.0, Type::new(metrics.small, Ink::Muted), &lines);
    }
    Sheet {
        body: canvas.into_body(),
        width: metrics.width,
        picture: (top, foot),
        height: y.ceil(),
    }
}

impl Sheet {
    /// x, y, width and height of the file.
    fn whole(&self) -> (String, String, String, String) {
        let corner = n(-MARGIN);
        (
            corner.clone(),
            corner,
            n(self.width + 2.0 * MARGIN),
            n(self.height + 2.0 * MARGIN),
        )
    }
}

fn wrapped(figure: &Figure, sheet: &Sheet, view: &str, id: &str) -> String {
    let (x, y, width, height) = sheet.whole();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"{id}_title {id}_desc\" width=\"100%\" \
         {view} font-family=\"{FONT}\">\n<title id=\"{id}_title\">{}</title>\n<desc id=\"{id}_desc\">{}</desc>\n\
         <rect class=\"w-paper\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n{}</svg>",
        escape(figure.title()),
        escape(&describe(figure)),
        sheet.body,
    )
}

/// Key, plot, axes, numbers at risk, from `top`; returns the y under them.
fn picture(
    canvas: &mut Canvas,
    figure: &Figure,
    palette: &Palette,
    metrics: Metrics,
    top: f64,
) -> f64 {
    let colors = Colors::of(figure, palette);
    let labels = labels::of(figure, &colors, metrics);
    let entries = key::entries(figure, &colors, labels.is_some());
    let references_beside = labels
        .as_ref()
        .is_some_and(|labels| labels.iter().any(|label| label.at.0.is_none()));
    let labels = labels.unwrap_or_default();
    let size = metrics.small;

    let (x_reach, y_reach) = extent(figure);
    let y_axis = Settled::of(figure.y(), y_reach, metrics.plot_height / metrics.y_tick);
    let ticks = y_axis
        .ticks
        .iter()
        .map(|tick| width(&figure.y().write(y_axis.value(*tick), y_axis.step), size));
    let at_risk_half = figure.at_risk().map_or(0.0, |at_risk| {
        let values = at_risk.rows.iter().flat_map(|row| &row.values);
        values
            .map(|value| width(&Number::new(*value, 0).to_string(), size) / 2.0 + 2.0)
            .fold(0.0, f64::max)
    });
    let left = (ticks.fold(0.0, f64::max) + 10.0)
        .max(at_risk_half)
        .min(metrics.width * 0.3)
        .ceil();
    let beside = labels::room(&labels, metrics);
    let margin = if labels.is_empty() { 16.0 } else { beside };
    let right = (metrics.width - margin.max(at_risk_half)).floor();
    let x_axis = Settled::of(figure.x(), x_reach, (right - left) / metrics.x_tick);

    let mut y = key::draw(canvas, &entries, size, 0.0, metrics.width, top);
    let y_label = figure.y().full_label();
    if !y_label.is_empty() {
        let lines = wrap(&y_label, size, metrics.width, 2);
        y = canvas.lines(0.0, y + 4.0, Type::new(size, Ink::Muted), &lines);
    }
    let plot_top = y + 10.0;
    let plot_bottom = plot_top + metrics.plot_height;
    // Numbers on top of bars need room under the y label.
    let headroom = if figure
        .marks()
        .iter()
        .any(|mark| matches!(mark, Mark::Bars(_)))
    {
        14.0
    } else {
        0.0
    };
    let plot = Plot {
        left,
        right,
        top: plot_top,
        bottom: plot_bottom,
        x: Scale::new(&x_axis, left, right),
        y: Scale::new(&y_axis, plot_bottom, plot_top + headroom),
        x_axis: &x_axis,
        y_axis: &y_axis,
        colors: &colors,
        metrics,
    };
    let bottom = match &figure.x().domain {
        Domain::Categories(names) => Bottom::of_names(names, left, right - left, size),
        _ if figure.is_empty() && !matches!(figure.x().domain, Domain::Fixed { .. }) => {
            Bottom::Bare
        }
        _ => Bottom::Numbers,
    };
    draw::axes(canvas, &plot, figure, &bottom);
    marks(canvas, figure, &plot, references_beside);
    labels::place(canvas, &plot, &labels);

    y = plot_bottom + bottom.height(size);
    let x_label = figure.x().full_label();
    if !x_label.is_empty() {
        let how = Type::new(size, Ink::Muted).anchor(Anchor::Middle);
        let middle = f64::midpoint(left, right);
        let room = 2.0 * (middle.min(metrics.width - middle));
        y = canvas.lines(middle, y + 3.0, how, &wrap(&x_label, size, room, 2));
    }
    if let Some(at_risk) = figure.at_risk() {
        draw::at_risk(canvas, &plot, at_risk, y + 4.0);
        y += 4.0 + draw::at_risk_height(at_risk, size);
    }
    y + 4.0
}

fn marks(canvas: &mut Canvas, figure: &Figure, plot: &Plot, references_beside: bool) {
    if figure.is_empty() {
        let how = Type::new(plot.metrics.base, Ink::Muted)
            .anchor(Anchor::Middle)
            .rim();
        canvas.text(
            f64::midpoint(plot.left, plot.right),
            f64::midpoint(plot.top, plot.bottom),
            how,
            "No data",
        );
        return;
    }
    let references: Vec<&Reference> = figure
        .marks()
        .iter()
        .filter_map(|mark| {
            if let Mark::Reference(reference) = mark {
                Some(reference)
            } else {
                None
            }
        })
        .collect();
    for mark in figure.marks() {
        match mark {
            Mark::Line(line) => draw::bands(canvas, plot, line),
            Mark::Stack(stack) => draw::stack(canvas, plot, stack),
            Mark::Bars(bars) => draw::bars(canvas, plot, bars, figure.y()),
            Mark::Boxes(boxes) => draw::boxes(canvas, plot, boxes),
            Mark::Heat(heat) => draw::heat(canvas, plot, heat),
            Mark::Reference(_) => {}
        }
    }
    draw::reference_lines(canvas, plot, &references);
    let mut drawn: Vec<Occupied> = Vec::new();
    for mark in figure.marks() {
        if let Mark::Line(line) = mark {
            draw::line(canvas, plot, line);
            let points = line
                .points
                .iter()
                .map(|(x, y)| (plot.x.at(*x), plot.y.at(*y)));
            let points: Vec<(f64, f64)> = points.filter(|(_, y)| y.is_finite()).collect();
            drawn.extend(
                points
                    .windows(2)
                    .map(|pair| Occupied::around(pair[0], pair[1])),
            );
        }
    }
    if !references_beside {
        draw::reference_names(canvas, plot, &references, &drawn);
    }
}
