//! How wide words are, without asking a font: widths between those of Arial and of DejaVu Sans, so that text which fits here fits there.

/// Width of a text at a size of type.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let thousandths: u32 = text.chars().map(advance).sum();
    f64::from(thousandths) / 1000.0 * size
}

/// Width of a text in semibold.
pub(super) fn bold_width(text: &str, size: f64) -> f64 {
    width(text, size) * 1.14
}

fn advance(c: char) -> u32 {
    match c {
        'i' | 'j' | 'l' | '\'' | '|' | '.' | ',' | ':' | ';' | '!' | 'I' => 310,
        't' | 'f' | 'r' | '(' | ')' | '[' | ']' | ' ' | '-' | '/' | '"' | '·' => 380,
        'm' | 'M' | 'W' | '%' | '@' => 930,
        'w' | 'G' | 'O' | 'Q' | 'D' | 'H' | 'N' | 'U' | '+' | '−' | '=' | '<' | '>' | '&' => 770,
        'J' => 555,
        'A'..='Z' => 690,
        '0'..='9' => 615,
        '–' => 520,
        '…' => 1000,
        's' | 'c' | 'k' | 'v' | 'x' | 'y' | 'z' => 555,
        '\u{0}'..='\u{24F}' | '\u{370}'..='\u{52F}' => 610,
        _ => 1050,
    }
}

/// The text in lines of at most `room`, at most `most` lines; what does not fit ends in "…".
pub(super) fn wrap(text: &str, size: f64, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut cut = false;
    for word in text.split_whitespace() {
        let longer = if line.is_empty() {
            word.to_owned()
        } else {
            format!("{line} {word}")
        };
        if line.is_empty() || width(&longer, size) <= room {
            line = longer;
        } else if lines.len() + 1 == most {
            cut = true;
            break;
        } else {
            lines.push(std::mem::replace(&mut line, word.to_owned()));
        }
    }
    if !line.is_empty() && most > 0 {
        lines.push(line);
    }
    let last = lines.len().saturating_sub(1);
    for (i, line) in lines.iter_mut().enumerate() {
        if width(line, size) > room || (cut && i == last) {
            *line = shorten(line, size, room);
        }
    }
    lines
}

/// The text, cut to `room` with "…" at its end.
pub(super) fn shorten(text: &str, size: f64, room: f64) -> String {
    let mut kept = text.to_owned();
    while !kept.is_empty() && width(&kept, size) + width("…", size) > room {
        kept.pop();
    }
    kept.truncate(kept.trim_end().len());
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapping_keeps_words_and_limits_lines() {
        let lines = wrap("one two three four five six seven", 14.0, 80.0, 10);
        assert_eq!(lines.join(" "), "one two three four five six seven");
        assert!(lines.iter().all(|line| width(line, 14.0) <= 80.0));
        let two = wrap("one two three four five six seven", 14.0, 80.0, 2);
        assert_eq!(two.len(), 2);
        assert!(two[1].ends_with('…'));
    }

    #[test]
    fn a_word_wider_than_the_room_is_cut() {
        assert!(width(&wrap(&"x".repeat(300), 14.0, 100.0, 3)[0], 14.0) <= 100.0);
        assert!(wrap("", 14.0, 100.0, 3).is_empty());
    }
}
