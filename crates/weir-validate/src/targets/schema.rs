use serde_json::{Value, json};

use super::facts::Targets;

impl Targets {
    /// The JSON Schema (draft 2020-12) of targets files. What concerns the words of regimens and measures is
    /// checked when arms are prepared.
    pub fn json_schema() -> Value {
        let number = |what: &str, least: f64, most: f64| json!({"type": ["number", "null"], "minimum": least, "maximum": most, "description": what});
        let text = |what: &str| json!({"type": "string", "maxLength": 2000, "description": what});
        let optional = |what: &str| json!({"type": ["string", "null"], "maxLength": 2000, "description": what});
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "weir targets, version 1",
            "description": "Published outcomes by arm. Read by `weir sim validate --targets`.",
            "type": "array", "minItems": 1, "maxItems": 2000,
            "items": {
                "type": "object",
                "required": ["study", "arm", "drug", "regimen", "outcomes"],
                "properties": {
                    "study": text("Name of the study"),
                    "arm": text("Name of the arm"),
                    "drug": text("Drug and dose, such as \"aflibercept 2 mg\"; \"none\" for untreated"),
                    "regimen": text("In words, such as \"3 monthly then fixed q8w\"; docs/validation.md lists what is understood"),
                    "n": number("Patients", 1.0, 1e9),
                    "role": {"enum": ["calibrate", "validate", "context"], "description": "Fitted to; scored and never fitted to; shown only"},
                    "citation": optional("Where it was published"),
                    "notes": optional("Anything else"),
                    "estimand": {"enum": ["locf", "observed", "completers", null], "description": "Treatment of missing values; by the study where it is not given"},
                    "baseline": {"type": ["object", "null"], "properties": {
                        "va_mean": number("Mean letters", 0.0, 100.0),
                        "va_sd": number("SD of letters", 0.1, 50.0),
                        "logmar_mean": number("Mean logMAR", -0.3, 3.0),
                        "logmar_median": number("Median logMAR", -0.3, 3.0),
                        "age_mean": number("Mean age, years", 40.0, 100.0),
                        "age_sd": number("SD of age, years", 0.1, 30.0),
                        "pct_female": number("Women, %", 0.0, 100.0),
                        "pct_male": number("Men, %", 0.0, 100.0),
                        "va_mean_at_treatment_start": number("Mean letters when treatment began, where the baseline came later", 0.0, 100.0),
                        "va_sd_at_treatment_start": number("SD of those", 0.1, 50.0),
                    }},
                    "outcomes": {"type": "array", "maxItems": 1000, "items": {
                        "type": "object",
                        "required": ["measure", "value"],
                        "properties": {
                            "measure": text("What was measured; docs/validation.md lists what is understood"),
                            "at_weeks": number("Weeks from the study's baseline", 0.0, 2600.0),
                            "value": {"type": "number", "description": "The published number"},
                            "unit": optional("Its unit"),
                            "sd": number("SD between patients", 0.0, 1e6),
                            "ci": {"type": ["array", "null"], "minItems": 2, "maxItems": 2, "items": {"type": "number"}, "description": "95 % confidence interval"},
                            "n": number("Patients behind it, where they are not the arm's", 1.0, 1e9),
                            "source": optional("Where it was read; \"unverified\" marks the row"),
                            "confidence": optional("high, medium or low; low marks the row"),
                            "note": optional("Anything else"),
                        }
                    }}
                }
            }
        })
    }
}
