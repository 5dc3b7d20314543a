//! Bars of a dataset, kept up to date: appended, late, corrected and removed rows alike.

mod error;
mod options;
mod place;

use std::collections::BTreeMap;
use std::ops::Bound;

use arrow_array::RecordBatch;
use arrow_select::filter::filter_record_batch;
use weir_memory::{Bytes, Holder, Reservation};
use weir_store::sort::SpillFolder;
use weir_store::{
    Dataset, DatasetWriter, MetadataPatch, OrderValue, ScanOptions, Snapshot, Version, WriteOptions,
};

use super::{BarFunctions, Bars, BarsError, BarsSpec, Continue, LatePlan, changed_ranges};
use crate::{CHECKPOINT_KEY, PROVISIONAL_KEY, StreamSchema};

pub use error::FollowError;
pub use options::{FollowOptions, FollowUpdate, Followed};
use place::{Place, Standing};

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
    /// What of the source, and what an update heeds.
    pub options: FollowOptions,
}

impl Follow<'_> {
    /// Brings one target up to date for each way out of the bars (see [`Bars::names`]), in their order, with the newest version of the source.
    ///
    /// # Errors
    /// [`FollowError`].
    pub fn update(
        &self,
        source: &Dataset,
        targets: &[Dataset],
    ) -> Result<FollowUpdate, FollowError> {
        self.update_to(&source.snapshot()?, targets)
    }

    /// The same with this version of the source, which may be an older one than the targets are of.
    ///
    /// # Errors
    /// [`FollowError`].
    pub fn update_to(
        &self,
        now: &Snapshot,
        targets: &[Dataset],
    ) -> Result<FollowUpdate, FollowError> {
        let schema = now.scan(self.scan_options())?.schema().clone();
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
                target: now.dataset().describe(),
                what,
            });
        }
        let mut update = FollowUpdate {
            source: now.version,
            ..FollowUpdate::default()
        };
        let mut standings = Vec::new();
        for (target, output) in targets.iter().zip(bars.outputs()) {
            let standing = self.standing(target, output, now)?;
            update.targets.push(Followed {
                before: standing.place.as_ref().map(|place| Version(place.version)),
                version: standing.version,
                up_to_date: true,
                ..Followed::default()
            });
            standings.push(standing);
        }
        // Targets that stand at the same place share a pass over the source.
        let mut groups: BTreeMap<Option<(u64, i64, bool)>, Vec<usize>> = BTreeMap::new();
        for (way, standing) in standings.iter().enumerate() {
            let place = standing.place.as_ref();
            groups
                .entry(place.map(|place| (place.version, place.last, place.kept_open)))
                .or_default()
                .push(way);
        }
        for ways in groups.into_values() {
            self.update_group(now, &input, &ways, &standings, targets, &mut update)?;
        }
        Ok(update)
    }

    fn update_group(
        &self,
        now: &Snapshot,
        input: &StreamSchema,
        ways: &[usize],
        standings: &[Standing],
        targets: &[Dataset],
        update: &mut FollowUpdate,
    ) -> Result<(), FollowError> {
        let place = standings[ways[0]].place.as_ref();
        if place.is_some_and(|place| {
            place.version == now.version.0 && place.kept_open == self.options.keep_open
        }) {
            return Ok(());
        }
        let plan = self.plan(now, input, place)?;
        let mut writing = Vec::new();
        for way in ways {
            let options = self.write_options(*way, input, &plan, &standings[*way])?;
            writing.push((*way, targets[*way].writer(options)?));
        }
        let mut memory = self
            .holder
            .reserve(Bytes::new(0))
            .map_err(BarsError::from)?;
        // Re-opened bars lie before those that go on, so that each target's bars come in order.
        for again in plan
            .reopened
            .iter()
            .filter(|again| ways.contains(&again.way))
        {
            let mut bars = again.under_way(self.spec, input, self.functions)?;
            let (from, until) = (Bound::Included(again.from), Bound::Excluded(again.until));
            for rows in self.scan(now, input, from, until)? {
                let read = self.take_in(&mut bars, rows?, &mut memory)?;
                update.rows += read;
                update.targets[again.way].rows_read += read;
                while let Some((_, rows)) = bars.next_finished() {
                    push(&mut writing, update, again.way, rows)?;
                }
            }
            for (_, rows) in bars.open_bars()? {
                push(&mut writing, update, again.way, rows)?;
            }
        }
        let mut last = place.map(|place| place.last);
        let from = match plan.go_on {
            Continue::Saved => None,
            Continue::From(from) => Some(Bound::Included(from)),
            Continue::Beginning => Some(Bound::Unbounded),
        };
        if let Some(from) = from {
            let mut bars = Bars::new(self.spec, input, self.functions)?;
            for rows in self.scan(now, input, from, Bound::Unbounded)? {
                let read = self.take_in(&mut bars, rows?, &mut memory)?;
                update.rows += read;
                for way in ways {
                    update.targets[*way].rows_read += read;
                }
                while let Some((way, rows)) = bars.next_finished() {
                    push(&mut writing, update, way, rows)?;
                }
            }
            if !self.options.keep_open {
                for (way, rows) in bars.open_bars()? {
                    push(&mut writing, update, way, rows)?;
                }
            }
            last = bars.last().or(last);
        }
        drop(memory);
        let idle = plan.go_on == Continue::Saved && plan.reopened.is_empty();
        for (way, writer) in writing {
            self.check()?;
            let place = Place {
                source: now.id.clone(),
                version: now.version.0,
                last: last.unwrap_or(i64::MIN),
                bars: self.description(),
                kept_open: self.options.keep_open,
            };
            let place = serde_json::to_value(place).map_err(|error| FollowError::Target {
                target: targets[way].describe(),
                what: error.to_string(),
            })?;
            let report = writer.commit(MetadataPatch::from([
                (FOLLOWED_KEY.to_owned(), Some(place)),
                (CHECKPOINT_KEY.to_owned(), None),
                (PROVISIONAL_KEY.to_owned(), None),
            ]))?;
            let left = targets[way].manifest(report.version)?.rows();
            let done = &mut update.targets[way];
            done.version = report.version;
            done.replaced = (standings[way].rows + done.bars).saturating_sub(left);
            done.up_to_date = idle;
        }
        Ok(())
    }

    fn write_options(
        &self,
        way: usize,
        input: &StreamSchema,
        plan: &LatePlan,
        standing: &Standing,
    ) -> Result<WriteOptions, FollowError> {
        let mut options = WriteOptions::new(self.holder.clone()).sorted();
        options.spill = self.spill.clone();
        options.settings = self.options.settings.get(way).cloned().flatten();
        // Nobody else may have brought it up to date, or gone on from its checkpoint, since.
        options.expects = MetadataPatch::from([
            (FOLLOWED_KEY.to_owned(), standing.followed.clone()),
            (CHECKPOINT_KEY.to_owned(), standing.checkpoint.clone()),
        ]);
        for again in plan.reopened.iter().filter(|again| again.way == way) {
            options = options.replacing(
                value(input, again.first_label),
                value(input, again.last_label),
            );
        }
        Ok(match plan.go_on {
            Continue::Saved => options,
            Continue::From(from) => options.replacing(
                value(input, self.label(way, input, from)?),
                value(input, i64::MAX),
            ),
            Continue::Beginning => {
                options.replacing(value(input, i64::MIN), value(input, i64::MAX))
            }
        })
    }

    /// Takes rows in that pass the filter; how many rows were read.
    fn take_in(
        &self,
        bars: &mut Bars,
        rows: RecordBatch,
        memory: &mut Reservation,
    ) -> Result<u64, FollowError> {
        self.check()?;
        let read = rows.num_rows() as u64;
        let rows = match &self.options.filter {
            Some(filter) => {
                let keep = filter.keep(&rows).map_err(BarsError::from)?;
                filter_record_batch(&rows, &keep).map_err(BarsError::from)?
            }
            None => rows,
        };
        bars.take_in(&[&rows])?;
        memory
            .resize(Bytes::new(bars.bytes() as u64))
            .map_err(BarsError::from)?;
        if let Some(stage) = &self.options.stage {
            stage.progress().add(read);
        }
        Ok(read)
    }

    fn check(&self) -> Result<(), FollowError> {
        match &self.options.cancel {
            Some(cancel) => Ok(cancel.check()?),
            None => Ok(()),
        }
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
        let mut changed = changed_ranges(&then, now.manifest());
        let range = &self.options.range;
        changed.retain(|(from, to)| {
            bound(&range.start).is_none_or(|start| value(input, *to) >= *start)
                && bound(&range.end).is_none_or(|end| value(input, *from) <= *end)
        });
        let mut plan = LatePlan::new(self.spec, input, &changed, place.last)?;
        let behind = changed.iter().any(|(_, to)| *to >= place.last)
            || place.kept_open != self.options.keep_open;
        if plan.go_on == Continue::Saved && behind {
            // Rows came behind the last one read: the open bars go on with them. Or they are to be written now that they were not then.
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
        // What is made anew always meets the rows asked for; see `plan`.
        let mut range = self.options.range.clone();
        if let Bound::Included(from) | Bound::Excluded(from) = from {
            let from = value(input, from);
            if bound(&range.start).is_none_or(|start| from > *start) {
                range.start = Bound::Included(from);
            }
        }
        if let Bound::Included(until) | Bound::Excluded(until) = until {
            let until = value(input, until);
            if bound(&range.end).is_none_or(|end| until < *end) {
                range.end = Bound::Excluded(until);
            }
        }
        Ok(now.scan(self.scan_options().range(range))?)
    }

    fn scan_options(&self) -> ScanOptions {
        let mut options = ScanOptions::new(self.holder.clone());
        options.columns.clone_from(&self.options.columns);
        options
    }
}

fn bound(bound: &Bound<OrderValue>) -> Option<&OrderValue> {
    match bound {
        Bound::Included(value) | Bound::Excluded(value) => Some(value),
        Bound::Unbounded => None,
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
    writing: &mut [(usize, DatasetWriter)],
    update: &mut FollowUpdate,
    way: usize,
    rows: RecordBatch,
) -> Result<(), FollowError> {
    if let Some((_, writer)) = writing.iter_mut().find(|(other, _)| *other == way) {
        update.targets[way].bars += rows.num_rows() as u64;
        writer.push(rows)?;
    }
    Ok(())
}
