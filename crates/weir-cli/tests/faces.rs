//! The command line as people and programs see it: words, streams, exit codes, JSON.
#![allow(clippy::unwrap_used)]

mod weir;

use serde_json::Value;
use weir::{PROTOCOL, Ran, Weir, folder_of};

/// What differs from run to run, taken out.
fn redacted(weir: &Weir, text: &str) -> String {
    let mut text = text.replace(&weir.folder().display().to_string(), "[FOLDER]");
    if let Some(run) = weir.last() {
        let folder = folder_of(&run);
        let folder = folder.file_name().unwrap().to_string_lossy().into_owned();
        text = text.replace(&folder, "[RUN]");
        for key in ["id", "name", "created"] {
            let value = run[key].as_str().unwrap();
            text = text.replace(value, &format!("[{}]", key.to_uppercase()));
        }
    }
    let lines = text.lines().map(|line| match line {
        // Codes are promises, not measurements.
        _ if line.starts_with("exit") || line.starts_with("error[") => line.to_owned(),
        _ => numbers_out(line),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Times, sizes and everything else that is measured: a number becomes `#`.
fn numbers_out(line: &str) -> String {
    let mut out = String::new();
    for part in line.chars() {
        let inside = out.ends_with('#');
        if part.is_ascii_digit() || (inside && matches!(part, '.' | ',')) {
            if !inside {
                out.push('#');
            }
        } else {
            out.push(part);
        }
    }
    // Tables are as wide as what is in them, and units follow the size.
    let words = out.split(' ').filter(|word| !word.is_empty());
    let words = words.map(|word| match word {
        "KiB" | "MiB" | "GiB" => "BYTES",
        "KiB," | "MiB," | "GiB," => "BYTES,",
        "ms" | "s" | "min" => "TIME",
        "ms," | "s," | "min," => "TIME,",
        other => other,
    });
    words.collect::<Vec<_>>().join(" ")
}

fn told(ran: &Ran) -> String {
    format!(
        "exit {:?}\n--- stdout\n{}--- stderr\n{}",
        ran.code, ran.stdout, ran.stderr
    )
}

#[test]
fn help_of_every_command() {
    let weir = Weir::in_memory();
    let commands: [&[&str]; 42] = [
        &[],
        &["sim"],
        &["sim", "run"],
        &["sim", "resume"],
        &["sim", "validate"],
        &["protocol"],
        &["protocol", "ls"],
        &["protocol", "check"],
        &["protocol", "show"],
        &["protocol", "schema"],
        &["runs"],
        &["runs", "ls"],
        &["runs", "show"],
        &["runs", "verify"],
        &["runs", "rm"],
        &["runs", "rebuild"],
        &["store"],
        &["store", "create"],
        &["store", "ls"],
        &["store", "show"],
        &["store", "write"],
        &["store", "alter"],
        &["store", "read"],
        &["store", "versions"],
        &["store", "compact"],
        &["store", "vacuum"],
        &["store", "verify"],
        &["store", "repair"],
        &["store", "rm"],
        &["store", "import"],
        &["flow"],
        &["flow", "run"],
        &["flow", "check"],
        &["flow", "explain"],
        &["flow", "schema"],
        &["flow", "resume"],
        &["plot"],
        &["memory"],
        &["demo"],
        &["completions"],
        &["--version"],
        &["help", "sim"],
    ];
    let mut all = String::new();
    for command in commands {
        let mut arguments = command.to_vec();
        if !command
            .first()
            .is_some_and(|first| ["--version", "help"].contains(first))
        {
            arguments.push("--help");
        }
        let ran = weir.good(&arguments);
        assert_eq!(ran.stderr, "", "{command:?}");
        assert!(
            !ran.stdout.contains('\u{1b}'),
            "{command:?}: colours where there is no terminal"
        );
        // A command that does something shows how it is typed.
        let leaf = ran.stdout.contains("Usage:") && !ran.stdout.contains("Commands:");
        if leaf {
            assert!(
                ran.stdout.contains("Example"),
                "{command:?}: {}",
                ran.stdout
            );
        }
        all.push_str(&format!(
            "## weir {}\n{}\n",
            arguments.join(" "),
            ran.stdout
        ));
    }
    insta::assert_snapshot!("help_of_every_command", all);
    let top = weir.good(&["--help"]).stdout;
    for word in [
        "sim",
        "protocol",
        "runs",
        "plot",
        "memory",
        "demo",
        "completions",
        "Exit codes:",
    ] {
        assert!(top.contains(word), "{word}");
    }
}

#[test]
fn a_run_from_start_to_removal() {
    let weir = Weir::in_memory();
    let mut told_all = String::new();
    let mut tell = |title: &str, ran: &Ran| {
        let text = redacted(&weir, &told(ran));
        told_all.push_str(&format!("## {title}\n{text}\n"));
    };
    tell("empty list", &weir.good(&["runs", "ls"]));
    let name = ["--name", "first-try", "--tag", "paper"];
    let mut run = vec![
        "sim",
        "run",
        PROTOCOL,
        "--patients=500",
        "--years=2",
        "--threads=1",
        "--budget=256MiB",
    ];
    run.extend(name);
    tell(
        "dry run",
        &weir.good(&[run.as_slice(), &["--dry-run"]].concat()),
    );
    tell("run", &weir.good(&run));
    tell("list", &weir.good(&["runs", "ls", "--tag", "paper"]));
    tell("verify", &weir.good(&["runs", "verify", "first-try"]));
    tell(
        "resume of a finished run",
        &weir.good(&["sim", "resume", "first-try"]),
    );
    tell("the same name again", &weir.run(&run));
    tell("unknown run", &weir.run(&["runs", "show", "first-tyr"]));
    tell(
        "removal without a yes",
        &weir.run(&["runs", "rm", "first-try"]),
    );
    let folder = folder_of(&weir.last().unwrap());
    let removal = weir.good(&["runs", "rm", "first-try", "--yes"]);
    assert_eq!(removal.stdout, "removed first-try\n");
    assert!(!folder.exists());
    insta::assert_snapshot!("a_run_from_start_to_removal", told_all);
}

#[test]
fn mistakes_and_their_exit_codes() {
    let weir = Weir::in_memory();
    std::fs::write(
        weir.folder().join("bad.yaml"),
        "name: bad\nversion: 1\npatients: 5\ntreatment:\n  drug: aflibercpt\n",
    )
    .unwrap();
    let cases: [(&[&str], i32); 21] = [
        (&["protocol", "check", "bad.yaml"], 3),
        (&["protocol", "check", "missing.yaml"], 3),
        (&["sim", "run", "bad.yaml"], 3),
        (&["sim", "run", "aflibercept-tae"], 3),
        (&["sim", "run", PROTOCOL, "--budget", "lots"], 2),
        (&["sim", "run", PROTOCOL, "--budget", "1MiB"], 4),
        (&["sim", "run", PROTOCOL, "--patients", "0"], 2),
        (&["sim", "run", PROTOCOL, "--years", "51"], 2),
        (&["sim", "run", PROTOCOL, "--years", "-1"], 2),
        (&["sim", "run", PROTOCOL, "--patients", "-5"], 2),
        (&["sim", "run", PROTOCOL, "--out", "bad.yaml"], 1),
        (&["sim", "run", PROTOCOL, "--results", "everything"], 2),
        (&["sim", "run", ""], 3),
        (&["sim", "run", PROTOCOL, "--tag", ""], 2),
        (&["runs", "ls", "--limit", "0"], 2),
        (&["runs", "rebuild", "bad.yaml"], 2),
        (&["sim", "runn"], 2),
        (&["runs", "show", "nothing"], 1),
        (&["runs", "verify", "last"], 1),
        (&["sim", "resume", "last"], 1),
        (&["runs", "rm", "last", "--yes"], 1),
    ];
    let mut all = String::new();
    for (arguments, code) in cases {
        let ran = weir.run(arguments);
        assert_eq!(ran.code, Some(code), "{arguments:?}: {ran:?}");
        if arguments[..2] != ["protocol", "check"] {
            assert_eq!(ran.stdout, "", "{arguments:?}: stdout is for results");
        }
        assert!(!ran.stderr.contains('\u{1b}') && !ran.stdout.contains('\u{1b}'));
        let text = told(&ran).replace(&weir.folder().display().to_string(), "[FOLDER]");
        all.push_str(&format!("## weir {}\n{text}\n", arguments.join(" ")));
    }
    insta::assert_snapshot!("mistakes_and_their_exit_codes", all);
}

/// The keys of a value, and of what is in it.
fn shape(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let fields: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("{key}: {}", shape(value)))
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
        Value::Array(items) => items
            .first()
            .map_or_else(|| "[]".to_owned(), |first| format!("[{}]", shape(first))),
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "bool".to_owned(),
        Value::Number(_) => "number".to_owned(),
        Value::String(_) => "string".to_owned(),
    }
}

#[test]
fn json_keeps_its_shape() {
    let weir = Weir::in_memory();
    let mut all = String::new();
    let run = [
        "--json",
        "sim",
        "run",
        PROTOCOL,
        "--patients=500",
        "--years=1",
        "--tag=a",
    ];
    let commands: [&[&str]; 8] = [
        &[run.as_slice(), &["--dry-run"]].concat(),
        &run,
        &["--json", "runs", "ls"],
        &["--json", "runs", "verify", "last"],
        &["--json", "protocol", "check", PROTOCOL],
        &["--json", "protocol", "show", PROTOCOL],
        &["--json", "protocol", "ls"],
        &["--json", "runs", "rm", "last", "--yes"],
    ];
    for command in commands {
        let ran = weir.good(command);
        assert_eq!(
            ran.stderr, "",
            "{command:?}: with --json nothing but results and errors"
        );
        all.push_str(&format!(
            "## weir {}\n{}\n\n",
            command.join(" "),
            shape(&ran.json())
        ));
    }
    let error = weir.run(&["--json", "runs", "show", "nothing"]);
    assert_eq!(error.stdout, "");
    let error: Value = serde_json::from_str(&error.stderr).unwrap();
    all.push_str(&format!("## an error\n{}\n", shape(&error)));
    insta::assert_snapshot!("json_keeps_its_shape", all);
}

#[test]
fn a_budget_that_no_worker_fits_into_says_who_holds_what_once() {
    let weir = Weir::in_memory();
    // 50 years of counts for each of many threads do not fit; one thread does.
    let arguments = [
        "sim",
        "run",
        PROTOCOL,
        "--patients=1000000",
        "--results=memory",
        "--budget=128MiB",
    ];
    let ran = weir.run(&arguments);
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("error[W0107]"), "{}", ran.stderr);
    assert_eq!(ran.stderr.matches("try  ").count(), 1, "{}", ran.stderr);
    for part in ["128 MiB", "--results parquet", "--budget"] {
        assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
    }
    assert_eq!(weir.last().unwrap()["state"], "failed");
}

#[test]
fn progress_is_plain_lines_where_there_is_no_terminal() {
    let weir = Weir::in_memory();
    let mut command = weir.command(&["sim", "run", PROTOCOL, "--patients=40000", "--years=5"]);
    let ran = Ran::from(command.env("NO_COLOR", "1").output().unwrap());
    assert_eq!(ran.code, Some(0));
    assert!(
        !ran.stderr.contains('\r') && !ran.stderr.contains('\u{1b}'),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.starts_with("run        "), "{}", ran.stderr);
    for line in ran.stderr.lines().skip(1) {
        assert!(line.starts_with("simulate: "), "{line}");
    }
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let weir = Weir::in_memory();
    let mut child = weir
        .command(&["protocol", "schema"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
}

#[test]
fn an_empty_budget_variable_is_an_unset_one() {
    let weir = Weir::in_memory();
    let with = |value: &str| {
        let mut command = weir.command(&["--json", "memory"]);
        Ran::from(command.env("WEIR_BUDGET", value).output().unwrap())
    };
    let unset = weir.good(&["--json", "memory"]).json();
    for empty in ["", " "] {
        let ran = with(empty);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(ran.json()["budget_bytes"], unset["budget_bytes"]);
    }
    assert_eq!(with("200MiB").json()["budget_bytes"], 200 << 20);
    let wrong = with("lots");
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
    assert!(wrong.stderr.contains("WEIR_BUDGET: «lots»"), "{wrong:?}");
}

#[test]
fn one_is_singular_and_columns_line_up() {
    let weir = Weir::in_memory();
    let ran = weir.good(&["sim", "run", "untreated", "--patients=1", "--years=0.1"]);
    assert!(!ran.stdout.contains(" 1 visits"), "{ran:?}");
    assert!(ran.stdout.contains(" 1 patient "), "{ran:?}");
    let list = weir.good(&["protocol", "ls"]).stdout;
    let column = |line: &str| line.split("  ").filter(|cell| !cell.is_empty()).count();
    for line in list.lines() {
        assert_eq!(column(line), 3, "{line:?}");
    }
    let rows: Vec<&str> = list.lines().collect();
    let second = |line: &str| {
        let end = line.find("  ").unwrap();
        end + line[end..].find(|c| c != ' ').unwrap()
    };
    assert!(
        rows.iter().all(|row| second(row) == second(rows[0])),
        "{list}"
    );
}

/// W0202 and W0203 once meant one thing on the command line and another in a protocol.
#[test]
fn every_code_is_documented_and_means_one_thing() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    let errors = read("docs/errors.md");
    let rows = |text: &str, mark: &str| -> Vec<String> {
        let rows = text.lines().filter_map(|line| line.strip_prefix(mark));
        rows.map(|row| row.chars().take(4).collect()).collect()
    };
    let own = rows(&errors, "| W");
    let of_protocols = rows(&read("docs/protocols.md"), "| `W");
    assert!(own.len() > 20 && of_protocols.len() > 50);
    for (index, code) in own.iter().enumerate() {
        assert!(!own[..index].contains(code), "W{code} has two rows");
        let both = of_protocols.contains(code) && code != "0201";
        assert!(!both, "W{code} is a protocol's mistake too");
    }
    let mut used = 0;
    for source in [
        "crates/weir-cli/src/failure.rs",
        "crates/weir-cli/src/output.rs",
        "crates/weir-cli/src/usage.rs",
        "crates/weir-cli/src/plot.rs",
        "crates/weir-cli/src/budget.rs",
        "crates/weir-cli/src/runs/mod.rs",
        "crates/weir-cli/src/protocol/mod.rs",
        "crates/weir-cli/src/sim/execute.rs",
        "crates/weir-sim/src/job/error.rs",
    ] {
        let text = read(source);
        for (_, after) in text.match_indices("\"W0").map(|(at, _)| text.split_at(at)) {
            let code: String = after.chars().skip(2).take(4).collect();
            if code.bytes().all(|digit| digit.is_ascii_digit()) {
                used += 1;
                assert!(
                    errors.contains(&format!("| W{code} |")),
                    "{source}: W{code}"
                );
            }
        }
    }
    assert!(used > 20, "{used}");
}
