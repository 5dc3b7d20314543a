use super::{Field, ListOf, Named, Record, Visitor, field};
use crate::protocol::{
    Behaviour, Biology, Policy, Population, Protocol, Restart, Treatment, VisitRules,
};

/// The format's name on the first line of a file.
pub(crate) const FORMAT: &str = "protocol";
/// The newest version of the format that is read.
pub(crate) const FORMAT_VERSION: u32 = 1;

static FORMATS: [Named; 1] = [Named {
    name: "protocol/1",
    doc: "the only version so far",
}];

const SOURCE: Field = field("sources", "Citation of a trial, label or guideline").required();

impl Record for Protocol {
    fn visit(&mut self, v: &mut dyn Visitor) {
        let mut format = 0;
        v.choice(
            &field("weir", "Format and version of the file").required(),
            &FORMATS,
            &mut format,
        );
        v.text(
            &field("name", "Name for people").required(),
            120,
            &mut self.name,
        );
        v.text(
            &field(
                "version",
                "The protocol's own version, in quotes, such as \"1.0\"",
            )
            .required(),
            40,
            &mut self.version,
        );
        v.text(
            &field("description", "What it is for, in a sentence or two").required(),
            4000,
            &mut self.description,
        );
        v.list(
            &SOURCE,
            1,
            50,
            &mut ListOf {
                values: &mut self.sources,
                new: String::new,
                visit: |text, f, v| v.text(f, 1000, text),
            },
        );
        v.record(&field("population", "Who is treated"), &mut self.population);
        v.record(
            &field("treatment", "What is given and when").required(),
            &mut self.treatment,
        );
        v.record(
            &field(
                "visits",
                "Days on which the clinic is open, windows, and how well it measures",
            ),
            &mut self.visits,
        );
        v.record(&field("behaviour", "What patients do"), &mut self.behaviour);
        v.record(
            &field(
                "biology",
                "The disease model; every key has the fitted value as its default",
            ),
            &mut self.biology,
        );
    }
}

impl Protocol {
    /// Where decoding starts: defaults, and placeholders for what a file has to give.
    pub(crate) fn blank() -> Protocol {
        Protocol {
            name: String::new(),
            version: String::new(),
            description: String::new(),
            sources: Vec::new(),
            population: Population::default(),
            treatment: Treatment {
                drug: crate::protocol::Drug::Aflibercept2mg,
                loading: None,
                policy: Policy::default(),
                stop: None,
                restart: Restart::default(),
                switches: Vec::new(),
            },
            visits: VisitRules::default(),
            behaviour: Behaviour::default(),
            biology: Biology::default(),
        }
    }
}
