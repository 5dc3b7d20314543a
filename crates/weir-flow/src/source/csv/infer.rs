//! Types from a file's first rows.

use arrow_schema::{ArrowError, Schema};

use super::{CsvOptions, INFERRED_FROM_ROWS};

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
    let (schema, _) = format.infer_schema(whole, Some(INFERRED_FROM_ROWS))?;
    Ok(schema)
}
