//! Manifests: whole or not at all, newer ones refused, damaged ones with their place.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use proptest::prelude::*;
use weir_files::{Files, RealFiles};
use weir_run::{Manifest, ManifestError, RunId, RunKind, RunName, Timestamp};
use weir_testkit::{FaultPlan, FaultyFiles};

fn manifest() -> Manifest {
    let id = RunId::from_parts(Timestamp::from_micros(5), [3; 10]);
    let created = Timestamp::from_micros(1_700_000_000_123_456);
    let mut manifest = Manifest::new(id, RunName::from_id(id), RunKind::sim(), created);
    manifest.parameters = serde_json::json!({"patients": 100_000, "rates": [0.1, 1e-9]});
    manifest.seed = Some(u64::MAX);
    manifest
}

#[test]
fn written_and_read_it_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let files: Arc<dyn Files> = Arc::new(RealFiles);
    manifest().write(&files, folder.path()).unwrap();
    assert_eq!(
        Manifest::read(&RealFiles, folder.path()).unwrap(),
        manifest()
    );
}

#[test]
fn a_newer_one_is_refused_whatever_else_it_holds() {
    let text = br#"{"format": 7, "id": 12, "new": true}"#;
    let error = Manifest::parse(text, "run.json".as_ref()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the run's manifest has format 7, this weir reads up to 1: use the weir that wrote it, \
         or a newer one: run.json"
    );
}

#[test]
fn cut_at_every_byte_it_is_damaged_with_line_and_column() {
    let bytes = serde_json::to_vec_pretty(&manifest()).unwrap();
    for cut in 0..bytes.len() {
        match Manifest::parse(&bytes[..cut], "run.json".as_ref()) {
            Err(ManifestError::Damaged { line, reason, .. }) => {
                let expected = bytes[..cut].iter().filter(|byte| **byte == b'\n').count() + 1;
                assert!(line <= expected, "{reason}");
            }
            other => panic!("cut at {cut}: {other:?}"),
        }
    }
}

#[test]
fn a_disk_that_fills_leaves_the_former_manifest() {
    let folder = tempfile::tempdir().unwrap();
    let faulty = FaultyFiles::new(Arc::new(RealFiles), FaultPlan::none());
    let files = faulty.shared();
    manifest().write(&files, folder.path()).unwrap();
    faulty.set_plan(FaultPlan::none().capacity(0));
    let mut changed = manifest();
    changed.seed = Some(1);
    let error = changed.write(&files, folder.path()).unwrap_err();
    assert!(error.to_string().contains("full"), "{error}");
    assert_eq!(
        Manifest::read(&RealFiles, folder.path()).unwrap(),
        manifest()
    );
    assert_eq!(RealFiles.list(folder.path()).unwrap(), ["run.json"]);
}

proptest! {
    #[test]
    fn any_bytes_are_a_manifest_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Manifest::parse(&bytes, "run.json".as_ref()).is_err());
    }
}
