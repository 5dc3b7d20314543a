//! What a footer says of the table.

use serde_json::{Map, Value, json};

use super::projjson::projjson;
use crate::{
    Axis, Crs, ExportError,
    export::table::{
        layout::{BBOX, GEOMETRY, Layout},
        options::Geometry,
        parquet::place::Place,
        sealed::Bounds,
    },
};

/// Keys and values, in their order.
pub(super) fn pairs(
    layout: &Layout,
    bounds: Option<Bounds>,
) -> Result<Vec<(String, String)>, ExportError> {
    let axis = |axis: &Axis| json!({ "origin": axis.origin(), "step": axis.step(), "cells": axis.cells() });
    let grid = json!({ "x": axis(&layout.grid.x), "y": axis(&layout.grid.y) });
    let layers: Vec<Value> = layout
        .layers
        .iter()
        .map(|layer| json!({ "name": layer.name, "type": layer.pixel.name() }))
        .collect();
    let mut pairs = vec![
        ("weir.crs".to_owned(), layout.crs.to_string()),
        ("weir.grid".to_owned(), grid.to_string()),
        ("weir.layers".to_owned(), Value::from(layers).to_string()),
        (
            "weir.rows".to_owned(),
            layout.options.rows.name().to_owned(),
        ),
    ];
    for (key, value) in &layout.options.metadata {
        pairs.push((format!("weir.{key}"), value.clone()));
    }
    if let Some(geometry) = layout.options.format.geometry() {
        pairs.push(("geo".to_owned(), geo(layout, geometry, bounds)?.to_string()));
    }
    Ok(pairs)
}

/// The metadata of GeoParquet 1.1.
fn geo(layout: &Layout, geometry: Geometry, bounds: Option<Bounds>) -> Result<Value, ExportError> {
    let mut column = Map::new();
    column.insert("encoding".to_owned(), "WKB".into());
    let kind = match geometry {
        Geometry::Points => "Point",
        Geometry::Cells => "Polygon",
    };
    column.insert("geometry_types".to_owned(), json!([kind]));
    match &layout.crs {
        // Longitude and latitude on WGS 84 are what no mention means.
        Crs::Geographic(4326) => {}
        Crs::Unknown(_) => {
            column.insert("crs".to_owned(), Value::Null);
        }
        Crs::Geographic(code) | Crs::Projected(code) => {
            let definition = projjson(*code).ok_or_else(|| {
                layout.unfit(format!(
                    "the definition of EPSG:{code} is not known here, and GeoParquet needs it; write Parquet, whose metadata keeps the code, or choose \
                     another reference system"
                ))
            })?;
            column.insert("crs".to_owned(), definition);
        }
    }
    if geometry == Geometry::Cells {
        column.insert("orientation".to_owned(), "counterclockwise".into());
        let edge = |name: &str| json!([BBOX, name]);
        let covering = json!({ "bbox": {
            "xmin": edge("xmin"), "ymin": edge("ymin"), "xmax": edge("xmax"), "ymax": edge("ymax"),
        } });
        column.insert("covering".to_owned(), covering);
    }
    if let Some(bounds) = bounds {
        column.insert("bbox".to_owned(), bbox(layout, geometry, bounds));
    }
    Ok(json!({
        "version": "1.1.0",
        "primary_column": GEOMETRY,
        "columns": { GEOMETRY: column },
    }))
}

/// What lies around all geometries: least x, least y, greatest x, greatest y.
fn bbox(layout: &Layout, geometry: Geometry, bounds: Bounds) -> Value {
    let (least, most) = match geometry {
        Geometry::Points => (Place::Centre, Place::Centre),
        Geometry::Cells => (Place::Least, Place::Most),
    };
    let along = |axis: &Axis, first: u64, last: u64| {
        let ends = [first, last];
        let least = ends.map(|cell| least.of(axis, cell));
        let most = ends.map(|cell| most.of(axis, cell));
        (least[0].min(least[1]), most[0].max(most[1]))
    };
    let (west, east) = along(&layout.grid.x, bounds.left, bounds.right);
    let (south, north) = along(&layout.grid.y, bounds.top, bounds.bottom);
    json!([west, south, east, north])
}
