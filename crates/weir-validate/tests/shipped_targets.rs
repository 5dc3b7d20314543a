//! Every arm of the shipped targets is run or listed with its reason, every row scored or listed, and neither threads nor
//! their timing change a number.
#![allow(clippy::unwrap_used)]

use std::num::NonZeroUsize;

use weir_memory::Budget;
use weir_run::{Run, RunKind};
use weir_validate::{
    Asked, NotRun, ParameterSet, Role, Scores, Status, Targets, report, simulate, table,
};

fn scores(targets: &Targets, eyes: u32, threads: usize) -> Scores {
    let run = Run::builder(RunKind::sim(), Budget::detached("256MiB".parse().unwrap()))
        .without_sampling()
        .start()
        .unwrap();
    let asked = Asked {
        eyes,
        seed: 3,
        threads: NonZeroUsize::new(threads).unwrap(),
    };
    let parameters = ParameterSet::shipped();
    let simulated = simulate(targets, &parameters.biology, asked, &run).unwrap();
    for (arm, plan) in targets.arms.iter().zip(&simulated.arms) {
        let pooled = matches!(plan, Err(NotRun::Pooled));
        assert!(
            plan.is_ok() || pooled || arm.role == Role::Context,
            "{}, {}: {:?}",
            arm.study,
            arm.arm,
            plan.as_ref().err()
        );
    }
    Scores::of(targets, &simulated, parameters.digest())
}

#[test]
fn every_row_is_scored_or_says_why_and_threads_change_nothing() {
    let targets = Targets::shipped();
    assert!(targets.warnings.is_empty(), "{:?}", targets.warnings);
    let one = scores(&targets, 600, 1);
    let three = scores(&targets, 600, 3);
    assert_eq!(
        serde_json::to_string(&one).unwrap(),
        serde_json::to_string(&three).unwrap()
    );

    let rows: usize = targets.arms.iter().map(|arm| arm.outcomes.len()).sum();
    assert_eq!(one.rows.len(), rows);
    for row in &one.rows {
        match &row.status {
            Status::Scored => assert!(row.z.is_some_and(f64::is_finite), "{}", row.label()),
            Status::NotScored(reason) => assert!(!reason.is_empty(), "{}", row.label()),
        }
    }
    let scored = one
        .rows
        .iter()
        .filter(|row| row.status == Status::Scored)
        .count();
    assert!(scored * 100 >= rows * 93, "{scored} of {rows} rows scored");
    assert!(table(&one).contains("mean z²"));
    let page = report(&one, "test")
        .unwrap()
        .to_html(&weir_chart::Palette::default());
    assert!(
        page.contains("validate-letters_wide_title")
            && page.contains("What public data do not identify")
    );
}

#[test]
fn the_published_schema_is_the_one_in_docs() {
    let written: serde_json::Value =
        serde_json::from_str(include_str!("../../../docs/targets.schema.json")).unwrap();
    assert_eq!(
        written,
        Targets::json_schema(),
        "weir sim validate --schema > docs/targets.schema.json"
    );
}

#[test]
fn an_unseen_file_of_the_same_form_is_run_and_what_is_not_understood_is_counted() {
    let text = r#"[
      {"study": "HARBOR", "arm": "0.5 mg PRN", "drug": "ranibizumab 0.5 mg", "regimen": "3 monthly then PRN, monthly monitoring", "n": 275,
       "role": "validate", "baseline": {"va_mean": 54.5, "va_sd": 11.7}, "citation": "Busbee 2013",
       "outcomes": [{"measure": "va_change_mean", "at_weeks": 52, "value": 8.2, "unit": "letters", "sd": null, "ci": null},
                    {"measure": "crt_change_mean", "at_weeks": 52, "value": -161, "unit": "um"}]},
      {"study": "HAWK", "arm": "brolucizumab", "drug": "brolucizumab 6 mg", "regimen": "3 monthly then q12w", "n": 360, "role": "validate",
       "baseline": {}, "outcomes": [{"measure": "va_change_mean", "at_weeks": 48, "value": 6.6}]}]"#;
    let targets = Targets::parse("more.json", text).unwrap();
    let run = Run::builder(RunKind::sim(), Budget::detached("256MiB".parse().unwrap()))
        .without_sampling()
        .start()
        .unwrap();
    let asked = Asked {
        eyes: 200,
        seed: 1,
        threads: NonZeroUsize::MIN,
    };
    let simulated = simulate(&targets, &ParameterSet::shipped().biology, asked, &run).unwrap();
    let scores = Scores::of(&targets, &simulated, String::new());
    assert_eq!(scores.not_run.len(), 1);
    assert!(scores.not_run[0].2.contains("brolucizumab"));
    let reasons: Vec<&Status> = scores.rows.iter().map(|row| &row.status).collect();
    assert_eq!(*reasons[0], Status::Scored);
    assert!(
        matches!(reasons[1], Status::NotScored(_)) && matches!(reasons[2], Status::NotScored(_))
    );
    assert_eq!(scores.summary.role(Role::Validate).unwrap().rows, 3);
}
