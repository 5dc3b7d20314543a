//! What to say about a key that does not exist.

use super::{keys, suggest};
use crate::report::{Code, Report};
use crate::tree::{Entry, Value, join};

/// Units as they end a key, with their length in weeks.
const UNITS: [(&str, f64); 4] = [
    ("_days", 1.0 / 7.0),
    ("_weeks", 1.0),
    ("_months", 365.25 / 84.0),
    ("_years", 365.25 / 7.0),
];

/// Reports an unknown key; gives the key that was probably meant, so that it is not also
/// reported as missing.
pub(crate) fn report(
    report: &mut Report<'_>,
    index: &keys::Index,
    entry: &Entry,
    path: &str,
    known: &[&'static str],
    kind: Option<&'static str>,
) -> Option<&'static str> {
    let own = join(path, &entry.key);
    let key = entry.key.as_str();
    let kinds = index
        .get(&keys::pattern(index, path))
        .and_then(|keys| keys.get(key));
    if let (Some(kinds), Some(kind)) = (kinds, kind)
        && !kinds.is_empty()
    {
        let message = format!("belongs to kind {}, this is {kind}", kinds.join(" or "));
        let remedy = format!("remove it, or write kind: {}", kinds[0]);
        report.add(Code::WRONG_KIND, &own, entry.place, message, remedy);
        return None;
    }
    if let Some((meant, remedy)) = other_unit(entry, known) {
        let message = "unknown key; units stand in the keys".to_owned();
        report.add(Code::WRONG_UNIT, &own, entry.place, message, remedy);
        return Some(meant);
    }
    if let Some(meant) = suggest::nearest(key, known) {
        report.add(Code::UNKNOWN_KEY, &own, entry.place, "unknown key", meant);
        return Some(meant);
    }
    let homes: Vec<&str> = index
        .iter()
        .filter(|(_, keys)| keys.contains_key(key))
        .map(|(path, _)| {
            if path.is_empty() {
                "the top of the file"
            } else {
                path.as_str()
            }
        })
        .collect();
    if let ([home], false) = (homes.as_slice(), key == "kind" || key == "preset") {
        let message = format!("belongs to {home}");
        report.add(
            Code::MISPLACED,
            &own,
            entry.place,
            message,
            format!("move it to {home}"),
        );
        return None;
    }
    let remedy = format!("remove it; the keys here are {}", known.join(", "));
    report.add(Code::UNKNOWN_KEY, &own, entry.place, "unknown key", remedy);
    None
}

/// The key with the right unit, and the line to write.
fn other_unit(entry: &Entry, known: &[&'static str]) -> Option<(&'static str, String)> {
    let key = entry.key.as_str();
    let given = UNITS
        .iter()
        .find_map(|(unit, weeks)| Some((key.strip_suffix(unit)?, *weeks)));
    let (stem, weeks) = match given {
        Some((stem, weeks)) => (stem, Some(weeks)),
        None => (key, None),
    };
    let number: Option<f64> = match &entry.value.value {
        Value::Scalar { text, .. } => text.parse().ok().filter(|n: &f64| n.is_finite()),
        _ => None,
    };
    for name in known {
        for (unit, into) in UNITS {
            if name.strip_suffix(unit) != Some(stem) || *name == key {
                continue;
            }
            let remedy = match (number, weeks) {
                (Some(number), Some(weeks)) => {
                    let exact = number * weeks / into;
                    let rounded = exact.round();
                    let about = if (exact - rounded).abs() > 1e-6 {
                        " (rounded)"
                    } else {
                        ""
                    };
                    format!("write {name}: {rounded}{about}")
                }
                (Some(number), None) => format!("write {name}: {number}"),
                _ => format!("write {name}"),
            };
            return Some((name, remedy));
        }
        if weeks.is_none()
            && ["_letters", "_share", "_per_year", "_per_month"]
                .iter()
                .any(|unit| name.strip_suffix(unit) == Some(stem))
        {
            return Some((name, format!("write {name}")));
        }
    }
    None
}
