//! A write removes the stored rows that it names by their values, wherever they lie, and no other ones; its own rows stay.
#![allow(clippy::unwrap_used)]

mod series;

use series::{batch, content, dataset, holder, place, row, settings, try_write, write};
use weir_store::{LateRows, Settings, WriteError, WriteOptions};

fn check(late_rows: LateRows) {
    let folder = place();
    let dataset = dataset(
        folder.path(),
        Settings {
            late_rows,
            ..settings(10)
        },
    );
    // Two rows of each order value.
    let rows: Vec<_> = (0..100).map(|i| row(i / 2, i % 2, "old")).collect();
    write(&dataset, &rows);
    write(&dataset, &[row(20, 7, "late"), row(21, 7, "late")]);
    assert_eq!(
        dataset.latest().unwrap().late_files().is_empty(),
        late_rows != LateRows::Beside
    );
    // By order value and id: one in the middle, two at the end, a late one, and one that is not there.
    let named = [
        row(5, 1, ""),
        row(20, 7, ""),
        row(30, 9, ""),
        row(49, 0, ""),
        row(49, 1, ""),
    ];
    let named = batch(&named).project(&[0, 1]).unwrap();
    let options = WriteOptions::new(holder(64)).removing(vec![named]);
    // One of the same name comes in its place.
    try_write(&dataset, &[row(49, 1, "new"), row(60, 0, "new")], options).unwrap();
    let mut left: Vec<_> = rows
        .into_iter()
        .filter(|one| !matches!((one.0, one.1), (5, 1) | (49, _)))
        .chain([row(21, 7, "late"), row(49, 1, "new"), row(60, 0, "new")])
        .collect();
    left.sort_by_key(|one| one.0);
    assert_eq!(content(&dataset), left);
}

#[test]
fn among_merged_rows() {
    check(LateRows::default());
}

#[test]
fn among_late_rows_beside() {
    check(LateRows::Beside);
}

#[test]
fn a_name_without_an_order_value_is_refused() {
    let folder = place();
    let dataset = dataset(folder.path(), settings(10));
    write(&dataset, &[row(1, 1, "old")]);
    let named = batch(&[row(1, 1, "")]).project(&[1]).unwrap();
    let options = WriteOptions::new(holder(64)).removing(vec![named]);
    let error = try_write(&dataset, &[], options).unwrap_err();
    assert!(matches!(error, WriteError::Schema { .. }), "{error}");
    assert_eq!(content(&dataset), [row(1, 1, "old")]);
}
