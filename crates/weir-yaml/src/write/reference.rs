//! The reference page of a format, from the declarations.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::declare::{Bounds, Field, List, Mapping, Named, Record, Slot, Union, Visitor, Word};

/// Every key of a format with type, range, default, meaning and source, every kind and preset:
/// Markdown with headings of level three.
pub fn reference(blank: &mut dyn Record) -> String {
    let mut page = Page::default();
    let mut table = page.table(|page| blank.visit(page));
    page.sections
        .insert(0, ("The file".to_owned(), std::mem::take(&mut table)));
    let mut text = String::new();
    for (title, body) in &page.sections {
        let _ = write!(text, "### {title}\n\n{body}\n");
    }
    text
}

const HEAD: &str = "| key | value | default | meaning | source |\n|---|---|---|---|---|\n";

/// Collects a section for every mapping. Writing to strings cannot fail.
#[derive(Default)]
struct Page {
    sections: Vec<(String, String)>,
    seen: BTreeSet<String>,
    path: String,
    rows: String,
    /// An item's type is wanted, not a row.
    item: Option<String>,
}

impl Page {
    /// The rows that `visit` makes, as a table.
    fn table(&mut self, visit: impl FnOnce(&mut Self)) -> String {
        let outer = std::mem::take(&mut self.rows);
        visit(self);
        let rows = std::mem::replace(&mut self.rows, outer);
        if rows.is_empty() {
            "No other keys.\n".to_owned()
        } else {
            format!("{HEAD}{rows}")
        }
    }

    fn row(&mut self, field: &Field, value: &str, default: &str) {
        if let Some(item) = &mut self.item {
            value.clone_into(item);
            return;
        }
        let default = match (field.required, field.follows) {
            (true, _) => "**required**",
            (false, "") => default,
            (false, follows) => follows,
        };
        let _ = writeln!(
            self.rows,
            "| `{}` | {value} | {default} | {} | {} |",
            field.name, field.doc, field.source
        );
    }

    /// The path of a key below the present mapping; an item has that of its list.
    fn below(&self, field: &Field) -> String {
        if self.path.is_empty() {
            field.name.to_owned()
        } else {
            format!("{}.{}", self.path, field.name)
        }
    }

    /// Adds the section of a mapping unless one of that path is there, and gives a link to it.
    fn section(&mut self, field: &Field, fill: impl FnOnce(&mut Self, &mut String)) -> String {
        let path = self.below(field);
        let anchor: String = path
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
            .collect();
        if self.seen.insert(path.clone()) {
            let index = self.sections.len();
            self.sections.push((format!("`{path}`"), String::new()));
            let outer = std::mem::replace(&mut self.path, path);
            let item = self.item.take();
            let mut body = format!("{}.\n\n", field.doc);
            fill(self, &mut body);
            self.item = item;
            self.path = outer;
            self.sections[index].1 = body;
        }
        format!("[keys](#{anchor})")
    }
}

fn words(options: &[Named]) -> String {
    let words: Vec<String> = options
        .iter()
        .map(|option| match option.doc {
            "" => format!("`{}`", option.name),
            doc => format!("`{}`: {doc}", option.name),
        })
        .collect();
    words.join("<br>")
}

impl Visitor for Page {
    fn number(&mut self, field: &Field, bounds: Bounds, value: &mut f64) {
        self.row(
            field,
            &format!("number, {}", bounds.words()),
            &value.to_string(),
        );
    }
    fn whole(&mut self, field: &Field, min: u32, max: u32, value: &mut u32) {
        self.row(
            field,
            &format!("whole number, {min} to {max}"),
            &value.to_string(),
        );
    }
    fn flag(&mut self, field: &Field, value: &mut bool) {
        self.row(
            field,
            "`true` or `false`",
            if *value { "`true`" } else { "`false`" },
        );
    }
    fn text(&mut self, field: &Field, max_chars: usize, _: &mut String) {
        self.row(field, &format!("text, up to {max_chars} characters"), "");
    }
    fn choice(&mut self, field: &Field, options: &'static [Named], chosen: &mut usize) {
        let default = options
            .get(*chosen)
            .map(|option| format!("`{}`", option.name));
        self.row(field, &words(options), &default.unwrap_or_default());
    }
    fn record(&mut self, field: &Field, value: &mut dyn Record) {
        let link = self.section(field, |page, body| {
            let table = page.table(|page| value.visit(page));
            body.push_str(&table);
        });
        self.row(field, &link, "its defaults");
    }
    fn union(&mut self, field: &Field, value: &mut dyn Union) {
        let default = value.kinds().get(value.kind()).map_or("", |kind| kind.name);
        let link = self.section(field, |page, body| {
            if !value.presets().is_empty() {
                body.push_str("Either a `kind` with its keys, or a `preset`, whose values the keys of its kind override:\n\n");
                for preset in value.presets() {
                    let _ = writeln!(body, "* `preset: {}`: {}", preset.name, preset.doc);
                }
                body.push('\n');
            }
            for (index, kind) in value.kinds().iter().enumerate() {
                value.set_kind(index);
                let _ = write!(body, "#### `kind: {}`\n\n{}.\n\n", kind.name, kind.doc);
                let table = page.table(|page| value.visit(page));
                body.push_str(&table);
                body.push('\n');
            }
        });
        self.row(field, &link, &format!("`{default}`"));
    }
    fn optional(&mut self, field: &Field, absent: &'static Named, value: &mut dyn Slot) {
        let present = value.present();
        let default = if present {
            "its defaults".to_owned()
        } else {
            format!("`{}`", absent.name)
        };
        value.fill();
        let outer = self.item.replace(String::new());
        value.visit(field, self);
        if !present {
            // What shares it, such as another kind, has the same default.
            value.empty();
        }
        let form = std::mem::replace(&mut self.item, outer).unwrap_or_default();
        self.row(
            field,
            &format!("{form}, or `{}`: {}", absent.name, absent.doc),
            &default,
        );
    }
    fn list(&mut self, field: &Field, min_items: usize, max_items: usize, value: &mut dyn List) {
        let default = if value.is_empty() {
            "`[]`".to_owned()
        } else {
            String::new()
        };
        value.clear();
        value.push_default();
        let outer = self.item.replace(String::new());
        value.visit(0, field, self);
        let form = std::mem::replace(&mut self.item, outer).unwrap_or_default();
        self.row(
            field,
            &format!("list of {min_items} to {max_items}: {form}"),
            &default,
        );
    }
    fn word(&mut self, field: &Field, value: &mut dyn Word) {
        let form = value.form();
        let shown = value.shown();
        let default = match shown.as_str() {
            "" => String::new(),
            shown => format!("`{shown}`"),
        };
        self.row(
            field,
            &format!("{}, such as `{}`", form.what, field.shown_for(&form)),
            &default,
        );
    }
    fn map(&mut self, field: &Field, min_items: usize, max_items: usize, value: &mut dyn Mapping) {
        value.clear();
        value.push_default();
        let outer = self.item.replace(String::new());
        value.visit(0, field, self);
        let form = std::mem::replace(&mut self.item, outer).unwrap_or_default();
        let means = value.key_means();
        self.row(
            field,
            &format!("mapping of {min_items} to {max_items}, *{means}*: {form}"),
            "",
        );
    }
    fn preset(&mut self, presets: &'static [Named], _: &mut dyn FnMut(usize)) {
        let key =
            crate::declare::field("preset", "Sets every key here; the ones given override it");
        self.row(&key, &words(presets), "");
    }
}
