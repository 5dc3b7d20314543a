use weir_yaml::{Decoded, Document, Format, Report};

use super::{Field, ListOf, Record, Visitor, field};
use crate::protocol::{
    Behaviour, Biology, Code, Policy, Population, Protocol, Restart, Treatment, VisitRules, check,
};

/// Other names of the choices, lower case.
static ALSO_CALLED: [(&str, &str); 14] = [
    ("eylea", "aflibercept_2mg"),
    ("aflibercept", "aflibercept_2mg"),
    ("eylea_hd", "aflibercept_8mg"),
    ("eylea_8mg", "aflibercept_8mg"),
    ("lucentis", "ranibizumab"),
    ("avastin", "bevacizumab"),
    ("vabysmo", "faricimab"),
    ("tae", "treat_and_extend"),
    ("t&e", "treat_and_extend"),
    ("pro_re_nata", "prn"),
    ("as_needed", "prn"),
    ("monthly", "fixed"),
    ("sham", "untreated"),
    ("drm", "dose_regimen_modification"),
];

const SOURCE: Field = field("sources", "Citation of a trial, label or guideline").required();

impl Record for Protocol {
    fn visit(&mut self, v: &mut dyn Visitor) {
        v.format(&Protocol::FORMAT);
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

impl Document for Protocol {
    const FORMAT: Format = Format {
        plural: "protocols",
        too_large: "a protocol is a few kilobytes; check that this is one",
        too_many: "a protocol has a few dozen; check that this is one",
        too_deep: "a protocol has at most six; check that this is one",
        start: "start from a shipped protocol: weir protocol show aflibercept-tae-8week",
        also_called: &ALSO_CALLED,
        ..Format::new("protocol/1", "protocol", Code::ProtocolHasMistakes.given())
    };

    fn blank() -> Protocol {
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

    fn check(decoded: &Decoded<Protocol>, report: &mut Report<'_>) {
        let drug = decoded.scalar_at(&["treatment", "drug"]);
        check::drug(&decoded.document, drug, &decoded.places, report);
        check::mistakes(&decoded.document, &decoded.places, report);
    }

    fn warnings(decoded: &Decoded<Protocol>, report: &mut Report<'_>) {
        check::warnings(&decoded.document, &decoded.places, report);
    }
}
