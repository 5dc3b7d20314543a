//! When a step fires.

use weir_yaml::{OptionalOf, Record, Said, Visitor, field};

use super::words::{Size, Span};

/// The limits of a step.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Hold {
    /// Arrivals; 0 for no limit.
    pub(super) arrivals: u32,
    /// Rows; 0 for no limit.
    pub(super) rows: u32,
    pub(super) bytes: Said<Size>,
    pub(super) event_time: Said<Span>,
    pub(super) soft: bool,
}

const MOST: u32 = 1_000_000_000;

impl Record for Hold {
    fn visit(&mut self, v: &mut dyn Visitor) {
        let key = field("arrivals", "Fires at every so many arrivals").follows("no such limit");
        v.whole(&key, 1, MOST, &mut self.arrivals);
        let key = field("rows", "Holds at most so many rows").follows("no such limit");
        v.whole(&key, 1, MOST, &mut self.rows);
        let key = field("bytes", "Holds at most so many bytes")
            .follows("follows the sizes of what arrives, within the step's share of the budget");
        v.word(&key, &mut self.bytes);
        let key = field(
            "event_time",
            "Holds rows whose event times span less than this",
        )
        .follows("no such limit");
        v.word(&key, &mut self.event_time);
        let key = field(
            "soft",
            "Takes a batch in first and fires then, so that a limit may be passed by one batch",
        );
        v.flag(&key, &mut self.soft);
    }
}

impl Hold {
    pub(super) fn is_given(&self) -> bool {
        *self != Hold::default()
    }
}

/// What all steps have: when they fire.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Firing {
    pub(super) hold: Option<Hold>,
    pub(super) accumulate: bool,
}

impl Default for Firing {
    fn default() -> Self {
        Firing {
            hold: None,
            accumulate: true,
        }
    }
}

static ADAPTIVE: weir_yaml::Named = weir_yaml::Named {
    name: "adaptive",
    doc: "bytes that follow the sizes of what arrives, within the step's share of the budget",
};

impl Firing {
    /// Visits the keys that every step has.
    pub(super) fn visit(&mut self, v: &mut dyn Visitor) {
        v.optional(
            &field("hold", "When the step fires; changes when, never what"),
            &ADAPTIVE,
            &mut OptionalOf {
                value: &mut self.hold,
                visit: |hold, f, v| v.record(f, hold),
            },
        );
        v.flag(
            &field(
                "accumulate",
                "Whether the step's state survives a firing; if not, each firing starts afresh and what comes out depends on `hold`",
            ),
            &mut self.accumulate,
        );
    }
}
