//! A layer: a band of a file, and how it comes onto the target.

use weir_yaml::{Bounds, Named, Record, Said, Visitor, field};

use super::words::Fill;
use crate::PixelType;

/// The longest path, characters.
pub(super) const PATH: usize = 4_000;

/// One layer of a plan.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LayerPlan {
    /// The file, from the plan's folder.
    pub path: String,
    /// The band, from 1.
    pub band: u16,
    /// Index into [`METHODS`].
    pub method: usize,
    /// With the method `quantile`: which, above 0 and below 1.
    pub quantile: f64,
    /// What means no value, instead of what the file says.
    pub nodata: Said<Fill>,
    /// The least share of a target cell that has to be covered by values.
    pub coverage: f64,
    /// Whether `stored · scale + offset` of the file is applied.
    pub unscale: bool,
    /// The type of the results; `None` for the layer's own.
    pub pixel: Option<PixelType>,
    /// What stands for no value in a raster made of it.
    pub fill: Said<Fill>,
}

const fn named(name: &'static str, doc: &'static str) -> Named {
    Named { name, doc }
}

/// The methods, by GDAL's names where GDAL has them.
pub static METHODS: [Named; 15] = [
    named("near", "the value at the cell's centre"),
    named(
        "bilinear",
        "between the four values around the cell's centre",
    ),
    named(
        "cubic",
        "a cubic convolution of the sixteen values around it",
    ),
    named("average", "the mean, by the area of overlap"),
    named("sum", "the total, split by area: conserved"),
    named("mode", "the class with the largest area"),
    named("min", "the least"),
    named("max", "the greatest"),
    named("med", "the median, by area"),
    named("q1", "the first quartile, by area"),
    named("q3", "the third quartile, by area"),
    named("quantile", "the quantile that `quantile` says, by area"),
    named("deviation", "the standard deviation, by area"),
    named("count", "how many values the cell touches"),
    named("coverage", "the share of the cell that has values"),
];

pub(super) const AVERAGE: usize = 3;
pub(super) const QUANTILE: usize = 11;

impl LayerPlan {
    /// A layer of band 1 of a file.
    pub fn new(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            band: 1,
            method: AVERAGE,
            ..Self::default()
        }
    }

    /// The method's name: one of [`METHODS`], or `q0.9` for a quantile.
    pub fn method_name(&self) -> String {
        match METHODS.get(self.method) {
            Some(_) if self.method == QUANTILE => format!("q{}", self.quantile),
            Some(method) => method.name.to_owned(),
            None => String::new(),
        }
    }
}

static TYPES: [Named; 11] = [
    named(
        "auto",
        "as the method gives it: the file's own where values are copied or picked",
    ),
    named("Byte", "0 to 255"),
    named("Int8", "-128 to 127"),
    named("UInt16", "0 to 65,535"),
    named("Int16", "-32,768 to 32,767"),
    named("UInt32", "0 to 4,294,967,295"),
    named("Int32", "-2,147,483,648 to 2,147,483,647"),
    named("UInt64", "0 to 18,446,744,073,709,551,615"),
    named(
        "Int64",
        "-9,223,372,036,854,775,808 to 9,223,372,036,854,775,807",
    ),
    named("Float32", "floating point, about 7 digits"),
    named("Float64", "floating point, about 16 digits"),
];
const PIXELS: [Option<PixelType>; 11] = [
    None,
    Some(PixelType::UInt8),
    Some(PixelType::Int8),
    Some(PixelType::UInt16),
    Some(PixelType::Int16),
    Some(PixelType::UInt32),
    Some(PixelType::Int32),
    Some(PixelType::UInt64),
    Some(PixelType::Int64),
    Some(PixelType::Float32),
    Some(PixelType::Float64),
];

impl Record for LayerPlan {
    fn visit(&mut self, v: &mut dyn Visitor) {
        let key = field("path", "The GeoTIFF, from the plan's folder");
        v.text(&key.required(), PATH, &mut self.path);
        v.whole16(
            &field("band", "Which band, from 1"),
            1,
            u16::MAX,
            &mut self.band,
        );
        let key = field(
            "method",
            "How its values come onto the target; identical grids are copied, whatever the method",
        );
        v.choice(&key, &METHODS, &mut self.method);
        let key = field("quantile", "With `method: quantile`: which").follows("must be given then");
        v.number(&key, Bounds::within(0.0, 1.0), &mut self.quantile);
        let key = field(
            "nodata",
            "The stored value that means no value, instead of the one that the file names; `none` for no such value",
        );
        v.word(&key.follows("what the file says"), &mut self.nodata);
        let key = field(
            "coverage",
            "The least share of a target cell's area that has to have values, or the cell has none; for methods by area",
        );
        v.number(&key, Bounds::within(0.0, 1.0), &mut self.coverage);
        let key = field("unscale", "Apply the file's scale and offset to its values");
        v.flag(&key, &mut self.unscale);
        let key = field(
            "type",
            "Type of the results; fractions are rounded where it is a whole one",
        );
        v.one_of(&key, &TYPES, &PIXELS, &mut self.pixel);
        let key = field(
            "fill",
            "What stands for no value in a GeoTIFF made of it; tables have null",
        );
        v.word(&key.follows("the file's nodata where the type is the file's, else nan, else the type's least value"), &mut self.fill);
    }
}
