//! The steps `asof`, `interval` and `equal`.

use weir_yaml::{Form, ListOf, Named, Notation, Said, Visitor, field};

use super::source::{PATH, names};
use super::words::{Plain, Span};
use crate::{AsofDirection, JoinKind};

#[derive(Debug, Clone, PartialEq)]
pub(super) struct JoinStep {
    pub(super) left: String,
    pub(super) right: String,
    pub(super) on: Vec<Said<Pair>>,
    pub(super) kind: JoinKind,
    pub(super) right_columns: Vec<String>,
    pub(super) suffix: Said<Plain>,
    pub(super) how: How,
}

impl JoinStep {
    pub(super) fn new(how: How) -> Self {
        JoinStep {
            left: String::new(),
            right: String::new(),
            on: Vec::new(),
            kind: JoinKind::Left,
            right_columns: Vec::new(),
            suffix: Said::default(),
            how,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum How {
    Asof {
        direction: AsofDirection,
        exact: bool,
        tolerance: Said<Span>,
    },
    Interval {
        before: Said<Span>,
        after: Said<Span>,
    },
    Equal,
}

impl How {
    pub(super) fn asof() -> Self {
        How::Asof {
            direction: AsofDirection::Backward,
            exact: true,
            tolerance: Said::default(),
        }
    }

    pub(super) fn interval() -> Self {
        How::Interval {
            before: Said(Some(Span::Units(0))),
            after: Said(Some(Span::Units(0))),
        }
    }
}

static DIRECTIONS: [Named; 3] = [
    Named {
        name: "backward",
        doc: "the newest that is not later",
    },
    Named {
        name: "forward",
        doc: "the first that is not earlier",
    },
    Named {
        name: "nearest",
        doc: "the nearest; of two equally far the later one",
    },
];
static KINDS: [Named; 2] = [
    Named {
        name: "left",
        doc: "rows that meet none are passed on, with nulls",
    },
    Named {
        name: "inner",
        doc: "rows that meet none are left out",
    },
];

impl JoinStep {
    pub(super) fn visit(&mut self, v: &mut dyn Visitor) {
        let key = field(
            "left",
            "Whose rows are kept in their order: a source, a step, or a way out",
        )
        .required();
        v.text(&key, PATH, &mut self.left);
        let key = field("right", "Whose rows they meet").required();
        v.text(&key, PATH, &mut self.right);
        let on = field(
            "on",
            "Columns that have to be equal, `symbol`, or `symbol = ticker` where they have different names",
        );
        let (on, least) = match self.how {
            How::Equal => (on.required(), 1),
            _ => (on, 0),
        };
        v.list(
            &on,
            least,
            100,
            &mut ListOf {
                values: &mut self.on,
                new: Said::default,
                visit: |said, f, v| v.word(f, said),
            },
        );
        match &mut self.how {
            How::Asof {
                direction,
                exact,
                tolerance,
            } => {
                let all = [
                    AsofDirection::Backward,
                    AsofDirection::Forward,
                    AsofDirection::Nearest,
                ];
                let key = field(
                    "direction",
                    "Which row of the right's each row of the left's meets",
                );
                v.one_of(&key, &DIRECTIONS, &all, direction);
                v.flag(&field("exact", "Whether rows of equal times meet"), exact);
                let key = field("tolerance", "How far apart they may be, that far included")
                    .follows("any distance");
                v.word(&key, tolerance);
            }
            How::Interval { before, after } => {
                v.word(&field("before", "From so much earlier"), before);
                v.word(
                    &field("after", "To so much later, both ends included"),
                    after,
                );
            }
            How::Equal => {}
        }
        let kinds = [JoinKind::Left, JoinKind::Inner];
        v.one_of(
            &field("join", "What becomes of rows that meet none"),
            &KINDS,
            &kinds,
            &mut self.kind,
        );
        v.list(
            &field(
                "right_columns",
                "The right's columns to add; none for all but the keys",
            ),
            0,
            10_000,
            &mut names(&mut self.right_columns),
        );
        let key = field(
            "suffix",
            "What is put behind a right column's name when the left has one of that name",
        )
        .follows("`_right`")
        .such_as("_quote");
        v.word(&key, &mut self.suffix);
    }
}

/// `symbol`, or `symbol = ticker`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pair {
    pub(super) left: String,
    pub(super) right: String,
}

impl Notation for Pair {
    const FORM: Form = Form {
        what: "a column, or two with = between them",
        such_as: "symbol",
        pattern: None,
    };

    fn read(text: &str) -> Result<Self, (String, String)> {
        let (left, right) = text.split_once('=').unwrap_or((text, text));
        let (left, right) = (left.trim(), right.trim());
        if left.is_empty() || right.is_empty() || right.contains('=') || text.len() > 1000 {
            let message = format!("{} is no pair of columns", weir_yaml::plain_words(text));
            return Err((
                message,
                "write left = right, such as symbol = ticker".to_owned(),
            ));
        }
        Ok(Pair {
            left: left.to_owned(),
            right: right.to_owned(),
        })
    }

    fn shown(&self) -> String {
        if self.left == self.right {
            self.left.clone()
        } else {
            format!("{} = {}", self.left, self.right)
        }
    }
}
