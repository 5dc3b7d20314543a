//! Parameter sets of the disease model: named, versioned, hashed files.

use sha2::{Digest, Sha256};
use weir_sim::protocol::Biology;
use weir_yaml::{Code, Document, Format, ListOf, Mistakes, Record, Visitor, field};

/// A named set of biology's parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterSet {
    /// Name, 1–120 characters.
    pub name: String,
    /// Its own version.
    pub version: String,
    /// How it came about.
    pub description: String,
    /// What it rests on.
    pub sources: Vec<String>,
    /// The parameters.
    pub biology: Biology,
}

impl ParameterSet {
    /// The set that simulations use where a protocol says nothing else.
    ///
    /// ```
    /// use weir_validate::ParameterSet;
    /// assert_eq!(ParameterSet::shipped().biology, weir_sim::protocol::Biology::default());
    /// ```
    pub fn shipped() -> ParameterSet {
        ParameterSet::parse(
            "parameters/prototype-1.yaml",
            include_str!("../../../../parameters/prototype-1.yaml"),
        )
        .expect("a test reads the shipped parameters")
    }

    /// Reads a file; keys that are left out have the shipped values.
    ///
    /// # Errors
    /// Every mistake with line, column and remedy.
    pub fn parse(source_name: &str, text: &str) -> Result<ParameterSet, Mistakes> {
        Ok(weir_yaml::parse(source_name, text)?.document)
    }

    /// Every value spelled out; equal sets have equal texts.
    pub fn to_yaml(&self) -> String {
        weir_yaml::to_yaml(&mut self.clone())
    }

    /// SHA-256 of [`ParameterSet::to_yaml`], hexadecimal.
    pub fn digest(&self) -> String {
        let digest = Sha256::digest(self.to_yaml().as_bytes());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Record for ParameterSet {
    fn visit(&mut self, v: &mut dyn Visitor) {
        v.format(&ParameterSet::FORMAT);
        v.text(
            &field("name", "Name for people").required(),
            120,
            &mut self.name,
        );
        v.text(
            &field("version", "The set's own version, in quotes").required(),
            40,
            &mut self.version,
        );
        v.text(
            &field("description", "How it came about").required(),
            4000,
            &mut self.description,
        );
        v.list(
            &field("sources", "What it rests on"),
            0,
            50,
            &mut ListOf {
                values: &mut self.sources,
                new: String::new,
                visit: |text, f, v| v.text(f, 1000, text),
            },
        );
        v.record(
            &field("biology", "The parameters; docs/model.md"),
            &mut self.biology,
        );
    }
}

impl Document for ParameterSet {
    const FORMAT: Format = Format::new(
        "parameters/1",
        "parameter set",
        Code::new("W0802", "a parameter set has mistakes"),
    );

    fn blank() -> Self {
        ParameterSet {
            name: String::new(),
            version: String::new(),
            description: String::new(),
            sources: Vec::new(),
            biology: Biology::default(),
        }
    }
}
