//! What a writer wants the next version to be.

use std::collections::BTreeMap;

use arrow_schema::SchemaRef;

use crate::{
    manifest::{FileEntry, Settings, Version},
    order::OrderValue,
};

/// Changes of user metadata by key: a value (any JSON, `null`, `false` and `0` included) sets it, `None` removes it, other keys stay.
pub type MetadataPatch = BTreeMap<String, Option<serde_json::Value>>;

/// The difference between a base version and the one that a writer wants.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Change {
    /// The version that the writer looked at.
    pub base: Version,
    /// Names of files of the base that are not in the new version.
    pub remove: Vec<String>,
    /// New files, which are whole; the commit makes their names durable and sets their `commit`.
    pub add: Vec<FileEntry>,
    /// The base's file in front of which a new base file stands, by the new file's name; nothing behind all. It decides among files that
    /// hold one and the same value only, whose order their ranges do not tell.
    pub before: BTreeMap<String, Option<String>>,
    /// A range of order values (both ends included) whose rows the writer relied on beyond the files that it removes and adds.
    pub touched: Option<(OrderValue, OrderValue)>,
    /// Whether the rows that a reader sees stay the same (compaction): late rows that others add meanwhile are then no conflict.
    pub same_rows: bool,
    /// Changes of user metadata.
    pub metadata: MetadataPatch,
    /// A new schema, by an explicit evolution.
    pub schema: Option<SchemaRef>,
    /// New settings.
    pub settings: Option<Settings>,
}

impl Change {
    /// No change of `base` yet.
    #[must_use]
    pub fn of(base: Version) -> Self {
        Self {
            base,
            ..Self::default()
        }
    }
}
