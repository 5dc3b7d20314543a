//! The report's tables.

use weir_chart::{Cell, Table};
use weir_memory::Bytes;

use super::about::About;
use super::acuity::SHARES;
use super::points::{every_year, some_years};
use super::{cohort, ends, injections};
use crate::summary::{Counts, Cube};

fn number(value: Option<f64>, decimals: usize) -> Cell {
    value.map_or(Cell::Missing, |value| Cell::Number(value, decimals))
}

fn count(value: u64) -> Cell {
    Cell::Number(value as f64, 0)
}

fn percent(share: Option<f64>) -> Cell {
    number(share.map(|share| 100.0 * share), 1)
}

/// One row a year: who is there, what they see, what they got.
pub(super) fn by_year(about: &About<'_>, counts: &Counts) -> Table {
    let table = Table::new("By year")
        .text("At")
        .numeric("In follow-up")
        .numeric(about.on_treatment_first())
        .numeric("Mean letters")
        .numeric("SD")
        .numeric("Median")
        .numeric("≥ 70 letters, %")
        .numeric("Mean change, all who started")
        .numeric(format!("Injections, {} all year", about.on_treatment()))
        .numeric("Injections, followed all year");
    every_year(counts).into_iter().fold(table, |table, point| {
        let letters = counts.distribution(Cube::LettersTrue, None, point.month);
        let change = counts.distribution(Cube::LettersChange, None, point.month);
        let full_year =
            (point.month > 0 && point.month.is_multiple_of(12)).then(|| point.month / 12 - 1);
        let change = if point.month == 0 {
            None
        } else {
            change.mean()
        };
        table.row([
            point.name.into(),
            count(letters.count()),
            count(cohort::on_treatment(counts, point.month)),
            number(letters.mean(), 1),
            number(letters.sd(), 1),
            number(letters.quantile(0.5).map(f64::from), 0),
            percent(letters.share(|value| value >= 70)),
            number(change, 1),
            number(
                full_year.and_then(|year| injections::on_treatment(counts, year).mean()),
                1,
            ),
            number(
                full_year.and_then(|year| injections::completers(counts, year).mean()),
                1,
            ),
        ])
    })
}

/// Change from baseline at the years' ends.
pub(super) fn change(counts: &Counts) -> Table {
    let table = Table::new("Change in letters")
        .text("At")
        .numeric("Patients")
        .numeric("Mean change")
        .numeric("SD")
        .numeric("Median");
    let table = SHARES.iter().fold(table, |table, (name, _)| {
        table.numeric(format!("{name}, %"))
    });
    let some = some_years(counts);
    every_year(counts)
        .into_iter()
        .filter(|point| point.month == 12 || (point.month > 0 && some.contains(point)))
        .fold(table, |table, point| {
            let change = counts.distribution(Cube::LettersChange, None, point.month);
            let mut row = vec![
                point.name.into(),
                count(change.count()),
                number(change.mean(), 1),
                number(change.sd(), 1),
                number(change.quantile(0.5).map(f64::from), 0),
            ];
            row.extend(SHARES.iter().map(|(_, keep)| percent(change.share(keep))));
            table.row(row)
        })
}

/// First ends by reason up to the years' ends, shares of all patients.
pub(super) fn ends(counts: &Counts) -> Table {
    let points: Vec<_> = some_years(counts)
        .into_iter()
        .filter(|point| point.month > 0 || counts.months() == 0)
        .collect();
    let total = counts.total("patients");
    let share = |ended: u64| percent((total > 0).then(|| ended as f64 / total as f64));
    let table = points.iter().fold(
        Table::new("First ends by reason, cumulative %").text("Reason"),
        |table, point| table.numeric(&*point.name),
    );
    let table = table.numeric("Patients, whole run");
    let last = counts.months();
    let reasons = (0..ends::REASONS.len()).filter(|reason| ends::until(counts, *reason, last) > 0);
    let table = reasons.fold(table, |table, reason| {
        let cells = points
            .iter()
            .map(|point| share(ends::until(counts, reason, point.month)));
        let row: Vec<Cell> = std::iter::once(ends::REASONS[reason].0.into())
            .chain(cells)
            .chain([count(ends::until(counts, reason, last))])
            .collect();
        table.row(row)
    });
    let any = points
        .iter()
        .map(|point| share(ends::any_until(counts, point.month)));
    table.row(
        std::iter::once("Any".into())
            .chain(any)
            .chain([count(ends::any_until(counts, last))])
            .collect::<Vec<Cell>>(),
    )
}

/// Memory and time by stage; `None` without stages.
pub(super) fn stages(about: &About<'_>) -> Option<Table> {
    let size = |bytes: u64| match bytes {
        0 => Cell::Missing,
        bytes => Cell::Text(Bytes::new(bytes).to_string()),
    };
    let table = Table::new("By stage")
        .text("Stage")
        .numeric("Seconds")
        .numeric("Peak")
        .numeric("Mean");
    (!about.stages.is_empty()).then(|| {
        about.stages.iter().fold(table, |table, row| {
            table.row([
                row.stage.as_str().into(),
                Cell::Number(row.seconds, 2),
                size(row.peak_resident_bytes),
                size(row.mean_resident_bytes),
            ])
        })
    })
}
