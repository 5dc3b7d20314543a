//! Which known word somebody may have meant.

/// The nearest of `names`, when it is near enough to be what was meant. Words longer than 60
/// characters have none.
#[must_use]
pub fn nearest<'n>(word: &str, names: &[&'n str]) -> Option<&'n str> {
    if word.chars().count() > 60 || word.is_empty() {
        return None;
    }
    let word = word.to_lowercase().replace(['-', ' '], "_");
    names
        .iter()
        .map(|name| (distance(&word, name), *name))
        .filter(|(distance, name)| *distance <= (name.len().min(word.len()) / 3).clamp(1, 4))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// The one of `names` that is also called `word`.
pub(crate) fn also_called<'n>(
    word: &str,
    names: &[&'n str],
    others: &[(&str, &str)],
) -> Option<&'n str> {
    let word = word.to_lowercase().replace(['-', ' '], "_");
    let (_, name) = others.iter().find(|(other, _)| *other == word)?;
    names.iter().find(|known| *known == name).copied()
}

/// Insertions, deletions, replacements and swaps of neighbours between two words.
fn distance(from: &str, to: &str) -> usize {
    let from: Vec<char> = from.chars().collect();
    let to: Vec<char> = to.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (i, &a) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &b) in to.iter().enumerate() {
            let mut least = (last[j] + usize::from(a != b))
                .min(last[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && a == to[j - 1] && from[i - 1] == b {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_typing_mistakes_and_other_separators() {
        let names = ["min_weeks", "max_weeks", "start_weeks"];
        assert_eq!(nearest("max_week", &names), Some("max_weeks"));
        assert_eq!(nearest("Max-Weeks", &names), Some("max_weeks"));
        assert_eq!(nearest("mxa_weeks", &names), Some("max_weeks"));
        assert_eq!(nearest("colour", &names), None);
        assert_eq!(nearest(&"m".repeat(1000), &names), None);
    }
}
