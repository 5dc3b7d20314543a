//! The JSON Schema of a format.

use serde_json::{Map, Value, json};

use crate::declare::{Bounds, Field, List, Mapping, Named, Record, Slot, Union, Visitor, Word};

/// The JSON Schema (draft 2020-12) of a format, for editors and other programs; from the
/// declarations that files are read by. What concerns several keys at once, such as a minimum
/// above its maximum, is checked when a file is read.
pub fn json_schema(blank: &mut dyn Record, title: &str, description: &str) -> Value {
    let mut root = mapping(blank);
    if let Value::Object(object) = &mut root {
        object.insert(
            "$schema".to_owned(),
            json!("https://json-schema.org/draft/2020-12/schema"),
        );
        object.insert("title".to_owned(), json!(title));
        object.insert("description".to_owned(), json!(description));
    }
    root
}

/// The schema of one mapping.
fn mapping(record: &mut dyn Record) -> Value {
    let mut schema = Schema::default();
    record.visit(&mut schema);
    schema.close()
}

#[derive(Default)]
struct Schema {
    properties: Map<String, Value>,
    required: Vec<&'static str>,
    /// The schema of an item goes here instead.
    item: Option<Option<Value>>,
}

impl Schema {
    fn close(self) -> Value {
        json!({
            "type": "object",
            "properties": self.properties,
            "required": self.required,
            "additionalProperties": false,
        })
    }

    fn add(&mut self, field: &Field, mut schema: Value, default: Option<Value>) {
        if let Some(item @ None) = &mut self.item {
            *item = Some(schema);
            return;
        }
        if field.required {
            self.required.push(field.name);
        }
        if let Value::Object(object) = &mut schema {
            let mut description = field.doc.to_owned();
            if !field.source.is_empty() {
                description = format!("{description}. Source: {}", field.source);
            }
            if !field.follows.is_empty() {
                description = format!("{description}. Default: {}", field.follows);
            }
            object.insert("description".to_owned(), json!(description));
            if let (Some(default), false, "") = (default, field.required, field.follows) {
                object.insert("default".to_owned(), default);
            }
        }
        self.properties.insert(field.name.to_owned(), schema);
    }
}

fn words(options: &[Named]) -> Value {
    options
        .iter()
        .map(|option| json!({ "const": option.name, "description": option.doc }))
        .collect()
}

impl Visitor for Schema {
    fn number(&mut self, field: &Field, bounds: Bounds, value: &mut f64) {
        let low = if bounds.above_min {
            "exclusiveMinimum"
        } else {
            "minimum"
        };
        let schema = json!({ "type": "number", low: bounds.min, "maximum": bounds.max });
        self.add(field, schema, Some(json!(*value)));
    }
    fn whole(&mut self, field: &Field, min: u32, max: u32, value: &mut u32) {
        let schema = json!({ "type": "integer", "minimum": min, "maximum": max });
        self.add(field, schema, Some(json!(*value)));
    }
    fn flag(&mut self, field: &Field, value: &mut bool) {
        self.add(field, json!({ "type": "boolean" }), Some(json!(*value)));
    }
    fn text(&mut self, field: &Field, max_chars: usize, _: &mut String) {
        let schema = json!({ "type": "string", "minLength": 1, "maxLength": max_chars });
        self.add(field, schema, None);
    }
    fn choice(&mut self, field: &Field, options: &'static [Named], chosen: &mut usize) {
        let default = options.get(*chosen).map(|option| json!(option.name));
        self.add(
            field,
            json!({ "type": "string", "oneOf": words(options) }),
            default,
        );
    }
    fn record(&mut self, field: &Field, value: &mut dyn Record) {
        self.add(field, mapping(value), None);
    }
    fn union(&mut self, field: &Field, value: &mut dyn Union) {
        let mut forms = Vec::new();
        for (index, kind) in value.kinds().iter().enumerate() {
            value.set_kind(index);
            let mut schema = Schema::default();
            schema.add(
                &Field {
                    required: true,
                    ..crate::declare::field("kind", kind.doc)
                },
                json!({ "const": kind.name }),
                None,
            );
            value.visit(&mut schema);
            forms.push(schema.close());
        }
        for (index, preset) in value.presets().iter().enumerate() {
            value.set_preset(index);
            let kind = value.kinds().get(value.kind()).map_or("", |kind| kind.name);
            let mut schema = Schema::default();
            schema.add(
                &Field {
                    required: true,
                    ..crate::declare::field("preset", preset.doc)
                },
                json!({ "const": preset.name }),
                None,
            );
            schema.add(
                &crate::declare::field("kind", ""),
                json!({ "const": kind }),
                None,
            );
            value.visit(&mut schema);
            schema.required = vec!["preset"];
            forms.push(schema.close());
        }
        self.add(field, json!({ "type": "object", "oneOf": forms }), None);
    }
    fn optional(&mut self, field: &Field, absent: &'static Named, value: &mut dyn Slot) {
        let default = (!value.present()).then(|| json!(absent.name));
        let present = value.present();
        value.fill();
        let mut inner = Schema {
            item: Some(None),
            ..Schema::default()
        };
        value.visit(field, &mut inner);
        if !present {
            // What shares it, such as another kind, has the same default.
            value.empty();
        }
        let form = inner.item.flatten().unwrap_or_default();
        let none = json!({ "const": absent.name, "description": absent.doc });
        self.add(field, json!({ "anyOf": [none, form] }), default);
    }
    fn list(&mut self, field: &Field, min_items: usize, max_items: usize, value: &mut dyn List) {
        value.clear();
        value.push_default();
        let mut inner = Schema {
            item: Some(None),
            ..Schema::default()
        };
        value.visit(0, field, &mut inner);
        let item = inner.item.flatten().unwrap_or_default();
        let schema = json!({
            "type": "array", "items": item, "minItems": min_items, "maxItems": max_items,
        });
        self.add(field, schema, None);
    }
    fn word(&mut self, field: &Field, value: &mut dyn Word) {
        let form = value.form();
        let mut schema =
            json!({ "type": ["string", "number"], "examples": [field.shown_for(&form)] });
        if let (Some(pattern), Value::Object(object)) = (form.pattern, &mut schema) {
            object.insert("pattern".to_owned(), json!(pattern));
        }
        let shown = value.shown();
        let default = (!shown.is_empty()).then(|| json!(shown));
        self.add(field, schema, default);
    }
    fn map(&mut self, field: &Field, min_items: usize, max_items: usize, value: &mut dyn Mapping) {
        value.clear();
        value.push_default();
        let mut inner = Schema {
            item: Some(None),
            ..Schema::default()
        };
        value.visit(0, field, &mut inner);
        let item = inner.item.flatten().unwrap_or_default();
        let schema = json!({
            "type": "object", "additionalProperties": item, "minProperties": min_items, "maxProperties": max_items,
        });
        self.add(field, schema, None);
    }
    fn preset(&mut self, presets: &'static [Named], _: &mut dyn FnMut(usize)) {
        let key =
            crate::declare::field("preset", "Sets every key here, which others then override");
        self.add(
            &key,
            json!({ "type": "string", "oneOf": words(presets) }),
            None,
        );
    }
}
