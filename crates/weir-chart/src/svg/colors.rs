//! Which colour each concept of a figure has.

use std::collections::{BTreeMap, BTreeSet};

use crate::color::Color;
use crate::figure::Figure;
use crate::mark::Mark;
use crate::palette::Palette;

/// The colours of one figure's concepts.
#[derive(Debug)]
pub(super) struct Colors {
    of: BTreeMap<String, Color>,
}

impl Colors {
    pub(super) fn of(figure: &Figure, palette: &Palette) -> Self {
        let mut concepts: Vec<&str> = Vec::new();
        for mark in figure.marks() {
            match mark {
                Mark::Line(line) => concepts.push(&line.concept),
                Mark::Stack(stack) => {
                    concepts.extend(stack.layers.iter().map(|layer| layer.concept.as_str()))
                }
                Mark::Bars(bars) => {
                    concepts.extend(bars.series.iter().map(|series| series.concept.as_str()))
                }
                Mark::Boxes(boxes) => concepts.push(&boxes.concept),
                Mark::Heat(heat) => concepts.push(&heat.concept),
                Mark::Reference(_) => {}
            }
        }
        let colors = palette.assign(&concepts);
        Self {
            of: concepts
                .into_iter()
                .map(str::to_owned)
                .zip(colors)
                .collect(),
        }
    }

    pub(super) fn get(&self, concept: &str) -> Color {
        self.of.get(concept).copied().unwrap_or(Color::new(0, 0, 0))
    }

    pub(super) fn all(&self) -> BTreeSet<Color> {
        self.of.values().copied().collect()
    }
}
