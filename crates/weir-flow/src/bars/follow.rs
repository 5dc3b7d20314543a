//! Bars of a dataset, kept up to date: appended, late, corrected and removed rows alike.

use std::collections::BTreeMap;
use std::ops::Bound;

use serde::{Deserialize, Serialize};
use weir_memory::Holder;
use weir_store::sort::SpillFolder;
use weir_store::{
    Dataset, MetadataPatch, OpenError, OrderRange, OrderValue, ScanError, ScanOptions, Snapshot,
    Version, WriteError, WriteOptions,
};

use super::{BarFunctions, Bars, BarsError, BarsSpec, Continue, LatePlan, changed_ranges};
use crate::{StreamError, StreamSchema};

/// Where the place in the source is in a target's metadata.
pub const FOLLOWED_KEY: &str = "weir.bars";

/// Keeps datasets of bars up to date with a dataset of rows.
///
/// Each [update](Follow::update) reads what changed since the version that was read last, makes the bars that it touches anew from the source, and replaces
/// them in one commit per target: bars whose rows are all gone vanish. The result is that of making everything anew, whatever came: rows at the end, late rows,
/// corrections, removals. The open bars are written as they stand and made anew by the next update. The only state is the source's version in the target's
/// metadata, committed with the bars; so an update can be stopped anywhere and done again.
pub struct Follow<'a> {
    /// What bars, and how.
    pub spec: &'a BarsSpec,
    /// Users' functions that the description names.
    pub functions: &'a BarFunctions,
    /// Whose memory it is.
    pub holder: Holder,
    /// Where bars go that do not fit in memory before they are committed.
    pub spill: SpillFolder,
}

/// What an update did for one target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// The version of the source that the bars are of.
    pub source: Version,
    /// Rows of the source read.
    pub rows_read: u64,
    /// Bars written.
    pub bars: u64,
    /// Whether there was nothing to do.
    pub up_to_date: bool,
}

/// Why bars cannot be brought up to date. The targets are as they were, or as the update would leave them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FollowError {
    /// A dataset cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The source cannot be read.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// A target cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The bars cannot be made.
    #[error(transparent)]
    Bars(#[from] BarsError),
    /// The source has no stream's form.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// The target is not what these bars go into.
    #[error("{target}: {what}")]
    Target {
        /// The dataset.
        target: String,
        /// What is wrong, and what to do.
        what: String,
    },
}

/// What a target's bars are of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    /// The source's identity.
    source: String,
    version: u64,
    /// The greatest order value read.
    last: i64,
    /// The description of the bars.
    bars: String,
}

impl Follow<'_> {
    /// Brings one target up to date for each way out of the bars (see [`Bars::names`]), in their order.
    ///
    /// # Errors
    /// [`FollowError`].
    pub fn update(
        &self,
        source: &Dataset,
        targets: &[Dataset],
    ) -> Result<Vec<Followed>, FollowError> {
        let now = source.snapshot()?;
        let schema = now
            .scan(ScanOptions::new(self.holder.clone()))?
            .schema()
            .clone();
        let input = StreamSchema::ordered(schema, &now.order_column)?;
        let bars = Bars::new(self.spec, &input, self.functions)?;
        if targets.len() != bars.outputs().len() {
            let what = format!(
                "there are {} targets for {} results; give one for each of {}",
                targets.len(),
                bars.outputs().len(),
                bars.names().join(", ")
            );
            return Err(FollowError::Target {
                target: source.describe(),
                what,
            });
        }
        let mut places = Vec::new();
        for (target, output) in targets.iter().zip(bars.outputs()) {
            places.push(self.place(target, output, &now)?);
        }
        // Targets that stand at the same place share a pass over the source.
        let mut groups: BTreeMap<Option<(u64, i64)>, Vec<usize>> = BTreeMap::new();
        for (way, place) in places.iter().enumerate() {
            groups
                .entry(place.as_ref().map(|place| (place.version, place.last)))
                .or_default()
                .push(way);
        }
        let mut done = vec![
            Followed {
                source: now.version,
                up_to_date: true,
                ..Followed::default()
            };
            targets.len()
        ];
        for ways in groups.into_values() {
            let place = places.get(ways[0]).cloned().flatten();
            self.update_group(&now, &input, place, &ways, targets, &mut done)?;
        }
        Ok(done)
    }

    /// The place that a target's metadata tell; `None` where nothing was written yet.
    fn place(
        &self,
        target: &Dataset,
        output: &StreamSchema,
        now: &Snapshot,
    ) -> Result<Option<Place>, FollowError> {
        let wrong = |what: String| FollowError::Target {
            target: target.describe(),
            what,
        };
        let manifest = target.latest()?;
        let same = manifest.schema.fields().len() == output.schema().fields().len()
            && output.schema().fields().iter().all(|field| {
                manifest
                    .schema
                    .field_with_name(field.name())
                    .is_ok_and(|stored| stored.data_type() == field.data_type())
            });
        if !same || Some(manifest.order_column.as_str()) != output.order_name() {
            return Err(wrong(
                "its columns are not those of the bars; write into another dataset".to_owned(),
            ));
        }
        let Some(place) = manifest.metadata.get(FOLLOWED_KEY) else {
            if manifest.rows() > 0 {
                return Err(wrong(
                    "it holds rows that are no bars of this source; write into a new dataset"
                        .to_owned(),
                ));
            }
            return Ok(None);
        };
        let place = Place::deserialize(place).map_err(|error| {
            wrong(format!(
                "its metadata `{FOLLOWED_KEY}` cannot be read ({error}); write into a new dataset"
            ))
        })?;
        if place.source != now.id {
            return Err(wrong(
                "its bars are of another source; write into a new dataset".to_owned(),
            ));
        }
        if place.bars != self.description() {
            return Err(wrong(
                "its bars were described otherwise; write into a new dataset".to_owned(),
            ));
        }
        Ok(Some(place))
    }

    fn description(&self) -> String {
        format!("{:?}", self.spec)
    }

    fn update_group(
        &self,
        now: &Snapshot,
        input: &StreamSchema,
        place: Option<Place>,
        ways: &[usize],
        targets: &[Dataset],
        done: &mut [Followed],
    ) -> Result<(), FollowError> {
        if place
            .as_ref()
            .is_some_and(|place| place.version == now.version.0)
        {
            return Ok(());
        }
        let plan = self.plan(now, input, place.as_ref())?;
        let mut writing = Vec::new();
        for way in ways {
            let mut options = WriteOptions::new(self.holder.clone()).sorted();
            options.spill = self.spill.clone();
            for again in plan.reopened.iter().filter(|again| again.way == *way) {
                options = options.replacing(
                    value(input, again.first_label),
                    value(input, again.last_label),
                );
            }
            match plan.go_on {
                Continue::Saved => {}
                Continue::From(from) => {
                    options = options.replacing(
                        value(input, self.label(*way, input, from)?),
                        value(input, i64::MAX),
                    )
                }
                Continue::Beginning => {
                    options = options.replacing(value(input, i64::MIN), value(input, i64::MAX))
                }
            }
            writing.push((*way, targets[*way].writer(options)?));
        }
        // Re-opened bars lie before those that go on, so that each target's bars come in order.
        for again in plan
            .reopened
            .iter()
            .filter(|again| ways.contains(&again.way))
        {
            let mut bars = again.under_way(self.spec, input, self.functions)?;
            let (from, until) = (Bound::Included(again.from), Bound::Excluded(again.until));
            for rows in self.scan(now, input, from, until)? {
                let rows = rows?;
                done[again.way].rows_read += rows.num_rows() as u64;
                bars.take_in(&[&rows])?;
                while let Some((_, rows)) = bars.next_finished() {
                    push(&mut writing, done, again.way, rows)?;
                }
            }
            for (_, rows) in bars.open_bars()? {
                push(&mut writing, done, again.way, rows)?;
            }
        }
        let mut last = place.as_ref().map(|place| place.last);
        let from = match plan.go_on {
            Continue::Saved => None,
            Continue::From(from) => Some(Bound::Included(from)),
            Continue::Beginning => Some(Bound::Unbounded),
        };
        if let Some(from) = from {
            let mut bars = Bars::new(self.spec, input, self.functions)?;
            for rows in self.scan(now, input, from, Bound::Unbounded)? {
                let rows = rows?;
                ways.iter()
                    .for_each(|way| done[*way].rows_read += rows.num_rows() as u64);
                bars.take_in(&[&rows])?;
                while let Some((way, rows)) = bars.next_finished() {
                    push(&mut writing, done, way, rows)?;
                }
            }
            for (way, rows) in bars.open_bars()? {
                push(&mut writing, done, way, rows)?;
            }
            last = bars.last().or(last);
        }
        for (way, writer) in writing {
            let place = Place {
                source: now.id.clone(),
                version: now.version.0,
                last: last.unwrap_or(i64::MIN),
                bars: self.description(),
            };
            let place = serde_json::to_value(place).map_err(|error| FollowError::Target {
                target: targets[way].describe(),
                what: error.to_string(),
            })?;
            writer.commit(MetadataPatch::from([(
                FOLLOWED_KEY.to_owned(),
                Some(place),
            )]))?;
            done[way].up_to_date = false;
        }
        Ok(())
    }

    fn plan(
        &self,
        now: &Snapshot,
        input: &StreamSchema,
        place: Option<&Place>,
    ) -> Result<LatePlan, FollowError> {
        let beginning = LatePlan {
            reopened: Vec::new(),
            go_on: Continue::Beginning,
        };
        let Some(place) = place.filter(|place| place.last > i64::MIN) else {
            return Ok(beginning);
        };
        // Without the version that was read, what changed is not known.
        let Ok(then) = now.dataset().manifest(Version(place.version)) else {
            return Ok(beginning);
        };
        let changed = changed_ranges(&then, now.manifest());
        let mut plan = LatePlan::new(self.spec, input, &changed, place.last)?;
        if plan.go_on == Continue::Saved && changed.iter().any(|(_, to)| *to >= place.last) {
            // Rows came behind the last one read: the open bars go on with them.
            let open = LatePlan::new(self.spec, input, &[(place.last, place.last)], place.last)?;
            plan.go_on = open.go_on;
        }
        Ok(plan)
    }

    /// The least label of bars whose periods begin at or behind an order value.
    fn label(&self, way: usize, input: &StreamSchema, from: i64) -> Result<i64, FollowError> {
        let one = BarsSpec {
            keys: self.spec.keys.clone(),
            resolutions: self
                .spec
                .resolutions
                .get(way)
                .cloned()
                .into_iter()
                .collect(),
        };
        let bars = Bars::new(&one, input, self.functions)?;
        Ok(bars.least_label(Some(from)).unwrap_or(from))
    }

    fn scan(
        &self,
        now: &Snapshot,
        input: &StreamSchema,
        from: Bound<i64>,
        until: Bound<i64>,
    ) -> Result<weir_store::Scan, FollowError> {
        let range = OrderRange {
            start: from.map(|from| value(input, from)),
            end: until.map(|until| value(input, until)),
        };
        Ok(now.scan(ScanOptions::new(self.holder.clone()).range(range))?)
    }
}

/// An order value in the form that the store knows it in.
fn value(input: &StreamSchema, value: i64) -> OrderValue {
    match input.order_type() {
        Some(data_type) if data_type.is_unsigned_integer() => {
            OrderValue::Uint(u64::try_from(value).unwrap_or(0))
        }
        _ => OrderValue::Int(value),
    }
}

fn push(
    writing: &mut [(usize, weir_store::DatasetWriter)],
    done: &mut [Followed],
    way: usize,
    rows: arrow_array::RecordBatch,
) -> Result<(), FollowError> {
    if let Some((_, writer)) = writing.iter_mut().find(|(other, _)| *other == way) {
        done[way].bars += rows.num_rows() as u64;
        writer.push(rows)?;
    }
    Ok(())
}
