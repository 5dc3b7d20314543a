//! The grid that layers come onto.

use weir_yaml::{Bounds, ListOf, Named, Record, Said, Visitor, field};

use super::layer::PATH;
use super::words::{CellSize, CrsName};
use crate::Area;

/// The target of a plan. What is not said follows from the layers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TargetPlan {
    /// A raster whose grid is taken over.
    pub like: String,
    /// The size of a cell.
    pub cell: Said<CellSize>,
    /// West, south, east, north; empty when not said.
    pub extent: Vec<f64>,
    /// The reference system.
    pub crs: Said<CrsName>,
    /// How areas are measured; `None` for spherical where coordinates are degrees, else planar.
    pub area: Option<Area>,
}

static AREAS: [Named; 3] = [
    Named {
        name: "auto",
        doc: "spherical where coordinates are degrees, else planar",
    },
    Named {
        name: "planar",
        doc: "width times height, in the coordinates' units",
    },
    Named {
        name: "spherical",
        doc: "on a sphere: cells get smaller towards the poles",
    },
];

impl Record for TargetPlan {
    fn visit(&mut self, v: &mut dyn Visitor) {
        let key = field(
            "like",
            "A GeoTIFF whose cells and reference system are taken over; instead of cell, extent and crs",
        );
        v.text(&key.follows("none"), PATH, &mut self.like);
        let key = field(
            "cell",
            "Size of a cell (gdalwarp's -tr): a number, a fraction such as 1/6, or two for columns and rows; 0.1666667 is 1/6",
        );
        v.word(
            &key.follows("the first layer's cells, edges included"),
            &mut self.cell,
        );
        let key = field(
            "extent",
            "West, south, east, north (gdalwarp's -te); the grid begins at the north-west and covers all of it",
        );
        v.list(
            &key.follows("what the layers cover together"),
            4,
            4,
            &mut ListOf {
                values: &mut self.extent,
                new: || 0.0,
                visit: |value, f, v| v.number(f, Bounds::within(-1e12, 1e12), value),
            },
        );
        let key = field(
            "crs",
            "Reference system (gdalwarp's -t_srs); layers in others are reprojected",
        );
        v.word(&key.follows("the first layer's"), &mut self.crs);
        let key = field("area", "How areas are measured, for the methods by area");
        let areas = [None, Some(Area::Planar), Some(Area::Spherical)];
        v.one_of(&key, &AREAS, &areas, &mut self.area);
    }
}
