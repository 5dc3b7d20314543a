//! Numbers and names as sentences have them.

/// Most characters of a name that somebody else chose.
const NAME: usize = 120;

/// 12,345.
pub(super) fn whole(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// "1 patient", "12,345 patients".
pub(super) fn patients(count: u64) -> String {
    counted(count, "patient")
}

/// "1 interval", "12,345 intervals".
pub(super) fn counted(count: u64, what: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{} {what}{s}", whole(count))
}

/// One decimal; "–" where nothing is known.
pub(super) fn one(value: Option<f64>) -> String {
    value.map_or("–".to_owned(), |value| format!("{:.1}", zeroed(value)))
}

/// One decimal with its sign: "+6.8", "−0.4", "0.0".
pub(super) fn signed(value: Option<f64>) -> String {
    value.map_or("–".to_owned(), |value| {
        let value = zeroed(value);
        let sign = match value {
            v if v > 0.0 => "+",
            v if v < 0.0 => "−",
            _ => "",
        };
        format!("{sign}{:.1}", value.abs())
    })
}

/// A share of 0–1 in per cent, one decimal: "38.2".
pub(super) fn percent(share: Option<f64>) -> String {
    one(share.map(|share| 100.0 * share))
}

/// No "-0.0".
fn zeroed(value: f64) -> f64 {
    if value.abs() < 0.05 { 0.0 } else { value }
}

/// A name, cut where it is too long.
pub(super) fn cut(name: &str) -> String {
    if name.chars().count() <= NAME {
        return name.to_owned();
    }
    let mut short: String = name.chars().take(NAME - 1).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(
            [0, 999, 1000, 1_234_567].map(whole),
            ["0", "999", "1,000", "1,234,567"]
        );
        assert_eq!(
            [Some(6.84), Some(-0.44), Some(-0.01), None].map(signed),
            ["+6.8", "−0.4", "0.0", "–"]
        );
        assert_eq!(patients(1), "1 patient");
        assert_eq!(cut(&"ä".repeat(200)).chars().count(), NAME);
    }
}
