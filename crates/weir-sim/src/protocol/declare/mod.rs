//! What a protocol file may contain, each key declared once.
//!
//! Reading a file, its JSON Schema, canonical text and reference page follow from the declarations
//! (`weir_yaml`).

mod behaviour;
mod biology;
mod intervals;
mod letters;
mod policy;
mod population;
mod protocol;
mod treatment;
mod visits;

pub(crate) use weir_yaml::{
    Bounds, Field, ListOf, Named, OptionalOf, Record, Union, Visitor, field,
};
