//! Stores, datasets and versions as the arguments name them.

use std::path::Path;

use weir_memory::{Budget, Holder, HolderName};
use weir_store::{Dataset, RowGroupTarget, Snapshot, Store, Version, VersionRef};

use super::arguments::DatasetArguments;
use crate::failure::{Exit, Failure};

pub fn open(folder: &Path) -> Result<Store, Failure> {
    Ok(Store::open(folder)?)
}

impl DatasetArguments {
    pub fn open(&self) -> Result<Dataset, Failure> {
        let store = open(&self.store)?;
        let key = store.key_schema().parse_key(&self.key)?;
        Ok(store.dataset(&key)?)
    }
}

pub fn snapshot(dataset: &Dataset, version: Option<&str>) -> Result<Snapshot, Failure> {
    let version = match version {
        None => VersionRef::Latest,
        Some(text) => match text.parse() {
            Ok(number) => VersionRef::Number(Version(number)),
            Err(_) => VersionRef::Name(text.to_owned()),
        },
    };
    Ok(dataset.snapshot_at(version)?)
}

pub fn holder(budget: &Budget, operation: &'static str) -> Holder {
    budget.holder(HolderName::new("command", "store", operation))
}

/// Columns between commas; none of them is the order column alone.
pub fn columns(text: &str) -> Vec<String> {
    text.split(',')
        .map(str::trim)
        .filter(|column| !column.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Rows, or a period.
pub fn row_group(text: &str) -> Result<RowGroupTarget, Failure> {
    match text.parse::<u64>() {
        Ok(0) => Err(
            Failure::new("W0503", "--row-group: no rows fit into a row group of 0")
                .exit(Exit::Usage),
        ),
        Ok(rows) => Ok(RowGroupTarget::Rows(rows)),
        Err(_) => {
            text.parse::<weir_store::Period>().map_err(|error| {
                Failure::new("W0503", format!("--row-group: {error}")).exit(Exit::Usage)
            })?;
            Ok(RowGroupTarget::Period(text.to_owned()))
        }
    }
}
