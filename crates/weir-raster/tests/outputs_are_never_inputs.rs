//! What a job reads is never written over, however the output's path is written; nor are an output's bytes by another output.
#![allow(clippy::unwrap_used)]

mod jobs;

use std::os::unix::fs::symlink;

use jobs::{Place, Tiff, classes};
use weir_raster::{Job, JobError, Plan};

/// Opens the job that reads `in/a.tif` on the grid of `in/like.tif` and writes these files.
fn opened(place: &Place, outputs: &[&str]) -> Result<(), JobError> {
    let outputs: String = (0..)
        .zip(outputs)
        .map(|(number, path)| {
            let kind = if path.ends_with(".csv") {
                "csv"
            } else {
                "geotiff"
            };
            format!("  out{number}: {{kind: {kind}, path: '{path}'}}\n")
        })
        .collect();
    let text = format!(
        "weir: raster/1\nname: test\nlayers: {{a: {{path: in/a.tif}}}}\ntarget: {{like: in/like.tif}}\noutputs:\n{outputs}"
    );
    let (plan, _) = Plan::parse("test.yaml", &text).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    Job::open(plan, &place.path(""), &place.files).map(|_| ())
}

fn place() -> Place {
    let place = Place::new();
    std::fs::create_dir(place.path("in")).unwrap();
    Tiff::world(64, classes).write(&place.path("in/a.tif"));
    Tiff::world(32, classes).write(&place.path("in/like.tif"));
    place
}

fn refused(place: &Place, outputs: &[&str], reason: &str) {
    let error = opened(place, outputs).unwrap_err();
    assert!(matches!(error, JobError::Output { .. }), "{error}");
    assert!(error.to_string().contains(reason), "{outputs:?}: {error}");
}

#[test]
fn a_file_that_is_read_is_found_under_every_name() {
    let place = place();
    symlink(place.path("in"), place.path("other")).unwrap();
    std::fs::hard_link(place.path("in/a.tif"), place.path("hard.tif")).unwrap();
    symlink(place.path("in/a.tif"), place.path("soft.tif")).unwrap();
    let whole = place.path("in/a.tif");
    for path in [
        "./in/a.tif",
        "in/../in/a.tif",
        "new/../in/a.tif",
        "other/a.tif",
        "hard.tif",
        "soft.tif",
        whole.to_str().unwrap(),
    ] {
        refused(&place, &[path], "is the layer a's file already");
    }
    refused(&place, &["./in/like.tif"], "is target.like's file already");
    opened(&place, &["in/b.tif", "a.tif"]).unwrap();
}

#[test]
fn two_outputs_are_two_files() {
    let place = place();
    for (one, other) in [
        ("o.csv", "./o.csv"),
        ("new/o.csv", "new/more/../o.csv"),
        ("in/o.csv", "new/../in/o.csv"),
    ] {
        refused(&place, &[one, other], "is the output out0's file already");
    }
    // Two names of one file become two files: an output replaces its name.
    std::fs::write(place.path("one.csv"), "").unwrap();
    std::fs::hard_link(place.path("one.csv"), place.path("two.csv")).unwrap();
    opened(&place, &["one.csv", "two.csv", "in/o.csv"]).unwrap();
}

#[test]
fn folders_and_devices_are_no_outputs() {
    let place = place();
    std::fs::create_dir(place.path("folder.tif")).unwrap();
    symlink("/dev/null", place.path("device.csv")).unwrap();
    refused(&place, &["folder.tif"], "is a folder");
    refused(&place, &["device.csv"], "is no regular file");
}
