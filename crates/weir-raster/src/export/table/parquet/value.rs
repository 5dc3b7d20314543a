//! The values of a layer.

use parquet::{
    basic::Encoding, errors::Result, file::statistics::Statistics, schema::types::ColumnDescPtr,
};

use super::{
    dictionary::{Dictionary, Word},
    page::{Chunk, Packer, Pages},
    run,
};
use crate::{
    PixelType,
    export::table::{number::Whole, options::TableCompression},
};

/// Rows of a page; pages of a chunk end at multiples of it, counted from the group's first row.
const PAGE_ROWS: usize = 1 << 15;

/// A first page of at least so many values decides whether a dictionary is worth its while.
const ENOUGH: usize = 1024;

/// Of no values.
const NO_RANGE: (f64, f64) = (f64::INFINITY, f64::NEG_INFINITY);

/// Encodes a layer's values, a chunk a group.
pub(super) trait ValueColumn: Send {
    /// Takes values, NaN for none.
    fn take(&mut self, values: &[f64], packer: &mut Packer) -> Result<()>;

    /// The chunk of the values since the last one.
    fn end(
        &mut self,
        packer: &mut Packer,
        column: &ColumnDescPtr,
        compression: TableCompression,
    ) -> Result<Chunk>;

    /// Bytes of its pages.
    fn held(&self) -> u64;
}

/// The encoder for a type, with the bytes that it holds beside its pages.
pub(super) fn value_column(pixel: PixelType) -> (Box<dyn ValueColumn>, u64) {
    fn column<K: Kind>() -> (Box<dyn ValueColumn>, u64) {
        (Box::new(Values::<K>::new()), Values::<K>::BYTES)
    }
    match pixel {
        PixelType::UInt8 => column::<u8>(),
        PixelType::Int8 => column::<i8>(),
        PixelType::UInt16 => column::<u16>(),
        PixelType::Int16 => column::<i16>(),
        PixelType::UInt32 => column::<u32>(),
        PixelType::Int32 => column::<i32>(),
        PixelType::UInt64 => column::<u64>(),
        PixelType::Int64 => column::<i64>(),
        PixelType::Float32 => column::<f32>(),
        PixelType::Float64 => column::<f64>(),
    }
}

/// A type of values.
trait Kind: Copy + Send + 'static {
    /// What Parquet stores.
    type Word: Word;
    /// Whether bytes of one significance are put together where there is no dictionary, which compresses fractions better.
    const SPLIT: bool;

    fn of(value: f64) -> Self;

    fn word(self) -> Self::Word;

    fn statistics(range: Option<(Self, Self)>, nulls: u64) -> Statistics;
}

macro_rules! kinds {
    ($($kind:ty, $word:ty, $split:literal, $of:expr, $into_word:expr, $statistics:expr;)*) => {$(
        impl Kind for $kind {
            type Word = $word;
            const SPLIT: bool = $split;

            #[inline]
            fn of(value: f64) -> Self {
                $of(value)
            }

            #[inline]
            fn word(self) -> $word {
                $into_word(self)
            }

            fn statistics(range: Option<(Self, Self)>, nulls: u64) -> Statistics {
                let (least, most) = range.map(|(least, most)| $statistics(least, most)).unzip();
                Statistics::new(least, most, None, Some(nulls), false)
            }
        }
    )*};
}

macro_rules! small {
    ($($kind:ty),*) => { kinds!($(
        $kind, u32, false, <$kind as Whole>::of, |value: $kind| value as i32 as u32,
            |least: $kind, most: $kind| (least as i32, most as i32);
    )*); };
}

small!(u8, i8, u16, i16, u32, i32);

kinds!(
    u64, u64, false, <u64 as Whole>::of, |value: u64| value, |least: u64, most: u64| (least as i64, most as i64);
    i64, u64, false, <i64 as Whole>::of, |value: i64| value as u64, |least: i64, most: i64| (least, most);
    // Zero has two signs, and readers that compare bits must find either.
    f32, u32, true, |value: f64| value as f32, f32::to_bits,
        |least: f32, most: f32| (if least == 0.0 { -0.0 } else { least }, if most == 0.0 { 0.0 } else { most });
    f64, u64, true, |value: f64| value, f64::to_bits,
        |least: f64, most: f64| (if least == 0.0 { -0.0 } else { least }, if most == 0.0 { 0.0 } else { most });
);

struct Values<K: Kind> {
    /// The values of the page under way, without those that are none.
    page: Vec<K::Word>,
    /// A bit for each of its rows.
    there: Vec<u8>,
    /// Bits that are not a byte yet.
    bits: u8,
    page_rows: usize,
    rows: u64,
    values: u64,
    /// The least and the greatest value.
    range: (f64, f64),
    dictionary: Dictionary<K::Word>,
    state: State,
    numbers: Vec<u16>,
    plain: Vec<u8>,
    pages: Pages,
}

/// How pages are encoded.
#[derive(Clone, Copy, PartialEq)]
enum State {
    /// With the dictionary, so far.
    Undecided,
    /// With the dictionary until it is full.
    Numbered,
    /// As they are.
    Direct,
}

impl<K: Kind> Values<K> {
    const BYTES: u64 =
        (PAGE_ROWS * (2 * K::Word::BYTES + 2 + 1)) as u64 + Dictionary::<K::Word>::BYTES;

    fn new() -> Self {
        Self {
            page: Vec::with_capacity(PAGE_ROWS),
            there: Vec::with_capacity(PAGE_ROWS / 8),
            bits: 0,
            page_rows: 0,
            rows: 0,
            values: 0,
            range: NO_RANGE,
            dictionary: Dictionary::new(),
            state: State::Undecided,
            numbers: Vec::new(),
            plain: Vec::new(),
            pages: Pages::default(),
        }
    }

    fn end_page(&mut self, packer: &mut Packer) -> Result<()> {
        if !self.page_rows.is_multiple_of(8) {
            self.there.push(self.bits);
        }
        let values = self.page.len();
        if self.state != State::Direct && !self.dictionary.number(&self.page, &mut self.numbers) {
            self.state = State::Direct;
        }
        if self.state == State::Undecided && values >= ENOUGH {
            let few = self.dictionary.entries().len() * 4 <= values;
            self.state = if few { State::Numbered } else { State::Direct };
            if !few && self.pages.is_empty() {
                self.dictionary.clear();
            }
        }
        self.plain.clear();
        run::levels(&self.there, self.page_rows, values, &mut self.plain);
        let encoding = if self.state == State::Direct {
            self.direct()
        } else {
            let width = run::width_of(self.dictionary.entries().len());
            self.plain.push(width as u8);
            if values > 0 {
                run::indices(&self.numbers, width, &mut self.plain);
            }
            Encoding::RLE_DICTIONARY
        };
        let page = packer.data(&self.plain, self.page_rows, encoding)?;
        self.pages.push(page);
        self.rows += self.page_rows as u64;
        self.values += values as u64;
        self.page.clear();
        self.there.clear();
        (self.bits, self.page_rows) = (0, 0);
        Ok(())
    }

    /// Appends the page's values without a dictionary.
    fn direct(&mut self) -> Encoding {
        if K::SPLIT {
            for at in 0..K::Word::BYTES {
                self.plain
                    .extend(self.page.iter().map(|word| word.byte(at)));
            }
            Encoding::BYTE_STREAM_SPLIT
        } else {
            for word in &self.page {
                word.append(&mut self.plain);
            }
            Encoding::PLAIN
        }
    }
}

impl<K: Kind> ValueColumn for Values<K> {
    fn take(&mut self, mut values: &[f64], packer: &mut Packer) -> Result<()> {
        while !values.is_empty() {
            let (now, later) = values.split_at(values.len().min(PAGE_ROWS - self.page_rows));
            values = later;
            for &value in now {
                let there = !value.is_nan();
                self.bits |= u8::from(there) << (self.page_rows % 8);
                self.page_rows += 1;
                if self.page_rows.is_multiple_of(8) {
                    self.there.push(self.bits);
                    self.bits = 0;
                }
                // NaN is neither less nor greater.
                let (least, most) = &mut self.range;
                *least = if value < *least { value } else { *least };
                *most = if value > *most { value } else { *most };
                if there {
                    self.page.push(K::of(value).word());
                }
            }
            if self.page_rows == PAGE_ROWS {
                self.end_page(packer)?;
            }
        }
        Ok(())
    }

    fn end(
        &mut self,
        packer: &mut Packer,
        column: &ColumnDescPtr,
        compression: TableCompression,
    ) -> Result<Chunk> {
        if self.page_rows > 0 {
            self.end_page(packer)?;
        }
        let entries = self.dictionary.entries();
        let nulls = self.rows - self.values;
        let (least, most) = std::mem::replace(&mut self.range, NO_RANGE);
        let range = (self.values > 0).then(|| (K::of(least), K::of(most)));
        let statistics = K::statistics(range, nulls);
        self.plain.clear();
        entries
            .iter()
            .for_each(|entry| entry.append(&mut self.plain));
        let dictionary = if self.state == State::Direct && entries.is_empty() {
            None
        } else {
            // Some readers do not like a dictionary without entries.
            if entries.is_empty() {
                K::Word::default().append(&mut self.plain);
            }
            Some(packer.dictionary(&self.plain, entries.len().max(1))?)
        };
        let rows = std::mem::take(&mut self.rows);
        self.values = 0;
        self.dictionary.clear();
        self.state = State::Undecided;
        self.pages
            .close(dictionary, column, compression, rows, Some(statistics))
    }

    fn held(&self) -> u64 {
        self.pages.held()
    }
}
