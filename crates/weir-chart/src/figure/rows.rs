//! Every number of a figure as a table: for CSV, and for readers who cannot see it.

use super::Figure;
use crate::axis::{Axis, Domain, Numbers};
use crate::mark::{Bars, Boxes, Heat, Mark, Places};
use crate::table::{Cell, Column, Table};

pub(super) fn table(figure: &Figure) -> Table {
    for mark in figure.marks() {
        match mark {
            Mark::Bars(bars) => return of_bars(figure, bars),
            Mark::Boxes(boxes) => return of_boxes(figure, boxes),
            Mark::Heat(heat) => return of_heat(figure, heat),
            Mark::Line(_) | Mark::Stack(_) | Mark::Reference(_) => {}
        }
    }
    over_x(figure)
}

/// Lines, bands, stacks and numbers at risk share their x column.
fn over_x(figure: &Figure) -> Table {
    let mut columns: Vec<(String, Vec<(f64, f64)>)> = Vec::new();
    let y = figure.y();
    for mark in figure.marks() {
        match mark {
            Mark::Line(line) => {
                let name = match &line.meaning {
                    Some(meaning) => format!("{}: {meaning}", line.name),
                    None => line.name.clone(),
                };
                columns.push((in_unit(&name, y), scaled(y, line.points.iter().copied())));
                for band in &line.bands {
                    let name = format!("{}: {}", line.name, band.meaning.words());
                    let low = band.points.iter().map(|(x, low, _)| (*x, *low));
                    let high = band.points.iter().map(|(x, _, high)| (*x, *high));
                    columns.push((in_unit(&format!("{name}, low"), y), scaled(y, low)));
                    columns.push((in_unit(&format!("{name}, high"), y), scaled(y, high)));
                }
            }
            Mark::Stack(stack) => {
                let at = |values: &[f64]| {
                    stack
                        .x
                        .iter()
                        .copied()
                        .zip(values.iter().copied())
                        .collect()
                };
                columns.extend(
                    stack
                        .layers
                        .iter()
                        .map(|layer| (layer.name.clone(), at(&layer.values))),
                );
                columns.push(("Total".to_owned(), at(&stack.totals)));
            }
            _ => {}
        }
    }
    if let Some(at_risk) = figure.at_risk() {
        for row in &at_risk.rows {
            let name = if row.name.is_empty() {
                at_risk.label.clone()
            } else {
                format!("{}: {}", at_risk.label, row.name)
            };
            columns.push((
                name,
                at_risk
                    .at
                    .iter()
                    .copied()
                    .zip(row.values.iter().copied())
                    .collect(),
            ));
        }
    }
    // Adding zero makes -0 and 0 one place.
    let mut places: Vec<f64> = columns
        .iter()
        .flat_map(|(_, points)| points)
        .map(|(x, _)| x + 0.0)
        .collect();
    places.sort_by(f64::total_cmp);
    places.dedup();

    let mut table = Table::new(figure.title()).numeric(figure.x().full_label());
    let shown = decimals(&places, 2);
    let mut rows: Vec<Vec<Cell>> = places
        .iter()
        .map(|x| vec![Cell::Number(*x, shown)])
        .collect();
    for (heading, points) in columns {
        table.columns.push(Column {
            heading,
            numeric: true,
        });
        let values: Vec<f64> = points.iter().map(|(_, y)| *y).collect();
        let shown = decimals(&values, 1);
        let mut points = points.into_iter().peekable();
        for (x, row) in places.iter().zip(&mut rows) {
            let here = points
                .next_if(|(px, _)| px == x)
                .map(|(_, y)| y)
                .filter(|y| y.is_finite());
            row.push(here.map_or(Cell::Missing, |y| Cell::Number(y, shown)));
        }
    }
    table.rows = rows;
    table
}

fn of_bars(figure: &Figure, bars: &Bars) -> Table {
    let (mut table, mut rows) = match (&bars.places, &figure.x().domain) {
        (Places::Edges(edges), _) => {
            let label = figure.x().full_label();
            let shown = decimals(edges, 1);
            let table = Table::new(figure.title())
                .numeric(format!("{label}, from"))
                .numeric(format!("{label}, to below"));
            let row =
                |pair: &[f64]| vec![Cell::Number(pair[0], shown), Cell::Number(pair[1], shown)];
            (table, edges.windows(2).map(row).collect())
        }
        (Places::Categories, Domain::Categories(names)) => by_category(figure, names),
        (Places::Categories, _) => (Table::new(figure.title()), Vec::new()),
    };
    for series in &bars.series {
        table.columns.push(Column {
            heading: in_unit(&series.name, figure.y()),
            numeric: true,
        });
        let values: Vec<f64> = series
            .values
            .iter()
            .map(|value| scale(figure.y(), *value))
            .collect();
        let shown = decimals(&values, 1);
        for (row, value) in rows.iter_mut().zip(values) {
            row.push(if value.is_finite() {
                Cell::Number(value, shown)
            } else {
                Cell::Missing
            });
        }
    }
    table.rows = rows;
    table
}

fn of_boxes(figure: &Figure, boxes: &Boxes) -> Table {
    let names: &[String] = if let Domain::Categories(names) = &figure.x().domain {
        names
    } else {
        &[]
    };
    let (mut table, mut rows) = by_category(figure, names);
    let headings = [
        "5th percentile",
        "25th percentile",
        "median",
        "75th percentile",
        "95th percentile",
        "mean",
    ];
    let of = |heading: &str| in_unit(&format!("{heading} of {}", boxes.of), figure.y());
    table.columns.extend(headings.into_iter().map(|h| Column {
        heading: of(h),
        numeric: true,
    }));
    for (row, summary) in rows.iter_mut().zip(&boxes.summaries) {
        let Some(s) = summary else { continue };
        for value in [
            Some(s.p5),
            Some(s.p25),
            Some(s.p50),
            Some(s.p75),
            Some(s.p95),
            s.mean,
        ] {
            row.push(value.map_or(Cell::Missing, |value| {
                Cell::Number(scale(figure.y(), value), 1)
            }));
        }
    }
    table.rows = rows;
    table
}

fn of_heat(figure: &Figure, heat: &Heat) -> Table {
    let (x, y) = (figure.x().full_label(), figure.y().full_label());
    let mut table = Table::new(figure.title())
        .numeric(format!("{x}, from"))
        .numeric(format!("{x}, to below"))
        .numeric(format!("{y}, from"))
        .numeric(format!("{y}, to below"))
        .numeric(heat.of.clone());
    let shown = (
        decimals(&heat.x_edges, 2),
        decimals(&heat.y_edges, 1),
        decimals(&heat.values, 1),
    );
    let mut values = heat.values.iter();
    for column in heat.x_edges.windows(2) {
        for row in heat.y_edges.windows(2) {
            if let Some(value) = values.next().filter(|value| **value > 0.0) {
                table.rows.push(vec![
                    Cell::Number(column[0], shown.0),
                    Cell::Number(column[1], shown.0),
                    Cell::Number(row[0], shown.1),
                    Cell::Number(row[1], shown.1),
                    Cell::Number(*value, shown.2),
                ]);
            }
        }
    }
    table
}

fn by_category(figure: &Figure, names: &[String]) -> (Table, Vec<Vec<Cell>>) {
    let label = figure.x().full_label();
    let table = Table::new(figure.title()).text(if label.is_empty() {
        "Category".to_owned()
    } else {
        label
    });
    (
        table,
        names
            .iter()
            .map(|name| vec![Cell::Text(name.clone())])
            .collect(),
    )
}

/// Shares are written in per cent, and say so.
fn in_unit(name: &str, axis: &Axis) -> String {
    if axis.numbers == Numbers::Percent {
        format!("{name} (%)")
    } else {
        name.to_owned()
    }
}

fn scale(axis: &Axis, value: f64) -> f64 {
    if axis.numbers == Numbers::Percent {
        value * 100.0
    } else {
        value
    }
}

fn scaled(axis: &Axis, points: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    points.map(|(x, y)| (x, scale(axis, y))).collect()
}

/// No decimals for whole numbers and large ones, else as many as asked, more for small ones.
fn decimals(values: &[f64], usual: usize) -> usize {
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    let largest = finite().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    if largest >= 10_000.0 || finite().all(|value| (value - value.round()).abs() < 1e-9) {
        0
    } else if largest < 1.0 {
        3
    } else {
        usual
    }
}
