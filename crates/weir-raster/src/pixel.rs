//! Values of a raster as they are stored.

/// A type that a band's values have.
pub trait Pixel: Copy + PartialEq + Send + Sync + 'static {
    /// The value as a double; integers beyond 2^53 are rounded to the nearest.
    fn value(self) -> f64;
}

macro_rules! pixels {
    ($($kind:ty),*) => {$(
        impl Pixel for $kind {
            #[inline(always)]
            fn value(self) -> f64 {
                self as f64
            }
        }
    )*};
}

pixels!(u8, i8, u16, i16, u32, i32, u64, i64, f32, f64);

/// A rectangle of a band: `rows × columns` values in rows from the top, and which value means that there is none.
#[derive(Debug, Clone, Copy)]
pub struct Window<'a, P> {
    /// The source row of the first value.
    pub row: u64,
    /// The source column of the first value.
    pub column: u64,
    /// How many columns; the number of rows follows.
    pub columns: usize,
    /// `rows × columns` values.
    pub values: &'a [P],
    /// The value that means none, in the type of the band. NaN never is a value.
    pub nodata: Option<P>,
}

impl<P: Pixel> Window<'_, P> {
    /// How many rows.
    pub fn rows(&self) -> usize {
        self.values.len().checked_div(self.columns).unwrap_or(0)
    }

    /// Row `row` of the window as doubles; NaN where there is no value.
    pub(crate) fn row_into(&self, row: usize, out: &mut Vec<f64>) {
        let values = &self.values[row * self.columns..(row + 1) * self.columns];
        out.clear();
        match self.nodata {
            Some(nodata) => out.extend(values.iter().map(|value| {
                if *value == nodata {
                    f64::NAN
                } else {
                    value.value()
                }
            })),
            None => out.extend(values.iter().map(|value| value.value())),
        }
    }
}
