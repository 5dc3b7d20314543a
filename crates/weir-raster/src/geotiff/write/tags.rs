//! The tags that say where a file lies (OGC GeoTIFF 1.1, document 19-008r4).

use super::entry::Entry;
use crate::{Crs, Grid, geotiff::directory::tag};

/// The tags for cells of `grid` as areas, and for the EPSG code of `crs`. A reference system of its own making has no code: the file then
/// says where its cells lie and not what the coordinates mean.
pub(crate) fn georeference(grid: &Grid, crs: &Crs) -> Vec<Entry> {
    let mut entries = Vec::new();
    let (x, y) = (grid.x, grid.y);
    if x.step() > 0.0 && y.step() < 0.0 {
        entries.push(Entry::doubles(
            tag::MODEL_SCALE,
            &[x.step(), -y.step(), 0.0],
        ));
        let tiepoint = [0.0, 0.0, 0.0, x.origin(), y.origin(), 0.0];
        entries.push(Entry::doubles(tag::MODEL_TIEPOINT, &tiepoint));
    } else {
        // A pixel scale is positive, and its rows run from the north.
        #[rustfmt::skip]
        let matrix = [
            x.step(), 0.0, 0.0, x.origin(),
            0.0, y.step(), 0.0, y.origin(),
            0.0, 0.0, 0.0, 0.0,
            0.0, 0.0, 0.0, 1.0,
        ];
        entries.push(Entry::doubles(tag::MODEL_TRANSFORMATION, &matrix));
    }
    // Model type, raster type (an area), then the code.
    let keys = match crs {
        Crs::Geographic(code) => Some((2, 2048, *code)),
        Crs::Projected(code) => Some((1, 3072, *code)),
        Crs::Unknown(_) => None,
    };
    if let Some((model, key, code)) = keys {
        #[rustfmt::skip]
        let shorts = [
            1, 1, 0, 3,
            1024, 0, 1, model,
            1025, 0, 1, 1,
            key, 0, 1, code,
        ];
        entries.push(Entry::shorts(tag::GEO_KEYS, &shorts));
    }
    entries
}
