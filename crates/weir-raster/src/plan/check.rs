//! What concerns several keys at once.

use std::collections::BTreeMap;

use weir_yaml::{Check, Code, Places, Report, nearest, plain_words};

use super::Plan;
use super::code::*;
use super::layer::{LayerPlan, METHODS, QUANTILE};
use super::output::OutputPlan;
use super::short::TAKEN;
use super::words::Fill;
use crate::PixelType;

/// Methods that pick a value at a place: areas mean nothing to them.
const AT_A_PLACE: [&str; 3] = ["near", "bilinear", "cubic"];

/// Everything about several keys that cannot be used.
pub(super) fn mistakes(plan: &Plan, places: &Places, report: &mut Report<'_>) {
    let mut check = Check { places, report };
    if check.given("name") {
        name_form("name", &plan.name, &mut check);
    }
    for (name, spec) in &plan.layers {
        let path = format!("layers.{}", plain_words(name));
        name_form(&path, name, &mut check);
        if TAKEN.contains(&name.to_ascii_lowercase().as_str()) {
            let message = format!("tables have a column {} already", plain_words(name));
            check.mistake(
                NAME_MALFORMED,
                &path,
                &[],
                message,
                "give the layer another name",
            );
        }
        layer(spec, &path, &mut check);
    }
    target(plan, &mut check);
    for (name, output) in &plan.outputs {
        let path = format!("outputs.{}", plain_words(name));
        name_form(&path, name, &mut check);
        self::output(plan, output, &path, &mut check);
    }
    places_used_twice(plan, &mut check);
}

/// What can be used and is probably not meant.
pub(super) fn warnings(plan: &Plan, places: &Places, report: &mut Report<'_>) {
    let mut check = Check { places, report };
    let rasters = plan
        .outputs
        .iter()
        .any(|(_, output)| output.kind.raster().is_some());
    for (name, _) in &plan.layers {
        let path = format!("layers.{}.fill", plain_words(name));
        if check.given(&path) && !rasters {
            let message = "is for GeoTIFFs, and the plan writes none; tables have null";
            check.mistake(NOTHING_TO_DO, &path, &[], message, "remove it");
        }
    }
}

fn name_form(path: &str, name: &str, check: &mut Check<'_, '_>) {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.is_empty() || name.len() > 60 || !name.chars().all(allowed) {
        let message = format!("`{}` cannot be a name", plain_words(name));
        let remedy = "use letters, digits, _ and -, 60 characters at most";
        check.mistake(NAME_MALFORMED, path, &[], message, remedy);
    }
}

fn layer(layer: &LayerPlan, path: &str, check: &mut Check<'_, '_>) {
    let method = METHODS.get(layer.method).map_or("", |method| method.name);
    let (quantile, of_method) = (format!("{path}.quantile"), format!("{path}.method"));
    let given = check.given(&quantile);
    if layer.method == QUANTILE && !given {
        let message = "does not say which quantile";
        check.mistake(
            NO_QUANTILE,
            &of_method,
            &[],
            message,
            "add quantile: 0.9, or write med, q1 or q3",
        );
    } else if layer.method != QUANTILE && given {
        let message = format!("means nothing to the method {method}");
        check.mistake(
            NO_QUANTILE,
            &quantile,
            &[&of_method],
            message,
            "method: quantile, or remove it",
        );
    } else if given && (layer.quantile <= 0.0 || layer.quantile >= 1.0) {
        let message = format!(
            "is {}, and a quantile is above 0 and below 1",
            layer.quantile
        );
        let remedy = if layer.quantile <= 0.0 {
            "method: min"
        } else {
            "method: max"
        };
        check.mistake(Code::OUT_OF_RANGE, &quantile, &[], message, remedy);
    }
    if layer.coverage > 0.0 && AT_A_PLACE.contains(&method) {
        let message = format!("has no use for the method {method}, which takes values at a place");
        let remedy = "remove it, or use a method by area such as average";
        check.mistake(
            DOES_NOT_SUIT,
            &format!("{path}.coverage"),
            &[&of_method],
            message,
            remedy,
        );
    }
    if let (Some(pixel), Some(Fill::Value(value))) = (layer.pixel, layer.fill.0)
        && !holds(pixel, value)
    {
        let message = format!("{value} is no value of the type {}", pixel.name());
        let with = format!("{path}.type");
        let remedy = "write a value of that type, or another type";
        check.mistake(
            DOES_NOT_SUIT,
            &format!("{path}.fill"),
            &[&with],
            message,
            remedy,
        );
    }
}

/// Whether a type has a value.
fn holds(pixel: PixelType, value: f64) -> bool {
    let within = |least: f64, most: f64| value == value.trunc() && (least..=most).contains(&value);
    match pixel {
        PixelType::Float64 => true,
        PixelType::Float32 => value.is_nan() || value.abs() <= f64::from(f32::MAX),
        PixelType::UInt8 => within(0.0, 255.0),
        PixelType::Int8 => within(-128.0, 127.0),
        PixelType::UInt16 => within(0.0, 65_535.0),
        PixelType::Int16 => within(-32_768.0, 32_767.0),
        PixelType::UInt32 => within(0.0, f64::from(u32::MAX)),
        PixelType::Int32 => within(f64::from(i32::MIN), f64::from(i32::MAX)),
        PixelType::UInt64 => within(0.0, 18_446_744_073_709_549_568.0),
        PixelType::Int64 => within(-9_223_372_036_854_775_808.0, 9_223_372_036_854_774_784.0),
    }
}

fn target(plan: &Plan, check: &mut Check<'_, '_>) {
    let target = &plan.target;
    if check.given("target.like") {
        for key in ["target.cell", "target.extent", "target.crs"] {
            if check.given(key) {
                let message = "is given, and so is like, which brings its own";
                check.mistake(
                    EITHER_OR,
                    key,
                    &["target.like"],
                    message,
                    "remove one of them",
                );
            }
        }
    }
    if let [west, south, east, north] = target.extent[..] {
        for (low, high, which) in [
            (west, east, "west to east"),
            (south, north, "south to north"),
        ] {
            if low >= high {
                let message = format!("has nothing from {which}: {low} to {high}");
                let remedy = "write west, south, east, north, as gdalwarp's -te";
                check.mistake(NO_EXTENT, "target.extent", &[], message, remedy);
                return;
            }
        }
        if let Some(cell) = &target.cell.0
            && (cell.x > east - west || cell.y > north - south)
        {
            let message = "a cell is larger than the extent";
            check.mistake(
                NO_EXTENT,
                "target.cell",
                &["target.extent"],
                message,
                "write a smaller one",
            );
        }
    }
}

fn output(plan: &Plan, output: &OutputPlan, path: &str, check: &mut Check<'_, '_>) {
    let file = format!("{path}.path");
    let has_layer = output.path.contains("{layer}");
    let Some(cells) = output.kind.raster() else {
        if has_layer {
            let message = "has {layer} in it, and a table has all layers";
            check.mistake(
                LAYER_IN_PATH,
                &file,
                &[],
                message,
                "write a name without it",
            );
        }
        return;
    };
    let mut seen = Vec::new();
    for (index, name) in cells.layers.iter().enumerate() {
        let at = format!("{path}.layers[{index}]");
        if !plan.layers.iter().any(|(known, _)| known == name) {
            let names: Vec<&str> = plan.layers.iter().map(|(name, _)| name.as_str()).collect();
            let remedy = nearest(name, &names)
                .map_or_else(|| format!("one of {}", names.join(", ")), str::to_owned);
            check.mistake(
                UNKNOWN_LAYER,
                &at,
                &[],
                format!("there is no layer {}", plain_words(name)),
                remedy,
            );
        } else if seen.contains(&name) {
            check.mistake(
                SAME_PLACE,
                &at,
                &[],
                format!("{} is there twice", plain_words(name)),
                "name it once",
            );
        }
        seen.push(name);
    }
    let files = if cells.layers.is_empty() {
        plan.layers.len()
    } else {
        cells.layers.len()
    };
    if files > 1 && !has_layer {
        let message = format!("{files} layers would go into one file");
        let remedy =
            "write {layer} in its name, such as out/{layer}.tif, or name one of the layers";
        check.mistake(
            LAYER_IN_PATH,
            &file,
            &[&format!("{path}.layers")],
            message,
            remedy,
        );
    }
    if cells.tile % 16 != 0 {
        let message = format!(
            "is {}, and the sides of tiles are multiples of 16",
            cells.tile
        );
        let remedy = (cells.tile.div_ceil(16) * 16).to_string();
        check.mistake(DOES_NOT_SUIT, &format!("{path}.tile"), &[], message, remedy);
    }
}

fn places_used_twice(plan: &Plan, check: &mut Check<'_, '_>) {
    let mut used: BTreeMap<String, String> = BTreeMap::new();
    for (name, layer) in &plan.layers {
        // Two layers may read one file: bands, methods.
        used.insert(
            layer.path.clone(),
            format!("the layer {}", plain_words(name)),
        );
    }
    if !plan.target.like.is_empty() {
        used.insert(plan.target.like.clone(), "target.like".to_owned());
    }
    for (name, output) in &plan.outputs {
        for (_, file) in plan.files_of(output) {
            let at = format!("outputs.{}.path", plain_words(name));
            let this = format!("the output {}", plain_words(name));
            if file.is_empty() {
                continue;
            }
            if let Some(other) = used.insert(file.clone(), this) {
                let message = format!("{} is {other}'s file already", plain_words(&file));
                check.mistake(SAME_PLACE, &at, &[], message, "write another name");
            }
        }
    }
}

impl Plan {
    /// The files of an output: for rasters one a layer with the layer's place in the plan, for a table one.
    pub(crate) fn files_of(&self, output: &OutputPlan) -> Vec<(Option<usize>, String)> {
        let Some(cells) = output.kind.raster() else {
            return vec![(None, output.path.clone())];
        };
        let wanted = |name: &String| cells.layers.is_empty() || cells.layers.contains(name);
        let layers = self
            .layers
            .iter()
            .enumerate()
            .filter(|(_, (name, _))| wanted(name));
        layers
            .map(|(index, (name, _))| (Some(index), output.path.replace("{layer}", name)))
            .collect()
    }
}
