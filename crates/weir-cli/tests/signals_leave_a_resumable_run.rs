//! Ctrl-C and SIGTERM: exit code 130, a run that is kept and can be resumed, and the words to do it.
#![allow(clippy::unwrap_used)]

mod weir;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use weir::{PROTOCOL, Ran, Weir};

const PATIENTS: &str = "400000";

/// Starts a run into `out`, signals it when its first part is there, and waits for its end.
fn signalled(weir: &Weir, signal: &str, out: &Path, more: &[&str]) -> Ran {
    let mut command = weir.command(&[
        "sim",
        "run",
        PROTOCOL,
        "--patients",
        PATIENTS,
        "--threads=1",
    ]);
    command.arg("--out").arg(out).args(more);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let began = Instant::now();
    while !out.join("visits/part-00000.parquet").exists() {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "no part within a minute"
        );
        std::thread::sleep(Duration::from_millis(1));
    }
    let kill = Command::new("kill")
        .arg(format!("-{signal}"))
        .arg(child.id().to_string())
        .status()
        .unwrap();
    assert!(kill.success());
    Ran::from(child.wait_with_output().unwrap())
}

#[test]
fn interrupted_or_terminated_it_says_how_to_resume_and_resumes_to_the_same_bytes() {
    let weir = Weir::new();
    let reference = weir.folder().join("reference");
    let mut whole = weir.command(&["sim", "run", PROTOCOL, "--patients", PATIENTS]);
    assert!(
        whole
            .arg("--out")
            .arg(&reference)
            .output()
            .unwrap()
            .status
            .success()
    );
    let expected = weir.checksums(&reference);
    for signal in ["INT", "TERM"] {
        let out = weir.folder().join(signal);
        let ran = signalled(&weir, signal, &out, &[]);
        assert_eq!(ran.code, Some(130), "{ran:?}");
        let run = weir.last().unwrap();
        assert_eq!(run["state"], "cancelled");
        let name = run["name"].as_str().unwrap();
        let how = format!("weir sim resume {name}");
        assert!(ran.stdout.contains(&how), "{ran:?}");
        assert!(ran.stdout.starts_with("stopped"), "{ran:?}");

        let restart: &[&str] = if signal == "TERM" {
            &["--restart"]
        } else {
            &[]
        };
        let resume = [&["--json", "sim", "resume", name], restart].concat();
        let resumed = weir.good(&resume).json();
        let before = resumed["parts_before"].as_u64().unwrap();
        assert_eq!(before == 0, !restart.is_empty(), "{before}");
        assert!(resumed["parts_computed"].as_u64().unwrap() >= 1);
        assert_eq!(weir.checksums(&out), expected, "{signal}");
        assert_eq!(weir.last().unwrap()["state"], "finished");
    }
}

#[test]
fn with_discard_nothing_is_left() {
    let weir = Weir::new();
    let out = weir.folder().join("out");
    let ran = signalled(&weir, "INT", &out, &["--on-cancel", "discard"]);
    assert_eq!(ran.code, Some(130), "{ran:?}");
    assert!(ran.stdout.contains("removed, as asked"), "{ran:?}");
    assert!(!out.exists(), "the folder is gone");
    assert_eq!(
        weir.good(&["--json", "runs", "ls"]).json(),
        serde_json::json!([])
    );

    let ran = signalled(&weir, "INT", &out, &["--on-cancel=discard", "--json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(130), ""));
    let told = ran.json();
    assert_eq!(
        (&told["cancelled"], &told["removed"]),
        (&true.into(), &true.into())
    );
    assert!(told["run"].is_string() && told["id"].is_string());
    assert!(!out.exists(), "the folder is gone");
}
