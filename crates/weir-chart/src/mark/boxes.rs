//! Percentiles of a distribution per category.

/// Five percentiles of one category, rising.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoxSummary {
    /// 5th percentile.
    pub p5: f64,
    /// 25th percentile.
    pub p25: f64,
    /// Median.
    pub p50: f64,
    /// 75th percentile.
    pub p75: f64,
    /// 95th percentile.
    pub p95: f64,
    /// Mean, drawn as a ring, if known.
    pub mean: Option<f64>,
}

/// One distribution per category of the x axis: a thin line from the 5th to the 95th percentile, a bar from the 25th to the 75th, a
/// line at the median. `None` is a category with nobody in it. Limit: 100 categories.
#[derive(Debug, Clone, PartialEq)]
pub struct Boxes {
    /// Of what: "patients".
    pub of: String,
    /// The concept whose colour they take.
    pub concept: String,
    /// One per category.
    pub summaries: Vec<Option<BoxSummary>>,
}

impl Boxes {
    /// Distributions of `of` in the order of the categories.
    #[must_use]
    pub fn new(
        of: impl Into<String>,
        summaries: impl IntoIterator<Item = Option<BoxSummary>>,
    ) -> Self {
        let of = of.into();
        Self {
            concept: of.clone(),
            of,
            summaries: summaries.into_iter().collect(),
        }
    }

    /// Takes the colour of this concept.
    #[must_use]
    pub fn concept(mut self, concept: impl Into<String>) -> Self {
        self.concept = concept.into();
        self
    }
}
