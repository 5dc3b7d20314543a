//! Values of the order column, and their total order.
//!
//! A dataset has one order column. [`OrderType`] says which Arrow types can be one and how their values are read, shown
//! and parsed; [`OrderValue`] is one value; [`OrderColumn`] is a column of them, prepared for many comparisons.

mod column;
mod error;
mod kind;
mod names;
mod text;
mod value;

pub use column::OrderColumn;
pub use error::OrderError;
pub use kind::{OrderType, in_its_place};
pub use value::{OrderValue, ParseOrderValueError, TotalF64};
