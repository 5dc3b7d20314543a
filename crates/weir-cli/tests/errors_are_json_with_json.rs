//! With `--json` every error has one form on stderr, whoever found it.
#![allow(clippy::unwrap_used)]

mod weir;

use serde_json::Value;
use weir::{PROTOCOL, Weir};

fn error_of(weir: &Weir, arguments: &[&str], code: i32) -> Value {
    let ran = weir.run(arguments);
    assert_eq!(ran.code, Some(code), "{arguments:?}: {ran:?}");
    assert_eq!(ran.stdout, "", "{arguments:?}");
    let value: Value = serde_json::from_str(&ran.stderr)
        .unwrap_or_else(|error| panic!("{arguments:?}: {error}: {ran:?}"));
    for key in ["code", "message", "remedies", "details"] {
        assert!(value["error"].get(key).is_some(), "{key}: {value}");
    }
    value["error"].clone()
}

#[test]
fn mistakes_in_the_command_line_are_json_too() {
    let weir = Weir::in_memory();
    let cases: [(&[&str], &str); 8] = [
        (&["--json"], "subcommand"),
        (&["sim", "--json"], "subcommand"),
        (&["--json", "sim", "runn"], "runn"),
        (
            &["sim", "run", PROTOCOL, "--patient=5", "--json"],
            "--patient",
        ),
        (
            &["--json", "sim", "run", PROTOCOL, "--patients=0"],
            "--patients",
        ),
        (&["--json", "sim", "run"], "PROTOCOL"),
        (&["--json", "sim", "run", PROTOCOL, "--results=all"], "all"),
        (&["--json", "memory", "--budget", "lots"], "lots"),
    ];
    for (arguments, word) in cases {
        let error = error_of(&weir, arguments, 2);
        assert_eq!(error["code"], "W0100", "{arguments:?}");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(word), "{arguments:?}: {message}");
        assert!(!message.starts_with("error"), "{arguments:?}: {message}");
        assert!(!message.contains("Usage"), "{arguments:?}: {message}");
        assert!(!error["remedies"].as_array().unwrap().is_empty());
    }
    let typo = error_of(&weir, &["--json", "sim", "run", PROTOCOL, "--patient=5"], 2);
    let remedies = typo["remedies"].to_string();
    assert!(remedies.contains("--patients"), "{remedies}");
    // What follows `--` is no option of weir's.
    let ran = weir.run(&["sim", "runn", "--", "--json"]);
    assert!(ran.stderr.starts_with("error: "), "{ran:?}");
}

#[test]
fn a_refusal_has_its_numbers_as_fields() {
    let weir = Weir::in_memory();
    let error = error_of(
        &weir,
        &[
            "--json",
            "sim",
            "run",
            PROTOCOL,
            "--patients=1000000",
            "--results=memory",
            "--budget=128MiB",
        ],
        4,
    );
    assert_eq!(error["code"], "W0107");
    let details = &error["details"];
    let number = |key: &str| {
        details[key]
            .as_u64()
            .unwrap_or_else(|| panic!("{key}: {details}"))
    };
    assert_eq!(number("limit_bytes"), 128 << 20);
    assert!(number("asked_bytes") > number("available_bytes"));
    for key in ["reserved_bytes", "unattributed_bytes", "kept_bytes"] {
        assert!(number(key) <= 128 << 20, "{key}");
    }
    assert!(details["asked_by"].as_str().unwrap().contains("memory"));
    assert!(details["limit_origin"].is_string() && details["holders"].is_array());
}

#[test]
fn a_mistaken_protocol_has_one_heading() {
    let weir = Weir::in_memory();
    std::fs::write(
        weir.folder().join("bad.yaml"),
        "weir: protocol/1\nname: 5\n",
    )
    .unwrap();
    let told = weir.run(&["sim", "run", "bad.yaml"]);
    assert_eq!(told.stderr.matches("error[").count(), 1, "{told:?}");
    let error = error_of(&weir, &["--json", "sim", "run", "bad.yaml"], 3);
    assert!(
        !error["message"].as_str().unwrap().contains("error["),
        "{error}"
    );

    weir.good(&["sim", "run", PROTOCOL, "--patients=10", "--years=1"]);
    let folder = weir::folder_of(&weir.last().unwrap());
    std::fs::write(folder.join("protocol.yaml"), "weir: protocol/1\n").unwrap();
    let told = weir.run(&["plot", "last"]);
    assert_eq!(told.stderr.matches("error[").count(), 1, "{told:?}");
}
