//! A figure in words, for readers who hear it.

use crate::figure::Figure;
use crate::mark::Mark;
use crate::number::Number;

/// What a figure shows: axes, series with their first and last value, bands, references, caption.
pub(super) fn describe(figure: &Figure) -> String {
    let mut parts = Vec::new();
    if !figure.subtitle().is_empty() {
        parts.push(figure.subtitle().to_owned());
    }
    parts.push(format!(
        "Across: {}; up: {}.",
        figure.x().full_label(),
        figure.y().full_label()
    ));
    if figure.is_empty() {
        parts.push("No data.".to_owned());
    }
    for mark in figure.marks().iter().take(24) {
        parts.push(in_words(figure, mark));
    }
    let caption = figure.caption().words();
    if !caption.is_empty() {
        parts.push(format!("{caption}."));
    }
    parts.join(" ")
}

fn in_words(figure: &Figure, mark: &Mark) -> String {
    let say = |value: f64| {
        let percent = figure.y().numbers == crate::axis::Numbers::Percent;
        let value = if percent { value * 100.0 } else { value };
        let whole = (value - value.round()).abs() < 1e-9 || value.abs() >= 10_000.0;
        format!(
            "{}{}",
            Number::new(value, usize::from(!whole)),
            if percent { " %" } else { "" }
        )
    };
    match mark {
        Mark::Line(line) => {
            let meaning = line
                .meaning
                .as_ref()
                .map(|meaning| format!(" ({meaning})"))
                .unwrap_or_default();
            let mut known = line
                .points
                .iter()
                .map(|(_, y)| *y)
                .filter(|y| y.is_finite());
            let run = match (known.next(), known.next_back()) {
                (Some(first), Some(last)) => format!(": from {} to {}", say(first), say(last)),
                (Some(only), None) => format!(": {}", say(only)),
                _ => ": no data".to_owned(),
            };
            let bands: Vec<String> = line.bands.iter().map(|band| band.meaning.words()).collect();
            let bands = if bands.is_empty() {
                String::new()
            } else {
                format!(", shaded {}", bands.join(" and "))
            };
            format!("{}{meaning}{run}{bands}.", line.name)
        }
        Mark::Stack(stack) => {
            let layers = stack.layers.iter().filter_map(|layer| {
                let share = |value: Option<&f64>, total: Option<&f64>| match (value, total) {
                    (Some(value), Some(total)) if *total > 0.0 => {
                        Some(Number::new(100.0 * value / total, 1).to_string())
                    }
                    _ => None,
                };
                let first = share(layer.values.first(), stack.totals.first())?;
                let last = share(layer.values.last(), stack.totals.last())?;
                Some(format!("{} from {first} % to {last} %", layer.name))
            });
            format!(
                "Stacked, from the bottom: {}.",
                layers.collect::<Vec<_>>().join(", ")
            )
        }
        Mark::Bars(bars) => {
            let names: Vec<&str> = bars
                .series
                .iter()
                .map(|series| series.name.as_str())
                .collect();
            format!("Bars: {}.", names.join(", "))
        }
        Mark::Boxes(boxes) => format!("Percentiles of {} per category.", boxes.of),
        Mark::Heat(heat) => format!("Shades: number of {}.", heat.of),
        Mark::Reference(reference) => {
            format!("Line at {}: {}.", say(reference.at), reference.label)
        }
    }
}
