use serde_json::json;
use weir_store::{ColumnChange, LateRows};

use super::arguments::{AlterArguments, LateArgument};
use super::dataset;
use crate::failure::{Exit, Failure};
use crate::output::Output;

/// `weir store alter`.
pub fn run(arguments: &AlterArguments, output: &Output) -> Result<Exit, Failure> {
    let dataset = arguments.dataset.open()?;
    let added = arguments
        .add_column
        .iter()
        .map(|(name, data_type)| ColumnChange::add(name, data_type.0.clone()));
    let widened = arguments
        .widen
        .iter()
        .map(|(column, to)| ColumnChange::Widen {
            column: column.clone(),
            to: to.0.clone(),
        });
    let nullable = arguments
        .allow_null
        .iter()
        .map(|column| ColumnChange::AllowNull {
            column: column.clone(),
        });
    let columns: Vec<_> = added.chain(widened).chain(nullable).collect();
    let row_group = arguments
        .row_group
        .as_deref()
        .map(dataset::row_group)
        .transpose()?;
    let report = dataset.alter(&columns, |settings| {
        if let Some(target) = &row_group {
            settings.row_group = target.clone();
        }
        if let Some(columns) = &arguments.duplicates_on {
            settings.duplicates_on = Some(dataset::columns(columns));
        }
        if arguments.keep_duplicates {
            settings.duplicates_on = None;
        }
        if let Some(late) = arguments.late {
            settings.late_rows = late_rows(late);
        }
        if arguments.max_off_target.is_some() {
            settings.max_off_target = arguments.max_off_target;
        }
    })?;
    let text = if report.published {
        format!(
            "altered    {}: version {}; stored files stay as they are until they are written again",
            dataset.key(),
            report.version
        )
    } else {
        format!(
            "altered    {}: version {} is so already",
            dataset.key(),
            report.version
        )
    };
    output.result(
        &text,
        &json!({"key": dataset.key().to_string(), "version": report.version, "published": report.published}),
    );
    Ok(Exit::Done)
}

pub fn late_rows(late: LateArgument) -> LateRows {
    match late {
        LateArgument::Merge => LateRows::Merge,
        LateArgument::Beside => LateRows::Beside,
    }
}
