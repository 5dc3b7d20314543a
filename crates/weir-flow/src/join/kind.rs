//! What becomes of left rows that meet no right row.

/// What becomes of left rows that meet no right row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum JoinKind {
    /// They are passed on, with nulls in the right's columns.
    #[default]
    Left,
    /// They are left out.
    Inner,
}
