//! Steps: what is done with rows.

use weir_yaml::{ListOf, MapOf, Named, Record, Said, Union, Visitor, field};

use super::bars::{BarsStep, comparisons};
use super::hold::Firing;
use super::join::{How, JoinStep};
use super::source::{NAME, PATH, names};
use super::words::{Arithmetic, Comparison, Plain};

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct StepSpec {
    pub(super) work: Work,
    pub(super) firing: Firing,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Work {
    Filter {
        from: String,
        filter: Vec<Said<Comparison>>,
    },
    Columns(ColumnsStep),
    Buffer {
        from: String,
    },
    Bars(BarsStep),
    Join(JoinStep),
    Sort {
        from: String,
        by: String,
    },
    Split(SplitStep),
    Union {
        from: Vec<String>,
    },
    Registered(RegisteredStep),
}

/// Chooses, renames and computes columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct ColumnsStep {
    pub(super) from: String,
    pub(super) keep: Vec<String>,
    pub(super) rename: Vec<(String, String)>,
    pub(super) compute: Vec<(String, Said<Arithmetic>)>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct SplitStep {
    pub(super) from: String,
    pub(super) ways: Vec<(String, Said<Comparison>)>,
    pub(super) otherwise: String,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct RegisteredStep {
    pub(super) from: Vec<String>,
    pub(super) operator: String,
    pub(super) options: Vec<(String, Said<Plain>)>,
}

impl Default for Work {
    fn default() -> Self {
        Work::Filter {
            from: String::new(),
            filter: Vec::new(),
        }
    }
}

static KINDS: [Named; 11] = [
    Named {
        name: "filter",
        doc: "Passes on the rows for which all comparisons are true",
    },
    Named {
        name: "columns",
        doc: "Chooses, renames and computes columns",
    },
    Named {
        name: "buffer",
        doc: "Holds rows and passes them on as they are",
    },
    Named {
        name: "bars",
        doc: "Aggregates by key and period, several resolutions in one pass",
    },
    Named {
        name: "asof",
        doc: "Joins each row with one row by time",
    },
    Named {
        name: "interval",
        doc: "Joins each row with the rows of a window of time",
    },
    Named {
        name: "equal",
        doc: "Joins rows with equal keys, in any order; spills to disk",
    },
    Named {
        name: "sort",
        doc: "Brings rows into the order of a column, within the budget",
    },
    Named {
        name: "split",
        doc: "Sends each row one of several ways",
    },
    Named {
        name: "union",
        doc: "Merges rows of several in the order of time",
    },
    Named {
        name: "registered",
        doc: "An operator that a program has registered by name",
    },
];

impl Union for StepSpec {
    fn kinds(&self) -> &'static [Named] {
        &KINDS
    }
    fn kind(&self) -> usize {
        match &self.work {
            Work::Filter { .. } => 0,
            Work::Columns(_) => 1,
            Work::Buffer { .. } => 2,
            Work::Bars(_) => 3,
            Work::Join(join) => match join.how {
                How::Asof { .. } => 4,
                How::Interval { .. } => 5,
                How::Equal => 6,
            },
            Work::Sort { .. } => 7,
            Work::Split(_) => 8,
            Work::Union { .. } => 9,
            Work::Registered(_) => 10,
        }
    }
    fn set_kind(&mut self, kind: usize) {
        self.work = match kind {
            0 => Work::default(),
            1 => Work::Columns(ColumnsStep::default()),
            2 => Work::Buffer {
                from: String::new(),
            },
            3 => Work::Bars(BarsStep::default()),
            4 => Work::Join(JoinStep::new(How::asof())),
            5 => Work::Join(JoinStep::new(How::interval())),
            6 => Work::Join(JoinStep::new(How::Equal)),
            7 => Work::Sort {
                from: String::new(),
                by: String::new(),
            },
            8 => Work::Split(SplitStep::default()),
            9 => Work::Union { from: Vec::new() },
            _ => Work::Registered(RegisteredStep::default()),
        };
    }
}

/// The key `from` of a step with one input.
pub(super) fn from(v: &mut dyn Visitor, from: &mut String) {
    let key = field(
        "from",
        "Whose rows: a source, a step, or a way out such as bars.hourly",
    );
    v.text(&key.required(), PATH, from);
}

impl Record for StepSpec {
    fn visit(&mut self, v: &mut dyn Visitor) {
        match &mut self.work {
            Work::Filter {
                from: input,
                filter,
            } => {
                from(v, input);
                let key = field(
                    "where",
                    "Comparisons of a column with a value; all have to be true",
                )
                .required();
                v.list(&key, 1, 100, &mut comparisons(filter));
            }
            Work::Columns(columns) => columns.visit(v),
            Work::Buffer { from: input } => from(v, input),
            Work::Bars(bars) => bars.visit(v),
            Work::Join(join) => join.visit(v),
            Work::Sort { from: input, by } => {
                from(v, input);
                v.text(&field("by", "The column").required(), NAME, by);
            }
            Work::Split(split) => split.visit(v),
            Work::Union { from } => {
                let key = field("from", "Whose rows, of equal columns").required();
                v.list(&key, 2, 64, &mut names(from));
            }
            Work::Registered(registered) => registered.visit(v),
        }
        self.firing.visit(v);
    }
}

impl ColumnsStep {
    fn visit(&mut self, v: &mut dyn Visitor) {
        from(v, &mut self.from);
        v.list(
            &field(
                "keep",
                "Columns to keep, in this order; none for all, unless some are renamed",
            ),
            0,
            10_000,
            &mut names(&mut self.keep),
        );
        v.map(
            &field("rename", "New names with the columns that get them"),
            0,
            10_000,
            &mut MapOf {
                values: &mut self.rename,
                key_means: "new name",
                new: String::new,
                visit: |column, f, v| v.text(f, NAME, column),
            },
        );
        v.map(
            &field("compute", "New columns, each from one operator + - * / %; overflow and division by zero are errors"),
            0,
            1_000,
            &mut MapOf {
                values: &mut self.compute,
                key_means: "new column",
                new: Said::default,
                visit: |said, f, v| v.word(f, said),
            },
        );
    }
}

impl SplitStep {
    fn visit(&mut self, v: &mut dyn Visitor) {
        from(v, &mut self.from);
        v.map(
            &field("ways", "Ways out, tried in this order; a row takes the first whose comparison is true, `from: STEP.WAY`").required(),
            1,
            64,
            &mut MapOf {
                values: &mut self.ways,
                key_means: "way",
                new: Said::default,
                visit: |said, f, v| v.word(f, said),
            },
        );
        let key = field("otherwise", "The way of the rows that are left").required();
        v.text(&key, NAME, &mut self.otherwise);
    }
}

impl RegisteredStep {
    fn visit(&mut self, v: &mut dyn Visitor) {
        v.list(
            &field("from", "Whose rows").required(),
            1,
            64,
            &mut ListOf {
                values: &mut self.from,
                new: String::new,
                visit: |from, f, v| v.text(f, PATH, from),
            },
        );
        let key = field("operator", "The name that it is registered by").required();
        v.text(&key, NAME, &mut self.operator);
        v.map(
            &field("options", "What it is given"),
            0,
            1_000,
            &mut MapOf {
                values: &mut self.options,
                key_means: "option",
                new: Said::default,
                visit: |said, f, v| v.word(f, said),
            },
        );
    }
}

impl StepSpec {
    /// The inputs, each with the path of its key below the step.
    pub(super) fn inputs(&self) -> Vec<(String, &str)> {
        let from = match &self.work {
            Work::Filter { from, .. } | Work::Buffer { from } | Work::Sort { from, .. } => from,
            Work::Columns(step) => &step.from,
            Work::Bars(step) => &step.from,
            Work::Split(step) => &step.from,
            Work::Join(step) => {
                return vec![
                    ("left".to_owned(), &step.left),
                    ("right".to_owned(), &step.right),
                ];
            }
            Work::Union { from } => return listed(from),
            Work::Registered(step) => return listed(&step.from),
        };
        vec![("from".to_owned(), from)]
    }

    /// The names of its ways out; none when there is one, which needs no name.
    pub(super) fn ways(&self) -> Vec<String> {
        match &self.work {
            Work::Split(split) => {
                let ways = split.ways.iter().map(|(way, _)| way.clone());
                ways.chain([split.otherwise.clone()]).collect()
            }
            Work::Bars(bars) => {
                let own = bars.resolutions.iter().map(|(name, _)| name.clone());
                let shown = bars
                    .resolutions
                    .iter()
                    .filter(|(_, r)| r.snapshots.0.is_some());
                own.chain(shown.map(|(name, _)| format!("{name}_snapshots")))
                    .collect()
            }
            _ => Vec::new(),
        }
    }
}

fn listed(from: &[String]) -> Vec<(String, &str)> {
    from.iter()
        .enumerate()
        .map(|(index, from)| (format!("from[{index}]"), from.as_str()))
        .collect()
}
