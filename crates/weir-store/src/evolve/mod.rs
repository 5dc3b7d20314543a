//! Changing a dataset's columns and settings, explicitly.

use std::sync::Arc;

use arrow_schema::{DataType, Field, FieldRef, Schema};

use crate::{
    commit::Change,
    data::widens,
    dataset::Dataset,
    manifest::Settings,
    order::OrderType,
    snapshot::Snapshot,
    write::{Made, WriteError, WriteReport, check, redo},
};

/// A change of a dataset's columns. No file is written again for any of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnChange {
    /// A new column at the end, nullable; stored rows are null in it.
    Add(FieldRef),
    /// A wider type that holds every value of the present one (see [`widens`]).
    Widen {
        /// The column.
        column: String,
        /// Its new type.
        to: DataType,
    },
    /// Null is allowed in a column from now on.
    AllowNull {
        /// The column, which is not the order column.
        column: String,
    },
}

impl Dataset {
    /// Changes columns, one after the other, and settings, in one version: all of it or nothing. `settings` gets those of the newest version,
    /// possibly several times. Stored files stay as they are until they are written again or compacted. Nothing is published where nothing
    /// changes.
    ///
    /// # Errors
    /// [`WriteError::Column`] when a column cannot be changed so. [`WriteError::Settings`] when a setting cannot be, and when duplicates are to
    /// be found by other columns while late rows are beside the files, which mean what the settings said when they came: compact first.
    pub fn alter(
        &self,
        columns: &[ColumnChange],
        settings: impl Fn(&mut Settings),
    ) -> Result<WriteReport, WriteError> {
        redo(self, |writing| {
            let base = writing.base();
            let mut fields: Vec<FieldRef> = base.schema.fields().iter().cloned().collect();
            for change in columns {
                change.apply(&mut fields, &base.order_column)?;
            }
            let schema = Schema::new_with_metadata(fields, base.schema.metadata().clone());
            let mut change = Change::of(base.version);
            if schema != *base.schema {
                change.schema = Some(Arc::new(schema));
            }
            change.settings = changed_settings(base, change.schema.as_ref(), &settings)?;
            Ok(Made {
                change,
                bytes_read: 0,
            })
        })
    }

    /// Adds a nullable column at the end: [`ColumnChange::Add`].
    ///
    /// # Errors
    /// As [`Dataset::alter`]: when it is not nullable or there is such a column.
    pub fn add_column(&self, field: Field) -> Result<WriteReport, WriteError> {
        self.alter(&[ColumnChange::Add(Arc::new(field))], |_| {})
    }

    /// Gives a column a wider type: [`ColumnChange::Widen`].
    ///
    /// # Errors
    /// As [`Dataset::alter`]: when there is no such column or the type is not wider.
    pub fn widen_column(&self, name: &str, to: &DataType) -> Result<WriteReport, WriteError> {
        let change = ColumnChange::Widen {
            column: name.to_owned(),
            to: to.clone(),
        };
        self.alter(&[change], |_| {})
    }

    /// Allows null in a column: [`ColumnChange::AllowNull`].
    ///
    /// # Errors
    /// As [`Dataset::alter`]: when there is no such column or it is the order column.
    pub fn allow_null(&self, name: &str) -> Result<WriteReport, WriteError> {
        let change = ColumnChange::AllowNull {
            column: name.to_owned(),
        };
        self.alter(&[change], |_| {})
    }

    /// Changes how the dataset is written from now on.
    ///
    /// # Errors
    /// As [`Dataset::alter`].
    pub fn change_settings(&self, settings: &Settings) -> Result<WriteReport, WriteError> {
        self.alter(&[], |now| now.clone_from(settings))
    }
}

impl ColumnChange {
    /// A new nullable column of this type.
    #[must_use]
    pub fn add(name: &str, data_type: DataType) -> Self {
        Self::Add(Arc::new(Field::new(name, data_type, true)))
    }

    fn apply(&self, fields: &mut Vec<FieldRef>, order_column: &str) -> Result<(), WriteError> {
        match self {
            Self::Add(field) => {
                if !field.is_nullable() {
                    return refuse(format!(
                        "a new column has to be nullable, for the rows that are stored: {}",
                        field.name()
                    ));
                }
                if fields.iter().any(|there| there.name() == field.name()) {
                    return refuse(format!("there is a column {:?} already", field.name()));
                }
                fields.push(Arc::clone(field));
            }
            Self::Widen { column, to } => {
                let field = named(fields, column)?;
                let from = field.data_type();
                // Order values stay what they are in manifests.
                let same_order = column != order_column
                    || (from.is_signed_integer() == to.is_signed_integer()
                        && OrderType::of(to).is_ok());
                if from != to && !(widens(from, to) && same_order) {
                    return refuse(format!(
                        "column {column:?} cannot be widened from {from} to {to}: integers become wider ones (unsigned ones also wider signed \
                         ones, unless rows are in order by them), Float32 Float64, Utf8 LargeUtf8, and decimals get more digits with the same scale"
                    ));
                }
                *field = Arc::new(field.as_ref().clone().with_data_type(to.clone()));
            }
            Self::AllowNull { column } => {
                if column == order_column {
                    return refuse(format!(
                        "rows are in order by column {column:?}, so it is never null"
                    ));
                }
                let field = named(fields, column)?;
                *field = Arc::new(field.as_ref().clone().with_nullable(true));
            }
        }
        Ok(())
    }
}

fn named<'f>(fields: &'f mut [FieldRef], name: &str) -> Result<&'f mut FieldRef, WriteError> {
    let there: Vec<String> = fields.iter().take(20).map(|f| f.name().clone()).collect();
    match fields.iter_mut().find(|field| field.name() == name) {
        Some(field) => Ok(field),
        None => refuse(format!(
            "there is no column {name:?}; the columns are {}",
            there.join(", ")
        )),
    }
}

/// The new settings, or nothing when they stay as they are.
fn changed_settings(
    base: &Snapshot,
    schema: Option<&arrow_schema::SchemaRef>,
    change: impl Fn(&mut Settings),
) -> Result<Option<Settings>, WriteError> {
    let mut settings = base.settings.clone();
    change(&mut settings);
    check(
        &settings,
        schema.unwrap_or(&base.schema),
        &base.order_type(),
    )?;
    if settings.duplicates_on != base.settings.duplicates_on && !base.late_files().is_empty() {
        return Err(WriteError::Settings {
            why: "late rows are beside the files, and mean what the settings said when they came; `weir store compact` folds them in, after \
                  which duplicates can be found by other columns"
                .to_owned(),
        });
    }
    Ok((settings != base.settings).then_some(settings))
}

fn refuse<T>(why: String) -> Result<T, WriteError> {
    Err(WriteError::Column { why })
}
