//! kill -9 at random moments: the catalogue opens, no partial file has a final name, and resuming gives the
//! same bytes as a run that nobody killed.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod weir;

use std::path::Path;
use std::time::{Duration, Instant};

use weir::{PROTOCOL, Weir, folder_of};
use weir_library::{Home, Library};
use weir_run::MemorySample;
use weir_testkit::{Ending, KillWhen, checksum_tree, run_and_kill};

const TIME_OUT: Duration = Duration::from_secs(120);

fn arguments() -> [&'static str; 8] {
    [
        "sim",
        "run",
        PROTOCOL,
        "--patients",
        "50000",
        "--years",
        "5",
        "--threads=2",
    ]
}

/// A Parquet file ends as it begins; one that is cut or still being written does not.
fn tables_are_whole(folder: &Path) {
    let tables = checksum_tree(folder, |path| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.ends_with(".parquet") && !name.starts_with('.')
    });
    for path in tables.unwrap().keys() {
        let bytes = std::fs::read(folder.join(path)).unwrap();
        assert!(bytes.len() > 12, "{} is cut", path.display());
        let footer =
            u32::from_le_bytes(bytes[bytes.len() - 8..bytes.len() - 4].try_into().unwrap());
        assert!(
            bytes.starts_with(b"PAR1")
                && bytes.ends_with(b"PAR1")
                && (footer as usize) < bytes.len() - 12,
            "{} is not whole",
            path.display()
        );
    }
}

fn temporaries(folder: &Path) -> usize {
    checksum_tree(folder, |path| path.to_string_lossy().contains(".weir-tmp-"))
        .unwrap()
        .len()
}

fn killed_and_resumed(times: u64) {
    let reference = Weir::new();
    let began = std::time::Instant::now();
    reference.good(&arguments());
    let takes = began.elapsed();
    let expected = reference.checksums(&folder_of(&reference.last().unwrap()));
    assert_eq!(expected.len(), 4 * 2 + 3, "{expected:?}");
    let (mut killed, mut went_on) = (0, 0);
    for seed in 0..times {
        let weir = Weir::new();
        let within = Duration::from_millis(1)..takes;
        println!("seed {seed}, within {within:?}");
        let kill = KillWhen::After { seed, within };
        let report = run_and_kill(&mut weir.command(&arguments()), kill, TIME_OUT).unwrap();
        killed += u32::from(report.ending == Ending::Killed);
        weir.good(&["runs", "ls"]);
        let Some(run) = weir.last() else {
            continue; // killed before it was registered
        };
        if report.ending == Ending::Killed {
            let state = run["state"].as_str().unwrap();
            assert!(
                ["resumable", "finished"].contains(&state),
                "seed {seed}: {state}"
            );
        }
        // Resuming is killed once as well.
        let within = Duration::from_millis(1)..takes;
        let kill = KillWhen::After {
            seed: seed + 1_000_000,
            within,
        };
        run_and_kill(
            &mut weir.command(&["sim", "resume", "last"]),
            kill,
            TIME_OUT,
        )
        .unwrap();
        let folder = folder_of(&run);
        if folder.exists() {
            tables_are_whole(&folder);
        }
        let ran = weir.good(&["--json", "sim", "resume", "last"]);
        let told = ran.json();
        let told = told.get("repaired").unwrap_or(&told);
        went_on += u32::from(told["parts_before"].as_u64().unwrap() > 0);
        assert_eq!(weir.checksums(&folder), expected, "seed {seed}");
        assert_eq!(temporaries(&folder), 0, "seed {seed}");
        assert_eq!(weir.last().unwrap()["state"], "finished");
        weir.good(&["runs", "verify", "last"]);
    }
    assert!(
        killed > 0 && went_on > 0,
        "{killed} killed, {went_on} went on"
    );
}

#[test]
fn killed_at_twenty_random_moments_it_resumes_to_the_same_bytes() {
    killed_and_resumed(20);
}

#[test]
#[ignore = "long: several minutes"]
fn killed_at_two_hundred_random_moments_it_resumes_to_the_same_bytes() {
    killed_and_resumed(200);
}

#[test]
fn a_killed_run_keeps_the_memory_that_it_told_of() {
    let weir = Weir::in_memory();
    let mut command = weir.command(&["sim", "run", PROTOCOL, "--patients=50000000"]);
    let mut child = command
        .args(["--threads=1", "--results=summary"])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    // Killed once two samples of its work are on disk: they have to come while it works.
    let told = || -> Option<usize> {
        if !weir.home().join("library.sqlite").exists() {
            return None;
        }
        let library = Library::open(Home::at(weir.home())).ok()?;
        let samples = library.samples(library.find("last").ok()?.id).ok()?;
        let simulating = |sample: &&MemorySample| sample.stage.as_deref() == Some("simulate");
        Some(samples.iter().filter(simulating).count())
    };
    let began = Instant::now();
    let enough = loop {
        if told().is_some_and(|samples| samples >= 2) {
            break true;
        }
        if began.elapsed() > TIME_OUT {
            break false;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(enough, "no sample within two minutes");
    let run = weir.last().unwrap();
    assert_eq!(run["state"], "resumable");
    assert!(
        run["memory"]["peak_resident"].as_u64().unwrap() > 1 << 20,
        "{run}"
    );
    assert!(run["memory"]["samples"].as_u64().unwrap() >= 2, "{run}");
    let shown = weir.good(&["--json", "runs", "show", "last"]).json();
    let stages = shown["memory_by_stage"].as_array().unwrap();
    let simulate = stages.iter().find(|stage| stage["stage"] == "simulate");
    let peak = simulate.unwrap()["memory"]["peak_resident"].as_u64();
    assert!(peak.unwrap() > 1 << 20, "{shown}");
}
