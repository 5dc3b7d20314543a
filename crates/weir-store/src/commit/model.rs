//! The decision against a sequential model: whatever is published concurrently could have been done one after the other.

#![allow(clippy::unwrap_used)]

use std::{collections::BTreeMap, sync::Arc};

use arrow_schema::{DataType, Field, Schema};
use proptest::prelude::*;
use serde_json::json;

use super::{
    Change,
    decide::{decide, files_after},
};
use crate::{
    manifest::{FileEntry, Manifest, Place, RowGroupTarget, Settings, Version},
    order::OrderValue,
};

/// What a writer does to the newest version that it sees.
#[derive(Debug, Clone)]
enum Step {
    /// Inserts a row: the files that hold it are written again.
    Insert(i64),
    /// Appends a row beside.
    Late(i64),
    /// Writes all files in a range and the late files again, in files of two rows.
    Compact(i64, i64),
    /// Counts in the metadata.
    Count,
    /// Changes the settings.
    Settings(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..60_i64).prop_map(Step::Insert),
        2 => (0..60_i64).prop_map(Step::Late),
        2 => (0..60_i64, 0..30_i64).prop_map(|(from, len)| Step::Compact(from, from + len)),
        1 => Just(Step::Count),
        1 => (1..5_u64).prop_map(Step::Settings),
    ]
}

/// The rows in each file, by its name: what a disk holds. A row is its order value and who wrote it.
type Disk = BTreeMap<String, Vec<(i64, u32)>>;

fn file(disk: &mut Disk, rows: Vec<(i64, u32)>, place: Place) -> FileEntry {
    let ending = if place == Place::Base {
        "parquet"
    } else {
        "late"
    };
    let name = format!("{}.{ending}", disk.len());
    let entry = FileEntry {
        name: name.clone(),
        place,
        rows: rows.len() as u64,
        min: OrderValue::Int(rows[0].0),
        max: OrderValue::Int(rows[rows.len() - 1].0),
        bytes: 100,
        footer_bytes: 10,
        footer_crc32: 0,
        commit: 0,
    };
    disk.insert(name, rows);
    entry
}

fn covers(file: &FileEntry, from: i64, to: i64) -> bool {
    file.min <= OrderValue::Int(to) && OrderValue::Int(from) <= file.max
}

fn change(disk: &mut Disk, base: &Manifest, step: &Step, who: u32) -> Change {
    let mut change = Change::of(base.version);
    match step {
        Step::Insert(row) => {
            let hit: Vec<&FileEntry> = base
                .base_files()
                .iter()
                .filter(|file| covers(file, *row, *row))
                .collect();
            let mut rows: Vec<_> = hit
                .iter()
                .flat_map(|file| disk[&file.name].clone())
                .collect();
            let at = rows.partition_point(|(stored, _)| stored <= row);
            rows.insert(at, (*row, who));
            change.remove = hit.iter().map(|file| file.name.clone()).collect();
            change.add = vec![file(disk, rows, Place::Base)];
        }
        Step::Late(row) => change.add = vec![file(disk, vec![(*row, who)], Place::Late)],
        Step::Compact(from, to) => {
            change.same_rows = true;
            // All late files, and every base file from the first to the last that any of them or the range meets.
            let late = base.late_files();
            let hit: Vec<&FileEntry> = base
                .base_files()
                .iter()
                .filter(|file| {
                    covers(file, *from, *to)
                        || late
                            .iter()
                            .any(|late| file.min <= late.max && late.min <= file.max)
                })
                .collect();
            let mut rows: Vec<_> = hit
                .iter()
                .copied()
                .chain(late)
                .flat_map(|file| disk[&file.name].clone())
                .collect();
            rows.sort_by_key(|(row, _)| *row);
            let mut kept = base
                .base_files()
                .iter()
                .filter(|file| !hit.iter().any(|hit| hit.name == file.name));
            change.remove = hit
                .iter()
                .copied()
                .chain(late)
                .map(|file| file.name.clone())
                .collect();
            // No new file spans a file that stays.
            let mut parts: Vec<Vec<(i64, u32)>> = Vec::new();
            for row in rows {
                let spans = |from: i64, to: i64| {
                    kept.clone().any(|file| {
                        OrderValue::Int(from) < file.min && file.max < OrderValue::Int(to)
                            || covers(file, from, to) && from != to
                    })
                };
                match parts.last_mut() {
                    Some(part) if part.len() < 2 && !spans(part[0].0, row.0) => part.push(row),
                    _ => parts.push(vec![row]),
                }
            }
            let _ = kept.next();
            for part in parts {
                change.add.push(file(disk, part, Place::Base));
            }
        }
        Step::Count => {
            let count = base
                .metadata
                .get("count")
                .map_or(0, |count| count.as_i64().unwrap());
            change
                .metadata
                .insert("count".to_owned(), Some(json!(count + 1)));
        }
        Step::Settings(rows) => {
            change.settings = Some(Settings {
                row_group: RowGroupTarget::Rows(*rows),
                ..Settings::default()
            });
        }
    }
    change
}

/// What the writing code does: publish, or do it again from the newest.
fn publish(latest: &mut Arc<Manifest>, change: &Change) {
    let mut next = Manifest::clone(latest);
    next.version = latest.version.next();
    next.parent = latest.version;
    next.files = files_after(latest, change);
    for (key, value) in &change.metadata {
        next.metadata.insert(key.clone(), value.clone().unwrap());
    }
    if let Some(settings) = &change.settings {
        next.settings = settings.clone();
    }
    next.to_bytes()
        .expect("a published version keeps the rules");
    *latest = Arc::new(next);
}

fn first() -> Arc<Manifest> {
    Arc::new(Manifest {
        id: "d".to_owned(),
        version: Version(1),
        parent: Version(0),
        removed: false,
        writer: "w".to_owned(),
        written_ms: 0,
        schema: Arc::new(Schema::new(vec![Field::new("t", DataType::Int64, false)])),
        order_column: "t".to_owned(),
        settings: Settings::default(),
        metadata: Default::default(),
        files: Vec::new(),
    })
}

fn rows(disk: &Disk, manifest: &Manifest) -> Vec<(i64, u32)> {
    let mut rows: Vec<_> = manifest
        .files
        .iter()
        .flat_map(|file| disk[&file.name].clone())
        .collect();
    rows.sort_unstable();
    rows
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Writers begin at any version and publish at any later one. Each row is there once, counts are not lost, and the order of files holds.
    #[test]
    fn any_interleaving_is_one_after_the_other(
        steps in prop::collection::vec((step(), 0..4_usize), 1..24),
    ) {
        let mut disk = Disk::new();
        let mut history = vec![first()];
        let mut expected: Vec<(i64, u32)> = Vec::new();
        let mut counts = 0;
        let mut settings = Settings::default();
        for (who, (step, behind)) in (0_u32..).zip(&steps) {
            let mut latest = Arc::clone(history.last().unwrap());
            let base = Arc::clone(&history[history.len().saturating_sub(1 + behind)]);
            let mut wanted = change(&mut disk, &base, step, who);
            if decide(&base, &wanted, &latest).is_err() {
                prop_assert!(base.version < latest.version, "no conflict with oneself");
                wanted = change(&mut disk, &latest, step, who);
                prop_assert_eq!(decide(&latest, &wanted, &latest), Ok(()));
            }
            publish(&mut latest, &wanted);
            history.push(latest);
            match step {
                Step::Insert(row) | Step::Late(row) => expected.push((*row, who)),
                Step::Count => counts += 1,
                Step::Settings(rows) => settings.row_group = RowGroupTarget::Rows(*rows),
                Step::Compact(..) => {}
            }
            expected.sort_unstable();
            let latest = history.last().unwrap();
            prop_assert_eq!(rows(&disk, latest), expected.clone());
            let count = latest.metadata.get("count").map_or(0, |count| count.as_i64().unwrap());
            prop_assert_eq!(count, counts);
            prop_assert_eq!(&latest.settings, &settings);
        }
    }

    /// Rows with one order value stay in the order in which they came, in base files written one after the other.
    #[test]
    fn equal_values_stay_in_order_of_arrival(
        rows in prop::collection::vec((0..4_i64, 1..3_usize), 1..16),
    ) {
        let mut disk = Disk::new();
        let mut latest = first();
        for (who, (row, rewritten)) in (0_u32..).zip(&rows) {
            // Behind all that is stored with this value or less, and some files that hold it are written again as they are.
            let at = latest.files.partition_point(|file| file.max <= OrderValue::Int(*row));
            let mut change = Change::of(latest.version);
            if at < latest.files.len() && latest.files[at].min <= OrderValue::Int(*row) {
                let name = latest.files[at].name.clone();
                let mut inside = disk[&name].clone();
                let place = inside.partition_point(|(stored, _)| stored <= row);
                inside.insert(place, (*row, who));
                change.remove.push(name);
                change.add.push(file(&mut disk, inside, Place::Base));
            } else {
                for again in latest.files[..at].iter().rev().take(*rewritten - 1).rev() {
                    change.remove.push(again.name.clone());
                    let inside = disk[&again.name].clone();
                    change.add.push(file(&mut disk, inside, Place::Base));
                }
                change.add.push(file(&mut disk, vec![(*row, who)], Place::Base));
            }
            publish(&mut latest, &change);
        }
        let stored: Vec<(i64, u32)> = latest
            .files
            .iter()
            .flat_map(|file| disk[&file.name].clone())
            .collect();
        let mut sorted = stored.clone();
        sorted.sort_unstable();
        prop_assert_eq!(stored, sorted, "by value, then by arrival");
    }
}
