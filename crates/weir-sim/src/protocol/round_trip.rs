//! Every value that a declaration allows is written and read back as itself.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use weir_yaml::{
    Bounds, Document, Field, List, Mapping, Named, Record, Report, Slot, Union, Visitor, Word,
};

use super::{Policy, Protocol};

/// Fills every field with something its declaration allows, extremes included.
struct Filler {
    state: u64,
}

impl Filler {
    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    fn word(&mut self, max_chars: usize) -> String {
        const CHARS: [char; 24] = [
            'a', 'Z', '0', ' ', '"', '\'', '\\', '#', ':', '-', '&', '*', '!', '%', '@', '{', ']',
            ',', '\n', 'é', '\u{2028}', '\u{feff}', '😀', '~',
        ];
        let length = 1 + self.below(max_chars.min(40) - 1);
        let text: String = (0..length)
            .map(|_| CHARS[self.below(CHARS.len())])
            .collect();
        let text = text.trim();
        if text.is_empty() {
            "null".to_owned()
        } else {
            text.to_owned()
        }
    }
}

impl Visitor for Filler {
    fn number(&mut self, _: &Field, bounds: Bounds, value: &mut f64) {
        let unit = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        let drawn = bounds.min + unit * (bounds.max - bounds.min);
        let candidate = match self.below(5) {
            0 => bounds.min,
            1 => bounds.max,
            2 => drawn.round(),
            3 => drawn * 1e-9,
            _ => drawn,
        };
        *value = if bounds.contains(candidate) {
            candidate
        } else {
            bounds.max
        };
    }
    fn whole(&mut self, _: &Field, min: u32, max: u32, value: &mut u32) {
        *value = match self.below(4) {
            0 => min,
            1 => max,
            _ => min + u32::try_from(self.below((max - min) as usize + 1)).unwrap(),
        };
    }
    fn flag(&mut self, _: &Field, value: &mut bool) {
        *value = self.below(2) == 0;
    }
    fn text(&mut self, _: &Field, max_chars: usize, value: &mut String) {
        *value = self.word(max_chars);
    }
    fn word(&mut self, _: &Field, _: &mut dyn Word) {
        unreachable!("protocols have none");
    }
    fn map(&mut self, _: &Field, _: usize, _: usize, _: &mut dyn Mapping) {
        unreachable!("protocols have none");
    }
    fn choice(&mut self, _: &Field, options: &'static [Named], chosen: &mut usize) {
        *chosen = self.below(options.len());
    }
    fn record(&mut self, _: &Field, value: &mut dyn Record) {
        value.visit(self);
    }
    fn union(&mut self, _: &Field, value: &mut dyn Union) {
        let kind = self.below(value.kinds().len());
        value.set_kind(kind);
        value.visit(self);
    }
    fn optional(&mut self, field: &Field, _: &'static Named, value: &mut dyn Slot) {
        value.empty();
        if self.below(3) > 0 {
            value.fill();
            value.visit(field, self);
        }
    }
    fn list(&mut self, field: &Field, min_items: usize, max_items: usize, value: &mut dyn List) {
        value.clear();
        for index in 0..min_items + self.below((max_items - min_items).min(4) + 1) {
            value.push_default();
            value.visit(index, field, self);
        }
    }
    fn preset(&mut self, _: &'static [Named], _: &mut dyn FnMut(usize)) {}
}

fn filled(seed: u64) -> Protocol {
    let mut protocol = Protocol::blank();
    protocol.visit(&mut Filler { state: seed });
    if matches!(protocol.treatment.policy, Policy::Untreated { .. }) {
        protocol.treatment.drug = Protocol::blank().treatment.drug;
    }
    protocol
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_is_written_is_read_back_as_itself(seed: u64) {
        let protocol = filled(seed);
        let text = protocol.to_yaml();
        let mut report = Report::new(&text, Protocol::FORMAT);
        let decoded = weir_yaml::decode::<Protocol>(&text, &mut report);
        let mistakes = report.into_mistakes("canonical");
        prop_assert!(mistakes.mistakes.is_empty(), "{}\n{}", mistakes, text);
        prop_assert_eq!(&decoded.unwrap().document, &protocol);
    }

    #[test]
    fn a_protocol_that_is_accepted_is_the_one_that_was_written(seed: u64) {
        let protocol = filled(seed);
        match Protocol::parse("canonical", &protocol.to_yaml()) {
            Ok(parsed) => prop_assert_eq!(parsed.protocol, protocol),
            Err(mistakes) => for mistake in mistakes.mistakes {
                // Only what concerns several keys.
                prop_assert!(mistake.code >= super::Code::MinAboveMax.given(), "{}", mistake.code);
            },
        }
    }

    #[test]
    fn different_protocols_have_different_digests(a: u64, b: u64) {
        let (a, b) = (filled(a), filled(b));
        prop_assert_eq!(a == b, a.digest() == b.digest());
    }
}
