//! The columns of a table and the groups of its rows, checked.

use crate::{Column, Crs, ExportError, Grid, Target};

use super::options::{Geometry, TableFormat, TableOptions};

/// The most layers of one table.
const MAX_LAYERS: usize = 1000;

/// The widest target: 500 km in centimetres.
const MAX_COLUMNS: u64 = 50_000_000;

/// How many cells a group of rows is meant to have: Parquet readers work best with some hundred thousand rows
/// in a row group, and a third of the earth is land.
const GROUP_CELLS: u64 = 1 << 19;

/// The most bytes that the values of a group's cells may have before compression, since they are held until the group is complete.
const GROUP_BYTES: u64 = 24 << 20;

/// The most target rows in a group, so that narrow targets have several parts, too.
const GROUP_ROWS: u64 = 1024;

/// Names of columns that are not layers.
pub(super) const KEYS: [&str; 2] = ["row", "col"];
pub(super) const COORDINATES: [&str; 2] = ["x", "y"];
pub(super) const GEOMETRY: &str = "geometry";
pub(super) const BBOX: &str = "bbox";

/// What a table has. Groups are whole target rows, a power of two of them, beginning at multiples of it.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) grid: Grid,
    pub(super) crs: Crs,
    pub(super) layers: Vec<Column>,
    pub(super) options: TableOptions,
    pub(super) group_rows: u64,
}

impl Layout {
    pub(super) fn new(
        target: &Target,
        layers: Vec<Column>,
        options: TableOptions,
    ) -> Result<Self, ExportError> {
        let format = options.format.name();
        check_width(target.grid.columns())
            .and_then(|()| check_names(&layers, &options))
            .map_err(|reason| ExportError::Unfit { format, reason })?;
        let group_rows = group_rows(target.grid.columns(), row_bytes(&layers, &options));
        Ok(Self {
            grid: target.grid,
            crs: target.crs.clone(),
            layers,
            options,
            group_rows,
        })
    }

    /// Bytes of a row before compression.
    pub(super) fn row_bytes(&self) -> u64 {
        row_bytes(&self.layers, &self.options)
    }

    /// Cells of a whole group.
    pub(super) fn group_cells(&self) -> u64 {
        self.grid.columns().saturating_mul(self.group_rows)
    }

    /// Whether it is CSV; else it is Parquet.
    pub(super) fn is_text(&self) -> bool {
        matches!(self.options.format, TableFormat::Csv { .. })
    }

    /// What parts of this very table have in common.
    pub(super) fn fingerprint(&self) -> u32 {
        let Self {
            grid,
            crs,
            layers,
            options,
            group_rows,
        } = self;
        let TableOptions {
            format,
            rows,
            keys,
            metadata,
            ..
        } = options;
        let text = format!(
            "{grid:?} {crs:?} {layers:?} {format:?} {rows:?} {keys} {metadata:?} {group_rows}"
        );
        crc32fast::hash(text.as_bytes())
    }

    /// An error that says what this format cannot do.
    pub(super) fn unfit(&self, reason: impl Into<String>) -> ExportError {
        ExportError::Unfit {
            format: self.options.format.name(),
            reason: reason.into(),
        }
    }
}

fn row_bytes(layers: &[Column], options: &TableOptions) -> u64 {
    let values: u64 = layers.iter().map(|layer| layer.pixel.bytes()).sum();
    let geometry = match options.format.geometry() {
        None => 0,
        Some(Geometry::Points) => 25,
        Some(Geometry::Cells) => 97 + 8,
    };
    4 + values + geometry
}

/// Target rows of a group: of the table's width and columns alone, whatever the budget.
fn group_rows(columns: u64, row_bytes: u64) -> u64 {
    let wanted = GROUP_CELLS / columns;
    let below = if wanted == 0 { 1 } else { 1 << wanted.ilog2() };
    // The nearer one of the powers of two around it.
    let near = if wanted * wanted >= 2 * below * below {
        2 * below
    } else {
        below
    };
    let mut rows = near.min(GROUP_ROWS);
    while rows > 1 && rows.saturating_mul(columns).saturating_mul(row_bytes) > GROUP_BYTES {
        rows /= 2;
    }
    rows
}

fn check_width(columns: u64) -> Result<(), String> {
    if columns > MAX_COLUMNS {
        return Err(format!(
            "a target of {columns} columns; a table is made of {MAX_COLUMNS} at the most: choose larger cells or a smaller extent"
        ));
    }
    Ok(())
}

fn check_names(layers: &[Column], options: &TableOptions) -> Result<(), String> {
    if layers.is_empty() || layers.len() > MAX_LAYERS {
        return Err(format!(
            "{} layers; a table has 1 to {MAX_LAYERS}",
            layers.len()
        ));
    }
    let mut taken: Vec<String> = COORDINATES.map(str::to_owned).to_vec();
    if options.keys {
        taken.extend(KEYS.map(str::to_owned));
    }
    match options.format.geometry() {
        None => {}
        Some(Geometry::Points) => taken.push(GEOMETRY.to_owned()),
        Some(Geometry::Cells) => taken.extend([GEOMETRY, BBOX].map(str::to_owned)),
    }
    for layer in layers {
        let name = &layer.name;
        if name.is_empty() || name.chars().any(char::is_control) {
            return Err(format!(
                "a column cannot be called {name:?}; give the layer another name"
            ));
        }
        // SQL does not tell capitals from small letters.
        let folded = name.to_lowercase();
        if taken.contains(&folded) {
            return Err(format!(
                "there are two columns {name:?} (capitals or not); give the layer another name"
            ));
        }
        taken.push(folded);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_have_about_half_a_million_cells() {
        assert_eq!(group_rows(2_160, 20), 256);
        assert_eq!(group_rows(8_640, 20), 64);
        assert_eq!(group_rows(43_200, 20), 16);
        assert_eq!(group_rows(3, 20), 1024);
        assert_eq!(group_rows(u64::from(u32::MAX), 20), 1);
    }

    #[test]
    fn groups_of_wide_rows_are_lower() {
        // 100 columns of doubles.
        assert_eq!(group_rows(2_160, 804), 8);
        assert_eq!(group_rows(1, u64::MAX), 1);
    }
}
