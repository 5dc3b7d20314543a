//! Types from a file's first rows.

use std::sync::Arc;

use arrow_array::StringArray;
use arrow_array::cast::AsArray;
use arrow_schema::{ArrowError, DataType, Field, Schema};

use super::{CsvOptions, INFERRED_FROM_ROWS};

/// Bytes that stand between values in files that say they are separated by commas.
const SEPARATORS: [(char, &str, &str); 3] = [
    (
        ';',
        "`;`",
        "--delimiter ';', in a pipeline `delimiter: semicolon`",
    ),
    (
        '\t',
        "a tab",
        "--delimiter tab, in a pipeline `delimiter: tab`",
    ),
    ('|', "`|`", "--delimiter '|'"),
];

/// The columns of a file that begins so; `cut` when it goes on behind `head`.
pub(super) fn schema(head: &[u8], cut: bool, options: &CsvOptions) -> Result<Schema, ArrowError> {
    let whole = if cut {
        let end = head.iter().rposition(|byte| *byte == b'\n');
        &head[..end.map_or(head.len(), |end| end + 1)]
    } else {
        head
    };
    if whole.iter().all(u8::is_ascii_whitespace) {
        return Err(ArrowError::CsvError(
            "there is no line with the columns' names".to_owned(),
        ));
    }
    let format = arrow_csv::reader::Format::default()
        .with_header(true)
        .with_delimiter(options.delimiter);
    let (schema, _) = match format.infer_schema(whole, Some(INFERRED_FROM_ROWS)) {
        Ok(found) => found,
        Err(error) => {
            // Lines of other lengths are told first where the separator is another one.
            let names = whole.split(|byte| *byte == b'\n').next().unwrap_or(whole);
            let names = String::from_utf8_lossy(names);
            if !names.contains(char::from(options.delimiter)) {
                refuse_other_separator(names.trim(), options)?;
            }
            return Err(error);
        }
    };
    if let [only] = &schema.fields()[..] {
        refuse_other_separator(only.name(), options)?;
    }
    instants(schema, whole, options)
}

/// A single column whose name has what other files have between values is none, unless the options name it.
fn refuse_other_separator(name: &str, options: &CsvOptions) -> Result<(), ArrowError> {
    let known = options.types.iter().any(|(column, _)| column == name);
    let other = SEPARATORS
        .iter()
        .find(|(separator, ..)| name.contains(*separator) && options.delimiter != *separator as u8);
    match other {
        Some((_, called, remedy)) if !known => {
            let name: String = name.chars().take(60).collect();
            Err(ArrowError::CsvError(format!(
                "its first line is one column, {name:?}: the values look separated by {called}; say so ({remedy})"
            )))
        }
        _ => Ok(()),
    }
}

/// Timestamps of which each value in the first rows has an offset from UTC, such as Z, are instants: they get the zone UTC.
fn instants(schema: Schema, head: &[u8], options: &CsvOptions) -> Result<Schema, ArrowError> {
    let is_time = |field: &Field| matches!(field.data_type(), DataType::Timestamp(_, None));
    if !schema.fields().iter().any(|field| is_time(field)) {
        return Ok(schema);
    }
    let texts = schema
        .fields()
        .iter()
        .map(|field| Field::new(field.name(), DataType::Utf8, true));
    let reader = arrow_csv::ReaderBuilder::new(Arc::new(Schema::new(texts.collect::<Vec<_>>())))
        .with_header(true)
        .with_delimiter(options.delimiter)
        .with_bounds(0, INFERRED_FROM_ROWS)
        .build_buffered(head)?;
    let mut with_offset = vec![true; schema.fields().len()];
    for rows in reader {
        for (all, column) in with_offset.iter_mut().zip(rows?.columns()) {
            *all = *all && has_offsets(column.as_string());
        }
    }
    let fields = schema.fields().iter().zip(with_offset);
    let fields = fields.map(|(field, with_offset)| match field.data_type() {
        DataType::Timestamp(unit, None) if with_offset => {
            let zoned = DataType::Timestamp(*unit, Some("UTC".into()));
            Arc::new(field.as_ref().clone().with_data_type(zoned))
        }
        _ => Arc::clone(field),
    });
    Ok(Schema::new(fields.collect::<Vec<_>>()))
}

fn has_offsets(values: &StringArray) -> bool {
    values.iter().flatten().all(|value| {
        let value = value.trim_end();
        // Behind the date, whose hyphens are none.
        let time = value.get(10..).unwrap_or_default();
        value.is_empty() || time.ends_with(['Z', 'z']) || time.contains(['+', '-'])
    })
}
