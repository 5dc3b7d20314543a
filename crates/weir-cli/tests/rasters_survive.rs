//! Kills, full and closed disks, and a container that squeezes: the result is the same or the error says what to do.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "../../weir-raster/tests/jobs/tiff.rs"]
mod tiff;
mod weir;

use std::time::Duration;

use tiff::{Tiff, classes, noise};
use weir::{Ran, Weir};
use weir_library::{Home, Library};
use weir_memory::Bytes;
use weir_testkit::cgroup::MemoryGroup;
use weir_testkit::{Ending, KillWhen, SmallDisk, checksum_tree, run_and_kill, skip_unless};

const TIME_OUT: Duration = Duration::from_secs(120);

const PLAN: &str = "\
weir: raster/1
name: both
layers:
  people: {path: people.tif, method: sum}
  land: {path: land.tif, method: mode}
target:
  cell: 0.7
outputs:
  table: {kind: csv, path: out/both.csv}
  maps: {kind: geotiff, path: 'out/{layer}.tif', tile: 128}
";

fn worlds() -> Weir {
    let weir = Weir::in_memory();
    Tiff::world(1440, noise).write(&weir.folder().join("people.tif"));
    Tiff::world(960, classes).write(&weir.folder().join("land.tif"));
    std::fs::write(weir.folder().join("plan.yaml"), PLAN).unwrap();
    weir
}

fn killed_and_resumed(times: u64) {
    let reference = worlds();
    let began = std::time::Instant::now();
    reference.good(&["raster", "run", "plan.yaml", "--threads=2"]);
    let takes = began.elapsed();
    let expected = checksum_tree(&reference.folder().join("out"), |_| true).unwrap();
    assert_eq!(expected.len(), 3, "{expected:?}");
    let (mut killed, mut went_on) = (0, 0);
    for seed in 0..times {
        let weir = worlds();
        let out = weir.folder().join("out");
        let within = || Duration::from_millis(1)..takes;
        println!("seed {seed}, within {:?}", within());
        let kill = KillWhen::After {
            seed,
            within: within(),
        };
        let mut command = weir.command(&["raster", "run", "plan.yaml", "--threads=2"]);
        let report = run_and_kill(&mut command, kill, TIME_OUT).unwrap();
        killed += u32::from(report.ending == Ending::Killed);
        let Some(run) = weir.last() else {
            continue; // killed before it was registered
        };
        let is_whole = |name: &str| {
            let found = checksum_tree(&out, |path| path.ends_with(name)).unwrap_or_default();
            found
                .iter()
                .all(|(path, sum)| expected.get(path) == Some(sum))
        };
        for name in ["both.csv", "people.tif", "land.tif"] {
            assert!(
                is_whole(name),
                "seed {seed}: {name} has its name and is not whole"
            );
        }
        // Resuming is killed once as well.
        let kill = KillWhen::After {
            seed: seed + 1_000_000,
            within: within(),
        };
        run_and_kill(
            &mut weir.command(&["raster", "resume", "last"]),
            kill,
            TIME_OUT,
        )
        .unwrap();
        let plan = weir::folder_of(&run).join("plan.yaml");
        if !plan.exists() {
            let ran = weir.run(&["raster", "resume", "last"]);
            assert!(
                ran.stderr.contains("run the plan again"),
                "seed {seed}: {ran:?}"
            );
            continue; // killed between its registration and its first file
        }
        let told = weir.good(&["--json", "raster", "resume", "last"]).json();
        went_on += u32::from(told["parts_before"].as_u64().is_some_and(|parts| parts > 0));
        assert_eq!(
            checksum_tree(&out, |_| true).unwrap(),
            expected,
            "seed {seed}"
        );
        assert_eq!(weir.last().unwrap()["state"], "finished", "seed {seed}");
        let parts = weir::folder_of(&run).join("parts");
        assert!(!parts.exists(), "seed {seed}: parts are left");
    }
    assert!(killed > 0, "{killed} killed, {went_on} went on");
    println!("{killed} killed, {went_on} went on from parts");
}

#[test]
fn killed_at_twenty_random_moments_it_resumes_to_the_same_bytes() {
    killed_and_resumed(20);
}

#[test]
#[ignore = "long: minutes"]
fn killed_at_forty_random_moments_it_resumes_to_the_same_bytes() {
    killed_and_resumed(40);
}

#[test]
fn a_disk_that_is_too_small_is_refused_before_any_work() {
    let Some(disk) = skip_unless(SmallDisk::mount(17 << 20)) else {
        return;
    };
    let weir = worlds();
    let out = disk.folder().join("out.csv");
    let arguments = [
        "raster",
        "merge",
        "people.tif",
        "land.tif",
        "-o",
        out.to_str().unwrap(),
        "--cell=0.25",
        "--rows=every",
    ];
    let ran = weir.run(&arguments);
    assert_eq!(ran.code, Some(4), "{ran:?}");
    for part in ["error[W0108]", "does not fit on the disk", "try      1. "] {
        assert!(ran.stderr.contains(part), "{part:?} in {ran:?}");
    }
    assert!(weir.last().is_none() && !out.exists());
}

#[test]
fn a_disk_that_fills_up_keeps_the_parts_and_leaves_no_half_output() {
    let Some(disk) = skip_unless(SmallDisk::mount(96 << 20)) else {
        return;
    };
    let weir = worlds();
    let out = disk.folder().join("out.csv");
    let plan = PLAN
        .replace("out/both.csv", out.to_str().unwrap())
        .replace("0.7", "0.25");
    std::fs::write(weir.folder().join("plan.yaml"), plan).unwrap();
    // Estimated at what fits; somebody else takes the room while it works.
    let other = disk.folder().join("other");
    let mut command = weir.command(&["raster", "run", "plan.yaml", "--threads=1"]);
    let mut child = command
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // By then its disks have been looked at.
    while !weir.home().join("library.sqlite").exists() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    let _ = std::fs::write(&other, vec![7; 96 << 20]);
    let ran = Ran::from(child.wait_with_output().unwrap());
    if ran.code == Some(0) {
        println!("skipped: it was faster than the disk filled up");
        return;
    }
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(
        ran.stderr.contains("W0108") && ran.stderr.contains("weir raster resume"),
        "{ran:?}"
    );
    let left = checksum_tree(disk.folder(), |path| !path.ends_with("other")).unwrap();
    assert!(left.is_empty(), "{left:?}");
    std::fs::remove_file(&other).unwrap();
    weir.good(&["raster", "resume", "last"]);
    assert!(out.exists());
}

#[test]
fn a_read_only_disk_is_told() {
    let Some(disk) = skip_unless(SmallDisk::mount(64 << 20)) else {
        return;
    };
    if skip_unless(disk.make_read_only()).is_none() {
        return;
    }
    let weir = worlds();
    let out = disk.folder().join("out.csv");
    let ran = weir.run(&[
        "raster",
        "resample",
        "people.tif",
        out.to_str().unwrap(),
        "--cell=10",
    ]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("read-only"), "{ran:?}");
    assert_eq!(weir.last().unwrap()["state"], "failed");
}

#[test]
fn squeezed_by_a_container_windows_shrink_and_grow_and_the_bytes_stay() {
    // On a disk: files in memory would count for the container.
    let weir = Weir::new();
    Tiff {
        tile: 256,
        ..Tiff::world(4096, noise)
    }
    .write(&weir.folder().join("people.tif"));
    Tiff {
        tile: 256,
        ..Tiff::world(4096, classes)
    }
    .write(&weir.folder().join("land.tif"));
    let plan = PLAN
        .replace("0.7", "0.13")
        .replace("method: mode", "method: med");
    std::fs::write(weir.folder().join("plan.yaml"), plan).unwrap();
    weir.good(&["raster", "run", "plan.yaml", "--budget=1GiB", "--threads=1"]);
    let out = weir.folder().join("out");
    let expected = checksum_tree(&out, |_| true).unwrap();
    let limit = Bytes::mib(SQUEEZE_MIB);
    let Some(group) = skip_unless(MemoryGroup::create(limit)) else {
        return;
    };
    let outcome = group
        .run(&weir.command(&["--json", "raster", "run", "plan.yaml", "--threads=1"]))
        .unwrap();
    assert!(outcome.status.success(), "{outcome:?}");
    assert_eq!(outcome.oom_kills.unwrap_or(0), 0);
    assert_eq!(checksum_tree(&out, |_| true).unwrap(), expected);
    let library = Library::open(Home::at(weir.home())).unwrap();
    let run = library.find("last").unwrap();
    println!("{:?} of {limit:?}", outcome.peak_resident);
    let told: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let windows: Vec<(u64, u64)> = told["windows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| {
            (
                change["from"].as_u64().unwrap(),
                change["to"].as_u64().unwrap(),
            )
        })
        .collect();
    println!("{} windows: {windows:?}", run.name);
    let least = windows.iter().position(|(_, to)| *to == 256);
    let least = least.unwrap_or_else(|| panic!("never 256: {windows:?}"));
    assert_eq!(windows[0].0, 2048);
    assert!(
        windows[least..].iter().any(|(from, to)| to > from),
        "never back: {windows:?}"
    );
}

/// The limit of the container that squeezes.
const SQUEEZE_MIB: u64 = 96;
