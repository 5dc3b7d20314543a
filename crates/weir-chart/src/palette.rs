//! One colour per concept across the product.

use std::collections::BTreeMap;

use crate::color::Color;

/// Which colour stands for which concept, in every figure and report.
///
/// Names are compared without regard to case, and `_`, `-` and runs of spaces count as one space. Defaults exist for eye states,
/// groups, treatment states, reasons for an end and drugs. A name without a default gets a stable colour of its own
/// choosing from its spelling, so that it is the same in every run; within one figure two such names never share one as long as colours last.
/// All colours are from Okabe–Ito (2008) and Paul Tol's schemes (2021), which stay apart under the common colour-vision deficiencies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Palette {
    named: BTreeMap<String, Color>,
}

/// Concepts of one family never share a colour; two families may, as they never meet in one figure.
const DEFAULTS: &[(&str, u32)] = &[
    // Eye states.
    ("naive", 0x88CCEE),
    ("stable", 0x009E73),
    ("active", 0xE69F00),
    ("highly active", 0xC0392B),
    // Groups of patients.
    ("all patients", 0x0072B2),
    ("all eyes", 0x0072B2),
    ("on treatment", 0xD55E00),
    ("off treatment", 0x8A8A8A),
    ("ended", 0xBDBDBD),
    // Treatment state by interval to the previous visit.
    ("initial", 0x999933),
    ("intensive", 0x332288),
    ("regular", 0x0072B2),
    ("extended", 0x56B4E9),
    ("maximum", 0x009E73),
    ("gap of 3–6 months", 0xF0D264),
    ("gap of 6–12 months", 0xE69F00),
    ("longer gap", 0xD55E00),
    ("restarted after a gap", 0xAA4499),
    ("stopped", 0xBDBDBD),
    // Reasons for an end.
    ("drop out", 0xE69F00),
    ("dropped out", 0xE69F00),
    ("futility", 0xD55E00),
    ("planned stop", 0x009E73),
    ("transfer", 0x56B4E9),
    ("transferred", 0x56B4E9),
    ("death", 0x5A5A5A),
    ("died", 0x5A5A5A),
    ("adverse event", 0xAA4499),
    // Drugs.
    ("aflibercept", 0x0072B2),
    ("aflibercept 2 mg", 0x0072B2),
    ("aflibercept 8 mg", 0x332288),
    ("ranibizumab", 0xD55E00),
    ("bevacizumab", 0xE69F00),
    ("faricimab", 0xAA4499),
    ("brolucizumab", 0x44AA99),
    ("untreated", 0x7A7A7A),
    // Quantities that are drawn alone.
    ("visits", 0x0072B2),
    ("injections", 0x0072B2),
    ("patients", 0x0072B2),
];

/// For names without a default.
const SPARE: &[u32] = &[
    0x0072B2, 0xD55E00, 0x009E73, 0xAA4499, 0xE69F00, 0x332288, 0x56B4E9, 0x999933, 0x882255,
    0x7A7A7A,
];

impl Default for Palette {
    fn default() -> Self {
        Self {
            named: DEFAULTS
                .iter()
                .map(|(name, rgb)| (normal(name), Color::from_rgb(*rgb)))
                .collect(),
        }
    }
}

impl Palette {
    /// The same palette with one more concept, or a concept in another colour.
    #[must_use]
    pub fn with(mut self, name: &str, color: Color) -> Self {
        self.named.insert(normal(name), color);
        self
    }

    /// The colour of a concept.
    #[must_use]
    pub fn color(&self, name: &str) -> Color {
        let name = normal(name);
        self.named
            .get(&name)
            .copied()
            .unwrap_or_else(|| spare(&name, 0))
    }

    /// The colours of the concepts of one figure, in order. Concepts with a colour of their own keep it; the others avoid those
    /// and each other. Equal names get equal colours.
    #[must_use]
    pub fn assign(&self, names: &[&str]) -> Vec<Color> {
        let names: Vec<String> = names.iter().map(|name| normal(name)).collect();
        let mut given: BTreeMap<&str, Color> = BTreeMap::new();
        for name in &names {
            if let Some(color) = self.named.get(name) {
                given.insert(name, *color);
            }
        }
        for name in &names {
            if !given.contains_key(name.as_str()) {
                let free = (0..SPARE.len())
                    .map(|turn| spare(name, turn))
                    .find(|c| !given.values().any(|taken| taken == c));
                given.insert(name, free.unwrap_or_else(|| spare(name, 0)));
            }
        }
        names.iter().map(|name| given[name.as_str()]).collect()
    }
}

fn normal(name: &str) -> String {
    let spaced: String = name
        .chars()
        .map(|c| if c == '_' || c == '-' { ' ' } else { c })
        .collect();
    spaced
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

/// FNV-1a over the name picks where in the spare colours to start.
fn spare(name: &str, turn: usize) -> Color {
    let hash = name.bytes().fold(0x811C_9DC5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    let start = hash as usize % SPARE.len();
    Color::from_rgb(SPARE[(start + turn) % SPARE.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_does_not_change_a_colour() {
        let palette = Palette::default();
        assert_eq!(
            palette.color("Highly_Active"),
            palette.color("highly active")
        );
        assert_eq!(palette.color("drop-out"), palette.color("Drop out"));
    }

    #[test]
    fn unnamed_concepts_of_one_figure_differ() {
        let names: Vec<String> = (0..SPARE.len()).map(|i| format!("concept {i}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut colors = Palette::default().assign(&names);
        colors.sort();
        colors.dedup();
        assert_eq!(colors.len(), SPARE.len());
    }

    #[test]
    fn a_callers_colour_wins() {
        let red = Color::from_rgb(0xFF0000);
        assert_eq!(Palette::default().with("Stable", red).color("stable"), red);
    }
}
