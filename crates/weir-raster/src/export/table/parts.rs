//! The parts of a table, in order and complete.

use std::{path::Path, sync::Arc};

use weir_files::Files;
use weir_memory::{Bytes, Holder, Reservation};
use weir_run::Cancel;

use super::{
    layout::Layout,
    sealed::{SealedReader, sealed_bytes},
};
use crate::{ExportError, Part};

/// Parts that cover the target's rows without a gap.
pub(super) struct Parts<'a>(&'a [(Part, &'a Path)]);

impl<'a> Parts<'a> {
    pub(super) fn new(layout: &Layout, parts: &'a [(Part, &'a Path)]) -> Result<Self, ExportError> {
        let mut next = 0;
        for (part, _) in parts {
            if part.rows.start != next || part.rows.end <= next {
                return Err(layout.unfit(format!(
                    "part {} has target rows {}..{}, and the next one is {next}",
                    part.number, part.rows.start, part.rows.end
                )));
            }
            next = part.rows.end;
        }
        if next != layout.grid.rows() {
            let rows = layout.grid.rows();
            return Err(layout.unfit(format!("the parts end at target row {next} of {rows}")));
        }
        Ok(Self(parts))
    }

    /// Opens and hands on one part after the other, with what is reserved for it.
    pub(super) fn each(
        &self,
        layout: &Layout,
        files: &Arc<dyn Files>,
        holder: &Holder,
        cancel: &Cancel,
        mut take: impl FnMut(&SealedReader, &mut Reservation) -> Result<(), ExportError>,
    ) -> Result<(), ExportError> {
        for (part, path) in self.0 {
            cancel.check()?;
            let length = files.open(path)?.metadata().map_or(0, |facts| facts.len());
            let mut reservation = holder.reserve(Bytes::new(sealed_bytes(length)))?;
            let reader = SealedReader::open(&**files, path)?;
            let facts = reader.facts();
            if facts.table != layout.fingerprint()
                || (facts.first, facts.end) != (part.rows.start, part.rows.end)
            {
                let reason = format!(
                    "it is target rows {}..{} of {} table, and not {}..{} of this one",
                    facts.first,
                    facts.end,
                    if facts.table == layout.fingerprint() {
                        "this"
                    } else {
                        "another"
                    },
                    part.rows.start,
                    part.rows.end
                );
                return Err(reader.damaged(reader.length(), reason));
            }
            take(&reader, &mut reservation)?;
        }
        Ok(())
    }
}
