//! Names that look like what was typed.

use weir_run::RunName;

/// At most this many are suggested.
const MAX_SUGGESTIONS: usize = 3;
/// Longer texts are nobody's typing mistake.
const MAX_LENGTH: usize = 64;

/// The names nearest to `text`, best first, those that differ by at most a third of its length.
pub(super) fn nearest(text: &str, names: Vec<RunName>) -> Vec<RunName> {
    let length = text.chars().count();
    if length > MAX_LENGTH {
        return Vec::new();
    }
    let most = (length / 3).max(1);
    let mut near: Vec<(usize, RunName)> = names
        .into_iter()
        .map(|name| (distance(text, name.as_str()), name))
        .filter(|(distance, _)| *distance <= most)
        .collect();
    near.sort();
    near.truncate(MAX_SUGGESTIONS);
    near.into_iter().map(|(_, name)| name).collect()
}

/// How many letters have to be inserted, removed or replaced (Levenshtein 1966).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for j in 0..b.len() {
            let replaced = diagonal + usize::from(letter != b[j]);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn typing_mistakes_find_their_names() {
        let names: Vec<RunName> = ["quiet-heron", "quick-heron", "bold-otter", "calm-reed"]
            .into_iter()
            .map(|name| name.parse().unwrap())
            .collect();
        let texts = |text: &str| -> Vec<String> {
            let near = nearest(text, names.clone());
            near.iter().map(ToString::to_string).collect()
        };
        assert_eq!(texts("quiet-hern"), ["quiet-heron", "quick-heron"]);
        assert_eq!(texts("bold-oter"), ["bold-otter"]);
        assert!(texts("something-else").is_empty());
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
