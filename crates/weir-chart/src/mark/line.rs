//! A series over x, with the bands around it.

/// How points are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Straight from point to point.
    Straight,
    /// Level until the next point, then up or down: cumulative incidence, counts.
    Step,
}

/// What the lower and upper edge of a band are. A band of patients and the confidence of a mean look alike and mean
/// different things, so a band cannot be made without saying which it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BandMeaning {
    /// Two percentiles of a distribution of, say, patients.
    Percentiles {
        /// Lower, 0–100.
        low: u8,
        /// Upper, 0–100.
        high: u8,
        /// Of what: "patients".
        of: String,
    },
    /// Confidence interval of something estimated, say the mean.
    Confidence {
        /// Level in per cent: 95.
        percent: u8,
        /// Of what: "the mean".
        of: String,
    },
    /// Anything else, in words.
    Other(String),
}

impl BandMeaning {
    /// In words: "5–95 % of patients", "95 % confidence of the mean".
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            BandMeaning::Percentiles { low, high, of } => format!("{low}–{high} % of {of}"),
            BandMeaning::Confidence { percent, of } => format!("{percent} % confidence of {of}"),
            BandMeaning::Other(words) => words.clone(),
        }
    }
}

/// A shaded band: (x, low, high) in rising x, low ≤ high. A place where low or high is not finite is a gap.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// What the edges are.
    pub meaning: BandMeaning,
    /// (x, low, high), in the units of the axes.
    pub points: Vec<(f64, f64, f64)>,
}

impl Band {
    /// A band with its meaning.
    #[must_use]
    pub fn new(meaning: BandMeaning, points: impl IntoIterator<Item = (f64, f64, f64)>) -> Self {
        Self {
            meaning,
            points: points.into_iter().collect(),
        }
    }
}

/// A series: (x, y) in rising x. A y that is not finite (the mean of nobody) is a gap, not a zero; an x must be finite.
///
/// Limits: 10,000 points, 8 bands.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Written at the end of the line.
    pub name: String,
    /// The concept whose colour it takes from the [`Palette`](crate::Palette); the name unless set.
    pub concept: String,
    /// What the line itself is: "mean", "median". Stands in the key beside the bands' meanings, and in the table.
    pub meaning: Option<String>,
    /// The points.
    pub points: Vec<(f64, f64)>,
    /// How they are joined.
    pub shape: Shape,
    /// Dashes instead of one stroke: for what is assumed, not observed.
    pub dashed: bool,
    /// Nested bands, the widest first. All are drawn behind all lines.
    pub bands: Vec<Band>,
}

impl Line {
    /// A series with straight joins.
    #[must_use]
    pub fn new(name: impl Into<String>, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let name = name.into();
        Self {
            concept: name.clone(),
            name,
            meaning: None,
            points: points.into_iter().collect(),
            shape: Shape::Straight,
            dashed: false,
            bands: Vec::new(),
        }
    }

    /// A series that stays level until the next point.
    #[must_use]
    pub fn steps(name: impl Into<String>, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        Self {
            shape: Shape::Step,
            ..Self::new(name, points)
        }
    }

    /// Takes the colour of this concept.
    #[must_use]
    pub fn concept(mut self, concept: impl Into<String>) -> Self {
        self.concept = concept.into();
        self
    }

    /// Says what the line is: "mean", "median".
    #[must_use]
    pub fn meaning(mut self, meaning: impl Into<String>) -> Self {
        self.meaning = Some(meaning.into());
        self
    }

    /// One more band; the widest comes first.
    #[must_use]
    pub fn band(mut self, band: Band) -> Self {
        self.bands.push(band);
        self
    }

    /// Draws dashes.
    #[must_use]
    pub fn dashed(mut self) -> Self {
        self.dashed = true;
        self
    }
}
