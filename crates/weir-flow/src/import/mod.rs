//! Taking over a dataset of oups: a folder of Parquet files and, beside it or in it, a metadata file that is Parquet too.
//!
//! The files are read in the order of their names, as oups numbers them; the metadata file is only used to check against and for
//! entries that are text. What is pickled is never unpickled: it could run anything.

mod metadata;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use weir_memory::Holder;
use weir_store::{DatasetSpec, Key, OpenError, Settings, Store, Version, WriteError, WriteOptions};

use crate::{ParquetOptions, ParquetSource, Source, SourceError};

/// How a dataset is taken over.
#[derive(Debug, Clone)]
pub struct ImportOptions {
    /// The column that its rows are in order by.
    pub order_column: String,
    /// Settings of the new dataset.
    pub settings: Settings,
    /// Whose memory it is.
    pub holder: Holder,
}

/// What was taken over, and what was not.
#[derive(Debug, Clone, Default)]
pub struct ImportReport {
    /// The version that has the rows.
    pub version: Version,
    /// Rows.
    pub rows: u64,
    /// Files read.
    pub files: u64,
    /// Bytes written.
    pub bytes: u64,
    /// What was compared with what.
    pub checked: Vec<String>,
    /// Metadata carried over, by key.
    pub carried: Vec<String>,
    /// What was left behind, and why.
    pub not_carried: Vec<String>,
}

/// Why a dataset was not taken over. Nothing is left behind in the store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The folder is not one of oups.
    #[error("{path}: {what}")]
    Foreign {
        /// The folder or file.
        path: PathBuf,
        /// What is missing or odd.
        what: String,
    },
    /// Files and metadata, or files among themselves, contradict each other.
    #[error("{path}: {what}; nothing was imported")]
    Contradiction {
        /// The file.
        path: PathBuf,
        /// What differs.
        what: String,
    },
    /// A file cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The dataset cannot be made.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The rows were not written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Takes over the dataset in a folder, under a new key.
///
/// Checked: columns are the same in all files; rows are in order within and between files; the number of rows of each file is that of
/// the metadata file, where there is one.
///
/// # Errors
///
/// [`ImportError`]; nothing was made then.
pub fn import_oups(
    folder: &Path,
    store: &Store,
    key: &Key,
    options: &ImportOptions,
) -> Result<ImportReport, ImportError> {
    let files = parquet_files(folder)?;
    let mut report = ImportReport::default();
    let old = metadata::read(folder, &options.holder, &mut report)?;
    if let Some(old) = &old
        && let Some(counts) = &old.rows
        && counts.len() != files.len()
    {
        return Err(ImportError::Contradiction {
            path: old.path.clone(),
            what: format!(
                "it lists {} files, and there are {}",
                counts.len(),
                files.len()
            ),
        });
    }
    // The first pass only looks: nothing is made unless all of it fits.
    let order = Some(options.order_column.as_str());
    let mut schema = None;
    for path in &files {
        let source = ParquetSource::open(
            path,
            order,
            &ParquetOptions::default(),
            options.holder.clone(),
        )?;
        let own = Arc::clone(source.stream().schema());
        match &schema {
            None => schema = Some(own),
            Some(first) if first.fields() == own.fields() => {}
            Some(_) => {
                return Err(ImportError::Contradiction {
                    path: path.clone(),
                    what: format!("its columns differ from those of {}", files[0].display()),
                });
            }
        }
    }
    let Some(schema) = schema else {
        return Err(ImportError::Foreign {
            path: folder.to_owned(),
            what: "there are no .parquet files in it; name the folder of one dataset, not of the whole store".to_owned(),
        });
    };
    let mut spec = DatasetSpec::new(schema, &options.order_column);
    spec.settings = options.settings.clone();
    if let Some(old) = &old {
        spec.metadata = old.metadata.clone();
    }
    let dataset = store.create_dataset(key, spec)?;
    match rows(&files, old.as_ref(), &dataset, options, &mut report) {
        Ok(()) => {
            report.files = files.len() as u64;
            report
                .checked
                .push("rows are in order, within files and between them".to_owned());
            if old.as_ref().is_some_and(|old| old.rows.is_some()) {
                report
                    .checked
                    .push("every file has the rows that the metadata file says".to_owned());
            }
            Ok(report)
        }
        Err(error) => {
            store.remove(key)?;
            Err(error)
        }
    }
}

fn rows(
    files: &[PathBuf],
    old: Option<&metadata::Old>,
    dataset: &weir_store::Dataset,
    options: &ImportOptions,
    report: &mut ImportReport,
) -> Result<(), ImportError> {
    let mut writer = dataset.writer(WriteOptions::new(options.holder.clone()).sorted())?;
    for (index, path) in files.iter().enumerate() {
        let order = Some(options.order_column.as_str());
        let mut source = ParquetSource::open(
            path,
            order,
            &ParquetOptions::default(),
            options.holder.clone(),
        )?;
        let mut count = 0;
        while let Some(batch) = source.next()? {
            count += batch.num_rows() as u64;
            writer.push(batch).map_err(|error| match error {
                WriteError::Data(error @ weir_store::DataError::Order(_)) => {
                    ImportError::Contradiction {
                        path: path.clone(),
                        what: format!("its rows do not follow those before them: {error}"),
                    }
                }
                other => other.into(),
            })?;
        }
        let said = old.and_then(|old| old.rows.as_ref()?.get(index).copied());
        if let Some(said) = said.filter(|said| *said != count) {
            return Err(ImportError::Contradiction {
                path: path.clone(),
                what: format!("it has {count} rows, and the metadata file says {said}"),
            });
        }
        report.rows += count;
    }
    let written = writer.commit(weir_store::MetadataPatch::new())?;
    report.version = written.version;
    report.bytes = written.bytes_written;
    Ok(())
}

/// The Parquet files of a folder by name; files of other programs are left alone.
fn parquet_files(folder: &Path) -> Result<Vec<PathBuf>, ImportError> {
    let foreign = |what: String| ImportError::Foreign {
        path: folder.to_owned(),
        what,
    };
    let entries =
        std::fs::read_dir(folder).map_err(|error| foreign(format!("cannot be listed: {error}")))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| foreign(error.to_string()))?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let data = path.extension().is_some_and(|ending| ending == "parquet")
            && !name.starts_with(['.', '_']);
        if data && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
