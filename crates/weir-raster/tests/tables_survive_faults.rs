//! A table appears whole or not at all; damage to a part is told with its place; nothing is held beyond the budget.
#![allow(clippy::unwrap_used)]

mod tables;

use std::{fs, path::Path, sync::Arc};

use weir_files::{Files, FilesError, RealFiles};
use weir_memory::{Budget, Bytes, HolderName};
use weir_raster::{
    Column, Crs, Export, ExportError, Geometry, Part, PixelType, TableCompression, TableExport,
    TableFormat, TableOptions, Target,
};
use weir_run::{Cancel, CancelReason};
use weir_testkit::{Fault, FaultPlan, FaultyFiles, Operation};

const LAYERS: usize = 3;

fn formats() -> [TableFormat; 3] {
    [
        tables::csv(TableCompression::None),
        tables::csv(TableCompression::Zstd),
        tables::parquet(),
    ]
}

fn export_on(files: Arc<dyn Files>, format: TableFormat) -> TableExport {
    let columns = tables::layers()[..LAYERS].to_vec();
    TableExport::new(files, &tables::target(), columns, tables::options(format)).unwrap()
}

/// The names in a folder, temporary ones included.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_disk_that_fails_leaves_no_part_and_no_table() {
    let target = tables::target();
    let holder = tables::holder();
    for format in formats() {
        for plan in [
            FaultPlan::none().capacity(100_000),
            FaultPlan::none().fail(Operation::Sync, 1, Fault::Io),
            FaultPlan::none().fail(Operation::Rename, 1, Fault::Io),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let disk = FaultyFiles::new(Arc::new(RealFiles), plan.clone());
            let export = export_on(disk.shared(), format);
            let failed = tables::write_parts(
                &export,
                &target,
                LAYERS,
                export.part_rows(),
                folder.path(),
                &holder,
            );
            assert!(
                matches!(failed, Err(ExportError::Files(_))),
                "{format:?}: {failed:?}"
            );
            assert_eq!(names(folder.path()), [] as [&str; 0], "{format:?}");

            // Parts are there; the table's turn to fail, over one that was there before.
            let good = export_on(tables::real(), format);
            let parts = tables::write_parts(
                &good,
                &target,
                LAYERS,
                good.part_rows(),
                folder.path(),
                &holder,
            )
            .unwrap();
            let before = names(folder.path());
            let out = folder.path().join("table");
            fs::write(&out, "what was there").unwrap();
            let disk = FaultyFiles::new(Arc::new(RealFiles), plan);
            let failed = tables::assemble(
                &export_on(disk.shared(), format),
                &parts,
                &out,
                &holder,
                &Cancel::new(),
            );
            let error = failed.unwrap_err();
            assert!(
                matches!(error, ExportError::Files(_)),
                "{format:?}: {error:?}"
            );
            assert_eq!(fs::read(&out).unwrap(), b"what was there");
            fs::remove_file(&out).unwrap();
            assert_eq!(names(folder.path()), before, "{format:?}");
            tables::assemble(&good, &parts, &out, &holder, &Cancel::new()).unwrap();
        }
    }
}

#[test]
fn a_full_disk_is_told_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let disk = FaultyFiles::new(Arc::new(RealFiles), FaultPlan::none().capacity(100_000));
    let export = export_on(disk.shared(), tables::parquet());
    let holder = tables::holder();
    let error = tables::write_parts(
        &export,
        &tables::target(),
        LAYERS,
        export.part_rows(),
        folder.path(),
        &holder,
    )
    .unwrap_err();
    assert!(
        matches!(error, ExportError::Files(FilesError::Full { .. })),
        "{error:?}"
    );
}

#[test]
fn a_cancelled_table_is_not_there() {
    for format in formats() {
        let folder = tempfile::tempdir().unwrap();
        let (export, holder) = (export_on(tables::real(), format), tables::holder());
        let parts = tables::write_parts(
            &export,
            &tables::target(),
            LAYERS,
            export.part_rows(),
            folder.path(),
            &holder,
        )
        .unwrap();
        let before = names(folder.path());
        let cancel = Cancel::new();
        cancel.cancel(CancelReason::User);
        let failed = tables::assemble(
            &export,
            &parts,
            &folder.path().join("table"),
            &holder,
            &cancel,
        );
        assert!(matches!(failed, Err(ExportError::Cancelled(_))));
        assert_eq!(names(folder.path()), before);
    }
}

#[test]
fn any_damage_to_a_part_is_told_with_its_place() {
    for format in formats() {
        let folder = tempfile::tempdir().unwrap();
        let (export, holder) = (export_on(tables::real(), format), tables::holder());
        let parts = tables::write_parts(
            &export,
            &tables::target(),
            LAYERS,
            export.part_rows(),
            folder.path(),
            &holder,
        )
        .unwrap();
        let out = folder.path().join("table");
        let whole = fs::read(&parts[1].1).unwrap();
        let assert_told = |bytes: &[u8], what: &str| -> u64 {
            fs::write(&parts[1].1, bytes).unwrap();
            match tables::assemble(&export, &parts, &out, &holder, &Cancel::new()) {
                Err(ExportError::Part { path, offset, .. }) => {
                    assert_eq!(path, parts[1].1);
                    assert!(offset <= bytes.len() as u64);
                    assert!(!out.exists());
                    offset
                }
                other => panic!("{format:?}: {what}: {other:?}"),
            }
        };
        // A flipped bit in each of many places, from the first byte to the last.
        let places = (0..60).map(|place| place * (whole.len() - 1) / 59);
        for place in places.chain(whole.len() - 200..whole.len()) {
            let mut damaged = whole.clone();
            damaged[place] ^= 1 << (place % 8);
            let offset = assert_told(&damaged, &format!("bit {place}"));
            if place < whole.len() / 2 {
                assert_eq!(
                    offset,
                    (place / 65_536 * 65_536) as u64,
                    "{format:?} {place}"
                );
            }
        }
        for length in [0, 1, 23, 24, 100, whole.len() / 2, whole.len() - 1] {
            assert_told(&whole[..length], &format!("length {length}"));
        }
        let mut longer = whole.clone();
        longer.extend_from_slice(b"more");
        assert_told(&longer, "longer");
        // The first part in the second one's place, and the same part of another table.
        assert_told(&fs::read(&parts[0].1).unwrap(), "another part");
        let columns = vec![tables::column("other", PixelType::Float32); 1];
        let other = TableExport::new(
            tables::real(),
            &tables::target(),
            columns,
            tables::options(format),
        )
        .unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let others = tables::write_parts(
            &other,
            &tables::target(),
            1,
            export.part_rows(),
            elsewhere.path(),
            &holder,
        )
        .unwrap();
        assert_told(&fs::read(&others[1].1).unwrap(), "another table");

        fs::write(&parts[1].1, &whole).unwrap();
        tables::assemble(&export, &parts, &out, &holder, &Cancel::new()).unwrap();
        fs::remove_file(&parts[1].1).unwrap();
        let missing = tables::assemble(&export, &parts, &out, &holder, &Cancel::new());
        assert!(matches!(
            missing,
            Err(ExportError::Files(FilesError::NotFound { .. }))
        ));
    }
}

#[test]
fn a_budget_without_room_refuses_and_leaves_nothing() {
    for format in formats() {
        let folder = tempfile::tempdir().unwrap();
        let budget = Budget::detached(Bytes::kib(200));
        let holder = budget.holder(HolderName::new("run", "export", "table"));
        let export = export_on(tables::real(), format);
        let refused = tables::write_parts(
            &export,
            &tables::target(),
            LAYERS,
            export.part_rows(),
            folder.path(),
            &holder,
        );
        assert!(matches!(refused, Err(ExportError::Memory(_))));
        assert_eq!(names(folder.path()), [] as [&str; 0]);
        drop(holder);
        assert!(budget.ledger_is_empty());
    }
}

#[test]
fn what_a_part_may_need_is_what_it_gets() {
    for format in formats() {
        let folder = tempfile::tempdir().unwrap();
        let export = export_on(tables::real(), format);
        // A sixteenth of a budget is kept for what cannot be spilled.
        let budget = Budget::detached(Bytes::new(export.part_bytes() / 15 * 16 + 1024));
        let holder = budget.holder(HolderName::new("run", "export", "table"));
        tables::write_parts(
            &export,
            &tables::target(),
            LAYERS,
            export.part_rows(),
            folder.path(),
            &holder,
        )
        .unwrap();
    }
}

fn reason(columns: Vec<Column>, options: TableOptions, crs: Crs) -> String {
    let target = Target {
        crs,
        ..tables::target()
    };
    match TableExport::new(tables::real(), &target, columns, options) {
        Err(error @ ExportError::Unfit { .. }) => error.to_string(),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was accepted"),
    }
}

#[test]
fn tables_that_cannot_be_are_refused_before_any_work() {
    let float = |name: &str| tables::column(name, PixelType::Float32);
    let plain = || tables::options(tables::parquet());
    let wgs = || Crs::Geographic(4326);
    assert!(reason(vec![], plain(), wgs()).contains("0 layers"));
    assert!(reason(vec![float("")], plain(), wgs()).contains("another name"));
    assert!(reason(vec![float("a\nb")], plain(), wgs()).contains("another name"));
    assert!(reason(vec![float("X")], plain(), wgs()).contains("two columns"));
    assert!(reason(vec![float("rain"), float("Rain")], plain(), wgs()).contains("two columns"));
    let keys = TableOptions {
        keys: true,
        ..plain()
    };
    assert!(reason(vec![float("row")], keys, wgs()).contains("two columns"));
    let geo = tables::options(TableFormat::GeoParquet {
        geometry: Geometry::Cells,
        compression: TableCompression::Zstd,
    });
    assert!(reason(vec![float("bbox")], geo.clone(), wgs()).contains("two columns"));
    let unknown = reason(vec![float("rain")], geo, Crs::Projected(2154));
    assert!(
        unknown.contains("EPSG:2154") && unknown.contains("write Parquet"),
        "{unknown}"
    );
}

#[test]
fn rows_out_of_turn_and_values_that_do_not_fit_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let columns = vec![tables::column("class", PixelType::UInt8)];
    let export = TableExport::new(
        tables::real(),
        &tables::target(),
        columns,
        tables::options(tables::parquet()),
    )
    .unwrap();
    let holder = tables::holder();
    let path = folder.path().join("part");
    let part = |rows| Part { number: 0, rows };
    for rows in [5..1024, 0..100, 0..0, 1024..9999] {
        assert!(export.begin(&part(rows), &path, &holder).is_err());
    }
    let row = vec![1.0; tables::COLUMNS as usize];
    let mut writer = export.begin(&part(0..1024), &path, &holder).unwrap();
    assert!(writer.row(1, &[&row]).is_err());
    assert!(writer.row(0, &[&row[1..]]).is_err());
    assert!(writer.row(0, &[&row, &row]).is_err());
    let mut high = row.clone();
    high[17] = 256.0;
    match writer.row(0, &[&high]) {
        Err(ExportError::Value {
            name,
            row: 0,
            column: 17,
            reason,
        }) => {
            assert_eq!(name, "class");
            assert!(
                reason.contains("256.0") && reason.contains("Byte"),
                "{reason}"
            );
        }
        other => panic!("{other:?}"),
    }
    writer.row(0, &[&row]).unwrap();
    assert!(writer.finish().is_err());
    assert_eq!(names(folder.path()), [] as [&str; 0]);
}
