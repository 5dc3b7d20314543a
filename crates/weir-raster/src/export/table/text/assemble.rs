use std::{io::Write, path::Path, sync::Arc};

use weir_files::{AtomicFile, Doing, Files, FilesError};
use weir_memory::Holder;
use weir_run::Cancel;

use crate::{
    ExportError, Exported,
    export::table::{layout::Layout, parts::Parts},
};

/// One text of all parts' texts.
pub(in super::super) fn assemble(
    layout: &Layout,
    files: &Arc<dyn Files>,
    parts: &Parts<'_>,
    out: &Path,
    holder: &Holder,
    cancel: &Cancel,
) -> Result<Exported, ExportError> {
    let mut file = AtomicFile::create(Arc::clone(files), out)?;
    let mut rows = 0;
    parts.each(layout, files, holder, cancel, |part, _| {
        let mut from = part.read_from(0);
        loop {
            cancel.check()?;
            let block = from.rest().map_err(|error| part.damaged(0, error))?;
            if block.is_empty() {
                break;
            }
            file.write_all(block)
                .map_err(|error| FilesError::from_io(error, out, Doing::Write))?;
            let taken = block.len() as u64;
            from.skip(taken);
        }
        rows += part.facts().rows;
        Ok(())
    })?;
    cancel.check()?;
    let bytes = file.commit()?;
    Ok(Exported { rows, bytes })
}
