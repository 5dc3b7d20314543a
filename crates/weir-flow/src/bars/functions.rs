//! Users' own binning and post-processing, by name.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, SchemaRef};

use super::BarsError;

/// What users' functions fail with.
pub type UserError = Box<dyn Error + Send + Sync>;

/// A new bin begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The row of the batch that is its first.
    pub row: usize,
    /// The label of its bars, in the order column's unit: not below an earlier one.
    pub label: i64,
}

/// Says where bins begin.
///
/// It sees every row once, in order, in batches that may be cut anywhere: what it says must depend on the rows alone. What it remembers of earlier rows
/// goes through [`save`](BinFunction::save) and [`restore`](BinFunction::restore).
pub trait BinFunction: Send {
    /// Appends the begins of new bins in these rows, in order. The very first row begins a bin (labelled with its order value) whether said or not.
    ///
    /// # Errors
    /// Any; the rows are then not taken in and the function is restored to what it was.
    fn cuts(
        &mut self,
        rows: &RecordBatch,
        times: &[i64],
        cuts: &mut Vec<Cut>,
    ) -> Result<(), UserError>;

    /// What it remembers.
    fn save(&self) -> Vec<u8>;

    /// Remembers what was saved.
    ///
    /// # Errors
    /// Where the bytes are no such memory.
    fn restore(&mut self, state: &[u8]) -> Result<(), UserError>;
}

/// Changes finished bars on their way out: adds columns, drops rows.
///
/// It sees every finished bar once, in order (label, then key), in batches that may be cut anywhere: what it gives for a row must not depend on the
/// cutting. Provisional bars are given to a copy made by saving and restoring.
pub trait AfterFunction: Send {
    /// The columns that it gives for bars with these columns; the first must stay the label, in order.
    ///
    /// # Errors
    /// Where the bars do not suit it.
    fn schema(&self, bars: &SchemaRef) -> Result<SchemaRef, ArrowError>;

    /// The bars to pass on.
    ///
    /// # Errors
    /// Any; the bars are then not passed on and the function is restored to what it was.
    fn process(&mut self, bars: RecordBatch) -> Result<RecordBatch, UserError>;

    /// What it remembers.
    fn save(&self) -> Vec<u8>;

    /// Remembers what was saved.
    ///
    /// # Errors
    /// Where the bytes are no such memory.
    fn restore(&mut self, state: &[u8]) -> Result<(), UserError>;
}

type Make<T> = Arc<dyn Fn() -> Box<T> + Send + Sync>;

/// Registered functions.
#[derive(Clone, Default)]
pub struct BarFunctions {
    bins: BTreeMap<String, Make<dyn BinFunction>>,
    after: BTreeMap<String, Make<dyn AfterFunction>>,
}

impl BarFunctions {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// Registers a binning function, made anew for every use.
    ///
    /// # Errors
    /// [`BarsError::Description`] when the name is taken.
    pub fn register_bins<F: BinFunction + 'static>(
        &mut self,
        name: &str,
        make: impl Fn() -> F + Send + Sync + 'static,
    ) -> Result<(), BarsError> {
        if self.bins.contains_key(name) {
            return Err(taken(name));
        }
        self.bins
            .insert(name.to_owned(), Arc::new(move || Box::new(make())));
        Ok(())
    }

    /// Registers a function for finished bars, made anew for every use.
    ///
    /// # Errors
    /// [`BarsError::Description`] when the name is taken.
    pub fn register_after<F: AfterFunction + 'static>(
        &mut self,
        name: &str,
        make: impl Fn() -> F + Send + Sync + 'static,
    ) -> Result<(), BarsError> {
        if self.after.contains_key(name) {
            return Err(taken(name));
        }
        self.after
            .insert(name.to_owned(), Arc::new(move || Box::new(make())));
        Ok(())
    }

    pub(crate) fn bins(&self, name: &str) -> Result<Box<dyn BinFunction>, BarsError> {
        self.bins
            .get(name)
            .map(|make| make())
            .ok_or_else(|| unknown("binning", name, self.bins.keys()))
    }

    pub(crate) fn after(&self, name: &str) -> Result<Box<dyn AfterFunction>, BarsError> {
        self.after
            .get(name)
            .map(|make| make())
            .ok_or_else(|| unknown("post-processing", name, self.after.keys()))
    }
}

fn taken(name: &str) -> BarsError {
    BarsError::Description(format!(
        "a function is already registered as `{name}`; choose another name"
    ))
}

fn unknown<'a>(kind: &str, name: &str, known: impl Iterator<Item = &'a String>) -> BarsError {
    let known: Vec<&str> = known.map(String::as_str).collect();
    let known = if known.is_empty() {
        "none".to_owned()
    } else {
        known.join(", ")
    };
    BarsError::Description(format!(
        "no {kind} function is registered as `{name}`; registered: {known}"
    ))
}

impl fmt::Debug for BarFunctions {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("BarFunctions")
            .field("bins", &self.bins.keys().collect::<Vec<_>>())
            .field("after", &self.after.keys().collect::<Vec<_>>())
            .finish()
    }
}
