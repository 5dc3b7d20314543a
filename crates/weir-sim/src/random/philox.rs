/// Multipliers and Weyl increments of Philox4x32.
const M0: u64 = 0xD251_1F53;
const M1: u64 = 0xCD9E_8D57;
const W0: u32 = 0x9E37_79B9;
const W1: u32 = 0xBB67_AE85;

/// The ten round keys of a key.
#[derive(Debug, Clone, Copy)]
pub(super) struct RoundKeys([[u32; 2]; 10]);

impl RoundKeys {
    pub(super) const fn new(key: [u32; 2]) -> Self {
        let mut keys = [key; 10];
        let mut round = 1;
        while round < 10 {
            let [k0, k1] = keys[round - 1];
            keys[round] = [k0.wrapping_add(W0), k1.wrapping_add(W1)];
            round += 1;
        }
        Self(keys)
    }

    /// Four words from a counter.
    #[inline(always)]
    pub(super) const fn words(&self, counter: [u32; 4]) -> [u32; 4] {
        let [mut c0, mut c1, mut c2, mut c3] = counter;
        let mut round = 0;
        while round < 10 {
            let [k0, k1] = self.0[round];
            let p0 = M0 * c0 as u64;
            let p1 = M1 * c2 as u64;
            c0 = (p1 >> 32) as u32 ^ c1 ^ k0;
            c1 = p1 as u32;
            c2 = (p0 >> 32) as u32 ^ c3 ^ k1;
            c3 = p0 as u32;
            round += 1;
        }
        [c0, c1, c2, c3]
    }
}

/// Philox4x32-10: 128 random bits from a 128-bit counter and a 64-bit key.
///
/// Source: Salmon, Moraes, Dror, Shaw, *Parallel random numbers: as easy as 1, 2, 3*, SC'11,
/// <https://doi.org/10.1145/2063384.2063405>. It passes TestU01's BigCrush, and the tests below
/// check it against the known answers that its authors publish with Random123.
pub const fn philox4x32_10(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    RoundKeys::new(key).words(counter)
}

#[cfg(test)]
mod tests {
    use super::philox4x32_10;

    /// `kat_vectors` of Random123 1.09, lines `philox4x32 10`.
    #[test]
    fn known_answers_of_random123() {
        assert_eq!(
            philox4x32_10([0; 4], [0; 2]),
            [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
        );
        assert_eq!(
            philox4x32_10([u32::MAX; 4], [u32::MAX; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        assert_eq!(
            philox4x32_10(
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0]
            ),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }
}
