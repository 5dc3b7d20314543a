//! Whatever is put in: an error, or a drawing that is well formed, finite and inside its paper.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use weir_chart::{
    AtRisk, AtRiskRow, Axis, Badge, Band, BandMeaning, Bars, BoxSummary, Boxes, Cell, Domain,
    Figure, Heat, Item, Layout, Line, Mark, Palette, Reference, Report, Section, Stack, Table,
    Ticks, Tile,
};

/// Numbers as they come: ordinary, huge, tiny, not numbers.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => 0.0..100.0_f64,
        1 => any::<f64>(),
        1 => prop::sample::select(vec![0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e15, -1e15, 1e-300]),
    ]
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => "\\PC{0,40}",
        1 => any::<String>(),
        1 => prop::sample::select(vec![
            "</script><script>alert(1)</script>", "]]>", "<!--", "\"' onload='x", "&lt;&#0;", "\u{0}\u{1b}\u{202e}\u{fffe}",
            "=HYPERLINK(\"http://x\")", "a very long name that goes on and on and does not want to end at all",
        ]).prop_map(str::to_owned),
    ]
}

fn axis() -> impl Strategy<Value = Axis> {
    let domain = prop_oneof![
        (number(), number()).prop_map(|(from, to)| Domain::Fixed { from, to }),
        Just(Domain::Fixed {
            from: 0.0,
            to: 100.0
        }),
        Just(Domain::FromZero),
        Just(Domain::FromData),
        prop::collection::vec(words(), 0..6).prop_map(Domain::Categories),
    ];
    let ticks = prop_oneof![2 => Just(Ticks::Nice), 1 => number().prop_map(Ticks::Every)];
    (
        words(),
        prop::option::of(words()),
        domain,
        ticks,
        any::<bool>(),
    )
        .prop_map(|(label, unit, domain, ticks, percent)| {
            let base = if percent {
                Axis::share("")
            } else {
                Axis::count("")
            };
            Axis {
                label,
                unit,
                domain,
                ticks,
                ..base
            }
        })
}

/// Sorted, so that many of them pass.
fn rising(most: usize) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(number(), 0..most).prop_map(|mut values| {
        values.sort_by(f64::total_cmp);
        values.dedup();
        values
    })
}

fn line() -> impl Strategy<Value = Mark> {
    (
        words(),
        rising(8),
        prop::collection::vec(number(), 8),
        any::<bool>(),
    )
        .prop_map(|(name, x, y, steps)| {
            let points = x.iter().copied().zip(y.iter().copied());
            let band = x.iter().zip(&y).map(|(x, y)| (*x, *y, *y));
            let line = if steps {
                Line::steps(name, points)
            } else {
                Line::new(name, points)
            };
            Mark::from(
                line.meaning("mean")
                    .band(Band::new(BandMeaning::Other("band".into()), band)),
            )
        })
}

fn mark() -> impl Strategy<Value = Mark> {
    prop_oneof![
        4 => line(),
        2 => (rising(6), prop::collection::vec(0.0..50.0_f64, 12), words(), words(), any::<bool>()).prop_map(
            |(x, values, a, b, shares)| {
                let (one, two) = (&values[..x.len()], &values[6..6 + x.len()]);
                let totals: Vec<f64> = one.iter().zip(two).map(|(a, b)| a + b).collect();
                let stack = Stack::with_totals(x.clone(), totals).layer(a, one.to_vec()).layer(b, two.to_vec());
                Mark::from(if shares { stack.as_shares() } else { stack })
            }
        ),
        2 => (rising(7), prop::collection::vec(number(), 6), words(), any::<bool>()).prop_map(|(edges, values, name, named)| {
            let count = if named { values.len() } else { edges.len().saturating_sub(1) };
            let bars = if named { Bars::at_categories() } else { Bars::between(edges) };
            Mark::from(bars.series(name, values[..count].to_vec()))
        }),
        1 => (0..6_usize, 0.0..50.0_f64).prop_map(|(count, p5)| {
            let one = BoxSummary { p5, p25: p5 + 1.0, p50: p5 + 1.0, p75: p5 + 20.0, p95: p5 + 30.0, mean: Some(p5) };
            Mark::from(Boxes::new("patients", vec![Some(one); count]))
        }),
        1 => (rising(4), rising(4), 0.0..9.0_f64).prop_map(|(x, y, value)| {
            let cells = x.len().saturating_sub(1) * y.len().saturating_sub(1);
            Mark::from(Heat::new("patients", x, y, vec![value; cells]))
        }),
        2 => (number(), words()).prop_map(|(at, label)| Mark::from(Reference::horizontal(at, label))),
    ]
}

/// Figures that hold together; the rest of what comes up is refused, without a panic.
fn figure() -> impl Strategy<Value = Figure> {
    let at_risk = prop::option::of((rising(5), words(), 0.0..1e9_f64));
    (
        words(),
        words(),
        axis(),
        axis(),
        prop::collection::vec(mark(), 0..4),
        at_risk,
    )
        .prop_filter_map("refused", |(title, text, x, y, marks, at_risk)| {
            let mut figure = Figure::new("any", title)
                .subtitle(text.clone())
                .x(x)
                .y(y)
                .marks(marks);
            if let Some((at, name, value)) = at_risk {
                let rows = vec![AtRiskRow {
                    name,
                    values: vec![value; at.len()],
                }];
                figure = figure.at_risk(AtRisk {
                    label: "At risk".into(),
                    at,
                    rows,
                });
            }
            figure.source(text.clone(), "", "").note(text).build().ok()
        })
}

/// Every coordinate of a drawing is a finite number, and rectangles, strokes and dots lie on the paper.
fn sound(svg: &str) {
    let document = roxmltree::Document::parse(svg).unwrap_or_else(|error| panic!("{error}\n{svg}"));
    let view = document.root_element().attribute("viewBox").unwrap();
    let view: Vec<f64> = view
        .split(' ')
        .map(|number| number.parse().unwrap())
        .collect();
    let (left, right) = (view[0] - 0.02, view[0] + view[2] + 0.02);
    let (top, bottom) = (view[1] - 0.02, view[1] + view[3] + 0.02);
    for node in document.descendants() {
        for attribute in node.attributes() {
            let value = attribute.value();
            let name = attribute.name();
            assert!(!name.starts_with("on"), "{name}");
            match name {
                "x" | "x1" | "x2" | "cx" | "y" | "y1" | "y2" | "cy" | "r" | "width" | "height"
                | "stroke-width" | "font-size" | "fill-opacity" => {
                    if value == "100%" {
                        continue;
                    }
                    let value: f64 = value.parse().unwrap_or_else(|_| panic!("{name}={value}"));
                    assert!(value.is_finite(), "{name}={value}");
                    match name.as_bytes()[name.len().min(2) - 1] {
                        _ if name.starts_with('x') || name == "cx" => {
                            assert!(
                                (left..=right).contains(&value),
                                "{name}={value} in {view:?}"
                            );
                        }
                        _ if name.starts_with('y') || name == "cy" => {
                            assert!(
                                (top..=bottom).contains(&value),
                                "{name}={value} in {view:?}"
                            );
                        }
                        _ => assert!(value >= 0.0, "{name}={value}"),
                    }
                }
                "d" | "viewBox" | "transform" => {
                    assert!(
                        !value.contains("NaN") && !value.contains("inf"),
                        "{name}={value}"
                    );
                }
                _ => {}
            }
        }
    }
}

/// What must hold of a page, whoever wrote its words.
fn safe(html: &str) {
    let options = roxmltree::ParsingOptions {
        allow_dtd: true,
        ..Default::default()
    };
    let page = roxmltree::Document::parse_with_options(html, options)
        .unwrap_or_else(|error| panic!("{error}"));
    let elements = || page.descendants().filter(roxmltree::Node::is_element);
    for element in elements() {
        let name = element.tag_name().name();
        assert!(
            ![
                "img", "iframe", "object", "embed", "form", "image", "use", "link", "base"
            ]
            .contains(&name),
            "{name}"
        );
        for attribute in element.attributes() {
            assert!(!attribute.name().starts_with("on"), "{}", attribute.name());
            if ["href", "src"].contains(&attribute.name()) {
                let to = attribute.value();
                assert!(
                    to.starts_with('#') || to.starts_with("data:text/csv;charset=utf-8,"),
                    "{to}"
                );
            }
        }
    }
    assert_eq!(
        elements()
            .filter(|element| element.tag_name().name() == "script")
            .count(),
        1
    );
    assert_eq!(
        elements()
            .filter(|element| element.tag_name().name() == "style")
            .count(),
        1
    );
    let mut ids: Vec<&str> = elements()
        .filter_map(|element| element.attribute("id"))
        .collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "every id once");
    for element in elements() {
        for id in element
            .attribute("aria-labelledby")
            .unwrap_or_default()
            .split_whitespace()
        {
            assert!(
                ids.binary_search(&id).is_ok(),
                "{id} labels something and is not there"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn figures_are_sound(figure in figure()) {
        {
            for layout in [Layout::Wide, Layout::Compact] {
                let svg = figure.to_svg_as(&Palette::default(), layout);
                sound(&svg);
                prop_assert_eq!(figure.is_empty(), svg.contains(">No data</text>"));
            }
            let csv = figure.to_csv();
            prop_assert!(csv.ends_with("\r\n"));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn pages_are_safe(text in words(), other in words(), one in figure(), two in figure()) {
        let mut section = Section::new(text.clone()).text(other.clone());
        section.items.extend([one, two].into_iter().map(|figure| Item::Figure(Box::new(figure))));
        let section = section.table(Table::new(other.clone()).text(text.clone()).numeric(other.clone())
            .row([Cell::Text(text.clone()), Cell::Number(f64::NAN, 3)]));
        let report = Report::new(text.clone())
            .subtitle(other.clone())
            .badge(Badge::new(text.clone()))
            .warning(other.clone())
            .tile(Tile::new(text.clone(), other.clone(), text.clone()).note(other.clone()))
            .section(section)
            .provenance(text, other);
        safe(&report.to_html(&Palette::default()));
    }
}

#[test]
fn words_come_out_as_they_went_in() {
    let hostile = "</title><script>alert('1')</script> & \"so on\" ]]>";
    let figure = Figure::new("f", hostile)
        .x(Axis::count("x"))
        .y(Axis::count("y"))
        .build()
        .unwrap();
    let svg = figure.to_svg(&Palette::default());
    let document = roxmltree::Document::parse(&svg).unwrap();
    let title = document
        .descendants()
        .find(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "title")))
        .unwrap();
    assert_eq!(title.text(), Some(hostile));
    assert!(
        document
            .descendants()
            .all(|node| node.tag_name().name() != "script")
    );
}

#[test]
fn a_page_needs_no_network() {
    let html = Report::new("r").to_html(&Palette::default());
    assert!(html.contains("default-src 'none'"));
    let addresses = html.matches("http").count() - html.matches("http-equiv").count();
    assert_eq!(addresses, 0, "no address of any kind");
}
