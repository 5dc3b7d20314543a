//! The README's table, from the JSON files that `bench/run` made.

use std::fmt::Write;
use std::path::Path;

use serde_json::Value;

use crate::Failure;

/// A measured number and what is asked of it.
struct Row<'a> {
    what: &'a str,
    measured: f64,
    bar: f64,
    unit: &'a str,
    /// Whether more is better.
    more: bool,
    command: &'a str,
}

impl Row<'_> {
    fn line(&self) -> String {
        let kept = if self.more {
            self.measured >= self.bar
        } else {
            self.measured <= self.bar
        };
        let sign = if self.more { "≥" } else { "≤" };
        let ratio = match self.measured / self.bar {
            ratio if ratio.is_finite() => format!("{:.2}", ratio.max(0.0)),
            _ => "–".to_owned(),
        };
        format!(
            "| {} | {} | {sign} {} | {ratio}{} | `{}` |",
            self.what,
            format!("{} {}", number(self.measured), self.unit).trim_end(),
            format!("{} {}", number(self.bar), self.unit).trim_end(),
            if kept { "" } else { " **missed**" },
            self.command,
        )
    }
}

/// Thousands with commas; three digits of what is small.
fn number(number: f64) -> String {
    if !number.is_finite() {
        return "not measured".to_owned();
    }
    if number < 100.0 {
        let digits = if number < 10.0 { 2 } else { 1 };
        let text = format!("{number:.digits$}");
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Prints the table of what is in this folder.
pub(crate) fn print(folder: &Path) -> Result<Value, Failure> {
    let read = |name: &str| -> Result<Value, Failure> {
        let text = std::fs::read_to_string(folder.join(format!("{name}.json")))?;
        Ok(serde_json::from_str(&text)?)
    };
    let [speed, back, readme, small, large, open] =
        ["speed", "give-back", "readme", "small", "large", "open"].map(read);
    let (speed, back, readme) = (speed?, back?, readme?);
    let (small, large, open) = (small?, large?, open?);
    let of = |value: &Value, key: &str| value[key].as_f64().unwrap_or(f64::NAN);
    let median = |value: &Value, key: &str| of(&value[key], "median");
    let mib = |value: &Value| of(value, "peak_resident_bytes") / f64::from(1 << 20);
    let killed = |value: &Value| match value["exit_code"].as_i64() {
        Some(0) => of(value, "oom_kills"),
        _ => f64::NAN,
    };
    let (speeds, gives) = ("weir-bench speed", "weir-bench give-back");
    let least = |what, measured, bar, unit, command| Row {
        what,
        measured,
        bar,
        unit,
        more: true,
        command,
    };
    let most = |what, measured, bar, unit, command| Row {
        what,
        measured,
        bar,
        unit,
        more: false,
        command,
    };
    let (a, b, c) = (
        "in-cgroup --limit 1GiB -- weir sim run …",
        "in-cgroup --limit 128MiB -- weir sim run …",
        "in-cgroup --limit 512MiB -- weir sim run …",
    );
    let many = format!("{} patients in 512 MiB", number(of(&open, "patients")));
    let peak_of_many = format!("{many}: peak resident");
    let kills_of_many = format!("{many}: kills");
    let opened = format!(
        "opening a run of {} and drawing it",
        number(of(&open, "patients"))
    );
    let rows = [
        least(
            "whole job, one core",
            median(&speed, "job_one_core"),
            120_000.0,
            "patients/s",
            speeds,
        ),
        least(
            "… of the slower of its halves",
            of(&speed, "job_of_slower_half"),
            0.6,
            "",
            speeds,
        ),
        least(
            "engine alone, one core",
            median(&speed, "engine_one_core"),
            300_000.0,
            "patients/s",
            speeds,
        ),
        least(
            "… two threads",
            of(&speed, "engine_speed_up"),
            1.8,
            "×",
            speeds,
        ),
        most(
            "visits on disk",
            of(&speed, "bytes_per_visit"),
            16.0,
            "bytes",
            speeds,
        ),
        most(
            "10,000 patients saved and loaded",
            of(&speed, "save_and_load_10000_seconds"),
            0.5,
            "s",
            speeds,
        ),
        most(
            "README command, 1 GiB: time",
            of(&readme, "seconds"),
            5.0,
            "s",
            a,
        ),
        most("… peak resident", mib(&readme), 256.0, "MiB", a),
        most(
            "100,000 patients in 128 MiB: peak resident",
            mib(&small),
            128.0,
            "MiB",
            b,
        ),
        most("… kills", killed(&small), 0.0, "", b),
        most(&peak_of_many, mib(&large), 512.0, "MiB", c),
        most(&kills_of_many, killed(&large), 0.0, "", c),
        most(
            &opened,
            1000.0 * median(&open, "open_and_draw_seconds"),
            100.0,
            "ms",
            "weir-bench open FOLDER PATIENTS",
        ),
        most(
            "resident after a job, above idle",
            of(&back, "after_give_back_mib") - of(&back, "idle_mib"),
            32.0,
            "MiB",
            gives,
        ),
        most(
            "growth by 100 small runs",
            of(&back, "growth_mib_per_hundred"),
            1.0,
            "MB",
            gives,
        ),
    ];
    let mut text =
        String::from("| what | measured | bar | ratio | command |\n|---|---|---|---|---|\n");
    for row in &rows {
        writeln!(text, "{}", row.line())?;
    }
    let loads = ["load-before", "load-after"].map(|name| {
        let text = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        text.trim().to_owned()
    });
    writeln!(
        text,
        "\n{}. Load before and after: {}, {}. Two threads of arithmetic do {} × the work of one on this machine. \
         Writer alone, one core: {} patients/s; whole job on two threads: {}; {} patients in 512 MiB took {} s.",
        machine(),
        loads[0],
        loads[1],
        number(of(&speed, "machine_speed_up")),
        number(median(&speed, "writer_one_core")),
        number(median(&speed, "job_two_threads")),
        number(of(&open, "patients")),
        number(of(&large, "seconds")),
    )?;
    print!("{text}");
    Ok(Value::Null)
}

fn machine() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':'))
        .map_or("unknown processor", |(_, model)| model.trim());
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{model}, {cores} cores")
}
