//! Data that do not hold together make no figure, and the error says where.
#![allow(clippy::unwrap_used)]

use weir_chart::{
    AtRisk, AtRiskRow, Axis, Band, BandMeaning, Bars, BoxSummary, Boxes, Figure, FigureBuilder,
    FigureError, Heat, Line, Mark, Stack,
};

fn years(marks: impl IntoIterator<Item = Mark>) -> FigureBuilder {
    Figure::new("f", "Figure")
        .x(Axis::years("time", 2.0))
        .y(Axis::letters("va"))
        .marks(marks)
}

fn named(mark: impl Into<Mark>) -> FigureBuilder {
    Figure::new("f", "Figure")
        .x(Axis::categories("", ["a", "b"]))
        .y(Axis::count("n"))
        .mark(mark)
}

#[track_caller]
fn refused(figure: FigureBuilder, says: &str) {
    let error = figure.build().unwrap_err().to_string();
    assert!(error.contains(says), "{error:?} does not say {says:?}");
}

#[test]
fn patients_are_conserved() {
    let stack = Stack::new([0.0, 1.0], 10.0)
        .layer("Stable", [4.0, 5.0])
        .layer("Active", [6.0, 4.0]);
    let error = years([stack.into()]).build().unwrap_err();
    assert_eq!(
        error,
        FigureError::NotConserved {
            figure: "f".into(),
            x: 1.0,
            sum: 9.0,
            total: 10.0
        }
    );
    let stack = Stack::with_totals([0.0, 1.0], [10.0, 9.0])
        .layer("Stable", [4.0, 5.0])
        .layer("Active", [6.0, 4.0]);
    assert!(years([stack.into()]).build().is_ok());
    // Counts of millions add up although their shares do not in floating point.
    let third = 10_000_000.0 / 3.0;
    let stack = Stack::new([0.0], 10_000_000.0)
        .layer("a", [third])
        .layer("b", [third])
        .layer("c", [third])
        .as_shares();
    assert!(years([stack.into()]).build().is_ok());
}

#[test]
fn nothing_is_left_out_beyond_an_axis() {
    refused(
        years([Line::new("All", [(0.0, 101.0)]).into()]),
        "All has 101 on the y axis, which runs from 0 to 100",
    );
    refused(
        years([Line::new("All", [(2.5, 50.0)]).into()]),
        "on the x axis",
    );
    refused(
        named(Bars::at_categories().series("n", [-1.0, 2.0])),
        "on the y axis",
    );
    let negative = Stack::new([0.0], 1.0).layer("a", [2.0]).layer("b", [-1.0]);
    refused(years([negative.into()]), "is negative");
}

#[test]
fn order_and_lengths() {
    refused(
        years([Line::new("All", [(1.0, 1.0), (1.0, 2.0)]).into()]),
        "position 1: 1 does not rise",
    );
    refused(
        years([Line::new("All", [(f64::NAN, 1.0)]).into()]),
        "is not a number that can be drawn",
    );
    let band = Band::new(BandMeaning::Other("range".into()), [(0.0, 5.0, 4.0)]);
    refused(
        years([Line::new("All", [(0.0, 4.5)]).band(band).into()]),
        "lies above the upper one",
    );
    refused(
        named(Bars::at_categories().series("n", [1.0])),
        "n has 1 values, expected 2",
    );
    let summary = BoxSummary {
        p5: 1.0,
        p25: 3.0,
        p50: 2.0,
        p75: 4.0,
        p95: 5.0,
        mean: None,
    };
    refused(
        named(Boxes::new("patients", [Some(summary), None])),
        "is a percentile above the next one",
    );
    let heat = Heat::new("patients", [0.0, 1.0, 2.0], [0.0, 50.0], [1.0]);
    refused(years([heat.into()]), "patients has 1 values, expected 2");
    let at_risk = AtRisk {
        label: "At risk".into(),
        at: vec![0.0, 1.0],
        rows: vec![AtRiskRow {
            name: "All".into(),
            values: vec![1.0],
        }],
    };
    refused(years([]).at_risk(at_risk), "All has 1 values, expected 2");
}

#[test]
fn marks_and_axes_suit_each_other() {
    let bars = || Bars::between([0.0, 1.0]).series("n", [1.0]);
    refused(
        years([bars().into(), Line::new("All", []).into()]),
        "stand alone",
    );
    refused(named(Line::new("All", [])), "not categories");
    refused(named(bars()), "not categories");
    refused(years([Bars::at_categories().into()]), "Axis::categories");
    refused(
        years([Stack::new([], 0.0).into(), Stack::new([], 0.0).into()]),
        "two stacks",
    );
    refused(
        years([Line::new("All", []).into(), Line::new("All", []).into()]),
        "two series named \"All\"",
    );
    refused(
        Figure::new("f", "Figure").y(Axis::letters("va")),
        "the x axis is missing",
    );
    refused(
        Figure::new("f", "Figure")
            .x(Axis::linear("x", "", 1.0, 1.0))
            .y(Axis::count("n")),
        "must be greater",
    );
    let stepless = Axis::count("n").every(0.0);
    refused(
        Figure::new("f", "Figure").x(Axis::count("x")).y(stepless),
        "step between ticks",
    );
}

#[test]
fn ids_are_file_names() {
    for id in [
        "",
        "A",
        "1a",
        "a b",
        "a/b",
        "../a",
        "a\"",
        "ä",
        &"a".repeat(65),
    ] {
        let figure = Figure::new(id, "t")
            .x(Axis::count("x"))
            .y(Axis::count("y"))
            .build();
        assert!(matches!(figure, Err(FigureError::Id { .. })), "{id:?}");
    }
}

#[test]
fn everything_has_a_limit() {
    let many = (0..10_001).map(|i| (f64::from(i) * 1e-4, 1.0));
    refused(
        years([Line::new("All", many).into()]),
        "10001 points in a series, the limit is 10000",
    );
    refused(
        years((0..65).map(|i| Line::new(i.to_string(), []).into())),
        "65 marks",
    );
    refused(
        years([]).note("x".repeat(401)),
        "401 characters in one text",
    );
    refused(
        named(Bars::at_categories().series("n", [1e16, 0.0])),
        "is beyond 1e15",
    );
}
