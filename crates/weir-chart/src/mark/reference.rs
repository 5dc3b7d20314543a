//! A line at one value that means something.

/// A thin horizontal line with its label: 70 letters, 20 letters, a target.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// Where on the y axis.
    pub at: f64,
    /// What it means.
    pub label: String,
}

impl Reference {
    /// A horizontal line.
    #[must_use]
    pub fn horizontal(at: f64, label: impl Into<String>) -> Self {
        Self {
            at,
            label: label.into(),
        }
    }
}
