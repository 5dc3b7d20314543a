//! Figures, tables and a report, byte for byte. `WEIR_BLESS=1 cargo test -p weir-chart` rewrites the fixtures.
#![allow(clippy::unwrap_used)]

#[path = "../examples/gallery/figures.rs"]
mod figures;

use std::path::PathBuf;

use weir_chart::{Badge, Figure, Item, Layout, Palette, Report, Section, Table, Tile};

fn same(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name);
    if std::env::var_os("WEIR_BLESS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let kept = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let at = kept
        .bytes()
        .zip(text.bytes())
        .position(|(a, b)| a != b)
        .unwrap_or(kept.len().min(text.len()));
    assert!(
        kept == text,
        "{name} differs from byte {at} on; look at it, then WEIR_BLESS=1 keeps the new one"
    );
}

fn figure(id: &str) -> Figure {
    figures::all()
        .unwrap()
        .into_iter()
        .find(|figure| figure.id() == id)
        .unwrap()
}

#[test]
fn every_kind_of_figure() {
    let palette = Palette::default();
    for id in [
        "acuity",
        "occupancy",
        "intervals",
        "injections-by-year",
        "ends",
        "distribution",
        "nothing",
    ] {
        same(&format!("{id}.svg"), &figure(id).to_svg(&palette));
    }
    for id in ["groups", "ends", "slanted", "crowded"] {
        same(
            &format!("{id}-compact.svg"),
            &figure(id).to_svg_as(&palette, Layout::Compact),
        );
    }
}

#[test]
fn every_kind_of_table() {
    for id in [
        "groups",
        "occupancy",
        "intervals",
        "injections-by-year",
        "ends",
        "distribution",
        "density",
        "nothing",
    ] {
        same(&format!("{id}.csv"), &figure(id).to_csv());
    }
}

#[test]
fn a_report() {
    let report = Report::new("Report")
        .subtitle("with one of everything")
        .badge(Badge::new("badge"))
        .warning("partial results: 3 of 7 parts")
        .tile(Tile::new("Mean", "1.5", "letters").note("SD 2"))
        .section(
            Section::new("Section")
                .text("Words.")
                .figure(figure("injections"))
                .table(Table::new("Table").text("a").numeric("b").row(["x".into()])),
        )
        .provenance("Seed", "42");
    same("report.html", &report.to_html(&Palette::default()));
}

#[test]
fn drawing_twice_gives_the_same_bytes() {
    let page = || figures::report().unwrap().to_html(&Palette::default());
    assert_eq!(page(), page());
}

#[test]
fn every_letters_chart_has_the_same_scale() {
    let report = figures::report().unwrap();
    let items = report.sections.iter().flat_map(|section| &section.items);
    let figures: Vec<&Figure> = items
        .flat_map(|item| match item {
            Item::Figure(figure) => vec![&**figure],
            Item::Pair(left, right) => vec![&**left, &**right],
            Item::Text(_) | Item::Table(_) | Item::Forest(_) => Vec::new(),
        })
        .filter(|figure| figure.y().unit.as_deref() == Some("letters"))
        .collect();
    assert!(figures.len() >= 4);
    let heights: Vec<f64> = figures
        .iter()
        .map(|figure| from_0_to_100(&figure.to_svg(&Palette::default())))
        .collect();
    assert!(
        heights
            .iter()
            .all(|height| (height - heights[0]).abs() < 0.011),
        "{heights:?}"
    );
}

/// Distance between the lowest and the highest grid line.
fn from_0_to_100(svg: &str) -> f64 {
    let document = roxmltree::Document::parse(svg).unwrap();
    let grid = document
        .descendants()
        .filter(|node| node.attribute("class") == Some("w-s-grid"));
    let ys: Vec<f64> = grid
        .map(|node| node.attribute("y1").unwrap().parse().unwrap())
        .collect();
    assert_eq!(ys.len(), 6);
    ys.iter().fold(f64::MIN, |a, b| a.max(*b)) - ys.iter().fold(f64::MAX, |a, b| a.min(*b))
}
