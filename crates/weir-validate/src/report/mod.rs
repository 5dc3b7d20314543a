//! Scores for people: a table for the terminal and one HTML page.

mod html;
mod text;

pub use html::{caveats, report};
pub use text::table;
