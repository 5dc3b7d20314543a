//! The page of a report.

use std::collections::BTreeSet;

use super::{Item, Report, Section, Tone};
use crate::color::Color;
use crate::figure::Figure;
use crate::forest::Forest;
use crate::palette::Palette;
use crate::svg::{self, Layout, escape};
use crate::table::{Cell, Table};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");
/// Of `script.js`, so that no other script may run; a test compares them.
const SCRIPT_SHA256: &str = "M6mM/RGVPONZGs09rKqNWZ0I9oJSW0wDWqZ4KBFggSc=";
/// Rows of a figure's table on the page; the CSV has all.
const ROWS: usize = 500;
/// Largest CSV carried in a link, in bytes.
const CSV: usize = 1 << 20;

pub(super) fn page(report: &Report, palette: &Palette) -> String {
    let mut out = String::new();
    out.push_str("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n");
    out.push_str(&format!(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'sha256-{SCRIPT_SHA256}'; base-uri 'none'; form-action 'none'\"/>\n"
    ));
    out.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n");
    out.push_str("<meta name=\"referrer\" content=\"no-referrer\"/>\n");
    out.push_str(&format!("<title>{}</title>\n", escape(&report.title)));
    out.push_str(&format!(
        "<style>\n{STYLE}{}</style>\n</head>\n<body>\n",
        night(report, palette)
    ));
    head(&mut out, report);
    out.push_str("<main>\n");
    let mut ids = BTreeSet::new();
    for (number, section) in report.sections.iter().enumerate() {
        body(&mut out, section, number + 1, palette, &mut ids);
    }
    out.push_str("</main>\n");
    if !report.provenance.is_empty() {
        out.push_str("<footer>\n<h2 id=\"provenance\">How this was made</h2>\n<table class=\"provenance\">\n<tbody>\n");
        for (what, value) in &report.provenance {
            out.push_str(&format!(
                "<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n",
                escape(what),
                escape(value)
            ));
        }
        out.push_str("</tbody>\n</table>\n</footer>\n");
    }
    out.push_str(&format!("<script>{SCRIPT}</script>\n</body>\n</html>\n"));
    out
}

/// How the concepts' colours look on a dark page.
fn night(report: &Report, palette: &Palette) -> String {
    let items = report.sections.iter().flat_map(|section| &section.items);
    let figures = items.flat_map(|item| match item {
        Item::Figure(figure) => vec![figure],
        Item::Pair(left, right) => vec![left, right],
        Item::Text(_) | Item::Table(_) | Item::Forest(_) => Vec::new(),
    });
    let mut colors: BTreeSet<Color> = figures
        .flat_map(|figure| svg::colors(figure, palette))
        .collect();
    let mut items = report.sections.iter().flat_map(|section| &section.items);
    if items.any(|item| matches!(item, Item::Forest(_))) {
        colors.extend(svg::forest_colors());
    }
    let mut rules =
        String::from("@media screen and (prefers-color-scheme:dark){\n.w-band{fill-opacity:.3}\n");
    for color in colors {
        let (digits, shape, words) = (
            color.digits(),
            color.legible_on(Color::NIGHT, 4.2).hex(),
            color.legible_on(Color::NIGHT, 6.0).hex(),
        );
        rules.push_str(&format!(
            ".w-f-{digits}{{fill:{shape}}}.w-s-{digits}{{stroke:{words}}}.w-t-{digits}{{fill:{words}}}\n"
        ));
    }
    rules.push_str("}\n");
    rules
}

fn head(out: &mut String, report: &Report) {
    out.push_str(&format!("<header>\n<h1>{}</h1>\n", escape(&report.title)));
    if !report.subtitle.is_empty() {
        out.push_str(&format!(
            "<p class=\"lead\">{}</p>\n",
            escape(&report.subtitle)
        ));
    }
    if !report.badges.is_empty() {
        out.push_str("<ul class=\"badges\">\n");
        for badge in &report.badges {
            let class = match badge.tone {
                Tone::Neutral => "",
                Tone::Good => " class=\"good\"",
                Tone::Caution => " class=\"caution\"",
            };
            out.push_str(&format!("<li{class}>{}</li>\n", escape(&badge.text)));
        }
        out.push_str("</ul>\n");
    }
    for warning in &report.warnings {
        out.push_str(&format!(
            "<div class=\"warning\" role=\"note\"><p>{}</p></div>\n",
            escape(warning)
        ));
    }
    if !report.tiles.is_empty() {
        out.push_str("<dl class=\"tiles\">\n");
        for tile in &report.tiles {
            out.push_str(&format!(
                "<div><dt>{}</dt><dd class=\"value\">{}",
                escape(&tile.label),
                escape(&tile.value)
            ));
            if !tile.unit.is_empty() {
                out.push_str(&format!(
                    " <span class=\"unit\">{}</span>",
                    escape(&tile.unit)
                ));
            }
            out.push_str("</dd>");
            if !tile.note.is_empty() {
                out.push_str(&format!("<dd class=\"note\">{}</dd>", escape(&tile.note)));
            }
            out.push_str("</div>\n");
        }
        out.push_str("</dl>\n");
    }
    if report.sections.len() > 2 {
        out.push_str("<nav aria-label=\"Sections\">\n<ul>\n");
        for (i, section) in report.sections.iter().enumerate() {
            out.push_str(&format!(
                "<li><a href=\"#section_{}\">{}</a></li>\n",
                i + 1,
                escape(&section.heading)
            ));
        }
        if !report.provenance.is_empty() {
            out.push_str("<li><a href=\"#provenance\">How this was made</a></li>\n");
        }
        out.push_str("</ul>\n</nav>\n");
    }
    out.push_str("</header>\n");
}

fn body(
    out: &mut String,
    section: &Section,
    number: usize,
    palette: &Palette,
    ids: &mut BTreeSet<String>,
) {
    let label = format!("section_{number}");
    out.push_str(&format!(
        "<section aria-labelledby=\"{label}\">\n<h2 id=\"{label}\">{}</h2>\n",
        escape(&section.heading)
    ));
    for item in &section.items {
        match item {
            Item::Text(text) => out.push_str(&format!("<p>{}</p>\n", escape(text))),
            Item::Figure(one) => figure(out, one, palette, ids, ""),
            Item::Pair(left, right) => {
                out.push_str("<div class=\"pair\">\n");
                figure(out, left, palette, ids, " class=\"half\"");
                figure(out, right, palette, ids, " class=\"half\"");
                out.push_str("</div>\n");
            }
            Item::Table(one) => table(out, one, one.rows.len()),
            Item::Forest(one) => forest(out, one, palette, ids),
        }
    }
    out.push_str("</section>\n");
}

fn figure(
    out: &mut String,
    figure: &Figure,
    palette: &Palette,
    ids: &mut BTreeSet<String>,
    class: &str,
) {
    let id = own_id(ids, figure.id());
    out.push_str(&format!(
        "<figure{class} id=\"figure_{id}\">\n<h3>{}</h3>\n",
        escape(figure.title())
    ));
    if !figure.subtitle().is_empty() {
        out.push_str(&format!(
            "<p class=\"sub\">{}</p>\n",
            escape(figure.subtitle())
        ));
    }
    for layout in [Layout::Wide, Layout::Compact] {
        out.push_str(&svg::inline(figure, palette, layout, &id));
        out.push('\n');
    }
    out.push_str("<figcaption>\n");
    let caption = figure.caption().words();
    for words in std::iter::once(&caption)
        .chain(figure.notes())
        .filter(|words| !words.is_empty())
    {
        out.push_str(&format!("<p>{}</p>\n", escape(words)));
    }
    out.push_str("</figcaption>\n<div class=\"tools\">\n");
    let data = figure.to_table();
    let title = escape(figure.title());
    if !data.rows.is_empty() {
        let mut untitled = data.clone();
        untitled.title = String::new();
        out.push_str(&format!(
            "<details><summary aria-label=\"Table of {title}\">Table</summary>\n"
        ));
        if data.rows.len() > ROWS {
            out.push_str(&format!(
                "<p>The first {ROWS} of {} rows.</p>\n",
                data.rows.len()
            ));
        }
        table(out, &untitled, ROWS);
        out.push_str("</details>\n");
        let csv = data.to_csv();
        if csv.len() <= CSV {
            out.push_str(&format!(
                "<a download=\"{id}.csv\" href=\"data:text/csv;charset=utf-8,{}\" aria-label=\"CSV of {title}\">CSV</a>\n",
                percent(&csv)
            ));
        }
    }
    out.push_str(&format!(
        "<button type=\"button\" hidden=\"hidden\" data-svg=\"{id}.svg\" aria-label=\"SVG of {title}\">SVG</button>\n"
    ));
    out.push_str("</div>\n</figure>\n");
}

/// An id of its own on the page.
fn own_id(ids: &mut BTreeSet<String>, wanted: &str) -> String {
    let mut id = wanted.to_owned();
    for turn in 2.. {
        if ids.insert(id.clone()) {
            break;
        }
        id = format!("{wanted}-{turn}");
    }
    id
}

fn forest(out: &mut String, forest: &Forest, palette: &Palette, ids: &mut BTreeSet<String>) {
    let id = own_id(ids, forest.id());
    let title = escape(forest.title());
    out.push_str(&format!("<figure id=\"figure_{id}\">\n<h3>{title}</h3>\n"));
    for layout in [Layout::Wide, Layout::Compact] {
        out.push_str(&svg::forest(forest, palette, layout, &id));
        out.push('\n');
    }
    if !forest.words().is_empty() {
        let words = escape(forest.words());
        out.push_str(&format!("<figcaption>\n<p>{words}</p>\n</figcaption>\n"));
    }
    out.push_str(&format!(
        "<div class=\"tools\">\n<details><summary aria-label=\"Table of {title}\">Table</summary>\n"
    ));
    table(out, &forest.to_table(), ROWS);
    out.push_str(&format!(
        "</details>\n<a download=\"{id}.csv\" href=\"data:text/csv;charset=utf-8,{}\" aria-label=\"CSV of {title}\">CSV</a>\n</div>\n</figure>\n",
        percent(&forest.to_csv())
    ));
}

fn table(out: &mut String, table: &Table, most: usize) {
    let label = if table.title.is_empty() {
        "Table"
    } else {
        &table.title
    };
    out.push_str(&format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\">\n<table>\n",
        escape(label)
    ));
    if !table.title.is_empty() {
        out.push_str(&format!("<caption>{}</caption>\n", escape(&table.title)));
    }
    out.push_str("<thead>\n<tr>");
    for column in &table.columns {
        let class = if column.numeric { " class=\"num\"" } else { "" };
        out.push_str(&format!(
            "<th scope=\"col\"{class}>{}</th>",
            escape(&column.heading)
        ));
    }
    out.push_str("</tr>\n</thead>\n<tbody>\n");
    for row in table.rows.iter().take(most) {
        out.push_str("<tr>");
        for (i, column) in table.columns.iter().enumerate() {
            let cell = Table::cell(row, i);
            let class = if column.numeric { " class=\"num\"" } else { "" };
            let shown = escape(&cell.shown());
            if i == 0 && matches!(cell, Cell::Text(_)) {
                out.push_str(&format!("<th scope=\"row\"{class}>{shown}</th>"));
            } else {
                out.push_str(&format!("<td{class}>{shown}</td>"));
            }
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
}

/// For a `data:` link (RFC 3986: all but the unreserved are encoded).
fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte))
            }
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    #[test]
    fn the_policy_admits_this_script_and_no_other() {
        const DIGITS: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let digest = Sha256::digest(SCRIPT.as_bytes());
        let mut base64 = String::new();
        for three in digest.chunks(3) {
            let byte = |i: usize| u32::from(three.get(i).copied().unwrap_or(0));
            let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
            for i in 0..4 {
                let digit = DIGITS[(bits >> (18 - 6 * i) & 63) as usize];
                base64.push(if i > three.len() {
                    '='
                } else {
                    char::from(digit)
                });
            }
        }
        assert_eq!(
            base64, SCRIPT_SHA256,
            "script.js changed: put its hash into SCRIPT_SHA256"
        );
    }
}
