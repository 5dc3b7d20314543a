//! The step `bars`.

use std::str::FromStr;

use weir_yaml::{Form, ListOf, MapOf, Named, Notation, Record, Said, Visitor, field};

use super::source::{NAME, names};
use super::words::{Comparison, Plain};
use crate::bars::{Function, Length, Side};

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct BarsStep {
    pub(super) from: String,
    pub(super) keys: Vec<String>,
    pub(super) columns: Vec<(String, Said<Aggregate>)>,
    pub(super) resolutions: Vec<(String, ResolutionSpec)>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct ResolutionSpec {
    pub(super) period: Said<Length>,
    /// 0 for none.
    pub(super) rows: u32,
    pub(super) closed: Side,
    pub(super) label: Side,
    pub(super) zone: Said<Plain>,
    pub(super) filter: Vec<Said<Comparison>>,
    pub(super) empty_periods: bool,
    pub(super) snapshots: Said<Length>,
}

impl Default for ResolutionSpec {
    fn default() -> Self {
        ResolutionSpec {
            period: Said::default(),
            rows: 0,
            closed: Side::Left,
            label: Side::Left,
            zone: Said::default(),
            filter: Vec::new(),
            empty_periods: false,
            snapshots: Said::default(),
        }
    }
}

static SIDES: [Named; 2] = [
    Named {
        name: "left",
        doc: "the begin of the period",
    },
    Named {
        name: "right",
        doc: "the end of the period",
    },
];

impl BarsStep {
    pub(super) fn visit(&mut self, v: &mut dyn Visitor) {
        super::step::from(v, &mut self.from);
        v.list(
            &field(
                "keys",
                "A bar is of one value of each of these columns; none for all rows together",
            ),
            0,
            100,
            &mut names(&mut self.keys),
        );
        v.map(
            &field(
                "columns",
                "What bars hold: for each new column a function and the column it is of",
            )
            .required(),
            1,
            1_000,
            &mut MapOf {
                values: &mut self.columns,
                key_means: "new column",
                new: Said::default,
                visit: |said, f, v| v.word(f, said),
            },
        );
        v.map(
            &field(
                "resolutions",
                "Where bars begin and end; each is a way out of this step, `from: STEP.RESOLUTION`",
            )
            .required(),
            1,
            64,
            &mut MapOf {
                values: &mut self.resolutions,
                key_means: "resolution",
                new: ResolutionSpec::default,
                visit: |resolution, f, v| v.record(f, resolution),
            },
        );
    }
}

impl Record for ResolutionSpec {
    fn visit(&mut self, v: &mut dyn Visitor) {
        let key = field("period", "How long a bar is").follows("either this or rows");
        v.word(&key, &mut self.period);
        let key = field("rows", "How many rows of the stream a bar takes in")
            .follows("either this or period");
        v.whole(&key, 1, 1_000_000_000, &mut self.rows);
        let sides = [Side::Left, Side::Right];
        let key = field("closed", "Which end belongs to the period");
        v.one_of(&key, &SIDES, &sides, &mut self.closed);
        let key = field("label", "Which end names the bar");
        v.one_of(&key, &SIDES, &sides, &mut self.label);
        let key = field(
            "zone",
            "Time zone whose calendar counts, such as Europe/Paris",
        )
        .follows("that of the order column, else UTC")
        .such_as("Europe/Paris");
        v.word(&key, &mut self.zone);
        v.list(
            &field("where", "Only rows for which all of these are true"),
            0,
            100,
            &mut comparisons(&mut self.filter),
        );
        v.flag(
            &field("empty_periods", "Periods without rows become rows of nulls"),
            &mut self.empty_periods,
        );
        let key = field("snapshots", "Also shows the running bars at the end of each of these periods, as the way out STEP.RESOLUTION_snapshots")
            .follows("none");
        v.word(&key, &mut self.snapshots);
    }
}

pub(super) fn comparisons(values: &mut Vec<Said<Comparison>>) -> ListOf<'_, Said<Comparison>> {
    ListOf {
        values,
        new: Said::default,
        visit: |said, f, v| v.word(f, said),
    }
}

/// `first price`, `quantile(0.9) price`, `count`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Aggregate {
    pub(super) function: Function,
    pub(super) column: Option<String>,
}

impl Notation for Aggregate {
    const FORM: Form = Form {
        what: "a function and its column",
        such_as: "first price",
        pattern: Some(
            r"^(first|last|min|max|sum|count|mean|variance|variance_population|deviation|median|quantile\([0-9.]+\))( .+)?$",
        ),
    };

    fn read(text: &str) -> Result<Self, (String, String)> {
        let (function, column) = match text.find(')') {
            Some(end) => text.split_at(end + 1),
            None => text.split_once(' ').unwrap_or((text, "")),
        };
        let known = Function::from_str(function).map_err(|_| {
            let shown = weir_yaml::plain_words(function);
            let meant = match function.to_ascii_lowercase().as_str() {
                "open" => Some("first"),
                "close" => Some("last"),
                "low" | "minimum" => Some("min"),
                "high" | "maximum" => Some("max"),
                "total" | "volume" => Some("sum"),
                "avg" | "average" => Some("mean"),
                "std" | "stddev" | "sd" => Some("deviation"),
                "var" => Some("variance"),
                "size" | "n" | "rows" => Some("count"),
                "percentile" | "quantile" => Some("quantile(0.9)"),
                _ => None,
            };
            let remedy = match meant {
                Some(meant) => format!("write {meant} {}", weir_yaml::plain_words(column.trim())),
                None if function.contains('(') && !function.starts_with("quantile") => {
                    "write the function and then the column, without brackets: first price".to_owned()
                }
                None => "one of first, last, min, max, sum, count, mean, variance, variance_population, deviation, median, quantile(0.9), then the column".to_owned(),
            };
            (format!("there is no function {shown}"), remedy.trim_end().to_owned())
        })?;
        let column = column.trim();
        let column = match column.chars().count() {
            0 => None,
            1..=NAME => Some(column.to_owned()),
            _ => {
                return Err((
                    format!("the column's name has more than {NAME} characters"),
                    "shorten it".to_owned(),
                ));
            }
        };
        Ok(Aggregate {
            function: known,
            column,
        })
    }

    fn shown(&self) -> String {
        match &self.column {
            Some(column) => format!("{} {column}", self.function),
            None => self.function.to_string(),
        }
    }
}

impl Notation for Length {
    const FORM: Form = Form {
        what: "a period",
        such_as: "1h",
        pattern: Some("^[0-9]+ ?(ns|us|ms|s|min|h|D|d|W|w|MS|QS|YS)?$"),
    };

    fn read(text: &str) -> Result<Self, (String, String)> {
        Length::from_str(text).map_err(|_| {
            let message = format!("{} is no period", weir_yaml::plain_words(text));
            let unit = text.trim_start_matches(|c: char| c.is_ascii_digit()).trim();
            let meant = match unit {
                "m" | "M" | "T" | "mins" | "minutes" => Some("min for minutes, or MS for months"),
                "H" | "hours" | "hour" => Some("h"),
                "S" | "sec" | "seconds" => Some("s"),
                "days" | "day" => Some("D"),
                "weeks" | "week" => Some("W"),
                "months" | "month" => Some("MS"),
                "Q" | "quarters" | "quarter" => Some("QS"),
                "Y" | "years" | "year" => Some("YS"),
                _ => None,
            };
            let remedy = match meant {
                Some(meant) => format!("the unit is {meant}"),
                None => {
                    "write a number with ms, s, min, h, D, W, MS (months), QS or YS, such as 15min"
                        .to_owned()
                }
            };
            (message, remedy)
        })
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}
