//! Words and numbers in a regimen.

/// The words of a regimen in one spelling: lower case, `t&e`, `prn`, `q8w`, `wk`.
pub(super) fn plain(text: &str) -> String {
    let mut text = format!(" {} ", text.to_lowercase());
    const SPELLINGS: [(&str, &str); 62] = [
        ("\u{2265}", ">="),
        ("\u{2013}", "-"),
        ("\u{2212}", "-"),
        ("\u{b1}", "+/-"),
        ("\u{d7}", "x"),
        ("\u{2192}", " then "),
        ("treat-and-extend", "t&e"),
        ("treat and extend", "t&e"),
        ("treat & extend", "t&e"),
        ("treat-extend", "t&e"),
        ("treat-to-extend", "t&e"),
        (" tae ", " t&e "),
        (" trex ", " t&e "),
        (" te ", " t&e "),
        ("inject-and-extend", "t&e"),
        ("inject and extend", "t&e"),
        ("pro re nata", "prn"),
        ("pro-re-nata", "prn"),
        ("as-needed", "prn"),
        ("as needed", "prn"),
        ("on demand", "prn"),
        ("on-demand", "prn"),
        ("discontinuous", "prn"),
        ("investigator discretion", "prn"),
        ("investigator's discretion", "prn"),
        ("individualized", "prn"),
        ("individualised", "prn"),
        ("observe and plan", "t&e"),
        ("dose regimen modification", "drm"),
        ("dose-regimen modification", "drm"),
        ("every other month", "q8w"),
        ("bi-monthly", "q8w"),
        ("bimonthly", "q8w"),
        ("every two months", "q8w"),
        ("every 2 months", "q8w"),
        ("two-monthly", "q8w"),
        ("2-monthly", "q8w"),
        ("every three months", "q12w"),
        ("3-monthly", "q12w"),
        ("quarterly", "q12w"),
        ("every four weeks", "q4w"),
        ("every eight weeks", "q8w"),
        ("every month", "q4w"),
        ("each month", "q4w"),
        ("every 4 to 6", "q4-6"),
        ("every ", "q"),
        ("weekly", "w"),
        ("weeks", "wk"),
        ("week", "wk"),
        ("months", "mo"),
        ("month ", "mo "),
        ("years", "yr"),
        ("year", "yr"),
        ("one ", "1 "),
        ("two ", "2 "),
        ("three ", "3 "),
        ("four ", "4 "),
        ("five ", "5 "),
        ("six ", "6 "),
        (" y ", " yr "),
        ("followed by", "then"),
        ("thereafter", "then"),
    ];
    for (from, to) in SPELLINGS {
        text = text.replace(from, to);
    }
    text
}

/// A number with what stands around it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Figure {
    /// The number.
    pub value: f64,
    /// First byte and the byte after the last.
    pub from: usize,
    pub to: usize,
}

/// All numbers of a text, in order.
pub(super) fn figures(text: &str) -> Vec<Figure> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let from = at;
        while at < bytes.len()
            && (bytes[at].is_ascii_digit()
                || (bytes[at] == b'.' && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)))
        {
            at += 1;
        }
        if let Ok(value) = text[from..at].parse::<f64>() {
            found.push(Figure {
                value,
                from,
                to: at,
            });
        }
    }
    found
}

/// Weeks of a unit that follows a number: `w`, `wk` 1, `mo` 4 (the rhythm of trials), `yr` 52; `None` for another word.
pub(super) fn unit(after: &str) -> Option<f64> {
    let after = after.trim_start_matches([' ', '-', '(', ')']);
    let word: String = after
        .chars()
        .take_while(|c| c.is_ascii_alphabetic())
        .collect();
    match word.as_str() {
        "w" | "wk" | "wks" => Some(1.0),
        "mo" | "m" | "monthly" | "month" => Some(4.0),
        "yr" | "y" | "yrs" => Some(52.0),
        _ => None,
    }
}

/// A number of weeks between 1 and 104 as a whole one.
pub(super) fn whole(weeks: f64) -> Option<u8> {
    (1.0..=104.0)
        .contains(&weeks)
        .then_some(weeks.round() as u8)
}

/// Intervals written `q8w`, `q8`, `q3mo`, `q4-6w` (the shorter one), in weeks, with the byte they begin at.
pub(super) fn intervals(text: &str) -> Vec<(u8, usize)> {
    let figures = figures(text);
    figures
        .iter()
        .enumerate()
        .filter_map(|(index, figure)| {
            let before = &text[..figure.from];
            if !before.trim_end().ends_with('q') || before.len() - before.trim_end().len() > 1 {
                return None;
            }
            let mut after = figure.to;
            // The unit may stand after the second number of a range.
            if text[figure.to..].starts_with('-')
                && let Some(next) = figures.get(index + 1)
                && next.from == figure.to + 1
            {
                after = next.to;
            }
            let weeks = figure.value
                * unit(&text[after..])
                    .filter(|weeks| *weeks < 52.0)
                    .unwrap_or(1.0);
            whole(weeks).map(|weeks| (weeks, figure.from))
        })
        .collect()
}

/// Whether any of the words is in the text.
pub(super) fn any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

/// The number that stands right after one of these words, in weeks of its unit; a bare number counts `bare` weeks.
pub(super) fn after(text: &str, words: &[&str], bare: f64) -> Option<f64> {
    let figures = figures(text);
    words.iter().find_map(|word| {
        let at = text.find(word)? + word.len();
        let figure = figures.iter().find(|figure| figure.from >= at)?;
        if !text[at..figure.from].trim().is_empty() {
            return None;
        }
        Some(figure.value * unit(&text[figure.to..]).unwrap_or(bare))
    })
}
