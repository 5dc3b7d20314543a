//! Memory over time, drawn with characters.

use std::fmt::Write;

use weir_memory::{Bytes, Pressure, Thresholds};
use weir_run::MemorySample;

use crate::output::seconds;

/// Columns and rows of the drawing.
const COLUMNS: usize = 64;
const ROWS: usize = 8;
/// Parts of a character's height, from none to all.
const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// One stretch of time: the greatest sample in it.
#[derive(Clone, Copy)]
struct Column<'a> {
    resident: u64,
    stage: Option<&'a str>,
}

/// The timeline: resident memory, the levels that are within reach, and below it which stage was at work.
pub fn draw(samples: &[MemorySample]) -> String {
    let Some(last) = samples.last() else {
        return String::new();
    };
    let columns = columns(samples);
    let peak = columns
        .iter()
        .map(|column| column.resident)
        .max()
        .unwrap_or(0);
    let top = super::figure::top(peak, last.limit);
    let levels = super::figure::levels(peak, last.limit);
    let mut text = String::new();
    for row in (0..ROWS).rev() {
        let level = levels
            .iter()
            .filter(|(at, _)| row_of(*at, top) == row)
            .max_by_key(|(at, _)| *at)
            .map(|(_, label)| label.as_str());
        let label = match row {
            _ if row == ROWS - 1 => Bytes::new(top).to_string(),
            0 => Bytes::ZERO.to_string(),
            _ => String::new(),
        };
        let _ = write!(text, "{label:>10} │");
        for column in &columns {
            let filled = eighths(column.resident, top).saturating_sub(8 * row);
            text.push(match (filled, level) {
                (0, Some(_)) => '┄',
                _ => EIGHTHS[filled.min(8)],
            });
        }
        let _ = writeln!(text, " {}", level.unwrap_or_default());
        trim_end(&mut text);
    }
    let _ = writeln!(text, "{:>10} └{}", "", "─".repeat(columns.len()));
    let names = names(&columns);
    let _ = writeln!(
        text,
        "{:>10}  {}",
        "stage",
        columns
            .iter()
            .map(|column| letter(&names, column.stage))
            .collect::<String>()
    );
    let end = seconds(last.seconds);
    let _ = writeln!(
        text,
        "{:>10}  0 s{end:>width$}",
        "time",
        width = columns.len().saturating_sub(3)
    );
    for name in &names {
        let _ = writeln!(text, "{:>10}  {} {name}", "", letter(&names, Some(*name)));
    }
    text
}

/// Samples by stretches of equal length; one without a sample looks like the one before.
fn columns(samples: &[MemorySample]) -> Vec<Column<'_>> {
    let end = samples.last().map_or(0.0, |sample| sample.seconds);
    let mut columns: Vec<Option<Column<'_>>> = vec![None; COLUMNS];
    for sample in samples {
        let share = if end > 0.0 { sample.seconds / end } else { 0.0 };
        // What is no number becomes 0.
        let place = ((share * COLUMNS as f64) as usize).min(COLUMNS - 1);
        let column = &mut columns[place];
        if column.is_none_or(|column| sample.resident > column.resident) {
            *column = Some(Column {
                resident: sample.resident,
                stage: sample.stage.as_deref(),
            });
        }
    }
    let mut before = Column {
        resident: samples.first().map_or(0, |sample| sample.resident),
        stage: samples.first().and_then(|sample| sample.stage.as_deref()),
    };
    columns
        .into_iter()
        .map(|column| {
            before = column.unwrap_or(before);
            before
        })
        .collect()
}

/// The stages by their first column.
fn names<'a>(columns: &[Column<'a>]) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for name in columns.iter().filter_map(|column| column.stage) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// A letter for a stage, the same one again after 26; a dot where none was at work.
fn letter(names: &[&str], stage: Option<&str>) -> char {
    let place = stage.and_then(|stage| names.iter().position(|name| *name == stage));
    place.map_or('·', |place| char::from(b'a' + (place % 26) as u8))
}

/// How many eighths of a row, over all rows, an amount fills; at least one where there is any.
fn eighths(amount: u64, top: u64) -> usize {
    let all = (ROWS * 8) as f64;
    let filled = (amount as f64 / top.max(1) as f64 * all).round() as usize;
    filled.clamp(usize::from(amount > 0), ROWS * 8)
}

fn row_of(amount: u64, top: u64) -> usize {
    ((amount as f64 / top.max(1) as f64 * ROWS as f64) as usize).min(ROWS - 1)
}

fn trim_end(text: &mut String) {
    let length = text.trim_end().len();
    text.truncate(length);
    text.push('\n');
}

/// The levels of pressure and where they begin, in bytes of a limit, from the lowest.
pub(super) fn all_levels(limit: u64) -> Vec<(u64, String)> {
    let thresholds = Thresholds::default();
    let begins = |level: Pressure| {
        let percent = thresholds.begins(level);
        let at = u128::from(limit) * u128::from(percent) / 100;
        (
            u64::try_from(at).unwrap_or(limit),
            format!("{} {percent} %", level.name()),
        )
    };
    let mut levels: Vec<(u64, String)> = Pressure::ALL
        .into_iter()
        .filter(|level| *level != Pressure::Calm)
        .map(begins)
        .collect();
    levels.push((limit, "limit".to_owned()));
    levels
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sample(seconds: f64, stage: &str, resident: u64) -> MemorySample {
        MemorySample {
            seconds,
            stage: Some(stage.to_owned()).filter(|stage| !stage.is_empty()),
            operation: None,
            resident,
            reserved: 0,
            limit: 100 << 20,
            pressure: Pressure::Calm.into(),
            system_available: None,
            system_total: None,
        }
    }

    #[test]
    fn a_timeline_shows_heights_levels_and_stages() {
        let samples = [
            sample(0.0, "", 10 << 20),
            sample(1.0, "load", 50 << 20),
            sample(2.0, "merge", 100 << 20),
            sample(4.0, "merge", 25 << 20),
        ];
        let drawn = draw(&samples);
        let lines: Vec<&str> = drawn.lines().collect();
        assert_eq!(lines.len(), ROWS + 5);
        assert!(
            lines[0].starts_with("   100 MiB │┄┄┄") && lines[0].ends_with("limit"),
            "{drawn}"
        );
        assert!(
            drawn.contains("critical 90 %") || drawn.contains("warning 80 %"),
            "{drawn}"
        );
        let stages = lines[ROWS + 1].trim_start();
        assert!(
            stages.starts_with("stage  ····") && stages.ends_with('b'),
            "{drawn}"
        );
        assert_eq!(lines[ROWS + 3].trim(), "a load");
        assert!(lines[ROWS + 2].ends_with("4.0 s"), "{drawn}");
        assert!(draw(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn anything_can_be_drawn(samples in proptest::collection::vec((any::<f64>(), any::<u64>(), any::<u64>(), 0u8..40), 0..80)) {
            let samples: Vec<MemorySample> = samples
                .into_iter()
                .map(|(seconds, resident, limit, stage)| MemorySample {
                    limit,
                    ..sample(seconds, &format!("stage {stage}"), resident)
                })
                .collect();
            let drawn = draw(&samples);
            prop_assert!(samples.is_empty() == drawn.is_empty());
            prop_assert!(drawn.lines().count() <= ROWS + 3 + 40);
        }
    }
}
