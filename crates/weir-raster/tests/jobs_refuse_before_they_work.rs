//! What cannot work is refused from headers alone; what changed behind a run is refused when it goes on.
#![allow(clippy::unwrap_used)]

mod jobs;

use jobs::{Place, Tiff, classes, id, mib, noise};
use weir_files::FilesError;
use weir_raster::{JobError, TargetError};
use weir_run::{Cancel, CancelReason};

#[test]
fn several_reference_systems_without_a_word_are_refused() {
    let place = Place::with_worlds();
    Tiff {
        epsg: 3035,
        origin: (4_000_000.0, 3_000_000.0),
        cell: 1000.0,
        ..Tiff::world(128, classes)
    }
    .write(&place.path("laea.tif"));
    let error = place
        .job(place.plan("a: {path: a.tif}, l: {path: laea.tif}", "cell: 1"))
        .unwrap_err();
    assert!(
        matches!(&error, JobError::Target(TargetError::Mixed { .. })),
        "{error}"
    );
    assert_eq!(error.code(), "W0603");
    assert_eq!(
        error.to_string(),
        "the layers have several reference systems: a has EPSG:4326, l has EPSG:3035"
    );
    assert!(error.remedies()[0].contains("-t_srs"));
}

#[test]
fn bands_files_and_headers_are_looked_at_first() {
    let place = Place::with_worlds();
    let opened = |layers: &str| {
        place
            .job(place.plan(layers, "cell: 1"))
            .map(|_| ())
            .unwrap_err()
    };
    let error = opened("a: {path: a.tif, band: 2}");
    assert!(matches!(error, JobError::Raster(_)), "{error}");
    assert!(
        error
            .to_string()
            .contains("there is no band 2; the file has 1"),
        "{error}"
    );
    let error = opened("a: {path: nothing.tif}");
    assert!(
        matches!(error, JobError::Files(FilesError::NotFound { .. })),
        "{error}"
    );
    // Opening the pipe would wait for somebody who writes into it.
    let pipe = place.path("pipe.tif");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let error = opened("a: {path: pipe.tif}");
    assert!(error.to_string().contains("no regular file"), "{error}");
    std::fs::write(place.path("text.tif"), "not a TIFF at all").unwrap();
    let error = opened("a: {path: text.tif}");
    assert_eq!(error.code(), "W0605", "{error}");
    assert!(error.to_string().contains("text.tif"), "{error}");
    // Compression 7 (JPEG) is not read.
    let mut bytes = Tiff::world(64, noise).bytes();
    bytes[8 + 2 + 3 * 12 + 8] = 7;
    std::fs::write(place.path("jpeg.tif"), bytes).unwrap();
    let error = opened("a: {path: jpeg.tif}");
    assert_eq!(error.code(), "W0606", "{error}");
    assert!(error.to_string().contains("compression 7"), "{error}");
}

#[test]
fn a_budget_that_holds_nothing_is_refused_with_numbers() {
    let place = Place::with_worlds();
    let job = place.worlds("1");
    let ran = place.run(&job, "small", id(), &mib(1), 1, Cancel::new());
    let error = ran.result.unwrap_err();
    assert_eq!(error.code(), "W0107", "{error}");
    assert!(
        error
            .remedies()
            .iter()
            .any(|remedy| remedy.contains("--budget")),
        "{:?}",
        error.remedies()
    );
    let preflight = job
        .preflight(&mib(1), 1, &*place.files, &place.path("small"))
        .unwrap();
    assert!(!preflight.fits && preflight.window == 256, "{preflight:?}");
}

#[test]
fn an_input_that_changed_behind_a_run_is_refused() {
    let place = Place::with_worlds();
    let id = id();
    let cancel = Cancel::new();
    cancel.cancel(CancelReason::User);
    let stopped = place.run(&place.worlds("1"), "run", id, &mib(256), 1, cancel);
    assert!(stopped.result.unwrap().cancelled);
    let mut other = Tiff::world(360, classes);
    let resumed = |place: &Place| {
        place
            .run(&place.worlds("1"), "run", id, &mib(256), 1, Cancel::new())
            .result
    };
    // The same size and header, written again.
    other.write(&place.path("a.tif"));
    let error = resumed(&place).unwrap_err();
    assert_eq!(error.code(), "W0604", "{error}");
    assert!(
        error
            .to_string()
            .contains("a.tif has changed since the run began"),
        "{error}"
    );
    other.columns += 64;
    other.write(&place.path("a.tif"));
    let error = resumed(&place).unwrap_err();
    assert!(error.to_string().contains("bytes and has"), "{error}");
    // Another plan in the same folder.
    let other = place.run(&place.worlds("2"), "run", id, &mib(256), 1, Cancel::new());
    assert!(matches!(other.result, Err(JobError::OtherPlan { .. })));
}

#[test]
fn a_grid_that_changed_behind_a_run_is_refused() {
    let place = Place::with_worlds();
    let like = |west: f64| {
        Tiff {
            origin: (west, 80.0),
            ..Tiff::world(90, classes)
        }
        .write(&place.path("like.tif"));
    };
    let id = id();
    let run = |cancel: Cancel| {
        let plan = place.plan("a: {path: a.tif}", "like: like.tif");
        let job = place.job(plan).unwrap();
        place.run(&job, "run", id, &mib(256), 1, cancel).result
    };
    like(-180.0);
    let cancel = Cancel::new();
    cancel.cancel(CancelReason::User);
    assert!(run(cancel).unwrap().cancelled);
    // As many cells, elsewhere.
    like(-170.0);
    let error = run(Cancel::new()).unwrap_err();
    assert_eq!(error.code(), "W0604", "{error}");
    assert!(
        error.to_string().contains("like.tif has changed since"),
        "{error}"
    );
}

#[test]
fn layers_without_values_give_nothing_and_layers_elsewhere_are_refused() {
    let place = Place::with_worlds();
    Tiff {
        nodata: Some(7.0),
        values: |_, _| 7.0,
        ..Tiff::world(90, noise)
    }
    .write(&place.path("none.tif"));
    Tiff {
        origin: (100.0, 10.0),
        cell: 0.1,
        ..Tiff::world(40, noise)
    }
    .write(&place.path("far.tif"));
    let target = "cell: 0.5, extent: [-20, -20, 20, 20]";
    let job = place
        .job(place.plan("none: {path: none.tif, method: average}", target))
        .unwrap();
    assert_eq!(place.output(&job, "256MiB", 1), b"");
    let layers = "none: {path: none.tif}, far: {path: far.tif, method: sum}";
    let error = place.job(place.plan(layers, target)).unwrap_err();
    assert_eq!(error.code(), "W0603");
    assert!(error.to_string().contains("no cell in common"), "{error}");
}

#[test]
fn layers_without_nodata_run_and_a_scale_that_is_left_is_told() {
    let place = Place::with_worlds();
    Tiff {
        scale: Some((0.1, -40.0)),
        ..Tiff::world(90, classes)
    }
    .write(&place.path("scaled.tif"));
    let opened = |layer: &str| place.job(place.plan(layer, "cell: 4")).unwrap();
    let job = opened("s: {path: scaled.tif, method: min, nodata: none}");
    let [warning] = job.warnings() else {
        panic!("{:?}", job.warnings());
    };
    assert!(
        warning.contains("scale 0.1 and offset -40") && warning.contains("--unscale"),
        "{warning}"
    );
    assert!(!place.output(&job, "256MiB", 1).is_empty());
    for layer in [
        "s: {path: scaled.tif, method: min, unscale: true}",
        "s: {path: scaled.tif, method: count}",
        "a: {path: a.tif, method: min, nodata: nan}",
    ] {
        let job = opened(layer);
        assert!(job.warnings().is_empty(), "{:?}", job.warnings());
        assert!(!place.output(&job, "256MiB", 1).is_empty());
    }
    // What the file calls none is a value now.
    let job = opened("a: {path: a.tif, method: min, nodata: none}");
    let text = String::from_utf8(place.output(&job, "256MiB", 1)).unwrap();
    assert!(text.lines().any(|line| line.ends_with(",-1.0")));
}

#[test]
fn nodata_that_the_type_rounds_is_no_obstacle() {
    let place = Place::new();
    // The header's decimal is not the double that the cells have.
    Tiff {
        nodata: Some(-3.4e38),
        ..Tiff::world(90, classes)
    }
    .write(&place.path("f.tif"));
    let job = place.job(place.plan("f: {path: f.tif}", "cell: 4"));
    assert_eq!(job.unwrap().copied(), ["f"]);
}

#[test]
fn what_a_file_says_and_is_lost_is_warned_about() {
    let place = Place::with_worlds();
    let warned = |nodata: &str| {
        let layer = format!("o: {{path: other.tif{nodata}}}");
        let job = place.job(place.plan(&layer, "cell: 1")).unwrap();
        job.warnings().to_vec()
    };
    let warnings = |change: &dyn Fn(&mut Vec<u8>)| {
        let plain = Tiff {
            nodata: None,
            ..Tiff::world(64, noise)
        };
        let mut bytes = plain.bytes();
        change(&mut bytes);
        std::fs::write(place.path("other.tif"), bytes).unwrap();
        warned("")
    };
    assert_eq!(warnings(&|_| ()), Vec::<String>::new());
    // The code of degrees becomes that of a system of the file's own making.
    let code = [2048u16, 0, 1, 4326].map(u16::to_le_bytes).concat();
    let own = |bytes: &mut Vec<u8>| {
        let at = bytes.windows(8).position(|key| key == code).unwrap();
        bytes[at + 6..at + 8].copy_from_slice(&32767u16.to_le_bytes());
    };
    let said = warnings(&own);
    assert!(
        said.len() == 1 && said[0].contains("out-o.tif will not name its reference system"),
        "{said:?}"
    );
    // Two bands, of which the second holds opacity, in place of a colour model.
    let opaque = |bytes: &mut Vec<u8>| {
        let entry = |index: usize| 10 + index * 12;
        let tag = |bytes: &mut Vec<u8>, index: usize, tag: u16, value: u16| {
            let at = entry(index);
            bytes[at..at + 2].copy_from_slice(&tag.to_le_bytes());
            bytes[at + 8..at + 10].copy_from_slice(&value.to_le_bytes());
        };
        tag(bytes, 4, 338, 2);
        tag(bytes, 5, 277, 2);
    };
    let said = warnings(&opaque);
    assert!(
        said.len() == 1 && said[0].contains("band 2 of") && said[0].contains("opacity"),
        "{said:?}"
    );
    assert_eq!(warned(", nodata: -1"), Vec::<String>::new());
}
