//! Sources: where rows come from.

use weir_yaml::{Field, ListOf, MapOf, Named, Record, Said, Union, Visitor, field};

use super::words::Plain;
use crate::ColumnType;

pub(super) const PATH: usize = 4_000;
pub(super) const NAME: usize = 120;

/// A file of rows.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct FileSource {
    pub(super) path: String,
    pub(super) order: Order,
    /// CSV: the types that are not inferred.
    pub(super) types: Vec<(String, Said<ColumnType>)>,
    pub(super) delimiter: Delimiter,
}

/// Rows that come once.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct StdinSource {
    /// 0: CSV, 1: Arrow's streaming format.
    pub(super) format: usize,
    pub(super) order: Order,
    pub(super) types: Vec<(String, Said<ColumnType>)>,
    pub(super) delimiter: Delimiter,
}

/// A dataset of a store.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct StoreSource {
    pub(super) store: String,
    pub(super) key: String,
    pub(super) version: Said<Plain>,
    pub(super) from: Said<Plain>,
    pub(super) to: Said<Plain>,
    pub(super) columns: Vec<String>,
}

/// What rows are in order by.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Order {
    pub(super) by: Said<Plain>,
    pub(super) sorted: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) enum Delimiter {
    #[default]
    Comma,
    Semicolon,
    Tab,
}

impl Delimiter {
    pub(super) fn byte(self) -> u8 {
        match self {
            Delimiter::Comma => b',',
            Delimiter::Semicolon => b';',
            Delimiter::Tab => b'\t',
        }
    }
}

static DELIMITERS: [Named; 3] = [
    Named {
        name: "comma",
        doc: ",",
    },
    Named {
        name: "semicolon",
        doc: ";",
    },
    Named {
        name: "tab",
        doc: "a tab",
    },
];
static STDIN_FORMATS: [Named; 2] = [
    Named {
        name: "csv",
        doc: "CSV with a first line of names",
    },
    Named {
        name: "arrows",
        doc: "Arrow's streaming format",
    },
];

#[derive(Debug, Clone, PartialEq)]
pub(super) enum SourceSpec {
    Parquet(FileSource),
    Csv(FileSource),
    Arrow(FileSource),
    Stdin(StdinSource),
    Store(StoreSource),
}

impl Default for SourceSpec {
    fn default() -> Self {
        SourceSpec::Parquet(FileSource::default())
    }
}

static KINDS: [Named; 5] = [
    Named {
        name: "parquet",
        doc: "A Parquet file",
    },
    Named {
        name: "csv",
        doc: "A CSV file with a first line of names",
    },
    Named {
        name: "arrow",
        doc: "An Arrow IPC file, of the file or the streaming format",
    },
    Named {
        name: "stdin",
        doc: "Standard input",
    },
    Named {
        name: "store",
        doc: "A dataset of a weir store, in its order",
    },
];

impl Union for SourceSpec {
    fn kinds(&self) -> &'static [Named] {
        &KINDS
    }
    fn kind(&self) -> usize {
        match self {
            SourceSpec::Parquet(_) => 0,
            SourceSpec::Csv(_) => 1,
            SourceSpec::Arrow(_) => 2,
            SourceSpec::Stdin(_) => 3,
            SourceSpec::Store(_) => 4,
        }
    }
    fn set_kind(&mut self, kind: usize) {
        *self = match kind {
            0 => SourceSpec::Parquet(FileSource::default()),
            1 => SourceSpec::Csv(FileSource::default()),
            2 => SourceSpec::Arrow(FileSource::default()),
            3 => SourceSpec::Stdin(StdinSource::default()),
            _ => SourceSpec::Store(StoreSource::default()),
        };
    }
}

impl Record for SourceSpec {
    fn visit(&mut self, v: &mut dyn Visitor) {
        match self {
            SourceSpec::Parquet(file) | SourceSpec::Arrow(file) => {
                path(v, &mut file.path);
                file.order.visit(v);
            }
            SourceSpec::Csv(file) => {
                path(v, &mut file.path);
                file.order.visit(v);
                text_form(v, &mut file.types, &mut file.delimiter);
            }
            SourceSpec::Stdin(stdin) => {
                v.choice(
                    &field("format", "What comes in"),
                    &STDIN_FORMATS,
                    &mut stdin.format,
                );
                stdin.order.visit(v);
                text_form(v, &mut stdin.types, &mut stdin.delimiter);
            }
            SourceSpec::Store(store) => {
                let key = field(
                    "store",
                    "The store's folder, from the pipeline file's folder",
                );
                v.text(&key.required(), PATH, &mut store.store);
                let key = field(
                    "key",
                    "The dataset's key, such as `temperature, berlin / 1D`",
                );
                v.text(&key.required(), PATH, &mut store.key);
                let key = field("version", "A version's number or name")
                    .follows("the newest")
                    .such_as("17");
                v.word(&key, &mut store.version);
                let key = field("from", "Least value of the order column").follows("the first row");
                v.word(&key, &mut store.from);
                let key = field("to", "Value of the order column before which rows end")
                    .follows("the last row");
                v.word(&key, &mut store.to);
                v.list(
                    &field("columns", "Columns to read; none for all"),
                    0,
                    10_000,
                    &mut names(&mut store.columns),
                );
            }
        }
    }
}

impl Order {
    fn visit(&mut self, v: &mut dyn Visitor) {
        let key = field("order_by", "The column that rows are in order by")
            .follows("none; then only steps that need no order can follow")
            .such_as("ts");
        v.word(&key, &mut self.by);
        let key = field(
            "sorted",
            "The rows are in that order already; a row out of order is an error. Otherwise they are sorted first, within the budget",
        );
        v.flag(&key, &mut self.sorted);
    }

    pub(super) fn column(&self) -> Option<&str> {
        self.by.0.as_ref().map(|column| column.0.as_str())
    }
}

fn path(v: &mut dyn Visitor, path: &mut String) {
    let key = field("path", "The file, from the pipeline file's folder").required();
    v.text(&key, PATH, path);
}

fn text_form(
    v: &mut dyn Visitor,
    types: &mut Vec<(String, Said<ColumnType>)>,
    delimiter: &mut Delimiter,
) {
    v.map(
        &field(
            "types",
            "Types of columns; those not named are inferred from the first 1,000 lines",
        ),
        0,
        10_000,
        &mut MapOf {
            values: types,
            key_means: "column",
            new: Said::default,
            visit: |said, f, v| v.word(f, said),
        },
    );
    v.one_of(
        &field("delimiter", "What stands between values"),
        &DELIMITERS,
        &[Delimiter::Comma, Delimiter::Semicolon, Delimiter::Tab],
        delimiter,
    );
}

/// A list of names.
pub(super) fn names(values: &mut Vec<String>) -> ListOf<'_, String> {
    ListOf {
        values,
        new: String::new,
        visit: |name: &mut String, f: &Field, v: &mut dyn Visitor| v.text(f, NAME, name),
    }
}
