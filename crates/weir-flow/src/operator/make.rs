use super::{Operator, OperatorError};
use crate::StreamSchema;

/// Makes an operator for given inputs, when the pipeline is built: here columns are looked up and types checked.
///
/// Every closure `FnOnce(&[StreamSchema]) -> Result<Box<dyn Operator>, OperatorError>` is one.
pub trait MakeOperator: Send {
    /// Makes the operator.
    ///
    /// # Errors
    ///
    /// [`OperatorError`] where the inputs do not suit it: the pipeline is not built.
    fn make(self: Box<Self>, inputs: &[StreamSchema]) -> Result<Box<dyn Operator>, OperatorError>;
}

impl<F> MakeOperator for F
where
    F: FnOnce(&[StreamSchema]) -> Result<Box<dyn Operator>, OperatorError> + Send,
{
    fn make(self: Box<Self>, inputs: &[StreamSchema]) -> Result<Box<dyn Operator>, OperatorError> {
        self(inputs)
    }
}
