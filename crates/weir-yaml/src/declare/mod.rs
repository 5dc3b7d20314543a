//! What a file may contain, each key declared once.

mod document;
mod field;
mod notation;
mod slots;
mod visitor;

pub use document::{Document, Format};
pub use field::{Bounds, Field, Form, Named, field};
pub use notation::{Notation, Said};
pub use slots::{List, ListOf, MapOf, Mapping, OptionalOf, Slot};
pub use visitor::{Record, Union, Visitor, Word};
