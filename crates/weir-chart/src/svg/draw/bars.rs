//! Bars and histograms.

use super::super::canvas::{Anchor, Canvas, Ink, Type};
use super::super::measure::width;
use super::Plot;
use crate::axis::{Axis, Numbers};
use crate::mark::{Arrangement, Bars, Places};
use crate::number::Number;

/// Bars from zero; their numbers on top where there is room for every one of them.
pub(in crate::svg) fn bars(canvas: &mut Canvas, plot: &Plot, bars: &Bars, y_axis: &Axis) {
    let slots = slots(plot, bars);
    let zero = plot.y.at(0.0);
    let mut feet = vec![0.0; slots.len()];
    let abreast = if bars.arrangement == Arrangement::Grouped {
        bars.series.len().max(1)
    } else {
        1
    };
    for (number, series) in bars.series.iter().enumerate() {
        let ink = Ink::Of(plot.colors.get(&series.concept));
        for ((slot, value), foot) in slots.iter().zip(&series.values).zip(&mut feet) {
            if !value.is_finite() {
                continue;
            }
            let (left, wide) = match bars.arrangement {
                Arrangement::Stacked => (slot.0, slot.1),
                Arrangement::Grouped => {
                    let wide = slot.1 / abreast as f64;
                    (slot.0 + wide * number as f64, wide)
                }
            };
            let (from, to) = match bars.arrangement {
                Arrangement::Grouped => (zero, plot.y.at(*value)),
                Arrangement::Stacked => (plot.y.at(*foot), plot.y.at(*foot + value)),
            };
            if bars.arrangement == Arrangement::Stacked {
                *foot += value;
            }
            let gap = if wide > 6.0 { 1.0 } else { 0.0 };
            canvas.rect(
                (left + gap / 2.0, from.min(to)),
                (wide - gap, (from - to).abs()),
                ink,
                1.0,
            );
        }
    }
    if let [only] = &bars.series[..] {
        numbers(canvas, plot, &slots, &only.values, y_axis);
    }
}

/// (left, width) of every place.
fn slots(plot: &Plot, bars: &Bars) -> Vec<(f64, f64)> {
    match &bars.places {
        Places::Edges(edges) => edges
            .windows(2)
            .map(|pair| (plot.x.at(pair[0]), plot.x.at(pair[1]) - plot.x.at(pair[0])))
            .collect(),
        Places::Categories => {
            let count = bars.series.first().map_or(0, |series| series.values.len());
            let wide = (plot.right - plot.left) / count.max(1) as f64;
            (0..count)
                .map(|i| (plot.left + wide * (i as f64 + 0.14), wide * 0.72))
                .collect()
        }
    }
}

fn numbers(canvas: &mut Canvas, plot: &Plot, slots: &[(f64, f64)], values: &[f64], y_axis: &Axis) {
    let factor = if y_axis.numbers == Numbers::Percent {
        100.0
    } else {
        1.0
    };
    let whole = values
        .iter()
        .filter(|v| v.is_finite())
        .all(|v| (v * factor - (v * factor).round()).abs() < 1e-9);
    let words: Vec<String> = values
        .iter()
        .map(|value| Number::new(value * factor, usize::from(!whole)).to_string())
        .collect();
    let size = plot.metrics.small;
    let fits = words
        .iter()
        .zip(slots)
        .all(|(words, slot)| width(words, size) <= slot.1 * 1.25);
    if !fits || values.iter().any(|value| *value < 0.0) {
        return;
    }
    for ((words, slot), value) in words.iter().zip(slots).zip(values) {
        if value.is_finite() {
            let how = Type::new(size, Ink::Muted).anchor(Anchor::Middle).rim();
            canvas.text(slot.0 + slot.1 / 2.0, plot.y.at(*value) - 5.0, how, words);
        }
    }
}
