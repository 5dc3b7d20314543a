//! As-of joins: each left row meets one right row of its key, by time.

mod backward;
mod forward;

pub(super) use backward::Backward;
pub(super) use forward::Forward;

/// Which right row of its key a left row meets. Of right rows with equal times the last in stream order is the one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AsofDirection {
    /// The newest that is not later.
    #[default]
    Backward,
    /// The first that is not earlier.
    Forward,
    /// The nearest; of two equally far the later one.
    Nearest,
}
