use std::fmt::Write as _;

use crate::score::{Row, Scores, Status};

/// Worst rows that are listed.
const WORST: usize = 15;

/// The scores as text: by role, the worst rows, contrasts with the wrong sign, what was not run or not scored.
pub fn table(scores: &Scores) -> String {
    let mut text = String::new();
    let summary = &scores.summary;
    let _ = writeln!(
        text,
        "arms       {} of {} simulated, {} eyes each, seed {}",
        summary.arms_run, summary.arms, scores.eyes, scores.seed
    );
    let _ = writeln!(
        text,
        "\n{:<10} {:>6} {:>7} {:>8} {:>8} {:>8} {:>10} {:>14}",
        "role", "rows", "scored", "|z| < 2", "mean z²", "mean z", "unchecked", "signs right"
    );
    for role in &summary.roles {
        let share = role
            .share_within_2()
            .map_or("–".to_owned(), |share| format!("{:.0} %", 100.0 * share));
        let number =
            |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.2}"));
        let _ = writeln!(
            text,
            "{:<10} {:>6} {:>7} {:>8} {:>8} {:>8} {:>10} {:>14}",
            role.role.name(),
            role.rows,
            role.scored,
            share,
            number(role.mean_z2),
            number(role.mean_z),
            role.unchecked,
            format!("{} of {}", role.right_sign, role.contrasts),
        );
    }
    let mut worst: Vec<&Row> = scores.rows.iter().filter(|row| row.is_scored()).collect();
    worst.sort_by(|a, b| {
        b.z.map(f64::abs)
            .partial_cmp(&a.z.map(f64::abs))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let _ = writeln!(
        text,
        "\nworst      {:>9} {:>9} {:>6}   (* not checked against the paper)",
        "published", "simulated", "z"
    );
    for row in worst.iter().take(WORST) {
        let _ = writeln!(
            text,
            "  {:<8} {:>9.1} {:>9.1} {:>6.1}{} {}, {}: {}",
            row.role.name().chars().take(8).collect::<String>(),
            row.observed,
            row.simulated.unwrap_or(f64::NAN),
            row.z.unwrap_or(f64::NAN),
            if row.unchecked { "*" } else { " " },
            row.study,
            row.arm,
            row.label(),
        );
    }
    let wrong: Vec<_> = scores
        .contrasts
        .iter()
        .filter(|contrast| (contrast.published || contrast.clear) && !contrast.right_sign)
        .collect();
    if !wrong.is_empty() {
        let _ = writeln!(text, "\nwrong sign");
        for contrast in wrong {
            let _ = writeln!(
                text,
                "  {} {}, week {}: published {:+.1}, simulated {:+.1}",
                contrast.study,
                contrast.name,
                contrast.at_weeks,
                contrast.observed,
                contrast.simulated
            );
        }
    }
    if !scores.not_run.is_empty() {
        let _ = writeln!(text, "\nnot run");
        for (study, arm, reason) in &scores.not_run {
            let _ = writeln!(text, "  {study}, {arm}: {reason}");
        }
    }
    let unscored: Vec<&Row> = scores.rows.iter().filter(|row| !row.is_scored()).collect();
    if !unscored.is_empty() {
        let _ = writeln!(
            text,
            "\nnot scored  {} of {} rows",
            unscored.len(),
            scores.rows.len()
        );
        for row in unscored {
            if let Status::NotScored(reason) = &row.status {
                let _ = writeln!(
                    text,
                    "  {}, {}: {}: {reason}",
                    row.study,
                    row.arm,
                    row.label()
                );
            }
        }
    }
    text
}
