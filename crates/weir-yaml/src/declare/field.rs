//! The parts of a declaration.

/// A key: its name (with its unit), what it means and where its default comes from.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The key as written.
    pub name: &'static str,
    /// One line, without a full stop.
    pub doc: &'static str,
    /// Where the default or the rule comes from; empty when it speaks for itself.
    pub source: &'static str,
    /// Whether the file must give it.
    pub required: bool,
    /// Where a default that depends on other keys comes from; empty for a constant.
    pub follows: &'static str,
    /// A valid value where that of its [`Form`] says little; empty for the form's own.
    pub example: &'static str,
}

/// A key that may be left out.
pub const fn field(name: &'static str, doc: &'static str) -> Field {
    Field {
        name,
        doc,
        source: "",
        required: false,
        follows: "",
        example: "",
    }
}

impl Field {
    /// With the source of its default.
    pub const fn from(self, source: &'static str) -> Field {
        Field { source, ..self }
    }

    /// A key that must be given.
    pub const fn required(self) -> Field {
        Field {
            required: true,
            ..self
        }
    }

    /// With a valid value of this key, for keys whose form is that of other keys too.
    pub const fn such_as(self, example: &'static str) -> Field {
        Field { example, ..self }
    }

    /// The value to show for a word of this form.
    pub const fn shown_for(&self, form: &Form) -> &'static str {
        if self.example.is_empty() {
            form.such_as
        } else {
            self.example
        }
    }

    /// With words for a default that depends on other keys.
    pub const fn follows(self, follows: &'static str) -> Field {
        Field { follows, ..self }
    }
}

/// A word of a choice, a kind or a preset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// As written.
    pub name: &'static str,
    /// One line, without a full stop.
    pub doc: &'static str,
}

/// The range of a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Least value.
    pub min: f64,
    /// Greatest value, included.
    pub max: f64,
    /// Whether `min` itself is excluded.
    pub above_min: bool,
}

impl Bounds {
    /// Both ends included.
    pub const fn within(min: f64, max: f64) -> Bounds {
        Bounds {
            min,
            max,
            above_min: false,
        }
    }

    /// The lower end excluded.
    pub const fn above(min: f64, max: f64) -> Bounds {
        Bounds {
            min,
            max,
            above_min: true,
        }
    }

    /// Whether a number is in the range.
    pub fn contains(self, value: f64) -> bool {
        value <= self.max
            && if self.above_min {
                value > self.min
            } else {
                value >= self.min
            }
    }

    /// The range in words, such as `0 to 1`.
    pub fn words(self) -> String {
        if self.above_min {
            format!("above {} and up to {}", self.min, self.max)
        } else {
            format!("{} to {}", self.min, self.max)
        }
    }
}

/// What a [`Word`](super::Word) looks like.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// With its article, such as `a length of time`.
    pub what: &'static str,
    /// A valid value, such as `90s`.
    pub such_as: &'static str,
    /// A regular expression for the published schema (ECMA 262); `None` for any text.
    pub pattern: Option<&'static str>,
}
