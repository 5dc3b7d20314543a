//! Plans of `weir raster resample` and `weir raster merge`.

use weir_raster::{Area, LayerPlan, OutputKind, OutputPlan, PixelType, Plan, Said, TargetPlan};

use super::arguments::{
    FormatArguments, LayerArguments, MergeArguments, ResampleArguments, TargetArguments,
};
use crate::failure::{Exit, Failure};

pub fn resample(arguments: &ResampleArguments) -> Result<Plan, Failure> {
    let input = std::slice::from_ref(&arguments.input);
    let methods = std::slice::from_ref(&arguments.method);
    let outputs = std::slice::from_ref(&arguments.output);
    plan(
        "resample",
        (input, methods),
        &arguments.layer,
        &arguments.target,
        (outputs, &arguments.format),
    )
}

pub fn merge(arguments: &MergeArguments) -> Result<Plan, Failure> {
    let average = ["average".to_owned()];
    let methods = match arguments.methods.as_slice() {
        [] => &average[..],
        methods => methods,
    };
    let files = arguments.inputs.len();
    if methods.len() != 1 && methods.len() != files {
        return Err(usage(format!(
            "{} methods are named for {files} files",
            methods.len()
        ))
        .with("-r METHOD once for all files, or once for each, in their order"));
    }
    let inputs = (&arguments.inputs[..], methods);
    let outputs = (&arguments.outputs[..], &arguments.format);
    plan(
        "merge",
        inputs,
        &arguments.layer,
        &arguments.target,
        outputs,
    )
}

fn plan(
    name: &str,
    (inputs, methods): (&[String], &[String]),
    layer: &LayerArguments,
    target: &TargetArguments,
    (outputs, format): (&[String], &FormatArguments),
) -> Result<Plan, Failure> {
    let mut layers = Vec::new();
    for (path, method) in inputs.iter().zip(methods.iter().cycle()) {
        let made = LayerPlan {
            band: layer.band,
            nodata: Said(layer.nodata),
            coverage: layer.coverage,
            unscale: layer.unscale,
            pixel: layer.pixel.as_deref().and_then(PixelType::from_name),
            fill: Said(layer.fill),
            ..LayerPlan::new(path)
        };
        layers.push(made.with_method(method).map_err(usage)?);
    }
    let target = TargetPlan {
        like: target.like.clone().unwrap_or_default(),
        cell: Said(target.cell.clone()),
        extent: target
            .extent
            .clone()
            .map(|extent| extent.0)
            .unwrap_or_default(),
        crs: Said(target.crs.clone()),
        area: match target.area.as_deref() {
            Some("planar") => Some(Area::Planar),
            Some("spherical") => Some(Area::Spherical),
            _ => None,
        },
    };
    let outputs: Result<Vec<OutputPlan>, Failure> =
        outputs.iter().map(|path| output(path, format)).collect();
    Ok(Plan::of_files(name, layers, target, outputs?)?)
}

fn output(path: &str, format: &FormatArguments) -> Result<OutputPlan, Failure> {
    let mut kind = OutputKind::of_name(path).ok_or_else(|| {
        usage(format!("the name {path} says no format that is written"))
            .with("a name that ends with .tif, .csv, .csv.gz, .csv.zst, .parquet or .geoparquet")
    })?;
    if let (true, OutputKind::GeoTiff(cells)) = (format.cog, &kind) {
        kind = OutputKind::Cog(cells.clone());
    }
    if let Some(name) = &format.compression {
        let names: Vec<&str> = kind.compressions().iter().map(|known| known.name).collect();
        let chosen = names
            .iter()
            .position(|known| known == name)
            .ok_or_else(|| {
                usage(format!("{path} cannot be compressed by {name}"))
                    .with(format!("--compression {}", names.join(" or ")))
            })?;
        if let Some(table) = kind.table_mut() {
            table.compression = chosen;
        }
        if let Some(raster) = kind.raster_mut() {
            raster.compression = chosen;
        }
    }
    if let Some(table) = kind.table_mut() {
        table.rows = match format.rows.as_deref() {
            Some("all") => 1,
            Some("every") => 2,
            _ => 0,
        };
        table.keys = format.keys;
    }
    if let (Some(tile), Some(raster)) = (format.tile, kind.raster_mut()) {
        raster.tile = tile;
    }
    if let (Some("cell"), OutputKind::GeoParquet { geometry, .. }) =
        (format.geometry.as_deref(), &mut kind)
    {
        *geometry = 1;
    }
    Ok(OutputPlan {
        path: path.to_owned(),
        kind,
    })
}

fn usage(what: impl std::fmt::Display) -> Failure {
    Failure::new("W0100", what).exit(Exit::Usage)
}
