//! The metadata file of a dataset of oups.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type, UInt32Type, UInt64Type};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use weir_memory::Holder;
use weir_store::Metadata;

use super::{ImportError, ImportReport};
use crate::{ParquetOptions, ParquetSource, Source};

/// What the metadata file says.
pub(super) struct Old {
    pub(super) path: PathBuf,
    /// Rows of each file, in order, where it lists them.
    pub(super) rows: Option<Vec<u64>>,
    pub(super) metadata: Metadata,
}

/// Where it may be: beside the folder or in it.
fn find(folder: &Path) -> Option<PathBuf> {
    let name = folder.file_name()?.to_string_lossy();
    [
        folder.with_file_name(format!("{name}_opdmd")),
        folder.with_file_name(format!("{name}_opdmd.parquet")),
        folder.join("_opdmd"),
        folder.join("_metadata"),
    ]
    .into_iter()
    .find(|path| path.is_file())
}

/// Columns that count a file's rows.
const COUNTS: [&str; 3] = ["n_rows", "num_rows", "rows"];
/// The longest entry that is carried over, bytes.
const LONGEST: usize = 1 << 20;

pub(super) fn read(
    folder: &Path,
    holder: &Holder,
    report: &mut ImportReport,
) -> Result<Option<Old>, ImportError> {
    let Some(path) = find(folder) else {
        report.not_carried.push(format!(
            "there is no metadata file beside {}: files are taken in the order of their names",
            folder.display()
        ));
        return Ok(None);
    };
    let foreign = |what: String| ImportError::Foreign {
        path: path.clone(),
        what: format!("the metadata file cannot be read as Parquet: {what}"),
    };
    let file = File::open(&path).map_err(|error| foreign(error.to_string()))?;
    let about = ArrowReaderMetadata::load(&file, ArrowReaderOptions::default())
        .map_err(|error| foreign(error.to_string()))?;
    let mut metadata = Metadata::new();
    let entries = about.metadata().file_metadata().key_value_metadata();
    for entry in entries.into_iter().flatten() {
        // What Arrow and pandas write for themselves.
        if entry.key.starts_with("ARROW:") || entry.key == "pandas" {
            continue;
        }
        let shown = weir_yaml::plain_words(&entry.key);
        match &entry.value {
            Some(value) if is_pickled(value) => report.not_carried.push(format!(
                "metadata {shown}: pickled, and pickles are not opened"
            )),
            Some(value) if value.len() > LONGEST => report
                .not_carried
                .push(format!("metadata {shown}: longer than {LONGEST} bytes")),
            Some(value) => {
                let value = serde_json::from_str(value)
                    .unwrap_or_else(|_| serde_json::Value::String(value.clone()));
                metadata.insert(entry.key.clone(), value);
                report.carried.push(format!("metadata {shown}"));
            }
            None => report
                .not_carried
                .push(format!("metadata {shown}: it has no value")),
        }
    }
    let mut source = ParquetSource::open(&path, None, &ParquetOptions::default(), holder.clone())?;
    let schema = source.stream().schema().clone();
    let counts = COUNTS.iter().find_map(|name| schema.index_of(name).ok());
    for (index, field) in schema.fields().iter().enumerate() {
        if Some(index) != counts {
            report.not_carried.push(format!(
                "column {} of the metadata file: the new dataset finds it out itself",
                weir_yaml::plain_words(field.name())
            ));
        }
    }
    let mut rows = counts.map(|_| Vec::new());
    while let Some(batch) = source.next()? {
        if let (Some(rows), Some(index)) = (&mut rows, counts) {
            rows.extend(
                numbers(batch.column(index)).ok_or_else(|| ImportError::Foreign {
                    path: path.clone(),
                    what: "its column of row counts does not hold whole numbers".to_owned(),
                })?,
            );
        }
    }
    Ok(Some(Old {
        path,
        rows,
        metadata,
    }))
}

/// Pickles begin with a protocol byte; as text, in base64 or as `b'…'`.
fn is_pickled(value: &str) -> bool {
    let value = value.trim_start();
    value.starts_with('\u{80}')
        || value.starts_with("gAS")
        || value.starts_with("gAN")
        || value.starts_with("b'\\x80")
        || value.starts_with("\\x80")
        || value.contains('\u{fffd}')
}

fn numbers(column: &dyn Array) -> Option<Vec<u64>> {
    if column.null_count() > 0 {
        return None;
    }
    macro_rules! from {
        ($type:ty) => {
            column.as_primitive_opt::<$type>().map(|values| {
                values
                    .values()
                    .iter()
                    .map(|value| u64::try_from(*value).ok())
                    .collect()
            })
        };
    }
    from!(Int64Type)
        .or_else(|| from!(UInt64Type))
        .or_else(|| from!(Int32Type))
        .or_else(|| from!(UInt32Type))?
}
