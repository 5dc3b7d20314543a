//! Full disks, failed syncs, crashes, cancelled runs, small budgets, damaged parts: the file is the old one or the whole new one, and nothing else stays.
#![allow(clippy::unwrap_used)]

mod exported;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use exported::{assemble, column, files, holder, parts, read, target, write_part};
use weir_files::{Files, FilesError, RealFiles, sweep_temporaries};
use weir_memory::{Budget, Bytes, HolderName};
use weir_raster::{
    Compression, Export, ExportError, GeoTiffExport, GeoTiffOptions, Part, PixelType,
};
use weir_run::{Cancel, CancelReason};
use weir_testkit::{Fault, FaultPlan, FaultyFiles, Loss, Operation, at_every_crash_point};

const COLUMNS: u64 = 1400;
const ROWS: u64 = 1200;

/// Compresses badly, so that there are bytes to write.
fn row(row: u64) -> Vec<f64> {
    (0..COLUMNS)
        .map(|column| ((row << 32 | column).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48) as f64)
        .collect()
}

fn export(files: Arc<dyn Files>) -> GeoTiffExport {
    let options = GeoTiffOptions {
        tile: 128,
        compression: Compression::None,
        ..GeoTiffOptions::cog()
    };
    let column = column(PixelType::UInt16, None);
    GeoTiffExport::new(files, &target(COLUMNS, ROWS), column, 0, options).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Good parts, and an earlier file under the name of the output.
struct Place {
    folder: tempfile::TempDir,
    parts: Vec<(Part, PathBuf)>,
    out: PathBuf,
}

fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let export = export(files());
    let parts = parts(&export, ROWS, 1, folder.path());
    assert_eq!(parts.len(), 2);
    for part in &parts {
        write_part(&export, part, &holder(), &row).unwrap();
    }
    let out = folder.path().join("out.tif");
    fs::write(&out, "earlier").unwrap();
    Place { folder, parts, out }
}

fn nothing_changed(place: &Place) {
    assert_eq!(fs::read(&place.out).unwrap(), b"earlier");
    assert_eq!(names(place.folder.path()), ["out.tif", "part-0", "part-1"]);
}

#[test]
fn a_full_disk_or_a_failed_sync_leaves_the_earlier_file() {
    let place = place();
    let disk = FaultyFiles::new(Arc::new(RealFiles), FaultPlan::none());
    assemble(&export(disk.shared()), &place.parts, &place.out, &holder()).unwrap();
    let (whole, used) = (fs::read(&place.out).unwrap(), disk.used());
    fs::write(&place.out, "earlier").unwrap();
    let writes = disk
        .log()
        .iter()
        .filter(|logged| logged.operation == Operation::Write)
        .count() as u64;
    let mut plans: Vec<FaultPlan> = [0, 1, used / 3, used / 2, used - 1]
        .into_iter()
        .map(|bytes| FaultPlan::none().capacity(bytes))
        .collect();
    plans.extend(
        (1..=writes)
            .step_by(3)
            .map(|nth| FaultPlan::none().fail(Operation::Write, nth, Fault::Io)),
    );
    for (operation, nth) in [
        (Operation::Create, 1),
        (Operation::Create, 2),
        (Operation::Sync, 1),
        (Operation::Rename, 1),
        (Operation::Read, 1),
        (Operation::Read, 3),
    ] {
        plans.push(FaultPlan::none().fail(operation, nth, Fault::Io));
    }
    for plan in plans {
        let what = format!("{plan:?}");
        let disk = FaultyFiles::new(Arc::new(RealFiles), plan);
        let error =
            assemble(&export(disk.shared()), &place.parts, &place.out, &holder()).unwrap_err();
        assert!(matches!(error, ExportError::Files(_)), "{what}: {error}");
        nothing_changed(&place);
    }
    assemble(&export(files()), &place.parts, &place.out, &holder()).unwrap();
    assert!(fs::read(&place.out).unwrap() == whole);
}

#[test]
fn a_part_that_fails_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let all = parts(&export(files()), ROWS, 1, folder.path());
    for plan in [
        FaultPlan::none().capacity(300_000),
        FaultPlan::none().fail(Operation::Write, 2, Fault::NoSpace),
        FaultPlan::none().fail(Operation::Sync, 1, Fault::Io),
        FaultPlan::none().fail(Operation::Rename, 1, Fault::Denied),
    ] {
        let disk = FaultyFiles::new(Arc::new(RealFiles), plan);
        let error = write_part(&export(disk.shared()), &all[0], &holder(), &row).unwrap_err();
        assert!(matches!(error, ExportError::Files(_)), "{error}");
        assert!(names(folder.path()).is_empty());
    }
    // Nor is one whose writer is dropped.
    let export = export(files());
    let mut writer = export.begin(&all[0].0, &all[0].1, &holder()).unwrap();
    writer.row(0, &[&row(0)]).unwrap();
    drop(writer);
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_crash_leaves_the_earlier_file_or_the_whole_new_one() {
    let made = place();
    assemble(&export(files()), &made.parts, &made.out, &holder()).unwrap();
    let whole = fs::read(&made.out).unwrap();
    let points = at_every_crash_point(
        || {
            let folder = tempfile::tempdir().unwrap();
            let out = folder.path().join("out.tif");
            fs::write(&out, "earlier").unwrap();
            // Parts are only read, so all points have the same.
            Place {
                folder,
                parts: made.parts.clone(),
                out,
            }
        },
        |place, disk| {
            let _ = assemble(&export(disk), &place.parts, &place.out, &holder());
        },
        |place, point| {
            let found = fs::read(&place.out).unwrap();
            assert!(found == b"earlier" || found == whole, "{point:?}");
            // Without the power, what was not synced may come back as it was.
            if !point.interrupted && point.loss == Loss::Process {
                assert!(found == whole, "{point:?}");
            }
            sweep_temporaries(&RealFiles, place.folder.path()).unwrap();
            assert_eq!(names(place.folder.path()), ["out.tif"], "{point:?}");
        },
    );
    assert!(points > 100, "{points}");
}

#[test]
fn a_cancelled_assembly_leaves_the_earlier_file() {
    let place = place();
    let cancel = Cancel::new();
    cancel.cancel(CancelReason::User);
    let borrowed: Vec<(Part, &Path)> = place
        .parts
        .iter()
        .map(|(part, path)| (part.clone(), path.as_path()))
        .collect();
    let error = export(files())
        .assemble(&borrowed, &place.out, &holder(), &cancel)
        .unwrap_err();
    assert!(matches!(error, ExportError::Cancelled(_)), "{error}");
    nothing_changed(&place);
}

#[test]
fn a_budget_that_is_too_small_says_so_before_anything_is_written() {
    let place = place();
    let small = Budget::detached(Bytes::kib(200)).holder(HolderName::new("run", "export", "cog"));
    let error = assemble(&export(files()), &place.parts, &place.out, &small).unwrap_err();
    assert!(matches!(error, ExportError::Memory(_)), "{error}");
    nothing_changed(&place);
    let error = write_part(&export(files()), &place.parts[0], &small, &row).unwrap_err();
    assert!(matches!(error, ExportError::Memory(_)), "{error}");
    nothing_changed(&place);
    assert!(small.budget().ledger_is_empty());
}

#[test]
fn damaged_parts_are_told_with_file_and_offset() {
    let place = place();
    assemble(&export(files()), &place.parts, &place.out, &holder()).unwrap();
    let whole = fs::read(&place.out).unwrap();
    fs::write(&place.out, "earlier").unwrap();
    let path = &place.parts[1].1;
    let good = fs::read(path).unwrap();
    let attempt = |bytes: &[u8]| {
        fs::write(path, bytes).unwrap();
        let answer = assemble(&export(files()), &place.parts, &place.out, &holder());
        fs::write(path, &good).unwrap();
        answer
    };
    let mut seed = 0x2545_f491_4f6c_dd1du64;
    for _ in 0..300 {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        // Half of the flips in what describes the rest: the start, and the index at the end.
        let length = good.len() as u64;
        let at = match seed % 4 {
            0 => length - 1 - (seed >> 8) % 3000,
            1 => (seed >> 8) % 300,
            _ => (seed >> 8) % length,
        };
        let mut bytes = good.clone();
        bytes[at as usize] ^= 1 << (seed >> 60 & 7);
        let error = attempt(&bytes).unwrap_err();
        let ExportError::Part {
            path: told, offset, ..
        } = &error
        else {
            panic!("{at}: {error}")
        };
        assert_eq!((told, *offset <= at), (path, true), "{at}: {error}");
        nothing_changed(&place);
    }
    for length in [0, 7, 8, 100, good.len() / 2, good.len() - 1] {
        let error = attempt(&good[..length]).unwrap_err();
        assert!(
            matches!(error, ExportError::Part { .. }),
            "{length}: {error}"
        );
        nothing_changed(&place);
    }
    // The other part, and a part of other options.
    let error = attempt(&fs::read(&place.parts[0].1).unwrap()).unwrap_err();
    assert!(matches!(error, ExportError::Part { .. }), "{error}");
    let other = column(PixelType::Int16, None);
    let other = GeoTiffExport::new(
        files(),
        &target(COLUMNS, ROWS),
        other,
        0,
        GeoTiffOptions::cog(),
    );
    let error = assemble(&other.unwrap(), &place.parts, &place.out, &holder()).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("it is no part of this output at byte"),
        "{error}"
    );
    fs::remove_file(path).unwrap();
    let error = assemble(&export(files()), &place.parts, &place.out, &holder()).unwrap_err();
    assert!(
        matches!(error, ExportError::Files(FilesError::NotFound { .. })),
        "{error}"
    );

    fs::write(path, &good).unwrap();
    assemble(&export(files()), &place.parts, &place.out, &holder()).unwrap();
    assert!(fs::read(&place.out).unwrap() == whole);
    assert_eq!(read(&place.out).1[5], row(0)[5]);
}
