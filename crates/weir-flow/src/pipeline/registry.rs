use std::collections::BTreeMap;

use super::BuildError;
use crate::{Operator, OperatorError, StreamSchema};

/// Makes an operator from options that came with its name, such as those in a pipeline file.
pub type MakeByName = dyn Fn(&[StreamSchema], &serde_json::Value) -> Result<Box<dyn Operator>, OperatorError>
    + Send
    + Sync;

/// Operators of one's own, by name.
///
/// ```
/// use weir_flow::{Filter, Registry};
/// let mut registry = Registry::new();
/// registry.register("positive", |inputs, options| {
///     let column = options["column"].as_str().unwrap_or("x");
///     Ok(Box::new(Filter::compare(inputs, column, ">", "0")?))
/// })?;
/// assert!(registry.register("positive", |_, _| unreachable!()).is_err());
/// assert_eq!(
///     registry.get("positiv").err().unwrap().to_string(),
///     "there is no operator `positiv`; there are positive",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Default)]
pub struct Registry {
    makers: BTreeMap<String, Box<MakeByName>>,
}

impl Registry {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Registers an operator.
    ///
    /// # Errors
    ///
    /// [`BuildError::RegisteredTwice`], [`BuildError::Name`].
    pub fn register(
        &mut self,
        name: &str,
        make: impl Fn(&[StreamSchema], &serde_json::Value) -> Result<Box<dyn Operator>, OperatorError>
        + Send
        + Sync
        + 'static,
    ) -> Result<(), BuildError> {
        super::build::check_name(name)?;
        if self.makers.contains_key(name) {
            return Err(BuildError::RegisteredTwice {
                name: name.to_owned(),
            });
        }
        self.makers.insert(name.to_owned(), Box::new(make));
        Ok(())
    }

    /// What makes the operator of this name.
    ///
    /// # Errors
    ///
    /// [`BuildError::UnknownOperator`] with the names that there are.
    pub fn get(&self, name: &str) -> Result<&MakeByName, BuildError> {
        self.makers
            .get(name)
            .map(|make| &**make)
            .ok_or_else(|| BuildError::UnknownOperator {
                name: name.to_owned(),
                known: self.names().map(str::to_owned).collect(),
            })
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.makers.keys().map(String::as_str)
    }
}
