//! Values numbered in the order of their first appearance.

/// The most values that are numbered; a column with more of them in a group is written without a dictionary from there on.
pub(super) const MAX_ENTRIES: usize = 1 << 14;

/// The most places that are looked at for one value. Values that crowd the table (by chance or by design) end the dictionary.
const MAX_PROBES: usize = 128;

/// A number of 32 or 64 bits.
pub(super) trait Word: Copy + Eq + Default + Send + 'static {
    /// Bytes of it.
    const BYTES: usize;

    fn append(self, out: &mut Vec<u8>);

    /// Byte `at`, from the least significant.
    fn byte(self, at: usize) -> u8;

    fn hash(self) -> u64;
}

macro_rules! words {
    ($($kind:ty),*) => {$(
        impl Word for $kind {
            const BYTES: usize = size_of::<$kind>();

            #[inline]
            fn append(self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }

            #[inline]
            fn byte(self, at: usize) -> u8 {
                (self >> (8 * at)) as u8
            }

            #[inline]
            fn hash(self) -> u64 {
                // The golden ratio, over the folded bits.
                (self as u64 ^ (self as u64) >> 29).wrapping_mul(0x9E37_79B9_7F4A_7C15)
            }
        }
    )*};
}

words!(u32, u64);

/// A table of open addresses over the values; grows with them.
pub(super) struct Dictionary<W> {
    /// 0 for none, else an entry's number and one.
    slots: Vec<u16>,
    entries: Vec<W>,
}

impl<W: Word> Dictionary<W> {
    /// Bytes of a full one.
    pub(super) const BYTES: u64 = (MAX_ENTRIES * (2 * 2 + W::BYTES)) as u64;

    pub(super) fn new() -> Self {
        Self {
            slots: vec![0; 1024],
            entries: Vec::new(),
        }
    }

    pub(super) fn entries(&self) -> &[W] {
        &self.entries
    }

    pub(super) fn clear(&mut self) {
        self.slots.clear();
        self.slots.resize(1024, 0);
        self.entries.clear();
    }

    /// The values' numbers; without success where they are too many, and then it knows those values that it knew before.
    pub(super) fn number(&mut self, values: &[W], numbers: &mut Vec<u16>) -> bool {
        numbers.clear();
        let known = self.entries.len();
        for &value in values {
            let Some(number) = self.find_or_add(value) else {
                self.entries.truncate(known);
                return false;
            };
            numbers.push(number);
        }
        true
    }

    #[inline]
    fn find_or_add(&mut self, value: W) -> Option<u16> {
        let mask = self.slots.len() - 1;
        let shift = 64 - self.slots.len().trailing_zeros();
        let mut at = (value.hash() >> shift) as usize;
        for _ in 0..MAX_PROBES {
            match self.slots[at] {
                0 => return self.add(value, at),
                slot if self.entries[usize::from(slot) - 1] == value => return Some(slot - 1),
                _ => at = (at + 1) & mask,
            }
        }
        None
    }

    fn add(&mut self, value: W, at: usize) -> Option<u16> {
        let number = self.entries.len();
        if number == MAX_ENTRIES {
            return None;
        }
        self.entries.push(value);
        self.slots[at] = number as u16 + 1;
        if self.entries.len() * 2 > self.slots.len() {
            self.grow()?;
        }
        Some(number as u16)
    }

    fn grow(&mut self) -> Option<()> {
        let size = self.slots.len() * 2;
        let shift = 64 - size.trailing_zeros();
        self.slots.clear();
        self.slots.resize(size, 0);
        for (number, value) in self.entries.iter().enumerate() {
            let mut at = (value.hash() >> shift) as usize;
            let mut probes = 0;
            while self.slots[at] != 0 {
                at = (at + 1) & (size - 1);
                probes += 1;
                if probes == MAX_PROBES {
                    return None;
                }
            }
            self.slots[at] = number as u16 + 1;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_stand_for_their_values(values in proptest::collection::vec(0_u64..5_000, 0..20_000)) {
            let mut dictionary = Dictionary::<u64>::new();
            let mut numbers = Vec::new();
            for page in values.chunks(1_000) {
                prop_assert!(dictionary.number(page, &mut numbers));
                let back: Vec<u64> = numbers.iter().map(|&number| dictionary.entries()[usize::from(number)]).collect();
                prop_assert_eq!(&back, page);
            }
        }
    }

    #[test]
    fn too_many_values_are_refused_and_forgotten() {
        let mut dictionary = Dictionary::<u32>::new();
        let mut numbers = Vec::new();
        assert!(dictionary.number(&[7, 8, 7], &mut numbers));
        assert_eq!(numbers, [0, 1, 0]);
        let many: Vec<u32> = (0..=MAX_ENTRIES as u32).collect();
        assert!(!dictionary.number(&many, &mut numbers));
        assert_eq!(dictionary.entries(), [7, 8]);
    }

    #[test]
    fn values_that_crowd_the_table_end_it() {
        // All have the same hash up to its low bits: multiples of the inverse of the golden ratio.
        let mut inverse = 1_u64;
        for _ in 0..6 {
            let golden = 0x9E37_79B9_7F4A_7C15_u64;
            inverse = inverse.wrapping_mul(2_u64.wrapping_sub(golden.wrapping_mul(inverse)));
        }
        let unfold = |folded: u64| {
            let mut value = folded;
            for _ in 0..3 {
                value = folded ^ value >> 29;
            }
            value
        };
        let values: Vec<u64> = (0..2_000)
            .map(|low: u64| unfold(low.wrapping_mul(inverse)))
            .collect();
        assert!(values.iter().all(|value| value.hash() >> 40 == 0));
        assert!(!Dictionary::new().number(&values, &mut Vec::new()));
    }
}
