//! An Arrow schema as JSON.

use std::{collections::BTreeMap, str::FromStr, sync::Arc};

use arrow_schema::{DataType, Field, FieldRef, Schema};
use serde::{Deserialize, Serialize};

use super::{MAX_COLUMNS, MAX_DEPTH};

/// The longest text of a type in bytes; the longest real ones have a time zone.
const LONGEST_TYPE: usize = 256;

/// A schema in a manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Columns {
    fields: Vec<Column>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    metadata: BTreeMap<String, String>,
}

/// A field: nested types have children, all others are told by the text that Arrow prints and parses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Column {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    nullable: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    children: Vec<Column>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    metadata: BTreeMap<String, String>,
}

impl Columns {
    /// From a schema.
    ///
    /// # Errors
    /// The reason why it cannot be stored.
    pub(super) fn of(schema: &Schema) -> Result<Self, String> {
        let mut left = MAX_COLUMNS;
        let fields = schema
            .fields()
            .iter()
            .map(|field| Column::of(field, &mut left, 1))
            .collect::<Result<Vec<_>, _>>()?;
        let mut names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(format!("two columns have the name {:?}", twice[0]));
        }
        Ok(Self {
            fields,
            metadata: sorted(schema.metadata()),
        })
    }

    /// The schema.
    ///
    /// # Errors
    /// The reason why it is none.
    pub(super) fn schema(self) -> Result<Schema, String> {
        let mut left = MAX_COLUMNS;
        let fields = self
            .fields
            .into_iter()
            .map(|column| column.field(&mut left, 1))
            .collect::<Result<Vec<Field>, _>>()?;
        Ok(Schema::new_with_metadata(
            fields,
            self.metadata.into_iter().collect(),
        ))
    }
}

impl Column {
    fn of(field: &Field, left: &mut usize, depth: usize) -> Result<Self, String> {
        count(field.name(), left, depth)?;
        let mut child = |field: &FieldRef| Self::of(field, left, depth + 1);
        let (kind, children) = match field.data_type() {
            DataType::List(item) => ("List".to_owned(), vec![child(item)?]),
            DataType::LargeList(item) => ("LargeList".to_owned(), vec![child(item)?]),
            DataType::FixedSizeList(item, size) => {
                (format!("FixedSizeList({size})"), vec![child(item)?])
            }
            DataType::Struct(fields) => (
                "Struct".to_owned(),
                fields.iter().map(child).collect::<Result<_, _>>()?,
            ),
            DataType::Map(entries, false) => ("Map".to_owned(), vec![child(entries)?]),
            DataType::Map(entries, true) => ("Map(sorted)".to_owned(), vec![child(entries)?]),
            flat => {
                let text = flat.to_string();
                if flat_type(&text).as_ref() != Ok(flat) {
                    return Err(format!(
                        "column {:?} has the type {text}, which a manifest cannot hold",
                        field.name()
                    ));
                }
                (text, Vec::new())
            }
        };
        Ok(Self {
            name: field.name().clone(),
            kind,
            nullable: field.is_nullable(),
            children,
            metadata: sorted(field.metadata()),
        })
    }

    fn field(self, left: &mut usize, depth: usize) -> Result<Field, String> {
        count(&self.name, left, depth)?;
        let name = self.name;
        let mut children = self
            .children
            .into_iter()
            .map(|child| child.field(left, depth + 1).map(Arc::new))
            .collect::<Result<Vec<FieldRef>, _>>()?;
        let mut only = || match (children.pop(), children.len()) {
            (Some(child), 0) => Ok(child),
            _ => Err(format!(
                "column {name:?} of type {} needs one child",
                self.kind
            )),
        };
        let kind = match self.kind.as_str() {
            "List" => DataType::List(only()?),
            "LargeList" => DataType::LargeList(only()?),
            "Struct" => DataType::Struct(std::mem::take(&mut children).into()),
            "Map" | "Map(sorted)" => {
                let entries = only()?;
                if !matches!(entries.data_type(), DataType::Struct(pair) if pair.len() == 2) {
                    return Err(format!("the entries of map {name:?} are no pairs"));
                }
                DataType::Map(entries, self.kind == "Map(sorted)")
            }
            other => match fixed_size(other) {
                Some(size) => DataType::FixedSizeList(only()?, size),
                None => flat_type(other).map_err(|reason| format!("column {name:?}: {reason}"))?,
            },
        };
        if !children.is_empty() {
            return Err(format!("column {name:?} of type {kind} has children"));
        }
        Ok(
            Field::new(name, kind, self.nullable)
                .with_metadata(self.metadata.into_iter().collect()),
        )
    }
}

fn count(name: &str, left: &mut usize, depth: usize) -> Result<(), String> {
    *left = left
        .checked_sub(1)
        .ok_or(format!("more than {MAX_COLUMNS} columns"))?;
    if depth > MAX_DEPTH {
        return Err(format!(
            "column {name:?} is nested more than {MAX_DEPTH} levels deep"
        ));
    }
    Ok(())
}

fn fixed_size(text: &str) -> Option<i32> {
    let size = text.strip_prefix("FixedSizeList(")?.strip_suffix(')')?;
    size.parse().ok().filter(|size| *size >= 0)
}

/// A type without fields of its own.
fn flat_type(text: &str) -> Result<DataType, String> {
    let unknown = || {
        format!(
            "no type of a column: {:?}",
            text.chars().take(80).collect::<String>()
        )
    };
    if text.len() > LONGEST_TYPE {
        return Err(unknown());
    }
    let found = DataType::from_str(text).map_err(|_| unknown())?;
    let flat = match &found {
        DataType::Dictionary(key, value) => {
            key.is_dictionary_key_type()
                && !value.is_nested()
                && !matches!(**value, DataType::Dictionary(..))
        }
        DataType::FixedSizeBinary(size) => *size >= 0,
        other => !other.is_nested(),
    };
    // Arrow does not read back every text that it prints: a strange time zone, for example.
    let again = DataType::from_str(&found.to_string()).is_ok_and(|again| again == found);
    (flat && again).then_some(found).ok_or_else(unknown)
}

fn sorted(metadata: &std::collections::HashMap<String, String>) -> BTreeMap<String, String> {
    metadata
        .iter()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}
