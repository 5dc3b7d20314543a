use std::collections::BTreeMap;

use weir_chart::{
    Badge, Cell, FigureError, Forest, ForestGroup, ForestRow, Report, Section, Table, Tile, Tone,
};
use weir_sim::protocol::{Biology, Drug};

use crate::measure::Quantity;
use crate::score::{Row, Scores, Status};
use crate::targets::Role;

/// Rows of one plot.
const PLOT_ROWS: usize = 400;

/// What the published numbers cannot tell, to be shown wherever scores are.
pub fn caveats() -> Vec<&'static str> {
    let mut words = vec![
        "A good score shows that one parameter set reproduces what these trials published; it does not show that each parameter is known.",
        "Retreatment thresholds are settings of each trial's protocol. A drug that lasts longer and a trial that tolerates more fluid before it \
         retreats look the same in published intervals.",
    ];
    words.extend(Biology::caveats(&Drug::ALL));
    words
}

/// The page: scores by role, forest plots by kind of number, contrasts, every row, what was not run, how it was made.
///
/// # Errors
/// [`FigureError`] where a simulated number cannot be drawn.
pub fn report(scores: &Scores, made_by: &str) -> Result<Report, FigureError> {
    let summary = &scores.summary;
    let mut report = Report::new("Simulated and published trials")
        .subtitle(format!(
            "{} of {} arms, {} simulated eyes each",
            summary.arms_run, summary.arms, scores.eyes
        ))
        .badge(Badge::new(format!("{} rows", scores.rows.len())));
    if let Some(role) = summary.role(Role::Validate).filter(|role| role.scored > 0) {
        let good = role.mean_z2.is_some_and(|z2| z2 <= 1.5)
            && role.share_within_2().is_some_and(|share| share >= 0.85);
        report = report.badge(if good {
            Badge::new("validate: pass").tone(Tone::Good)
        } else {
            Badge::new("validate: fail").tone(Tone::Caution)
        });
    }
    let unscored = scores.rows.iter().filter(|row| !row.is_scored()).count();
    if unscored + scores.not_run.len() > 0 {
        report = report.badge(Badge::new(format!(
            "{} arms not run, {unscored} rows not scored",
            scores.not_run.len()
        )));
    }
    for role in summary.roles.iter().filter(|role| role.scored > 0) {
        let shown =
            |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.2}"));
        let share = role
            .share_within_2()
            .map_or("–".to_owned(), |share| format!("{:.0}", 100.0 * share));
        report = report
            .tile(
                Tile::new(
                    format!("Mean z², {}", role.role.name()),
                    shown(role.mean_z2),
                    "",
                )
                .note(format!("{} rows", role.scored)),
            )
            .tile(
                Tile::new(format!("|z| < 2, {}", role.role.name()), share, "%").note(format!(
                    "contrasts with the right sign: {} of {}",
                    role.right_sign, role.contrasts
                )),
            );
    }
    for role in Role::ALL {
        report = section(report, scores, role)?;
    }
    report = contrasts(report, scores);
    report = left_out(report, scores);
    report = report.section(caveats().into_iter().fold(
        Section::new("What public data do not identify"),
        Section::text,
    ));
    Ok(report
        .provenance("Rule", "z = (simulated − published)/√(SE² + tau²); SE = SD/√n (SD 14 letters, or as simulated for counts, where none is published), binomial for shares, from the confidence interval where there is one; tau 1.5 letters, 0.5 injections, 5 percentage points, 1 week, and none for differences inside one trial")
        .provenance("Seed", scores.seed.to_string())
        .provenance("Eyes of each arm", scores.eyes.to_string())
        .provenance("Targets' SHA-256", scores.targets_sha256.clone())
        .provenance("Parameters' SHA-256", scores.parameters_sha256.clone())
        .provenance("Version", made_by.to_owned()))
}

/// Plots of one role, by kind of number, and its table.
fn section(report: Report, scores: &Scores, role: Role) -> Result<Report, FigureError> {
    let rows: Vec<&Row> = scores
        .rows
        .iter()
        .filter(|row| row.role == role && row.is_scored())
        .collect();
    if rows.is_empty() {
        return Ok(report);
    }
    let (heading, words) = match role {
        Role::Calibrate => (
            "Rows to fit to",
            "These rows may be used to fit parameters, so that agreement here shows little.",
        ),
        Role::Validate => (
            "Rows never fitted to",
            "No parameter was fitted to these rows: they are the test.",
        ),
        Role::Context => ("Context", "Rows that are shown and do not count."),
    };
    let mut section = Section::new(heading).text(words);
    let kinds: [(&str, &str, &[Quantity]); 4] = [
        (
            "letters",
            "Change in visual acuity (letters)",
            &[Quantity::Letters],
        ),
        (
            "injections",
            "Injections and visits (number)",
            &[Quantity::Injections, Quantity::Visits],
        ),
        ("shares", "Share of eyes (%)", &[Quantity::Percent]),
        (
            "times",
            "Intervals and times (weeks or months)",
            &[Quantity::Weeks, Quantity::Months],
        ),
    ];
    for (id, axis, of) in kinds {
        let mut groups: Vec<ForestGroup> = Vec::new();
        for row in rows
            .iter()
            .filter(|row| row.quantity.is_some_and(|quantity| of.contains(&quantity)))
            .take(PLOT_ROWS)
        {
            if let Some(drawn) = drawn(row) {
                match groups.last_mut().filter(|group| group.name == row.study) {
                    Some(group) => group.rows.push(drawn),
                    None => groups.push(ForestGroup {
                        name: row.study.clone(),
                        rows: vec![drawn],
                    }),
                }
            }
        }
        if !groups.is_empty() {
            let title = format!(
                "{}: published and simulated",
                axis.split(" (").next().unwrap_or(axis)
            );
            let forest = Forest::new(format!("{}-{id}", role.name()), title, axis, groups)?
                .caption("* source not verified against the paper, or low confidence. The interval is of the published number's sampling alone.");
            section = section.forest(forest);
        }
    }
    Ok(report.section(section.table(rows_table(&rows))))
}

fn drawn(row: &Row) -> Option<ForestRow> {
    let (se, simulated, z) = (row.se?, row.simulated?, row.z?);
    let week = row
        .at_weeks
        .map_or(String::new(), |week| format!(", week {week}"));
    Some(ForestRow {
        label: format!("{}: {}{week}", row.arm, said(&row.measure)),
        observed: row.observed,
        interval: (row.observed - 1.96 * se, row.observed + 1.96 * se),
        simulated,
        z,
        unchecked: row.unchecked,
    })
}

/// A measure's name for people.
fn said(measure: &str) -> String {
    let names: BTreeMap<&str, &str> = [
        ("va_change_mean", "change"),
        ("va_change_lsmean", "change (LS mean)"),
        ("injections_cumulative_mean", "injections"),
        ("injections_in_year", "injections in the year"),
        ("pct_dry_oct", "dry"),
        ("pct_no_fluid", "dry"),
    ]
    .into();
    if let Some(name) = names.get(measure) {
        return (*name).to_owned();
    }
    for (start, sign) in [
        ("pct_gain_ge", "gained ≥ "),
        ("pct_lose_ge", "lost ≥ "),
        ("pct_lose_gt", "lost > "),
        ("pct_interval_ge", "interval ≥ "),
        ("pct_interval_", "interval "),
    ] {
        if let Some(rest) = measure.strip_prefix(start) {
            return format!("{sign}{}", rest.replace('_', " "));
        }
    }
    measure
        .trim_start_matches("pct_")
        .trim_start_matches("va_diff_")
        .replace("va_change", "change")
        .replace("_minus_", " less ")
        .replace('_', " ")
}

fn rows_table(rows: &[&Row]) -> Table {
    let table = Table::new("Every row")
        .text("Study, arm")
        .text("Measure")
        .numeric("Week")
        .numeric("Published")
        .numeric("Simulated")
        .numeric("SE")
        .numeric("z")
        .text("Source");
    rows.iter().fold(table, |table, row| {
        let number = |value: Option<f64>, decimals| {
            value.map_or(Cell::Missing, |value| Cell::Number(value, decimals))
        };
        table.row([
            format!("{}, {}", row.study, row.arm).into(),
            row.measure.as_str().into(),
            number(row.at_weeks, 0),
            Cell::Number(row.observed, 1),
            number(row.simulated, 1),
            number(row.se, 2),
            number(row.z, 2),
            format!("{}{}", row.source, if row.unchecked { " *" } else { "" }).into(),
        ])
    })
}

fn contrasts(report: Report, scores: &Scores) -> Report {
    let counted: Vec<_> = scores
        .contrasts
        .iter()
        .filter(|contrast| contrast.published || contrast.clear)
        .collect();
    if counted.is_empty() {
        return report;
    }
    let table = Table::new(
        "Published differences, and those clear of nothing (more than two standard errors)",
    )
    .text("Study")
    .text("Difference")
    .text("Role")
    .numeric("Week")
    .numeric("Published")
    .numeric("Simulated")
    .numeric("z")
    .text("Sign");
    let table = counted.iter().fold(table, |table, contrast| {
        table.row([
            contrast.study.as_str().into(),
            contrast.name.as_str().into(),
            contrast.role.name().into(),
            Cell::Number(contrast.at_weeks, 0),
            Cell::Number(contrast.observed, 1),
            Cell::Number(contrast.simulated, 1),
            Cell::Number(contrast.z, 2),
            if contrast.right_sign {
                "right"
            } else {
                "wrong"
            }
            .into(),
        ])
    });
    let section = Section::new("Differences inside one trial").text(
        "Two arms of one trial share its patients, clinics and examiners, so no spread between studies is allowed for.",
    );
    report.section(section.table(table))
}

fn left_out(report: Report, scores: &Scores) -> Report {
    let mut section = Section::new("Not run, not scored, assumed");
    if !scores.not_run.is_empty() {
        let table = Table::new("Arms that were not simulated")
            .text("Study, arm")
            .text("Why");
        let rows = scores.not_run.iter();
        section = section.table(rows.fold(table, |table, (study, arm, why)| {
            table.row([format!("{study}, {arm}").into(), why.as_str().into()])
        }));
    }
    let unscored = scores.rows.iter().filter_map(|row| match &row.status {
        Status::NotScored(reason) => Some((row, reason)),
        Status::Scored => None,
    });
    let table = Table::new("Rows without a score")
        .text("Study, arm")
        .text("Measure")
        .numeric("Published")
        .text("Why");
    let table = unscored.fold(table, |table, (row, reason)| {
        table.row([
            format!("{}, {}", row.study, row.arm).into(),
            row.label().into(),
            Cell::Number(row.observed, 1),
            reason.as_str().into(),
        ])
    });
    if !table.rows.is_empty() {
        section = section.table(table);
    }
    let table = Table::new("Assumed where the facts say nothing")
        .text("Study, arm")
        .text("Assumption");
    let table = scores
        .assumed
        .iter()
        .fold(table, |table, (study, arm, words)| {
            table.row([format!("{study}, {arm}").into(), words.as_str().into()])
        });
    if !table.rows.is_empty() {
        section = section.table(table);
    }
    report.section(section)
}
