//! The report's headline numbers.

use weir_chart::Tile;

use super::about::About;
use super::points;
use super::wording::{one, patients, percent, signed, whole};
use super::{cohort, injections};
use crate::summary::{Counts, Cube};

/// Headline numbers, each with whom it is of.
pub(super) fn tiles(about: &About<'_>, counts: &Counts) -> Vec<Tile> {
    let letters = |month| counts.distribution(Cube::LettersTrue, None, month);
    let change = |month| counts.distribution(Cube::LettersChange, None, month);
    let total = counts.total("patients");
    let last = points::last(counts);

    let baseline = letters(0);
    let mut tiles = vec![
        Tile::new("Mean letters, baseline", one(baseline.mean()), "letters").note(format!(
            "SD {}, {}",
            one(baseline.sd()),
            patients(baseline.count())
        )),
    ];
    let later = points::year_one(counts).into_iter().chain(
        [last.clone()]
            .into_iter()
            .filter(|last| last.month > 0 && last.month != 12),
    );
    for point in later {
        let (seen, gained) = (letters(point.month), change(point.month));
        let tile = Tile::new(
            format!("Mean letters, {}", point.words()),
            one(seen.mean()),
            "letters",
        );
        tiles.push(tile.note(format!(
            "{} in follow-up; mean change of all who started {}",
            whole(seen.count()),
            signed(gained.mean())
        )));
    }
    if counts.months() >= 12 {
        let year = injections::on_treatment(counts, 0);
        tiles.push(
            Tile::new("Injections, year 1", one(year.mean()), "").note(format!(
                "mean of {} {} all year",
                patients(year.count()),
                about.on_treatment()
            )),
        );
    }
    let treated = cohort::on_treatment(counts, last.month);
    let share = (total > 0).then(|| treated as f64 / total as f64);
    tiles.push(
        Tile::new(
            format!("{}, {}", about.on_treatment_first(), last.words()),
            percent(share),
            "%",
        )
        .note(format!("of {} who started", patients(total))),
    );
    let seventy = |month| percent(letters(month).share(|value| value >= 70));
    tiles.push(
        Tile::new(
            format!("≥ 70 letters, {}", last.words()),
            seventy(last.month),
            "%",
        )
        .note(format!(
            "of those in follow-up; {} % at baseline",
            seventy(0)
        )),
    );
    tiles
}
