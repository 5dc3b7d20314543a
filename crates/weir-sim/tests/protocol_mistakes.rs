//! Mistakes people make in protocol files: each a file with exactly one, and what is said of it.
//!
//! `NAME.expected` beside `NAME.yaml` holds line:column, code, path and a part of the remedy.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use weir_sim::protocol::{Code as ProtocolCode, Mistake, Mistakes, Protocol};
use weir_yaml::Code;

fn folder() -> PathBuf {
    Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/protocol/mistakes"
    ))
    .to_owned()
}

struct Case {
    name: String,
    text: String,
    place: String,
    code: String,
    path: String,
    remedy: String,
}

fn cases() -> Vec<Case> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
        .iter()
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .map(|path| {
            let expected = std::fs::read_to_string(path.with_extension("expected")).unwrap();
            let lines: Vec<&str> = expected.lines().collect();
            let [place, code, at, remedy] = lines[..] else {
                panic!("{}", path.display())
            };
            Case {
                name: path.file_stem().unwrap().to_str().unwrap().to_owned(),
                text: std::fs::read_to_string(path).unwrap(),
                place: place.to_owned(),
                code: code.to_owned(),
                path: at.to_owned(),
                remedy: remedy.to_owned(),
            }
        })
        .collect()
}

fn mistakes(source: &str, text: &str) -> Mistakes {
    match Protocol::parse(source, text) {
        Ok(_) => panic!("{source} has no mistake"),
        Err(mistakes) => mistakes,
    }
}

/// Code, key and message without its numbers.
fn kind(mistake: &Mistake) -> (Code, String, String) {
    let leaf = mistake.path.rsplit('.').next().unwrap().to_owned();
    let words = mistake
        .message
        .chars()
        .filter(|c| !c.is_ascii_digit())
        .collect();
    (mistake.code, leaf, words)
}

#[test]
fn each_has_its_place_code_path_and_remedy_and_nothing_else() {
    let mut failures = String::new();
    for case in cases() {
        let found = mistakes(&case.name, &case.text);
        let [mistake] = &found.mistakes[..] else {
            failures.push_str(&format!("{}: not one mistake\n{found}\n\n", case.name));
            continue;
        };
        let place = format!("{}:{}", mistake.line, mistake.column);
        let agrees = place == case.place
            && mistake.code.as_str() == case.code
            && mistake.path == case.path
            && mistake.remedy.contains(&case.remedy)
            && mistake.end_column > mistake.column;
        if !agrees {
            failures.push_str(&format!(
                "{}: expected {} {} {:?} … {:?}, got\n{found}\n\n",
                case.name, case.place, case.code, case.path, case.remedy
            ));
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn at_least_forty_differ_in_kind() {
    let kinds: BTreeSet<_> = cases()
        .iter()
        .map(|case| kind(&mistakes(&case.name, &case.text).mistakes[0]))
        .collect();
    assert_eq!(
        kinds.len(),
        cases().len(),
        "two fixtures are the same mistake"
    );
    let codes: BTreeSet<Code> = kinds.iter().map(|(code, ..)| *code).collect();
    assert!(codes.len() >= 40, "{} codes", codes.len());
}

/// What cannot be a fixture: bytes, sizes, and codes that are warnings.
#[test]
fn every_code_is_provoked() {
    let mut seen: BTreeSet<Code> = cases()
        .iter()
        .flat_map(|case| mistakes(&case.name, &case.text).mistakes)
        .map(|mistake| mistake.code)
        .collect();
    seen.insert(ProtocolCode::ProtocolHasMistakes.into());
    seen.extend(
        Protocol::parse_bytes("f", b"name: \xff")
            .unwrap_err()
            .mistakes
            .iter()
            .map(|m| m.code),
    );
    let long = " ".repeat((1 << 20) + 1);
    seen.extend(mistakes("f", &long).mistakes.iter().map(|m| m.code));
    seen.extend(warnings().iter().map(|warning| warning.code));
    seen.extend(warnings_for_runs().iter().map(|warning| warning.code));
    let missing: Vec<_> = ProtocolCode::of_files()
        .into_iter()
        .filter(|code| !seen.contains(code))
        .collect();
    assert!(missing.is_empty(), "never provoked: {missing:?}");
}

/// A protocol with slow recruitment and a late switch, in runs that end before either.
const SLOW: &str = include_str!("fixtures/protocol/slow.yaml");

fn for_run(text: &str, patients: u32, years: f64) -> Vec<Mistake> {
    Protocol::parse_for_run("slow.yaml", text, patients, years)
        .unwrap_or_else(|m| panic!("{m}"))
        .warnings
}

fn warnings_for_runs() -> Vec<Mistake> {
    let until_end = SLOW.replace("from_enrolment", "until_study_end");
    let both = [for_run(SLOW, 2_500, 1.0), for_run(&until_end, 2_500, 1.0)];
    both.concat()
}

#[test]
fn what_cannot_happen_in_a_run_is_a_warning_at_its_place() {
    let told: Vec<String> = warnings_for_runs()
        .iter()
        .map(|w| {
            format!(
                "{}:{} {} {}: {}; {}",
                w.line, w.column, w.code, w.path, w.message, w.remedy
            )
        })
        .collect();
    let switch = "25:15 W0286 treatment.switches[0].when.week: week 60, and follow-up ends in week 52 (--years 1): \
                  nobody is switched; write an earlier week, or take --years 1.2";
    let at = "11:25";
    assert_eq!(
        told,
        [
            format!(
                "{at} W0285 population.recruitment.patients_per_month: patients arrive for 2.1 years, longer than \
                 they are followed (--years 1): the calendar goes on for 3.1; write patients_per_month: 209 or more, \
                 or take fewer --patients; nothing if that is meant"
            ),
            switch.to_owned(),
            format!(
                "{at} W0284 population.recruitment.patients_per_month: about 1300 of 2500 patients arrive when the \
                 study is over (--years 1), and are seen once; write patients_per_month: 209 or more, take fewer \
                 --patients or --years 2.2, or write follow_up: from_enrolment"
            ),
            switch.to_owned(),
        ]
    );
    // In a run that is long enough there is nothing to tell, nor where nobody asked about a run.
    assert_eq!(for_run(SLOW, 2_500, 3.0), []);
    assert_eq!(Protocol::parse("slow.yaml", SLOW).unwrap().warnings, []);
    // Everybody on the first day is in time, however short the run.
    for shipped in Protocol::shipped() {
        let parsed = Protocol::parse_for_run(shipped.id, shipped.text, 100_000, 1e-9).unwrap();
        let late = |w: &&Mistake| w.path.starts_with("population");
        assert_eq!(parsed.warnings.iter().find(late), None, "{}", shipped.id);
    }
    // Lines are the file's own, however they end.
    let windows = format!("\u{feff}{}", SLOW.replace('\n', "\r\n"));
    assert_eq!(for_run(&windows, 2_500, 1.0), for_run(SLOW, 2_500, 1.0));
}

fn warnings() -> Vec<Mistake> {
    let text = include_str!("fixtures/protocol/unusual.yaml");
    Protocol::parse("unusual.yaml", text)
        .unwrap_or_else(|m| panic!("{m}"))
        .warnings
}

#[test]
fn what_is_unusual_is_a_warning_at_its_place() {
    let places: Vec<String> = warnings()
        .iter()
        .map(|w| format!("{}:{} {} {}", w.line, w.column, w.code, w.path))
        .collect();
    assert_eq!(
        places,
        [
            "10:17 W0282 population.baseline_letters.sd_letters",
            "19:16 W0281 treatment.policy.max_weeks",
            "20:22 W0283 visits.letters_sd",
            "22:28 W0280 biology.durability_median_weeks",
        ]
    );
}

#[test]
fn all_mistakes_of_a_file_come_together_in_the_order_of_the_file() {
    let text = include_str!("fixtures/protocol/several.yaml");
    let found = mistakes("several.yaml", text);
    let path = folder().with_file_name("several.txt");
    if std::env::var_os("WEIR_BLESS").is_some() {
        std::fs::write(&path, format!("{found}\n")).unwrap();
    }
    assert_eq!(
        found.to_string(),
        std::fs::read_to_string(&path).unwrap().trim_end()
    );
    assert!(
        found
            .mistakes
            .is_sorted_by_key(|mistake| (mistake.line, mistake.column))
    );
}

#[test]
fn a_mistake_in_one_key_does_not_hide_those_of_others() {
    let text = "weir: protocol/1\nname: N\nversion: v1\ndescription: D\nsources: [S]\n\
        population: {age: {min_years: 90, max_years: 60}}\ntreatment:\n  policy:\n    \
        kind: treat_and_extend\n    start_weeks: 4\n    min_weeks: 8\n    max_weeks: 16\n    colour: red\n";
    let codes: Vec<Code> = mistakes("f", text)
        .mistakes
        .iter()
        .map(|m| m.code)
        .collect();
    assert_eq!(
        codes,
        [
            ProtocolCode::MinAboveMax.into(),
            ProtocolCode::DrugMissing.into(),
            ProtocolCode::StartOutside.into(),
            Code::UNKNOWN_KEY
        ]
    );
}

#[test]
fn a_mistake_is_printable_as_json() {
    let text = include_str!("fixtures/protocol/several.yaml");
    let json = serde_json::to_value(mistakes("several.yaml", text)).unwrap();
    assert_eq!(json["mistakes"][0]["code"], "W0226");
    assert_eq!(json["mistakes"][0]["line"], 3);
    assert_eq!(json["mistakes"][0]["path"], "version");
}

#[test]
fn a_key_that_was_meant_is_not_also_missing() {
    let case = cases()
        .into_iter()
        .find(|case| case.name == "unknown-key")
        .unwrap();
    assert!(!mistakes("f", &case.text).to_string().contains("missing"));
}

#[test]
fn bytes_that_are_not_utf8_are_named_with_their_place() {
    let found = Protocol::parse_bytes("f", b"weir: protocol/1\nname: caf\xe9\n").unwrap_err();
    let mistake = &found.mistakes[0];
    assert_eq!(
        (mistake.line, mistake.column, mistake.code),
        (2, 10, Code::NOT_UTF8)
    );
    assert!(
        mistake.message.contains("0xe9 at offset 26"),
        "{}",
        mistake.message
    );
    let found = Protocol::parse_bytes("f", b"\xff\xfew\0e\0").unwrap_err();
    assert!(found.mistakes[0].remedy.contains("UTF-16"));
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_read() {
    let shipped = Protocol::shipped_by_id("untreated").unwrap();
    let protocol = Protocol::parse("f", shipped.text).unwrap().protocol;
    let windows = format!("\u{feff}{}", shipped.text.replace('\n', "\r\n"));
    assert_eq!(Protocol::parse("f", &windows).unwrap().protocol, protocol);
}

#[test]
fn a_report_stays_short_however_many_mistakes_there_are() {
    let mut text = String::from("weir: protocol/1\n");
    for index in 0..5000 {
        text.push_str(&format!("unknown_{index}: 1\n"));
    }
    let found = mistakes("f", &text);
    assert_eq!(found.mistakes.len(), 100);
    assert!(found.more > 4800);
    assert!(
        found
            .to_string()
            .ends_with(&format!("and {} more", found.more))
    );
}

#[test]
fn a_laughing_file_is_refused_without_laughing() {
    let mut text = String::from("a0: &a0 [x]\n");
    for level in 1..40 {
        let before = level - 1;
        text.push_str(&format!(
            "a{level}: &a{level} [*a{before}, *a{before}, *a{before}]\n"
        ));
    }
    let found = mistakes("f", &text);
    assert!(
        found
            .mistakes
            .iter()
            .any(|mistake| mistake.code == Code::REFERENCE)
    );
}

#[test]
fn nothing_of_the_file_reaches_the_terminal_as_a_control_sequence() {
    let text = "weir: protocol/1\n\"\\e[31mred\": 1 # \u{1b}[31m\n\u{7f}: 2\n";
    let shown = mistakes("a\u{1b}[31m.yaml", text).to_string();
    assert!(
        shown.chars().all(|c| c == '\n' || !c.is_control()),
        "{shown:?}"
    );
}

#[test]
fn a_file_is_read_up_to_its_limit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.yaml");
    std::fs::write(&path, Protocol::shipped()[0].text).unwrap();
    assert!(Protocol::read(&path).is_ok());
    std::fs::write(&path, "\u{e9}".repeat(1 << 20)).unwrap();
    let error = Protocol::read(&path).unwrap_err().to_string();
    assert!(
        error.contains("W0203") && !error.contains("W0202"),
        "{error}"
    );
    let error = Protocol::read(&folder.path().join("none.yaml"))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("none.yaml") && error.contains("check the path"),
        "{error}"
    );
}
