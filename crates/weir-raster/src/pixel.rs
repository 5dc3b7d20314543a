//! Values of a raster as they are stored.

/// A type that a band's values have.
pub trait Pixel: Copy + PartialEq + Send + Sync + 'static {
    /// The value as a double; integers beyond 2^53 are rounded to the nearest.
    fn value(self) -> f64;

    /// The value of the type that a number in a header stands for: the nearest in a floating-point type, the same or none in an
    /// integer type.
    fn exactly(value: f64) -> Option<Self>;

    /// The value that bytes in the machine's order are, as many as the type has.
    ///
    /// # Panics
    /// When there are more or fewer.
    fn stored(bytes: &[u8]) -> Self;
}

macro_rules! pixels {
    ($($kind:ty, $exactly:expr);*) => {$(
        impl Pixel for $kind {
            #[inline(always)]
            fn value(self) -> f64 {
                self as f64
            }

            fn exactly(value: f64) -> Option<Self> {
                let exactly: fn(f64) -> Option<$kind> = $exactly;
                exactly(value)
            }

            #[inline(always)]
            fn stored(bytes: &[u8]) -> Self {
                <$kind>::from_ne_bytes(bytes.try_into().expect("there are as many bytes as the type has"))
            }
        }
    )*};
}

macro_rules! whole {
    ($($kind:ty),*) => {
        pixels!($($kind, |value| {
            let whole = value as $kind;
            // The limits of 64 bits round to one more than there is.
            (whole as f64 == value).then_some(whole)
        });*);
    };
}

whole!(u8, i8, u16, i16, u32, i32, u64, i64);
pixels!(f32, |value| Some(value as f32); f64, Some);

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
