//! Counts on a grid, as shades.

/// Counts on a grid (month × letters), darker for more; zero is not drawn. Limit: 5,000 cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Heat {
    /// Of what: "patients".
    pub of: String,
    /// The concept whose colour it takes.
    pub concept: String,
    /// Rising edges on the x axis.
    pub x_edges: Vec<f64>,
    /// Rising edges on the y axis.
    pub y_edges: Vec<f64>,
    /// Counts, column by column from the left, each from the bottom; finite and not negative.
    pub values: Vec<f64>,
}

impl Heat {
    /// A grid of counts.
    #[must_use]
    pub fn new(
        of: impl Into<String>,
        x_edges: impl IntoIterator<Item = f64>,
        y_edges: impl IntoIterator<Item = f64>,
        values: impl IntoIterator<Item = f64>,
    ) -> Self {
        let of = of.into();
        Self {
            concept: of.clone(),
            of,
            x_edges: x_edges.into_iter().collect(),
            y_edges: y_edges.into_iter().collect(),
            values: values.into_iter().collect(),
        }
    }

    /// Takes the colour of this concept.
    #[must_use]
    pub fn concept(mut self, concept: impl Into<String>) -> Self {
        self.concept = concept.into();
        self
    }
}
