//! What a layer is to whoever uses it.

use std::ops::Range;

use weir_memory::Holder;
use weir_run::Cancel;

use super::{
    LayerError, LayerOptions,
    along::Along,
    fit::{Fit, Misfit},
    part::{OPEN_BYTES, Part, Plan, cell_bytes},
    pass::{Pass, pass},
    reading::Reading,
    warp::{self, Warp, WarpedPart},
};
use crate::{
    Area, Crs, GeoTiff, Grid, Info, PixelType, ReadAt, Target,
    crs::{self, Transform},
    geotiff::Meaning,
    overlap::{AxisOverlap, Measure, check_latitudes},
    sample,
};

/// One band of a raster on its way onto a target grid, with one or several results of one reading.
///
/// Target rows are taken in order, part by part: [`Layer::start`], then [`Layer::next_row`] until there is none. The values of a row
/// depend on the raster, the target and the options alone; windows, parts and budgets do not change a bit of them.
///
/// ```
/// use weir_memory::{Budget, Bytes, HolderName};
/// use weir_raster::{Axis, GeoTiff, Grid, Layer, LayerOptions, Method, ReadLimits, Target};
/// use weir_run::Cancel;
///
/// # fn sums(path: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
/// let file = std::fs::File::open(path)?;
/// let raster = GeoTiff::open(path.display().to_string(), file, ReadLimits::default())?;
/// let sixth = Grid::new(Axis::new(-180.0, 1.0 / 6.0, 2160)?, Axis::new(90.0, -1.0 / 6.0, 1080)?);
/// let target = Target { grid: sixth, crs: raster.info().crs.clone() };
/// let wanted = [LayerOptions::new(Method::Sum), LayerOptions::new(Method::Average)];
/// let mut layer = Layer::open(raster, &target, &wanted)?;
///
/// let budget = Budget::detached(Bytes::mib(64));
/// layer.start(0..1080, &budget.holder(HolderName::new("run-1", "resample", "layer")))?;
/// while let Some(rows) = layer.next_row(&mut || 2048, &Cancel::new())? {
///     let (sums, averages) = (&rows[0], &rows[1]);
///     assert_eq!((sums.len(), averages.len()), (2160, 2160));
/// }
/// # Ok(())
/// # }
/// ```
pub struct Layer<R> {
    reading: Reading<R>,
    target: Grid,
    way: Way,
    results: Vec<LayerOptions>,
    area: Area,
    same: bool,
    part: Option<Under>,
}

/// How the raster lies to the target.
enum Way {
    /// In one reference system, axis by axis.
    Aligned(Fit),
    /// In two, cell by cell.
    Warped(Box<Warp>),
}

/// A part under way.
enum Under {
    Aligned(Box<Part>),
    Warped(Box<WarpedPart>),
}

impl<R: ReadAt> Layer<R> {
    /// A layer with a result for each of `results`, which must read alike ([`LayerOptions::reads_like`]). Only the header has been read.
    ///
    /// # Errors
    /// [`LayerError`]: no way from the raster's reference system to the target's, no cell in common, no such band, axes that do
    /// not go together, spherical areas beyond a pole, options that cannot be.
    pub fn open(
        raster: GeoTiff<R>,
        target: &Target,
        results: &[LayerOptions],
    ) -> Result<Self, LayerError> {
        let info = raster.info();
        let unfit = |reason: String| LayerError::Unfit {
            name: info.name.clone(),
            reason,
        };
        let Some(first) = results.first() else {
            return Err(unfit("no result is asked for; name a method".into()));
        };
        for options in results {
            check(options).map_err(unfit)?;
            if !options.reads_like(first) {
                return Err(unfit(format!(
                    "{} and {} cannot be results of one reading; open the file once for each",
                    first.method, options.method
                )));
            }
        }
        raster.check_band(first.band)?;
        let crs = first.crs.as_ref().unwrap_or(&info.crs);
        let degrees = crs.is_geographic();
        let area = first.area.unwrap_or(if degrees {
            Area::Spherical
        } else {
            Area::Planar
        });
        let way = if *crs == target.crs || crs::are_degrees(crs, &target.crs) {
            let block = (info.block_columns, info.block_rows);
            Fit::new(&info.grid, block, &target.grid, degrees)
                .map(Way::Aligned)
                .map_err(|misfit| misfit_error(misfit, info, &target.grid))?
        } else {
            if area == Area::Spherical && !degrees {
                return Err(unfit(format!(
                    "spherical areas need degrees, and the raster has {crs}; use planar areas"
                )));
            }
            Way::Warped(Box::new(warp(info, crs, target, area)?))
        };
        // Turned rows are the same cells.
        let same = match &way {
            Way::Aligned(fit) => {
                *crs == target.crs && Grid::new(fit.x, fit.y).same_cells(&target.grid)
            }
            Way::Warped(_) => false,
        };
        let copied = same && results.iter().all(|one| one.method.keeps_equal_cells());
        if area == Area::Spherical && first.method.kernel().is_none() && !copied {
            check_latitudes(&info.grid.y).map_err(|source| LayerError::Grid {
                name: info.name.clone(),
                source,
            })?;
        }
        let scaled = first.unscale && (info.scale, info.offset) != (1.0, 0.0);
        let meaning = Meaning {
            nodata: first.nodata.or(info.nodata),
            scale: scaled.then_some((info.scale, info.offset)),
        };
        let (columns, rows) = match &way {
            Way::Aligned(fit) => (fit.columns, fit.rows),
            Way::Warped(_) => Along::of(info),
        };
        Ok(Self {
            reading: Reading {
                band: first.band,
                meaning,
                columns,
                rows,
                raster,
            },
            target: target.grid,
            way,
            results: results.to_vec(),
            area,
            same,
            part: None,
        })
    }

    /// How many results.
    pub fn results(&self) -> usize {
        self.results.len()
    }

    /// The type that a result has unless told otherwise: the source's where every value is one of the source's (passthrough, `near`, `mode`,
    /// `min`, `max`), else `Float64`; `UInt32` for `count` (`UInt64` of rasters with 2³² cells or more).
    ///
    /// # Panics
    /// When there is no such result.
    pub fn pixel(&self, result: usize) -> PixelType {
        use super::Method;
        let method = self.results[result].method;
        let info = self.reading.raster.info();
        let kept = method.picks() || (self.same && method.keeps_equal_cells());
        match method {
            Method::Count if info.grid.columns() * info.grid.rows() <= u64::from(u32::MAX) => {
                PixelType::UInt32
            }
            Method::Count => PixelType::UInt64,
            _ if kept && self.reading.meaning.scale.is_none() => info.pixel,
            _ => PixelType::Float64,
        }
    }

    /// The value that means none in the source, as it is in force.
    pub fn nodata(&self) -> Option<f64> {
        self.reading.meaning.nodata
    }

    /// How areas are measured.
    pub fn area(&self) -> Area {
        self.area
    }

    /// Whether the target's cells are the raster's, turned or not, and every result has its values.
    pub fn is_passthrough(&self) -> bool {
        self.same
            && self
                .results
                .iter()
                .all(|options| options.method.keeps_equal_cells())
    }

    /// What the file says of itself.
    pub fn info(&self) -> &Info {
        self.reading.raster.info()
    }

    /// Bytes that reading rows with windows of `window` source pixels a side needs, about: the table of blocks, a block, open target rows or a
    /// strip of source rows. Less may do (strips can be lower), and cells of `mode`, `med` and quantiles hold values beyond it;
    /// what is really held is reserved.
    pub fn working_bytes(&self, window: u64) -> u64 {
        let info = self.reading.raster.info();
        let (wide, high) = (self.target.columns(), self.target.rows());
        let fit = match &self.way {
            Way::Aligned(fit) => fit,
            Way::Warped(_) => {
                let block = info.block_columns * info.block_rows * info.pixel.bytes();
                let kept = window
                    .saturating_mul(window)
                    .saturating_mul(info.pixel.bytes());
                return warp::working_bytes(wide, self.results.len())
                    + self.reading.raster.working_bytes()
                    + info.grid.columns() * 8
                    + kept.max(block);
            }
        };
        let passes = self.passes(0);
        let ratio = (fit.y.step() / self.target.y.step()).abs();
        let met = (info.block_rows as f64 * ratio) as u64 + 2;
        let row = wide.saturating_mul(cell_bytes(&passes));
        let open = met.min(high).saturating_mul(row);
        let held = if open <= OPEN_BYTES {
            open
        } else {
            let group = (window.saturating_mul(window) / 4 / wide).max(1);
            let strip = info.grid.columns() * info.pixel.bytes() * info.block_rows;
            group.min(met).saturating_mul(row).saturating_add(strip)
        };
        let overlaps = 24 * (wide + high + info.grid.columns() + info.grid.rows());
        self.reading
            .raster
            .working_bytes()
            .saturating_add(held)
            .saturating_add(overlaps)
            .saturating_add(wide * 16 * self.results.len() as u64)
    }

    /// Begins the target rows `rows`; rows that were begun before and not taken are forgotten. Only source blocks that these rows
    /// touch are going to be decoded. Every buffer is reserved with `holder`.
    ///
    /// # Errors
    /// [`LayerError::Memory`]; [`LayerError::Grid`] where axes cannot be.
    ///
    /// # Panics
    /// When the target has no such rows.
    pub fn start(&mut self, rows: Range<u64>, holder: &Holder) -> Result<(), LayerError> {
        self.stop();
        self.part = Some(match &self.way {
            Way::Aligned(fit) => {
                let (x, y) =
                    self.overlaps(fit, rows.clone())
                        .map_err(|source| LayerError::Grid {
                            name: self.info().name.clone(),
                            source,
                        })?;
                let plan = Plan {
                    passes: self.passes(rows.start),
                    rows,
                    x,
                    y,
                };
                Under::Aligned(Box::new(Part::new(plan, &self.reading, holder)?))
            }
            Way::Warped(_) => {
                assert!(rows.end <= self.target.rows(), "no rows {rows:?}");
                Under::Warped(Box::new(WarpedPart::new(
                    &self.reading.raster,
                    (self.reading.band, self.reading.meaning),
                    rows,
                    self.target.columns(),
                    &self.results,
                    holder,
                )?))
            }
        });
        Ok(())
    }

    /// The next of the rows that were begun: for each result its values from the west, NaN for none. None after the last.
    ///
    /// `window` says how many source pixels a side a window may have; it is asked before every window. Blocks are decoded whole.
    ///
    /// # Errors
    /// [`LayerError`]: damage, no memory, cancelled (which is asked before every window). The part must be started again then.
    pub fn next_row(
        &mut self,
        window: &mut dyn FnMut() -> u64,
        cancel: &Cancel,
    ) -> Result<Option<&[Vec<f64>]>, LayerError> {
        // A part that fails is not put back.
        match (self.part.take(), &self.way) {
            (Some(Under::Aligned(mut part)), _) => {
                let more = part.advance(&mut self.reading, window, cancel)?;
                let Under::Aligned(part) = self.part.insert(Under::Aligned(part)) else {
                    return Ok(None);
                };
                Ok(more.then(|| part.row()))
            }
            (Some(Under::Warped(mut part)), Way::Warped(warp)) => {
                let more = part.advance(warp, &mut self.reading.raster, window, cancel)?;
                let Under::Warped(part) = self.part.insert(Under::Warped(part)) else {
                    return Ok(None);
                };
                Ok(more.then(|| part.row()))
            }
            _ => Err(LayerError::NotStarted {
                name: self.info().name.clone(),
            }),
        }
    }

    /// Gives buffers and what was reserved for them back.
    pub fn stop(&mut self) {
        self.part = None;
        self.reading.raster.forget();
    }

    fn passes(&self, first: u64) -> Vec<Box<dyn Pass>> {
        self.results
            .iter()
            .map(|options| pass(options, self.same, self.target.columns(), first))
            .collect()
    }

    fn overlaps(
        &self,
        fit: &Fit,
        rows: Range<u64>,
    ) -> Result<(AxisOverlap, AxisOverlap), crate::GridError> {
        let (x, y) = (&self.target.x, &self.target.y);
        let columns = 0..x.cells();
        let (across, down) = match self.results[0].method.kernel() {
            // Cells that are equal meet once, however areas are measured.
            _ if self.is_passthrough() => (
                AxisOverlap::of_targets(&fit.x, x, Measure::Length, columns)?,
                AxisOverlap::of_targets(&fit.y, y, Measure::Length, rows)?,
            ),
            Some(kernel) => (
                sample::weights(&fit.x, x, kernel, columns)?,
                sample::weights(&fit.y, y, kernel, rows)?,
            ),
            None => {
                let measure = match self.area {
                    Area::Planar => Measure::Length,
                    Area::Spherical => Measure::SineOfLatitude,
                };
                (
                    AxisOverlap::of_targets(&fit.x, x, Measure::Length, columns)?,
                    AxisOverlap::of_targets(&fit.y, y, measure, rows)?,
                )
            }
        };
        Ok((fit.solid(across), down))
    }
}

/// The way to a target in another reference system.
fn warp(info: &Info, crs: &Crs, target: &Target, area: Area) -> Result<Warp, LayerError> {
    let transform = Transform::new(&target.crs, crs).map_err(|error| LayerError::Crs {
        name: info.name.clone(),
        source_crs: crs.to_string(),
        target_crs: target.crs.to_string(),
        reason: error.to_string(),
    })?;
    let degrees = crs.is_geographic();
    Warp::new(transform, info.grid, degrees, target.grid, area).map_err(|source| LayerError::Grid {
        name: info.name.clone(),
        source,
    })
}

/// Whether options can be.
fn check(options: &LayerOptions) -> Result<(), String> {
    if let Some(coverage) = options.coverage
        && !(0.0..=1.0).contains(&coverage)
    {
        return Err(format!(
            "a coverage of {coverage} cannot be asked for; name a share from 0 to 1"
        ));
    }
    if let (Some(_), Some(_)) = (options.coverage, options.method.kernel()) {
        return Err(format!(
            "{} takes values at points and has no coverage; leave the coverage out or take a statistic of areas",
            options.method
        ));
    }
    Ok(())
}

fn misfit_error(misfit: Misfit, info: &Info, target: &Grid) -> LayerError {
    let name = info.name.clone();
    match misfit {
        Misfit::Apart => LayerError::Apart {
            name,
            source_extent: extent(&info.grid),
            target_extent: extent(target),
        },
        Misfit::Seam(reason) => LayerError::Unfit { name, reason },
        Misfit::Grid(source) => LayerError::Grid { name, source },
    }
}

/// West, south, east, north.
fn extent(grid: &Grid) -> [f64; 4] {
    let reach = |axis: &crate::Axis| {
        let (first, last) = (axis.edge(0), axis.edge(axis.cells()));
        (first.min(last), first.max(last))
    };
    let ((west, east), (south, north)) = (reach(&grid.x), reach(&grid.y));
    [west, south, east, north]
}
