use sha2::{Digest, Sha256};
use weir_yaml::{Code, Format, Mistakes, Place, Report, nearest};

use super::facts::{Arm, Baseline, Outcome, Role, Targets};
use super::json::{MAX_BYTES, Node, Value, read};

const FORMAT: Format = Format::new(
    "targets/1",
    "targets file",
    Code::new("W0801", "a targets file has mistakes"),
);
/// Most arms of a file.
const MAX_ARMS: usize = 2_000;
/// Most numbers of an arm.
const MAX_OUTCOMES: usize = 1_000;

const ARM_KEYS: [&str; 11] = [
    "study", "arm", "drug", "regimen", "n", "baseline", "role", "citation", "notes", "outcomes",
    "estimand",
];
const BASELINE_KEYS: [&str; 13] = [
    "va_mean",
    "va_sd",
    "logmar_mean",
    "logmar_median",
    "age_mean",
    "age_sd",
    "pct_female",
    "pct_male",
    "va_mean_at_treatment_start",
    "va_sd_at_treatment_start",
    "source",
    "confidence",
    "note",
];
const OUTCOME_KEYS: [&str; 10] = [
    "measure",
    "at_weeks",
    "value",
    "unit",
    "sd",
    "ci",
    "n",
    "source",
    "confidence",
    "note",
];

impl Targets {
    /// The targets that come with weir: published outcomes of anti-VEGF trials with their citations.
    pub fn shipped() -> Targets {
        Targets::parse(
            "validation/targets.json",
            include_str!("../../../../validation/targets.json"),
        )
        .expect("a test reads the shipped targets")
    }

    /// Reads a file of targets.
    ///
    /// # Errors
    /// Every mistake with line, column and remedy: what is missing, not a number or out of range. Keys that are
    /// not known are warnings, never passed over in silence.
    pub fn parse(source_name: &str, text: &str) -> Result<Targets, Mistakes> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut report = Report::new(text, FORMAT);
        let mut reader = Reader {
            report: &mut report,
            warnings: Vec::new(),
        };
        let arms = if text.len() > MAX_BYTES {
            reader.mistake(
                Code::TOO_LARGE,
                "",
                Place::START,
                "more than 8 MiB of text".to_owned(),
                "keep a file to a few hundred arms",
            );
            Vec::new()
        } else {
            match read(text) {
                Ok(node) => reader.arms(&node),
                Err(error) => {
                    let remedy = "write JSON: a list of arms, each in braces";
                    reader.mistake(Code::SYNTAX, "", error.place, error.what, remedy);
                    Vec::new()
                }
            }
        };
        let warnings = reader.warnings;
        if !report.is_empty() {
            return Err(report.into_mistakes(source_name));
        }
        let sha256 = Sha256::digest(text.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Ok(Targets {
            arms,
            warnings,
            sha256,
        })
    }
}

struct Reader<'a, 'text> {
    report: &'a mut Report<'text>,
    warnings: Vec<String>,
}

type Entries<'n> = &'n [(String, Place, Node)];

impl Reader<'_, '_> {
    fn mistake(&mut self, code: Code, path: &str, place: Place, what: String, remedy: &str) {
        self.report.add(code, path, place, what, remedy);
    }

    fn arms(&mut self, node: &Node) -> Vec<Arm> {
        let list = match &node.value {
            Value::List(list) => list,
            // A list under `arms`, for files with a heading.
            Value::Map(entries) => {
                match entries
                    .iter()
                    .find(|(key, ..)| key == "arms")
                    .map(|(_, _, node)| &node.value)
                {
                    Some(Value::List(list)) => list,
                    _ => {
                        let remedy = "put the arms in [ and ]";
                        self.mistake(
                            Code::WRONG_SHAPE,
                            "",
                            node.place,
                            "not a list of arms".into(),
                            remedy,
                        );
                        return Vec::new();
                    }
                }
            }
            _ => {
                let remedy = "put the arms in [ and ]";
                self.mistake(
                    Code::WRONG_SHAPE,
                    "",
                    node.place,
                    "not a list of arms".into(),
                    remedy,
                );
                return Vec::new();
            }
        };
        if list.is_empty() || list.len() > MAX_ARMS {
            let what = format!("{} arms; 1 to {MAX_ARMS} are read", list.len());
            self.mistake(Code::ITEM_COUNT, "", node.place, what, "split the file");
            return Vec::new();
        }
        list.iter()
            .enumerate()
            .filter_map(|(index, node)| self.arm(node, &format!("[{index}]")))
            .collect()
    }

    fn arm(&mut self, node: &Node, path: &str) -> Option<Arm> {
        let entries = self.map(node, path)?;
        self.unknown(entries, &ARM_KEYS, path);
        let study = self.text(entries, "study", path, node.place, true);
        let role = match self.text(entries, "role", path, node.place, false).as_str() {
            "calibrate" => Role::Calibrate,
            "validate" => Role::Validate,
            "context" => Role::Context,
            "" => {
                self.warnings.push(format!(
                    "line {}: {study} has no role; its rows are scored as validate",
                    node.place.line
                ));
                Role::Validate
            }
            other => {
                let what = format!("{other:?} is not a role");
                let place = place_of(entries, "role", node.place);
                let remedy = "calibrate, validate or context";
                self.mistake(
                    Code::UNKNOWN_CHOICE,
                    &format!("{path}.role"),
                    place,
                    what,
                    remedy,
                );
                Role::Context
            }
        };
        let estimand = self.text(entries, "estimand", path, node.place, false);
        if !["", "locf", "observed", "completers"].contains(&estimand.as_str()) {
            let what = format!("{estimand:?} is not an estimand");
            let place = place_of(entries, "estimand", node.place);
            let remedy = "locf, observed or completers";
            self.mistake(
                Code::UNKNOWN_CHOICE,
                &format!("{path}.estimand"),
                place,
                what,
                remedy,
            );
        }
        let outcomes = match find(entries, "outcomes").map(|node| (&node.value, node.place)) {
            Some((Value::List(list), _)) if list.len() <= MAX_OUTCOMES => list
                .iter()
                .enumerate()
                .filter_map(|(index, node)| {
                    self.outcome(node, &format!("{path}.outcomes[{index}]"))
                })
                .collect(),
            Some((_, place)) => {
                let what = "not a list of at most 1,000 outcomes".to_owned();
                self.mistake(
                    Code::WRONG_SHAPE,
                    &format!("{path}.outcomes"),
                    place,
                    what,
                    "put them in [ and ]",
                );
                Vec::new()
            }
            None => {
                let what = "an arm without outcomes".to_owned();
                self.mistake(
                    Code::MISSING_KEY,
                    &format!("{path}.outcomes"),
                    node.place,
                    what,
                    "outcomes: the list of its published numbers",
                );
                Vec::new()
            }
        };
        Some(Arm {
            arm: self.text(entries, "arm", path, node.place, true),
            drug: self.text(entries, "drug", path, node.place, true),
            regimen: self.text(entries, "regimen", path, node.place, true),
            citation: self.text(entries, "citation", path, node.place, false),
            notes: self.text(entries, "notes", path, node.place, false),
            n: self.number(entries, "n", path, 1.0, 1e9),
            baseline: match find(entries, "baseline") {
                Some(node) => self.baseline(node, &format!("{path}.baseline")),
                None => Baseline::default(),
            },
            estimand: Some(estimand).filter(|word| !word.is_empty()),
            study,
            role,
            outcomes,
        })
    }

    fn baseline(&mut self, node: &Node, path: &str) -> Baseline {
        if matches!(node.value, Value::Null) {
            return Baseline::default();
        }
        let Some(entries) = self.map(node, path) else {
            return Baseline::default();
        };
        // Published shares of the baseline and the like are facts that the simulation does not use.
        let known = |key: &str| BASELINE_KEYS.contains(&key) || key.starts_with("pct_");
        for (key, place, _) in entries.iter().filter(|(key, ..)| !known(key)) {
            self.not_used(key, *place, &BASELINE_KEYS);
        }
        let mut number =
            |key: &str, least: f64, most: f64| self.number(entries, key, path, least, most);
        let male = number("pct_male", 0.0, 100.0);
        Baseline {
            va_mean: number("va_mean", 0.0, 100.0),
            va_sd: number("va_sd", 0.1, 50.0),
            logmar: number("logmar_mean", -0.3, 3.0).or(number("logmar_median", -0.3, 3.0)),
            age_mean: number("age_mean", 40.0, 100.0),
            age_sd: number("age_sd", 0.1, 30.0),
            pct_female: number("pct_female", 0.0, 100.0).or(male.map(|male| 100.0 - male)),
            va_mean_at_start: number("va_mean_at_treatment_start", 0.0, 100.0),
            va_sd_at_start: number("va_sd_at_treatment_start", 0.1, 50.0),
        }
    }

    fn outcome(&mut self, node: &Node, path: &str) -> Option<Outcome> {
        let entries = self.map(node, path)?;
        self.unknown(entries, &OUTCOME_KEYS, path);
        let value = self.number(entries, "value", path, -1e6, 1e6);
        if value.is_none()
            && find(entries, "value").is_none_or(|node| matches!(node.value, Value::Null))
        {
            let remedy = "value: the published number";
            self.mistake(
                Code::MISSING_KEY,
                &format!("{path}.value"),
                node.place,
                "an outcome without its value".into(),
                remedy,
            );
        }
        let ci = match find(entries, "ci") {
            None => None,
            Some(node) => match &node.value {
                Value::Null => None,
                Value::List(ends) => match ends.as_slice() {
                    [
                        Node {
                            value: Value::Number(low),
                            ..
                        },
                        Node {
                            value: Value::Number(high),
                            ..
                        },
                    ] if low <= high => Some([*low, *high]),
                    _ => self.bad_ci(node.place, path),
                },
                _ => self.bad_ci(node.place, path),
            },
        };
        Some(Outcome {
            measure: self.text(entries, "measure", path, node.place, true),
            at_weeks: self.number(entries, "at_weeks", path, 0.0, 2_600.0),
            value: value?,
            unit: self.text(entries, "unit", path, node.place, false),
            sd: self.number(entries, "sd", path, 0.0, 1e6),
            ci,
            n: self.number(entries, "n", path, 1.0, 1e9),
            source: self.text(entries, "source", path, node.place, false),
            confidence: self.text(entries, "confidence", path, node.place, false),
            note: self.text(entries, "note", path, node.place, false),
            line: node.place.line,
        })
    }

    fn bad_ci(&mut self, place: Place, path: &str) -> Option<[f64; 2]> {
        let what = "not an interval".to_owned();
        self.mistake(
            Code::WRONG_SHAPE,
            &format!("{path}.ci"),
            place,
            what,
            "[low, high], low first",
        );
        None
    }

    fn map<'n>(&mut self, node: &'n Node, path: &str) -> Option<Entries<'n>> {
        match &node.value {
            Value::Map(entries) => {
                for (index, (key, place, _)) in entries.iter().enumerate() {
                    if entries[..index].iter().any(|(earlier, ..)| earlier == key) {
                        let path = format!("{path}.{key}");
                        self.mistake(
                            Code::DUPLICATE_KEY,
                            &path,
                            *place,
                            "given twice".into(),
                            "keep one of the two",
                        );
                    }
                }
                Some(entries)
            }
            _ => {
                let what = "not an object".to_owned();
                self.mistake(
                    Code::WRONG_SHAPE,
                    path,
                    node.place,
                    what,
                    "write its keys in { and }",
                );
                None
            }
        }
    }

    fn text(
        &mut self,
        entries: Entries<'_>,
        key: &str,
        path: &str,
        place: Place,
        required: bool,
    ) -> String {
        match find(entries, key).map(|node| (&node.value, node.place)) {
            Some((Value::Text(text), place)) => {
                if text.chars().count() > 2_000 {
                    let what = "longer than 2,000 characters".to_owned();
                    self.mistake(
                        Code::TEXT_LENGTH,
                        &format!("{path}.{key}"),
                        place,
                        what,
                        "shorten it",
                    );
                }
                text.clone()
            }
            Some((Value::Null, _)) if !required => String::new(),
            None if !required => String::new(),
            None => {
                let (what, remedy) = (format!("{key} is missing"), format!("\"{key}\": \"…\""));
                self.mistake(
                    Code::MISSING_KEY,
                    &format!("{path}.{key}"),
                    place,
                    what,
                    &remedy,
                );
                String::new()
            }
            Some((_, place)) => {
                let what = format!("{key} is not a text");
                self.mistake(
                    Code::WRONG_SHAPE,
                    &format!("{path}.{key}"),
                    place,
                    what,
                    "put it in quotes",
                );
                String::new()
            }
        }
    }

    fn number(
        &mut self,
        entries: Entries<'_>,
        key: &str,
        path: &str,
        least: f64,
        most: f64,
    ) -> Option<f64> {
        let node = find(entries, key)?;
        match node.value {
            Value::Number(number) if (least..=most).contains(&number) => Some(number),
            Value::Number(number) => {
                let what = format!("{number} is outside {least} to {most}");
                let path = format!("{path}.{key}");
                self.mistake(
                    Code::OUT_OF_RANGE,
                    &path,
                    node.place,
                    what,
                    "check the unit and the decimal point",
                );
                None
            }
            Value::Null => None,
            _ => {
                let what = format!("{key} is not a number");
                let path = format!("{path}.{key}");
                self.mistake(
                    Code::NOT_A_NUMBER,
                    &path,
                    node.place,
                    what,
                    "a number without quotes, or null",
                );
                None
            }
        }
    }

    fn unknown(&mut self, entries: Entries<'_>, known: &[&'static str], _path: &str) {
        for (key, place, _) in entries
            .iter()
            .filter(|(key, ..)| !known.contains(&key.as_str()))
        {
            self.not_used(key, *place, known);
        }
    }

    fn not_used(&mut self, key: &str, place: Place, known: &[&'static str]) {
        let meant =
            nearest(key, known).map_or(String::new(), |meant| format!("; did you mean {meant:?}?"));
        let key = weir_yaml::plain_words(key);
        self.warnings.push(format!(
            "line {}: the key {key:?} is not used{meant}",
            place.line
        ));
    }
}

fn find<'n>(entries: Entries<'n>, key: &str) -> Option<&'n Node> {
    entries
        .iter()
        .find(|(name, ..)| name == key)
        .map(|(_, _, node)| node)
}

fn place_of(entries: Entries<'_>, key: &str, otherwise: Place) -> Place {
    find(entries, key).map_or(otherwise, |node| node.place)
}
