//! `weir memory RUN`: what a run took by stage and operation, its timeline in the terminal and as a figure.
#![allow(clippy::unwrap_used)]

mod weir;

use serde_json::Value;
use weir::{PROTOCOL, Weir};

fn with_a_run() -> Weir {
    let weir = Weir::in_memory();
    let run = ["sim", "run", PROTOCOL, "--patients=2000", "--years=2"];
    let mut arguments = run.to_vec();
    arguments.extend(["--threads=1", "--budget=256MiB", "--name=first-try"]);
    weir.good(&arguments);
    weir
}

#[test]
fn a_run_is_found_by_name_by_half_a_name_and_as_the_last() {
    let weir = with_a_run();
    let by_name = weir.good(&["memory", "first-try"]).stdout;
    assert!(by_name.starts_with("name       first-try ("), "{by_name}");
    for run in ["first", "last"] {
        assert_eq!(weir.good(&["memory", run]).stdout, by_name);
    }
    let unknown = weir.run(&["memory", "frist-try"]);
    assert_eq!(unknown.code, Some(1));
    assert!(
        unknown.stderr.contains("did you mean first-try"),
        "{unknown:?}"
    );
}

#[test]
fn the_table_and_the_drawing_say_what_the_catalogue_holds() {
    let weir = with_a_run();
    let text = weir.good(&["memory", "last"]).stdout;
    let json = weir.good(&["--json", "memory", "last"]).json();
    let stages = json["memory_by_stage"].as_array().unwrap();
    assert!(stages.len() >= 3, "{json}");
    let mut operations = 0;
    for stage in stages {
        let name = match stage["operation"].as_str() {
            Some(operation) => {
                operations += 1;
                format!("  {operation} ")
            }
            None => format!("{} ", stage["stage"].as_str().unwrap()),
        };
        assert!(
            text.lines().any(|line| line.starts_with(&name)),
            "{name:?} in {text}"
        );
        let memory = |key: &str| stage["memory"][key].as_u64().unwrap();
        assert!(memory("min_resident") > 1 << 20, "{stage}");
        assert!(memory("min_resident") <= memory("mean_resident"), "{stage}");
        assert!(
            memory("mean_resident") <= memory("peak_resident"),
            "{stage}"
        );
    }
    assert!(operations > 0, "{json}");
    let samples = json["memory_timeline"].as_array().unwrap();
    assert!(samples.len() >= 4, "{json}");
    let times: Vec<f64> = samples
        .iter()
        .map(|sample| sample["seconds"].as_f64().unwrap())
        .collect();
    assert!(times.is_sorted(), "{times:?}");
    if cfg!(target_os = "linux") {
        assert!(samples.iter().all(|sample| {
            let available = sample["system_available"].as_u64().unwrap();
            available > 0 && available <= sample["system_total"].as_u64().unwrap()
        }));
    }
    assert_eq!(json["figure"], Value::Null);
    // Eight rows, the axis, the stages, the time, then what the letters mean.
    let rows = text.lines().filter(|line| line.contains('│')).count();
    assert_eq!(rows, 8, "{text}");
    assert!(text.contains("  a "), "{text}");
    assert!(text.contains("whole run"), "{text}");
}

#[test]
fn the_figure_is_written_as_svg_and_as_a_page() {
    let weir = with_a_run();
    let svg = weir.folder().join("memory.svg");
    let ran = weir.good(&["memory", "last", "--out", svg.to_str().unwrap()]);
    assert!(ran.stdout.contains(svg.to_str().unwrap()), "{ran:?}");
    let drawn = std::fs::read_to_string(&svg).unwrap();
    assert!(drawn.starts_with("<svg") && drawn.contains("simulate"));
    let page = weir.folder().join("memory.html");
    let ran = weir.good(&["--json", "memory", "last", "--out", page.to_str().unwrap()]);
    assert_eq!(ran.json()["figure"], page.to_str().unwrap());
    let drawn = std::fs::read_to_string(&page).unwrap();
    assert!(drawn.contains("<svg") && drawn.contains("Memory by stage and operation"));
    let other = weir.run(&["memory", "last", "--out", "memory.pdf"]);
    assert_eq!(other.code, Some(2));
    assert!(
        other.stderr.contains("W0104") && other.stderr.contains("--out memory.svg"),
        "{other:?}"
    );
    assert!(!weir.folder().join("memory.pdf").exists());
}

#[test]
fn without_a_run_it_tells_of_the_memory_there_is() {
    let weir = Weir::in_memory();
    let now = weir.good(&["memory", "--budget", "256MiB"]).stdout;
    assert!(now.starts_with("budget     256 MiB"), "{now}");
    assert!(!weir.home().exists(), "looking makes no library");
    assert_eq!(
        weir.run(&["memory", "last", "--budget", "1GiB"]).code,
        Some(2)
    );
    assert_eq!(weir.run(&["memory", "--out", "memory.svg"]).code, Some(2));
}
