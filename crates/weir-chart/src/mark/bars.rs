//! Bars at categories, and histograms.

/// Several series at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrangement {
    /// Side by side.
    Grouped,
    /// On top of each other.
    Stacked,
}

/// Where bars stand.
#[derive(Debug, Clone, PartialEq)]
pub enum Places {
    /// At the categories of the x axis, in order.
    Categories,
    /// Between rising edges of a linear x axis: a histogram. n + 1 edges make n bars.
    Edges(Vec<f64>),
}

/// One series of bars.
#[derive(Debug, Clone, PartialEq)]
pub struct BarSeries {
    /// Its name.
    pub name: String,
    /// The concept whose colour it takes.
    pub concept: String,
    /// Heights from zero, one per place; not finite is a gap. When stacked, not negative.
    pub values: Vec<f64>,
}

/// Bars from zero. Limits: 2,000 bars, 12 series.
#[derive(Debug, Clone, PartialEq)]
pub struct Bars {
    /// Where they stand.
    pub places: Places,
    /// What is drawn at each place.
    pub series: Vec<BarSeries>,
    /// Side by side or on top of each other.
    pub arrangement: Arrangement,
}

impl Bars {
    /// Bars at the categories of the x axis.
    #[must_use]
    pub fn at_categories() -> Self {
        Self {
            places: Places::Categories,
            series: Vec::new(),
            arrangement: Arrangement::Grouped,
        }
    }

    /// A histogram between rising edges.
    #[must_use]
    pub fn between(edges: impl IntoIterator<Item = f64>) -> Self {
        Self {
            places: Places::Edges(edges.into_iter().collect()),
            ..Self::at_categories()
        }
    }

    /// One more series, in the colour of its name.
    #[must_use]
    pub fn series(self, name: impl Into<String>, values: impl IntoIterator<Item = f64>) -> Self {
        let name = name.into();
        self.series_as(name.clone(), name, values)
    }

    /// One more series, in the colour of a concept.
    #[must_use]
    pub fn series_as(
        mut self,
        name: impl Into<String>,
        concept: impl Into<String>,
        values: impl IntoIterator<Item = f64>,
    ) -> Self {
        self.series.push(BarSeries {
            name: name.into(),
            concept: concept.into(),
            values: values.into_iter().collect(),
        });
        self
    }

    /// Series on top of each other.
    #[must_use]
    pub fn stacked(mut self) -> Self {
        self.arrangement = Arrangement::Stacked;
        self
    }
}
