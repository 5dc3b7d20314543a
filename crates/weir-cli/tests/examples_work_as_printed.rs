//! Every command that a README of `examples/` prints is run as it stands there, and prints what stands there.
//!
//! Times, sizes and names of runs differ from run to run and are masked on both sides; lines about memory are left out.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::Command;

fn examples() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples")).to_owned()
}

/// The commands of a page's ```console blocks, each with what it prints.
fn commands(page: &str) -> Vec<(String, String)> {
    let mut commands: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if let (true, Some(command)) = (inside, line.strip_prefix("$ ")) {
            commands.push((command.to_owned(), String::new()));
        } else if let (true, Some((_, printed))) = (inside, commands.last_mut()) {
            printed.push_str(line);
            printed.push('\n');
        }
    }
    commands
}

/// Without what differs from run to run.
fn masked(text: &str) -> String {
    let mut lines = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with("memory ")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let mut kept: Vec<String> = Vec::new();
        for word in words {
            let unit = word.trim_end_matches([',', ';']);
            let is_unit = ["ms", "s", "min", "B", "KiB", "MiB", "GiB"].contains(&unit);
            if is_unit && kept.last().is_some_and(|last| last.parse::<f64>().is_ok()) {
                kept.pop();
                kept.push("…".to_owned());
            } else {
                kept.push(word.to_owned());
            }
        }
        lines.push(kept.join(" "));
    }
    lines.join("\n")
}

fn works(name: &str) {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(examples().join(name)).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    let page = std::fs::read_to_string(examples().join(name).join("README.md")).unwrap();
    let commands = commands(&page);
    assert!(commands.len() >= 3, "{name}: {} commands", commands.len());
    let weir = Path::new(env!("CARGO_BIN_EXE_weir"));
    let path = std::env::var("PATH").unwrap_or_default();
    for (command, printed) in commands {
        let output = Command::new("sh")
            .args(["-c", &command])
            .current_dir(folder.path())
            .env(
                "PATH",
                format!("{}:{path}", weir.parent().unwrap().display()),
            )
            .env("WEIR_HOME", folder.path().join("home"))
            .env_remove("WEIR_BUDGET")
            .output()
            .unwrap();
        let stdout = String::from_utf8_lossy(&output.stdout);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {command}: {stderr}");
        assert_eq!(
            masked(&stdout),
            masked(&printed),
            "{name}: {command}\n{stdout}\n{stderr}"
        );
    }
}

#[test]
fn ticks_to_bars() {
    works("ticks-to-bars");
}

#[test]
fn trades_with_quotes() {
    works("trades-with-quotes");
}

#[test]
fn sensors() {
    works("sensors");
}
