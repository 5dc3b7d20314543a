//! What people wrote, read with line, column and remedy.
//!
//! A format is declared once: a [`Record`] walks a [`Visitor`] over its keys. Reading a file, its
//! JSON Schema, its reference page and its canonical text are visitors, so none of them can know a
//! key, a range or a default that the others do not. Every mistake of a file is reported with its
//! place and what to do about it; nothing is ignored. The crate knows no job: protocols of
//! `weir-sim` and pipelines of `weir-flow` are read by it.
//!
//! Limits: 1 MiB of text, 100,000 values, 16 levels, 100 mistakes reported. YAML's anchors,
//! aliases, merge keys and tags are refused, so a tree is never larger than its text.
//!
//! ```
//! use weir_yaml::{Code, Document, Format, Record, Visitor, field};
//!
//! #[derive(Debug, PartialEq)]
//! struct Kettle {
//!     litres: u32,
//! }
//!
//! impl Record for Kettle {
//!     fn visit(&mut self, v: &mut dyn Visitor) {
//!         v.format(&Kettle::FORMAT);
//!         v.whole(&field("litres", "How much it holds, litres"), 1, 9, &mut self.litres);
//!     }
//! }
//!
//! impl Document for Kettle {
//!     const FORMAT: Format = Format::new("kettle/1", "kettle", Code::new("W0201", "a kettle has mistakes"));
//!     fn blank() -> Self {
//!         Kettle { litres: 2 }
//!     }
//! }
//!
//! let parsed = weir_yaml::parse::<Kettle>("k.yaml", "weir: kettle/1\nlitres: 3\n").unwrap();
//! assert_eq!(parsed.document.litres, 3);
//!
//! let mistakes = weir_yaml::parse::<Kettle>("k.yaml", "weir: kettle/1\nlitre: 3\n").unwrap_err();
//! assert_eq!((mistakes.mistakes[0].line, mistakes.mistakes[0].remedy.as_str()), (2, "litres"));
//! ```

mod declare;
mod decode;
mod report;
mod tree;
mod write;

pub use declare::{
    Bounds, Document, Field, Form, Format, List, ListOf, MapOf, Mapping, Named, Notation,
    OptionalOf, Record, Said, Slot, Union, Visitor, Word, field,
};
pub use decode::{Decoded, Parsed, Places, decode, nearest, parse, parse_bytes, read_bytes};
pub use report::{AsWarning, Check, Code, MISTAKES_REPORTED, Mistake, Mistakes, Report};
pub use tree::{MAX_BYTES, Place, plain_words};
pub use write::{json_schema, reference, to_yaml};
