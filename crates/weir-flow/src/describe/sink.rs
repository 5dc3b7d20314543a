//! Sinks: where rows go.

use weir_yaml::{Named, Record, Said, Union, Visitor, field};

use super::source::{PATH, names};
use super::words::RowGroup;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct SinkSpec {
    pub(super) from: String,
    pub(super) to: Target,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Target {
    Store(StoreTarget),
    Parquet(String),
    Csv(String),
    Arrow(String),
    Stdout(usize),
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct StoreTarget {
    pub(super) store: String,
    pub(super) key: String,
    pub(super) row_group: Said<RowGroup>,
    pub(super) duplicates_on: Vec<String>,
    /// 0: merge, 1: beside.
    pub(super) late: usize,
}

impl Default for SinkSpec {
    fn default() -> Self {
        SinkSpec {
            from: String::new(),
            to: Target::Store(StoreTarget::default()),
        }
    }
}

static KINDS: [Named; 5] = [
    Named {
        name: "store",
        doc: "A dataset of a weir store; created when it is not there",
    },
    Named {
        name: "parquet",
        doc: "A Parquet file",
    },
    Named {
        name: "csv",
        doc: "A CSV file",
    },
    Named {
        name: "arrow",
        doc: "An Arrow IPC file",
    },
    Named {
        name: "stdout",
        doc: "Standard output",
    },
];
static STDOUT_FORMATS: [Named; 2] = [
    Named {
        name: "csv",
        doc: "CSV with a first line of names",
    },
    Named {
        name: "arrows",
        doc: "Arrow's streaming format",
    },
];
static LATE: [Named; 2] = [
    Named {
        name: "merge",
        doc: "into the row groups that they belong to",
    },
    Named {
        name: "beside",
        doc: "beside them, merged by readers and folded in when it pays",
    },
];

impl Union for SinkSpec {
    fn kinds(&self) -> &'static [Named] {
        &KINDS
    }
    fn kind(&self) -> usize {
        match &self.to {
            Target::Store(_) => 0,
            Target::Parquet(_) => 1,
            Target::Csv(_) => 2,
            Target::Arrow(_) => 3,
            Target::Stdout(_) => 4,
        }
    }
    fn set_kind(&mut self, kind: usize) {
        self.to = match kind {
            0 => Target::Store(StoreTarget::default()),
            1 => Target::Parquet(String::new()),
            2 => Target::Csv(String::new()),
            3 => Target::Arrow(String::new()),
            _ => Target::Stdout(0),
        };
    }
}

impl Record for SinkSpec {
    fn visit(&mut self, v: &mut dyn Visitor) {
        let key = field(
            "from",
            "Whose rows: a source, a step, or a way out such as bars.hourly",
        );
        v.text(&key.required(), PATH, &mut self.from);
        match &mut self.to {
            Target::Store(store) => {
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
                let key = field(
                    "row_group",
                    "How large its row groups are, in rows or a period",
                )
                .follows("1048576 rows, or what the dataset has");
                v.word(&key, &mut store.row_group);
                v.list(
                    &field("duplicates_on", "Columns in which (with the order column) two rows are the same row, of which the last is kept; none keeps all"),
                    0,
                    1_000,
                    &mut names(&mut store.duplicates_on),
                );
                let key = field("late", "Where rows go that are older than what is stored");
                v.choice(&key, &LATE, &mut store.late);
            }
            Target::Parquet(path) | Target::Csv(path) | Target::Arrow(path) => {
                let key = field(
                    "path",
                    "The file, from the pipeline file's folder; replaced when it is there",
                );
                v.text(&key.required(), PATH, path);
            }
            Target::Stdout(format) => {
                v.choice(&field("format", "What goes out"), &STDOUT_FORMATS, format);
            }
        }
    }
}
