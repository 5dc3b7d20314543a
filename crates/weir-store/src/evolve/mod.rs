//! Changing a dataset's columns, explicitly.

use std::sync::Arc;

use arrow_schema::{DataType, Field, FieldRef, Schema, SchemaRef};

use crate::{
    commit::Change,
    data::widens,
    dataset::Dataset,
    manifest::Settings,
    order::OrderType,
    write::{Made, WriteError, WriteReport, check, redo},
};

impl Dataset {
    /// Adds a nullable column at the end; stored rows are null in it. No file is written again.
    ///
    /// # Errors
    /// [`WriteError::Schema`] when it is not nullable or there is such a column.
    pub fn add_column(&self, field: Field) -> Result<WriteReport, WriteError> {
        let field: FieldRef = Arc::new(field);
        self.evolve(|schema, _| {
            if !field.is_nullable() {
                return refuse(format!(
                    "a new column has to be nullable, for the rows that are stored: {}",
                    field.name()
                ));
            }
            if schema.field_with_name(field.name()).is_ok() {
                return refuse(format!("there is a column {:?} already", field.name()));
            }
            let fields = schema.fields().iter().cloned().chain([field.clone()]);
            Ok(fields.collect())
        })
    }

    /// Gives a column a wider type that holds every value of the present one (see [`widens`]). No file is written again.
    ///
    /// # Errors
    /// [`WriteError::Schema`] when there is no such column or the type is not wider.
    pub fn widen_column(&self, name: &str, to: &DataType) -> Result<WriteReport, WriteError> {
        self.evolve(|schema, order_column| {
            let Ok(field) = schema.field_with_name(name) else {
                return refuse(format!("there is no column {name:?}"));
            };
            let from = field.data_type();
            // Order values stay what they are in manifests.
            let same_order = name != order_column
                || (from.is_signed_integer() == to.is_signed_integer()
                    && OrderType::of(to).is_ok());
            if !widens(from, to) || !same_order {
                return refuse(format!("{name:?} cannot be widened from {from} to {to}"));
            }
            Ok(schema
                .fields()
                .iter()
                .map(|field| {
                    if field.name() == name {
                        Arc::new(field.as_ref().clone().with_data_type(to.clone()))
                    } else {
                        field.clone()
                    }
                })
                .collect())
        })
    }

    /// Allows null in a column.
    ///
    /// # Errors
    /// [`WriteError::Schema`] when there is no such column or it is the order column.
    pub fn allow_null(&self, name: &str) -> Result<WriteReport, WriteError> {
        self.evolve(|schema, order_column| {
            if schema.field_with_name(name).is_err() || name == order_column {
                return refuse(format!("there is no column {name:?} that could be null"));
            }
            Ok(schema
                .fields()
                .iter()
                .map(|field| {
                    if field.name() == name {
                        Arc::new(field.as_ref().clone().with_nullable(true))
                    } else {
                        field.clone()
                    }
                })
                .collect())
        })
    }

    /// Changes how the dataset is written from now on. Stored files stay as they are until they are written again or compacted.
    ///
    /// # Errors
    /// [`WriteError::Settings`] when a setting cannot be, and when duplicates are to be found by other columns while late rows are
    /// beside the files, which mean what the settings said when they came: compact first.
    pub fn change_settings(&self, settings: &Settings) -> Result<WriteReport, WriteError> {
        redo(self, |writing| {
            let base = writing.base();
            check(settings, &base.schema, &base.order_type())?;
            if settings.duplicates_on != base.settings.duplicates_on
                && !base.late_files().is_empty()
            {
                return Err(WriteError::Settings {
                    why: "late rows are beside the files; compact the dataset before duplicates are found by other columns".to_owned(),
                });
            }
            let mut change = Change::of(base.version);
            if *settings != base.settings {
                change.settings = Some(settings.clone());
            }
            Ok(Made {
                change,
                bytes_read: 0,
            })
        })
    }

    fn evolve(
        &self,
        fields: impl Fn(&SchemaRef, &str) -> Result<Vec<FieldRef>, WriteError>,
    ) -> Result<WriteReport, WriteError> {
        redo(self, |writing| {
            let base = writing.base();
            let schema = Schema::new_with_metadata(
                fields(&base.schema, &base.order_column)?,
                base.schema.metadata().clone(),
            );
            let mut change = Change::of(base.version);
            if schema != *base.schema {
                change.schema = Some(Arc::new(schema));
            }
            Ok(Made {
                change,
                bytes_read: 0,
            })
        })
    }
}

fn refuse<T>(why: String) -> Result<T, WriteError> {
    Err(WriteError::Schema { why })
}
