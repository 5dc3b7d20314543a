//! What is asked of a layer.

use super::Method;
use crate::{Area, Crs};

/// One result of a layer.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerOptions {
    /// The band, from 1.
    pub band: u16,
    /// How its values are brought onto the target.
    pub method: Method,
    /// How areas are measured; unless said, spherical in degrees and planar in other coordinates.
    pub area: Option<Area>,
    /// The least coverage, 0 to 1, that a value needs; cells below it have none.
    pub coverage: Option<f64>,
    /// The value that means none, instead of the file's.
    pub nodata: Option<f64>,
    /// The reference system of the raster's coordinates, instead of the file's.
    pub crs: Option<Crs>,
    /// Whether stored values are brought to their real size by the file's scale and offset first.
    pub unscale: bool,
}

impl LayerOptions {
    /// The first band by `method`, everything else as the file says.
    pub fn new(method: Method) -> Self {
        Self {
            band: 1,
            method,
            area: None,
            coverage: None,
            nodata: None,
            crs: None,
            unscale: false,
        }
    }

    /// Whether both can be results of one layer, which reads the file once for all of them: the same values of the same band,
    /// measured alike, and both by statistics of areas or by the same kernel.
    pub fn reads_like(&self, other: &Self) -> bool {
        self.band == other.band
            && self.area == other.area
            // Bits, as NaN is none of the numbers that equal themselves.
            && self.nodata.map(f64::to_bits) == other.nodata.map(f64::to_bits)
            && self.crs == other.crs
            && self.unscale == other.unscale
            && self.method.kernel() == other.method.kernel()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_without_any_nodata_read_like_themselves() {
        let with = |nodata| LayerOptions {
            nodata,
            ..LayerOptions::new(Method::Minimum)
        };
        let none = with(Some(f64::NAN));
        assert!(none.reads_like(&none.clone()));
        assert!(!none.reads_like(&with(None)));
        assert!(!none.reads_like(&with(Some(0.0))));
    }
}
