//! One HTML file that needs nothing else.

mod html;

use crate::figure::Figure;
use crate::forest::Forest;
use crate::palette::Palette;
use crate::table::Table;

/// How a badge or a tile is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// A fact.
    #[default]
    Neutral,
    /// As it should be.
    Good,
    /// To be looked at.
    Caution,
}

/// A short fact beside the title: "Parquet · zstd", "in memory".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Badge {
    /// A few words.
    pub text: String,
    /// How it is meant.
    pub tone: Tone,
}

impl Badge {
    /// A neutral badge.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            tone: Tone::Neutral,
        }
    }

    /// The same badge, meant otherwise.
    #[must_use]
    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }
}

/// One headline number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// What it is: "Mean change at year 1".
    pub label: String,
    /// The number as written: "+6.8".
    pub value: String,
    /// Its unit: "letters"; may be empty.
    pub unit: String,
    /// A few words of context: "SD 14.1"; may be empty.
    pub note: String,
}

impl Tile {
    /// A headline number with its unit.
    #[must_use]
    pub fn new(
        label: impl Into<String>,
        value: impl Into<String>,
        unit: impl Into<String>,
    ) -> Self {
        Self {
            label: label.into(),
            value: value.into(),
            unit: unit.into(),
            note: String::new(),
        }
    }

    /// A few words under it.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}

/// One thing in a section.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A paragraph.
    Text(String),
    /// A figure over the full width.
    Figure(Box<Figure>),
    /// Two figures side by side where there is room.
    Pair(Box<Figure>, Box<Figure>),
    /// A table.
    Table(Table),
    /// A forest plot over the full width.
    Forest(Box<Forest>),
}

/// A heading with what belongs under it.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// The heading.
    pub heading: String,
    /// In order.
    pub items: Vec<Item>,
}

impl Section {
    /// An empty section.
    #[must_use]
    pub fn new(heading: impl Into<String>) -> Self {
        Self {
            heading: heading.into(),
            items: Vec::new(),
        }
    }

    /// A paragraph.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.items.push(Item::Text(text.into()));
        self
    }

    /// A figure over the full width.
    #[must_use]
    pub fn figure(mut self, figure: Figure) -> Self {
        self.items.push(Item::Figure(Box::new(figure)));
        self
    }

    /// Two figures side by side where there is room.
    #[must_use]
    pub fn pair(mut self, left: Figure, right: Figure) -> Self {
        self.items.push(Item::Pair(Box::new(left), Box::new(right)));
        self
    }

    /// A forest plot over the full width.
    #[must_use]
    pub fn forest(mut self, forest: Forest) -> Self {
        self.items.push(Item::Forest(Box::new(forest)));
        self
    }

    /// A table.
    #[must_use]
    pub fn table(mut self, table: Table) -> Self {
        self.items.push(Item::Table(table));
        self
    }
}

/// A report. It holds no clock and asks no system: the same report gives the same bytes. Figures' ids should differ; if two are
/// equal the later gets a number.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Report {
    /// Title, also of the window.
    pub title: String,
    /// A line under it.
    pub subtitle: String,
    /// Short facts.
    pub badges: Vec<Badge>,
    /// What the reader must know first: "partial results: 3 of 7 parts".
    pub warnings: Vec<String>,
    /// Headline numbers.
    pub tiles: Vec<Tile>,
    /// The body.
    pub sections: Vec<Section>,
    /// How it was made: (what, value).
    pub provenance: Vec<(String, String)>,
}

impl Report {
    /// An empty report.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            ..Self::default()
        }
    }

    /// A line under the title.
    #[must_use]
    pub fn subtitle(mut self, subtitle: impl Into<String>) -> Self {
        self.subtitle = subtitle.into();
        self
    }

    /// One more badge.
    #[must_use]
    pub fn badge(mut self, badge: Badge) -> Self {
        self.badges.push(badge);
        self
    }

    /// One more warning.
    #[must_use]
    pub fn warning(mut self, warning: impl Into<String>) -> Self {
        self.warnings.push(warning.into());
        self
    }

    /// One more headline number.
    #[must_use]
    pub fn tile(mut self, tile: Tile) -> Self {
        self.tiles.push(tile);
        self
    }

    /// One more section.
    #[must_use]
    pub fn section(mut self, section: Section) -> Self {
        self.sections.push(section);
        self
    }

    /// One more line on how it was made.
    #[must_use]
    pub fn provenance(mut self, what: impl Into<String>, value: impl Into<String>) -> Self {
        self.provenance.push((what.into(), value.into()));
        self
    }

    /// One HTML file: no scripts needed to read it, no network, light and dark, for screen, phone, paper and screen reader.
    #[must_use]
    pub fn to_html(&self, palette: &Palette) -> String {
        html::page(self, palette)
    }
}
