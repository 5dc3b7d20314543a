//! The rules of a manifest.

use super::{FileEntry, MAX_FILES, MAX_METADATA_BYTES, Manifest, Place, RowGroupTarget, Settings};
use crate::{order::OrderType, storage::ObjectPath};

/// What breaks a rule: the reason, and the file entry that it is about.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) reason: String,
    pub(super) file: Option<String>,
}

impl From<String> for Broken {
    fn from(reason: String) -> Self {
        Self { reason, file: None }
    }
}

/// Checks everything that [`Manifest`] promises, but the schema's limits, which its form checks.
pub(super) fn check(manifest: &Manifest) -> Result<(), Broken> {
    if manifest.version.0 == 0 || manifest.version.0 == u64::MAX {
        return Err(format!("version {} is no version", manifest.version).into());
    }
    if manifest.parent >= manifest.version {
        return Err(format!(
            "version {} cannot come from version {}",
            manifest.version, manifest.parent
        )
        .into());
    }
    for name in [&manifest.id, &manifest.writer] {
        if name.is_empty() || name.len() > 64 || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(
                "the dataset and the writer have names of 1 to 64 printable characters"
                    .to_owned()
                    .into(),
            );
        }
    }
    let order = order_type(manifest)?;
    settings(manifest, &manifest.settings)?;
    let size = serde_json::to_vec(&manifest.metadata).map_or(0, |bytes| bytes.len());
    if size > MAX_METADATA_BYTES {
        return Err(
            format!("{size} bytes of metadata, at most {MAX_METADATA_BYTES} are allowed").into(),
        );
    }
    files(manifest, &order)
}

fn order_type(manifest: &Manifest) -> Result<OrderType, String> {
    let name = &manifest.order_column;
    let field = manifest.schema.field_with_name(name).map_err(|_| {
        let columns: Vec<&str> = manifest
            .schema
            .fields()
            .iter()
            .take(20)
            .map(|field| field.name().as_str())
            .collect();
        format!(
            "there is no order column {name:?}; the columns are {}",
            columns.join(", ")
        )
    })?;
    OrderType::of(field.data_type())
        .map_err(|error| format!("column {name:?} cannot order rows: {error}"))
}

fn settings(manifest: &Manifest, settings: &Settings) -> Result<(), String> {
    match &settings.row_group {
        RowGroupTarget::Rows(0) => return Err("a row group of 0 rows".to_owned()),
        RowGroupTarget::Period(text) if text.is_empty() || text.len() > 32 => {
            return Err(format!(
                "{:?} is no period",
                text.chars().take(40).collect::<String>()
            ));
        }
        _ => {}
    }
    for name in settings.duplicates_on.iter().flatten() {
        if manifest.schema.field_with_name(name).is_err() {
            return Err(format!(
                "duplicates are told by a column {name:?}, which there is not"
            ));
        }
    }
    Ok(())
}

fn files(manifest: &Manifest, order: &OrderType) -> Result<(), Broken> {
    let count = manifest.files.len();
    if count > MAX_FILES {
        return Err(format!("{count} files, at most {MAX_FILES} are allowed").into());
    }
    if manifest.removed && count > 0 {
        return Err("a removed dataset with files".to_owned().into());
    }
    let mut names: Vec<&str> = manifest
        .files
        .iter()
        .map(|file| file.name.as_str())
        .collect();
    names.sort_unstable();
    if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(about(twice[0], "is named twice"));
    }
    let mut rows = 0_u64;
    let mut bytes = 0_u64;
    for file in &manifest.files {
        one(manifest, file, order).map_err(|reason| about(&file.name, &reason))?;
        rows = rows
            .checked_add(file.rows)
            .ok_or_else(|| about(&file.name, "brings more rows than can be counted"))?;
        bytes = bytes
            .checked_add(file.bytes)
            .ok_or_else(|| about(&file.name, "brings more bytes than can be counted"))?;
    }
    for pair in manifest.files.windows(2) {
        let (before, after) = (&pair[0], &pair[1]);
        let wrong = match (before.place, after.place) {
            (Place::Base, Place::Base) if before.max > after.min => {
                format!("begins before {} ends", before.name)
            }
            (Place::Late, Place::Late) if before.commit > after.commit => {
                format!("is older than {}, which comes before it", before.name)
            }
            (Place::Late, Place::Base) => "comes after late files".to_owned(),
            _ => continue,
        };
        return Err(about(&after.name, &wrong));
    }
    Ok(())
}

fn one(manifest: &Manifest, file: &FileEntry, order: &OrderType) -> Result<(), String> {
    let ending = match file.place {
        Place::Base => ".parquet",
        Place::Late => ".late",
    };
    let visible = !file.name.starts_with(['.', '_']) && !file.name.chars().any(char::is_control);
    if !ObjectPath::is_name(&file.name) || !file.name.ends_with(ending) || !visible {
        return Err(format!("is no name of a file that ends in {ending}"));
    }
    if file.rows == 0 {
        return Err("has no rows".to_owned());
    }
    if !order.accepts(&file.min) || !order.accepts(&file.max) {
        return Err(format!("has order values that are not of type {order}"));
    }
    if file.min > file.max {
        return Err("has a least value above its greatest".to_owned());
    }
    if file.footer_bytes < 8 || u64::from(file.footer_bytes) >= file.bytes {
        return Err(format!(
            "has a footer of {} bytes in {}",
            file.footer_bytes, file.bytes
        ));
    }
    if file.commit == 0 || file.commit > manifest.version.0 {
        return Err(format!("comes with version {}", file.commit));
    }
    Ok(())
}

fn about(name: &str, what: &str) -> Broken {
    Broken {
        reason: format!("file {name:?} {what}"),
        file: Some(name.to_owned()),
    }
}
