//! A plan made into a job: headers are read, and what cannot work is refused before any work.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use weir_files::Files;

use super::JobError;
use super::inputs::{InputFacts, open_raster};
use super::outputs::Output;
use super::places::Places;
use super::target::resolve;
use crate::geotiff::write::Cells;
use crate::plan::{LayerPlan, Plan};
use crate::{Area, Column, Info, Layer, LayerOptions, Method, PixelType, Target};

/// Rows of a part are at most so many, however the formats' own are combined.
const MOST_PART_ROWS: u64 = 1 << 20;

/// A plan whose files have been looked at: the target is known, and every layer and output can work.
pub struct Job {
    pub(super) plan: Plan,
    pub(super) target: Target,
    pub(super) layers: Vec<JobLayer>,
    pub(super) readings: Vec<Reading>,
    pub(super) outputs: Vec<Output>,
    pub(super) inputs: Vec<InputFacts>,
    warnings: Vec<String>,
}

/// A layer of a job.
pub(super) struct JobLayer {
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) options: LayerOptions,
    pub(super) column: Column,
    pub(super) info: Info,
    pub(super) passthrough: bool,
    area: Area,
}

impl JobLayer {
    /// How its values come onto the target, for the output's metadata.
    pub(super) fn method(&self) -> String {
        match self.passthrough {
            true => "copied".to_owned(),
            false => self.options.method.to_string(),
        }
    }

    /// How areas are measured, for the output's metadata.
    pub(super) fn area_name(&self) -> &'static str {
        match self.area {
            Area::Planar => "planar",
            Area::Spherical => "spherical",
        }
    }
}

/// Layers that come out of one reading of their file.
pub(super) struct Reading {
    /// Their names, with a + between.
    pub(super) name: String,
    /// Their places among the job's layers.
    pub(super) members: Vec<usize>,
}

impl Reading {
    /// Opens the file for one worker.
    pub(super) fn open(&self, job: &Job, files: &dyn Files) -> Result<Layer<File>, JobError> {
        let members = self.members.iter().map(|member| &job.layers[*member]);
        let options: Vec<LayerOptions> =
            members.clone().map(|layer| layer.options.clone()).collect();
        let path = members.map(|layer| &layer.path).next();
        let raster = open_raster(files, path.map_or(Path::new(""), PathBuf::as_path))?;
        Layer::open(raster, &job.target, &options)
            .map_err(|error| JobError::of_layer(&self.name, error))
    }
}

/// Which layers are read together.
fn readings(layers: &[JobLayer]) -> Vec<Reading> {
    let mut readings: Vec<Reading> = Vec::new();
    for (index, layer) in layers.iter().enumerate() {
        let alike = |reading: &&mut Reading| {
            let first = &layers[reading.members[0]];
            first.path == layer.path && first.options.reads_like(&layer.options)
        };
        match readings.iter_mut().find(alike) {
            Some(reading) => {
                reading.members.push(index);
                reading.name = format!("{}+{}", reading.name, layer.name);
            }
            None => readings.push(Reading {
                name: layer.name.clone(),
                members: vec![index],
            }),
        }
    }
    readings
}

impl Job {
    /// Looks at the files of a plan, whose paths start from `folder`. Only headers are read.
    ///
    /// # Errors
    /// [`JobError`]: a file that is damaged, not there or not read, layers that cannot come onto the target, outputs that cannot be.
    pub fn open(plan: Plan, folder: &Path, files: &Arc<dyn Files>) -> Result<Self, JobError> {
        let place = |path: &str| folder.join(path);
        let mut infos = Vec::new();
        for (_, layer) in &plan.layers {
            infos.push(open_raster(&**files, &place(&layer.path))?.info().clone());
        }
        let like = match plan.target.like.as_str() {
            "" => None,
            path => Some(open_raster(&**files, &place(path))?.info().clone()),
        };
        let named = plan.layers.iter().map(|(name, _)| name.as_str());
        let known: Vec<(&str, &Info)> = named.zip(&infos).collect();
        let target = resolve(&plan.target, &known, like.as_ref())?;
        let mut warnings = Vec::new();
        let mut layers = Vec::new();
        for ((name, spec), info) in plan.layers.iter().zip(infos) {
            layers.push(layer(
                (name, spec),
                info,
                &plan,
                place(&spec.path),
                &target,
                files,
            )?);
        }
        warnings.extend(layers.iter().filter_map(scaled));
        warnings.extend(layers.iter().filter_map(opacity));
        let mut inputs = Vec::new();
        let mut places = Places::default();
        for layer in &layers {
            inputs.push(InputFacts::of(&**files, &layer.path)?);
            places.read(&layer.path, format!("the layer {}", layer.name));
        }
        if like.is_some() {
            let path = place(&plan.target.like);
            inputs.push(InputFacts::of(&**files, &path)?);
            places.read(&path, "target.like".to_owned());
        }
        let mut outputs = Vec::new();
        for (name, output) in &plan.outputs {
            for (layer, path) in plan.files_of(output) {
                places.written(&place(&path), name)?;
                let wanted = layer.map_or_else(|| (0..layers.len()).collect(), |layer| vec![layer]);
                for layer in wanted.iter().filter(|_| output.kind.raster().is_some()) {
                    warnings.extend(unmarked(&layers[*layer], &plan.layers[*layer].1));
                }
                warnings.extend(unnamed(&target, output.kind.raster().is_some(), &path));
                let known = (&target, &layers[..]);
                outputs.push(Output::make(
                    (name, output),
                    place(&path),
                    wanted,
                    known,
                    files,
                )?);
            }
        }
        warnings.dedup();
        Ok(Self {
            plan,
            target,
            readings: readings(&layers),
            layers,
            outputs,
            inputs,
            warnings,
        })
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The grid that the layers come onto.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// The files that are written.
    pub fn outputs(&self) -> &[Output] {
        &self.outputs
    }

    /// Writes these files instead of the plan's: formats of the caller's own. Columns are the plan's layers.
    #[must_use]
    pub fn with_outputs(mut self, outputs: Vec<Output>) -> Self {
        self.outputs = outputs;
        self
    }

    /// What can be done and is probably not meant.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The names of the layers whose values are copied, as their grid is the target.
    pub fn copied(&self) -> Vec<String> {
        let copied = self.layers.iter().filter(|layer| layer.passthrough);
        copied.map(|layer| layer.name.clone()).collect()
    }

    /// Target rows in a part: a multiple of what every format asks for.
    pub fn part_rows(&self) -> u64 {
        let rows = self
            .outputs
            .iter()
            .map(|output| output.export.part_rows().max(1));
        rows.fold(1, |all, rows| {
            let common = all / common_divisor(all, rows) * rows;
            if common <= MOST_PART_ROWS {
                common
            } else {
                all.max(rows)
            }
        })
    }

    /// How many parts.
    pub fn parts(&self) -> u32 {
        let parts = self.target.grid.rows().div_ceil(self.part_rows());
        u32::try_from(parts).unwrap_or(u32::MAX)
    }
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Job")
            .field("plan", &self.plan)
            .field("target", &self.target)
            .field("outputs", &self.outputs)
            .finish_non_exhaustive()
    }
}

fn layer(
    (name, spec): (&str, &LayerPlan),
    info: Info,
    plan: &Plan,
    path: PathBuf,
    target: &Target,
    files: &Arc<dyn Files>,
) -> Result<JobLayer, JobError> {
    let unfit = |reason: String| JobError::Layer {
        layer: name.to_owned(),
        reason,
    };
    let options = LayerOptions {
        band: spec.band,
        method: spec
            .method_name()
            .parse()
            .map_err(|error: crate::UnknownMethod| unfit(error.to_string()))?,
        area: plan.target.area,
        coverage: (spec.coverage > 0.0).then_some(spec.coverage),
        // NaN is no value in any case: with it no other value is none.
        nodata: spec.nodata.0.map(|fill| fill.value().unwrap_or(f64::NAN)),
        crs: None,
        unscale: spec.unscale,
    };
    let mut made = JobLayer {
        name: name.to_owned(),
        path,
        options,
        column: Column {
            name: name.to_owned(),
            pixel: PixelType::Float64,
            nodata: None,
        },
        info,
        passthrough: false,
        area: Area::Planar,
    };
    let opened = Layer::open(
        open_raster(&**files, &made.path)?,
        target,
        std::slice::from_ref(&made.options),
    )
    .map_err(|error| JobError::of_layer(name, error))?;
    let pixel = spec.pixel.unwrap_or_else(|| opened.pixel(0));
    made.passthrough = opened.is_passthrough();
    made.area = opened.area();
    made.column.pixel = pixel;
    made.column.nodata = match spec.fill.0 {
        Some(fill) => fill.value(),
        None => Some(fill(pixel, spec, &made.info)),
    };
    Ok(made)
}

/// What stands for no value where the plan does not say.
fn fill(pixel: PixelType, spec: &LayerPlan, info: &Info) -> f64 {
    let of_source = match spec.nodata.0 {
        Some(fill) => fill.value(),
        None => info.nodata,
    };
    let kept = of_source.filter(|_| pixel == info.pixel && !spec.unscale);
    match (kept.and_then(|value| of_type(pixel, value)), pixel) {
        (Some(value), _) => value,
        (_, PixelType::Float32 | PixelType::Float64) => f64::NAN,
        (_, PixelType::UInt8) => f64::from(u8::MAX),
        (_, PixelType::Int8) => f64::from(i8::MIN),
        (_, PixelType::UInt16) => f64::from(u16::MAX),
        (_, PixelType::Int16) => f64::from(i16::MIN),
        (_, PixelType::UInt32) => f64::from(u32::MAX),
        (_, PixelType::Int32) => f64::from(i32::MIN),
        // The greatest that a double has below 2^64.
        (_, PixelType::UInt64) => 18_446_744_073_709_549_568.0,
        (_, PixelType::Int64) => -9_223_372_036_854_775_808.0,
    }
}

/// The value of the type that a nodata of a file stands for: texts such as -3.4e38 are rounded as the reader rounds them. None where the type
/// has no such value.
fn of_type(pixel: PixelType, value: f64) -> Option<f64> {
    let rounded = match pixel {
        PixelType::Float32 => f64::from(value as f32),
        _ => value,
    };
    let reached = rounded.is_finite() || !value.is_finite();
    (reached && Cells::new(pixel, Some(rounded)).is_ok()).then_some(rounded)
}

/// A layer that has a scale or an offset, which nobody asked for.
fn scaled(layer: &JobLayer) -> Option<String> {
    let (options, info) = (&layer.options, &layer.info);
    let values = !matches!(options.method, Method::Count | Method::Coverage);
    let lost = values && !options.unscale && (info.scale, info.offset) != (1.0, 0.0);
    lost.then(|| {
        format!(
            "{} has scale {} and offset {}, and its stored values are taken without them; `unscale: true` of the layer {} (--unscale) applies them",
            layer.path.display(),
            info.scale,
            info.offset,
            layer.name
        )
    })
}

/// A layer of whole numbers without a value of its own for none.
fn unmarked(layer: &JobLayer, spec: &LayerPlan) -> Option<String> {
    let column = &layer.column;
    let own = spec.fill.0.is_some() || layer.info.nodata.is_some() || spec.nodata.0.is_some();
    let value = column.nodata.filter(|_| !own && !column.pixel.is_float())?;
    Some(format!(
        "{} names no nodata value: in its GeoTIFF {value} stands for none; `fill` of the layer {} says another",
        layer.path.display(),
        layer.name
    ))
}

/// A band of opacity beside the layer's. A nodata value goes before it, as in GDAL.
fn opacity(layer: &JobLayer) -> Option<String> {
    if layer.options.nodata.or(layer.info.nodata).is_some() {
        return None;
    }
    let alpha = layer
        .info
        .alpha
        .filter(|band| *band != layer.options.band)?;
    Some(format!(
        "band {alpha} of {} holds opacity, which is not looked at: cells that it hides count as values; gdalwarp -dstnodata VALUE makes them nodata",
        layer.path.display()
    ))
}

/// A GeoTIFF in a reference system that has no code.
fn unnamed(target: &Target, raster: bool, path: &str) -> Option<String> {
    let lost = matches!(&target.crs, crate::Crs::Unknown(text) if raster && !text.is_empty());
    lost.then(|| {
        format!(
            "{path} will not name its reference system: {} has no EPSG code; gdal_edit.py -a_srs puts it in",
            target.crs
        )
    })
}

fn common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

#[cfg(test)]
mod tests {
    use super::of_type;
    use crate::PixelType;

    #[test]
    fn nodata_of_a_file_is_rounded_to_its_type_or_left() {
        let rounded = f64::from(-3.4e38_f32);
        assert_eq!(of_type(PixelType::Float32, -3.4e38), Some(rounded));
        assert_eq!(of_type(PixelType::Float32, -1.797e308), None);
        assert_eq!(of_type(PixelType::Float64, -1.797e308), Some(-1.797e308));
        assert_eq!(of_type(PixelType::UInt8, f64::NAN), None);
        assert_eq!(of_type(PixelType::UInt8, -9999.0), None);
        assert_eq!(of_type(PixelType::Int16, -9999.0), Some(-9999.0));
    }
}
