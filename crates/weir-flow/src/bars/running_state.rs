//! What one resolution remembers, as bytes.

use super::boundary::{Boundary, Open};
use super::keys::Keys;
use super::running::Running;
use super::saved::{Damaged, Reader, Writer};
use super::snapshots::Snapshots;
use super::{BarsError, Side};

impl Running {
    /// Checks that rows of this order value can be placed, here and in coarser resolutions.
    pub(super) fn check(&self, time: i64) -> Result<(), BarsError> {
        self.boundary.check(time)?;
        if let Some(snapshots) = &self.snapshots {
            snapshots.check(time)?;
        }
        self.coarser
            .iter()
            .try_for_each(|(coarse, _)| coarse.check(time))
    }

    /// Closes everything, finer before coarser.
    pub(super) fn close_all(&mut self, keys: &mut Keys) -> Result<(), BarsError> {
        self.close(keys)?;
        self.coarser
            .iter_mut()
            .try_for_each(|(coarse, _)| coarse.close_all(keys))
    }

    /// What no label still to come lies below; see [`super::Bars::least_label`].
    pub(super) fn least_label(&self, time: Option<i64>) -> Option<i64> {
        let snapshot = self.snapshots.as_ref().and_then(Snapshots::point);
        let shown = snapshot
            .map(|(point, _)| point)
            .filter(|_| self.open.is_some());
        let own = match (&self.open, time) {
            (Some(open), _) => Some(open.label(&self.boundary).min(open.last)),
            (None, Some(time)) => {
                let from = self
                    .last
                    .filter(|_| self.ever.is_some())
                    .map_or(time, |last| last.limit.min(time));
                Some(self.boundary.least_label(from))
            }
            (None, None) => None,
        };
        let coarser = self
            .coarser
            .iter()
            .filter_map(|(coarse, _)| coarse.least_label(time));
        own.into_iter().chain(shown).chain(coarser).min()
    }

    /// Whether the open bar's label is that which it will be closed with, here and in coarser resolutions.
    pub(super) fn keeps_labels(&self) -> bool {
        let changes = matches!(
            self.boundary,
            Boundary::Rows {
                label: Side::Right,
                ..
            }
        );
        let coarser = || self.coarser.iter().all(|(coarse, _)| coarse.keeps_labels());
        !changes && self.after.is_none() && coarser()
    }

    /// Whether closing what is open can fail.
    pub(super) fn may_fail_closing(&self) -> bool {
        let own = self.after.is_some() || self.ever.is_some() || self.snapshots.is_some();
        own || self
            .columns
            .iter()
            .any(|column| column.state.near_overflow())
            || self
                .coarser
                .iter()
                .any(|(coarse, _)| coarse.may_fail_closing())
    }

    pub(super) fn save(&self, to: &mut Writer) {
        to.bytes(self.name.as_bytes());
        to.u32(self.columns.len() as u32);
        to.i64(self.number);
        to.u8(u8::from(self.last.is_some()));
        to.i64(self.last.map_or(0, |bin| bin.first));
        to.u8(u8::from(self.open.is_some()));
        if let Some(open) = &self.open {
            for value in [open.number, open.named, open.first, open.last] {
                to.i64(value);
            }
            to.u64(open.taken);
        }
        if let Boundary::Function { function, last, .. } = &self.boundary {
            to.u8(u8::from(last.is_some()));
            to.i64(last.unwrap_or(0));
            to.bytes(&function.save());
        }
        if let Some((_, after)) = &self.after {
            to.bytes(&after.save());
        }
        if let Some(snapshots) = &self.snapshots {
            snapshots.save(to);
        }
        if let Some(ever) = &self.ever {
            save_slots(ever, to);
        }
        let present = save_slots(&self.present, to);
        self.columns
            .iter()
            .for_each(|column| column.state.save(&present, to));
        self.coarser.iter().for_each(|(coarse, _)| coarse.save(to));
    }

    /// Into one that is empty and has room for all slots.
    pub(super) fn restore(&mut self, from: &mut Reader<'_>, known: usize) -> Result<(), Damaged> {
        if from.bytes()? != self.name.as_bytes() || from.u32()? as usize != self.columns.len() {
            return Err(Damaged("it is of another resolution"));
        }
        self.number = from.i64()?;
        let place = |boundary: &Boundary, time| {
            boundary
                .bin(time)
                .map_err(|_| Damaged("a bar lies outside the range of its period"))
        };
        let (some, first) = (from.u8()? == 1, from.i64()?);
        self.last = if some {
            place(&self.boundary, first)?
        } else {
            None
        };
        if from.u8()? == 1 {
            let (number, named, first, last, taken) = (
                from.i64()?,
                from.i64()?,
                from.i64()?,
                from.i64()?,
                from.u64()?,
            );
            let bin = place(&self.boundary, first)?;
            let limit = bin.map(|bin| bin.limit);
            self.open = Some(Open {
                bin,
                limit,
                number,
                named,
                first,
                last,
                taken,
            });
        }
        if let Boundary::Function { function, last, .. } = &mut self.boundary {
            let (some, label) = (from.u8()? == 1, from.i64()?);
            *last = some.then_some(label);
            function
                .restore(from.bytes()?)
                .map_err(|_| Damaged("a binning function did not take its state"))?;
        }
        if let Some((_, after)) = &mut self.after {
            after
                .restore(from.bytes()?)
                .map_err(|_| Damaged("a post-processing function did not take its state"))?;
        }
        if let Some(snapshots) = &mut self.snapshots {
            snapshots.restore(from)?;
        }
        if let Some(ever) = &mut self.ever {
            restore_slots(ever, from, known)?;
        }
        let present = restore_slots(&mut self.present, from, known)?;
        for column in &mut self.columns {
            column.state.restore(&present, from)?;
        }
        self.coarser
            .iter_mut()
            .try_for_each(|(coarse, _)| coarse.restore(from, known))
    }
}

fn save_slots(flags: &[bool], to: &mut Writer) -> Vec<u32> {
    let slots: Vec<u32> = (0..flags.len() as u32)
        .filter(|slot| flags[*slot as usize])
        .collect();
    to.u64(slots.len() as u64);
    slots.iter().for_each(|slot| to.u32(*slot));
    slots
}

fn restore_slots(
    flags: &mut [bool],
    from: &mut Reader<'_>,
    known: usize,
) -> Result<Vec<u32>, Damaged> {
    let count = from.count(4)?;
    let mut slots = Vec::with_capacity(count);
    for _ in 0..count {
        let slot = from.u32()?;
        match flags.get_mut(slot as usize) {
            Some(flag) if (slot as usize) < known && !*flag => *flag = true,
            _ => return Err(Damaged("a key is there twice, or not at all")),
        }
        slots.push(slot);
    }
    Ok(slots)
}
