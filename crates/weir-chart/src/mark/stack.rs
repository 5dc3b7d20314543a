//! Stacked areas that conserve their total.

/// In what a stack is drawn. The data are counts in both cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StackUnit {
    /// Counts, on an axis of counts.
    Count,
    /// Each column divided by its total, on an axis of shares 0–1.
    Share,
}

/// One area of a stack.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Written beside the area.
    pub name: String,
    /// The concept whose colour it takes.
    pub concept: String,
    /// Counts, one per x; finite and not negative.
    pub values: Vec<f64>,
}

/// Stacked areas over x, the first layer at the bottom.
///
/// At every x the layers add up to the stated total (within 10⁻⁹ of it), else the figure cannot be built: nobody is lost or
/// counted twice. Limits: 24 layers, 10,000 columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Stack {
    /// Rising places on the x axis.
    pub x: Vec<f64>,
    /// The stated total at each x.
    pub totals: Vec<f64>,
    /// The areas, from the bottom.
    pub layers: Vec<Layer>,
    /// Counts or shares.
    pub unit: StackUnit,
}

impl Stack {
    /// A stack with one total for all columns.
    #[must_use]
    pub fn new(x: impl IntoIterator<Item = f64>, total: f64) -> Self {
        let x: Vec<f64> = x.into_iter().collect();
        Self {
            totals: vec![total; x.len()],
            x,
            layers: Vec::new(),
            unit: StackUnit::Count,
        }
    }

    /// A stack with a total for each column.
    #[must_use]
    pub fn with_totals(
        x: impl IntoIterator<Item = f64>,
        totals: impl IntoIterator<Item = f64>,
    ) -> Self {
        Self {
            x: x.into_iter().collect(),
            totals: totals.into_iter().collect(),
            layers: Vec::new(),
            unit: StackUnit::Count,
        }
    }

    /// One more layer on top, in the colour of its name.
    #[must_use]
    pub fn layer(self, name: impl Into<String>, values: impl IntoIterator<Item = f64>) -> Self {
        let name = name.into();
        self.layer_as(name.clone(), name, values)
    }

    /// One more layer on top, in the colour of a concept.
    #[must_use]
    pub fn layer_as(
        mut self,
        name: impl Into<String>,
        concept: impl Into<String>,
        values: impl IntoIterator<Item = f64>,
    ) -> Self {
        self.layers.push(Layer {
            name: name.into(),
            concept: concept.into(),
            values: values.into_iter().collect(),
        });
        self
    }

    /// Draws shares of each column's total.
    #[must_use]
    pub fn as_shares(mut self) -> Self {
        self.unit = StackUnit::Share;
        self
    }
}
