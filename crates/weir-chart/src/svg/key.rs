//! What shades and colours mean, where a label at the mark itself does not say it.

use super::canvas::{Canvas, Ink, Type, line_height, n};
use super::colors::Colors;
use super::measure::{width, wrap};
use crate::figure::Figure;
use crate::mark::{Line, Mark};

/// What stands before the words of an entry.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Swatch {
    /// A stroke.
    Line { ink: Ink, dashed: bool },
    /// A shade this deep in a nest of bands.
    Band { ink: Ink, depth: usize },
    /// A filled square.
    Fill(Ink),
    /// Nothing.
    None,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) swatch: Swatch,
    pub(super) words: String,
}

const SWATCH: f64 = 22.0;
const SQUARE: f64 = 14.0;
const GAP: f64 = 7.0;
const BETWEEN: f64 = 20.0;

/// The entries of a figure. `named` says that series are labelled at their marks already.
pub(super) fn entries(figure: &Figure, colors: &Colors, named: bool) -> Vec<Entry> {
    let mut entries = Vec::new();
    for mark in figure.marks() {
        match mark {
            Mark::Line(line) if !named => entries.push(Entry {
                swatch: Swatch::Line {
                    ink: Ink::Of(colors.get(&line.concept)),
                    dashed: line.dashed,
                },
                words: line.name.clone(),
            }),
            Mark::Stack(stack) if !named => {
                entries.extend(stack.layers.iter().map(|layer| Entry {
                    swatch: Swatch::Fill(Ink::Of(colors.get(&layer.concept))),
                    words: layer.name.clone(),
                }))
            }
            Mark::Bars(bars) if bars.series.len() > 1 => {
                entries.extend(bars.series.iter().map(|series| Entry {
                    swatch: Swatch::Fill(Ink::Of(colors.get(&series.concept))),
                    words: series.name.clone(),
                }))
            }
            Mark::Boxes(boxes) => {
                let ring = boxes.summaries.iter().flatten().any(|s| s.mean.is_some());
                let line = format!("line: 5–95 % of {}", boxes.of);
                let words = [
                    Some(line.as_str()),
                    Some("box: 25–75 %"),
                    Some("bar: median"),
                    ring.then_some("ring: mean"),
                ];
                entries.extend(words.into_iter().flatten().map(|words| Entry {
                    swatch: Swatch::None,
                    words: words.to_owned(),
                }));
            }
            Mark::Heat(heat) => {
                let most = heat
                    .values
                    .iter()
                    .fold(0.0, |most: f64, value| most.max(*value));
                let most = crate::number::Number::new(most, 0);
                entries.push(Entry {
                    swatch: Swatch::None,
                    words: format!("Darker: more {}; at most {most} in one cell", heat.of),
                });
            }
            _ => {}
        }
    }
    entries.extend(of_bands(figure, colors));
    entries
}

/// Lines whose bands mean the same share one set of grey entries; others get a set each, in their colour.
fn of_bands(figure: &Figure, colors: &Colors) -> Vec<Entry> {
    let lines: Vec<&Line> = figure
        .marks()
        .iter()
        .filter_map(|mark| {
            if let Mark::Line(line) = mark {
                Some(line)
            } else {
                None
            }
        })
        .filter(|line| !line.bands.is_empty() || line.meaning.is_some())
        .collect();
    let meanings = |line: &Line| {
        let bands: Vec<String> = line.bands.iter().map(|band| band.meaning.words()).collect();
        (line.meaning.clone(), bands)
    };
    let Some(first) = lines.first() else {
        return Vec::new();
    };
    let shared = lines.iter().all(|line| meanings(line) == meanings(first));
    let told = if shared { &lines[..1] } else { &lines[..] };
    let mut entries = Vec::new();
    for line in told {
        let alone = lines.len() == 1 || !shared;
        let ink = if alone {
            Ink::Of(colors.get(&line.concept))
        } else {
            Ink::Muted
        };
        let whose = if shared {
            String::new()
        } else {
            format!("{}: ", line.name)
        };
        let mut whose = whose.as_str();
        if let Some(meaning) = &line.meaning {
            entries.push(Entry {
                swatch: Swatch::Line {
                    ink,
                    dashed: line.dashed,
                },
                words: format!("{whose}{meaning}"),
            });
            whose = "";
        }
        for (depth, band) in line.bands.iter().enumerate() {
            entries.push(Entry {
                swatch: Swatch::Band {
                    ink,
                    depth: depth + 1,
                },
                words: format!("{whose}{}", band.meaning.words()),
            });
        }
    }
    entries
}

/// Draws entries in rows from `top`; returns the y under the last row.
pub(super) fn draw(
    canvas: &mut Canvas,
    entries: &[Entry],
    size: f64,
    left: f64,
    right: f64,
    top: f64,
) -> f64 {
    if entries.is_empty() {
        return top;
    }
    let row = line_height(size) + 3.0;
    let (mut x, mut y) = (left, top);
    for entry in entries {
        let lead = match entry.swatch {
            Swatch::None => 0.0,
            Swatch::Fill(_) => SQUARE + GAP,
            Swatch::Line { .. } | Swatch::Band { .. } => SWATCH + GAP,
        };
        let room = right - left - lead;
        let lines = wrap(&entry.words, size, room, 3);
        let widest = lines
            .iter()
            .map(|line| width(line, size))
            .fold(0.0, f64::max);
        let needed = lead + widest;
        if x > left && x + needed > right {
            x = left;
            y += row;
        }
        let middle = y + row / 2.0 - 1.0;
        match entry.swatch {
            Swatch::Line { ink, dashed } => {
                canvas.path(
                    &format!("M{} {}h{SWATCH}", n(x), n(middle)),
                    ink,
                    2.25,
                    dashed,
                );
            }
            Swatch::Band { ink, depth } => {
                for _ in 0..depth {
                    let (x, top, low) = (n(x), n(middle - 7.0), n(middle + 7.0));
                    canvas.band(&format!("M{x} {top}h{SWATCH}V{low}h-{SWATCH}Z"), ink);
                }
            }
            Swatch::Fill(ink) => {
                canvas.rect((x, middle - SQUARE / 2.0), (SQUARE, SQUARE), ink, 1.0)
            }

            Swatch::None => {}
        }
        for (i, line) in lines.iter().enumerate() {
            let down = line_height(size) * i as f64;
            canvas.text(
                x + lead,
                middle + size * 0.36 + down,
                Type::new(size, Ink::Muted),
                line,
            );
        }
        // Only an entry with a row to itself takes more than one line.
        y += line_height(size) * lines.len().saturating_sub(1) as f64;
        x += needed + BETWEEN;
    }
    y + row
}
