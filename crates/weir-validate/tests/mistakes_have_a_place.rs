//! Mistakes of a user's own file come with line, column and remedy; hostile text never panics.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use weir_validate::{Measure, Regimen, Targets};

fn mistakes(text: &str) -> Vec<(usize, String, String)> {
    let mistakes = Targets::parse("mine.json", text).unwrap_err().mistakes;
    mistakes
        .into_iter()
        .map(|mistake| (mistake.line, mistake.path, mistake.remedy))
        .collect()
}

#[test]
fn every_mistake_of_a_file_is_told_at_once() {
    let text = "[\n {\"study\": \"A\", \"arm\": \"b\", \"drug\": \"none\", \"role\": \"fit\",\n  \"outcomes\": [{\"measure\": \"va_change_mean\", \"value\": \"8\"},\n   {\"measure\": \"x\", \"value\": 1, \"ci\": [3, 2]}]}\n]";
    let found = mistakes(text);
    let told = |line: usize, path: &str| {
        found
            .iter()
            .any(|(l, p, remedy)| *l == line && p == path && !remedy.is_empty())
    };
    assert!(told(2, "[0].regimen"), "{found:?}");
    assert!(told(2, "[0].role"), "{found:?}");
    assert!(told(3, "[0].outcomes[0].value"), "{found:?}");
    assert!(told(4, "[0].outcomes[1].ci"), "{found:?}");
}

#[test]
fn what_is_not_a_list_of_arms_is_refused() {
    for text in ["", "{}", "[]", "3", "[3]", "[{}]", "[{\"study\":"] {
        assert!(!mistakes(text).is_empty(), "{text}");
    }
}

#[test]
fn a_misspelt_key_is_a_warning_with_what_was_meant() {
    let text = "[{\"study\": \"A\", \"arm\": \"b\", \"drug\": \"none\", \"regimen\": \"sham\", \"role\": \"validate\", \"outcome\": [], \"outcomes\": []}]";
    let targets = Targets::parse("mine.json", text).unwrap();
    assert_eq!(targets.warnings.len(), 1);
    assert!(
        targets.warnings[0].contains("\"outcomes\""),
        "{:?}",
        targets.warnings
    );
}

const WORDS: [&str; 30] = [
    "3",
    "monthly",
    "then",
    "q8w",
    "fixed",
    "T&E",
    "4-12w",
    "+/-2w",
    "PRN",
    "capped",
    "(>= q12w)",
    "year",
    "1",
    "weeks",
    "52-96",
    "DRM",
    "stop",
    "after",
    "loading",
    "no",
    "sham",
    ";",
    ",",
    "to",
    "wk",
    "40",
    "ä",
    "999999999999",
    "mo",
    "q",
];

proptest! {
    #[test]
    fn any_words_give_a_regimen_or_a_reason(words in prop::collection::vec(prop::sample::select(&WORDS[..]), 0..14)) {
        if let Ok(regimen) = Regimen::parse(&words.join(" "), "an arm", "a study") {
            prop_assert!(regimen.stages[0].from_week == 0);
            prop_assert!(regimen.stages.windows(2).all(|pair| pair[0].from_week <= pair[1].from_week));
        }
    }

    #[test]
    fn any_text_gives_targets_or_mistakes(text in "\\PC{0,200}") {
        let _ = Targets::parse("any", &text);
        let _ = Regimen::parse(&text, &text, &text);
        let _ = Measure::parse(&text, "");
    }
}
