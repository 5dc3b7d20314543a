use std::sync::LazyLock;

/// Bits of a word that choose one of 512 equal pieces of the distribution.
const PIECE_BITS: u32 = 9;
/// Pieces at either end that are divided again: 1.6 % of the words each.
const OUTER: usize = 8;
/// Bits of a word that choose one of the pieces inside those: the outer 64th in 128.
const OUTER_BITS: u32 = 13;
/// Pieces of these at the very end that are computed instead of looked up: 0.1 % of the words.
const TAIL: usize = 8;

/// Cubic pieces of the quantile, `[c0, c2, c1, c3]` (two sums of two, side by side): 16 KiB that fit into a first-level cache beside
/// everything else.
static TABLE: LazyLock<[[f64; 4]; 1 << PIECE_BITS]> = LazyLock::new(|| pieces(PIECE_BITS, OUTER));
/// The same for the lower end; the upper one is its mirror image.
static OUTER_TABLE: LazyLock<[[f64; 4]; OUTER_PIECES]> = LazyLock::new(|| pieces(OUTER_BITS, TAIL));
const OUTER_PIECES: usize = OUTER << (OUTER_BITS - PIECE_BITS);

/// Hermite pieces of width `2⁻ᵇⁱᵗˢ` without `skip` pieces at either end, as polynomials of the word's other
/// bits: the uniform is in the middle of what a word stands for, half a word on.
fn pieces<const N: usize>(bits: u32, skip: usize) -> [[f64; 4]; N] {
    let mut table = [[0.0; 4]; N];
    let width = 1.0 / f64::from(1u32 << bits);
    let end = N.min((1 << bits) - skip);
    for (piece, c) in table.iter_mut().enumerate().take(end).skip(skip) {
        let (left, right) = (piece as f64 * width, (piece + 1) as f64 * width);
        let (x0, x1) = (normal_quantile(left), normal_quantile(right));
        // Values and slopes dx/dp = 1/phi(x) at both ends.
        let (d0, d1) = (width / density(x0), width / density(x1));
        let (c0, c1) = (x0, d0);
        let (c2, c3) = (3.0 * (x1 - x0) - 2.0 * d0 - d1, 2.0 * (x0 - x1) + d0 + d1);
        let word = 1.0 / f64::from(1u32 << (32 - bits));
        let at = 0.5 * word;
        *c = [
            c0 + at * (c1 + at * (c2 + at * c3)),
            (c2 + at * 3.0 * c3) * word * word,
            (c1 + at * (2.0 * c2 + at * 3.0 * c3)) * word,
            c3 * word * word * word,
        ];
    }
    table
}

fn density(x: f64) -> f64 {
    const INVERSE_SQRT_2PI: f64 = 0.398_942_280_401_432_7;
    INVERSE_SQRT_2PI * libm::exp(-0.5 * x * x)
}

/// A standard normal from one 32-bit word by inverting the cumulative distribution.
///
/// Monotone in the word, one word a value (so identity-keyed values stay aligned), |z| ≤ 6.4.
/// Cubic Hermite pieces, finer towards the ends, the outermost 0.2 % by [`normal_quantile`]: within
/// 3·10⁻⁶ of the exact quantile (tested).
#[inline(always)]
pub fn normal(word: u32) -> f64 {
    Normals::new().of(word)
}

/// [`normal`] with its table at hand, for loops.
#[derive(Clone, Copy)]
pub struct Normals(&'static [[f64; 4]; 1 << PIECE_BITS]);

impl Normals {
    /// Makes the table, once in a process.
    #[expect(clippy::new_without_default, reason = "there is only one")]
    #[inline]
    pub fn new() -> Self {
        Self(&TABLE)
    }

    /// The normal of one word.
    #[inline(always)]
    pub fn of(self, word: u32) -> f64 {
        let piece = (word >> (32 - PIECE_BITS)) as usize;
        if piece.wrapping_sub(OUTER) >= (1 << PIECE_BITS) - 2 * OUTER {
            return outer(word);
        }
        cubic(&self.0[piece], word, 32 - PIECE_BITS)
    }
}

impl std::fmt::Debug for Normals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Normals")
    }
}

/// A piece's cubic at the word's last `bits`.
#[inline(always)]
fn cubic(&[c0, c2, c1, c3]: &[f64; 4], word: u32, bits: u32) -> f64 {
    let w = f64::from((word & ((1 << bits) - 1)) as i32);
    (c0 + c1 * w) + (w * w) * (c2 + c3 * w)
}

#[cold]
#[inline(never)]
fn outer(word: u32) -> f64 {
    let upper = word >> 31 == 1;
    let mirrored = if upper { !word } else { word };
    let piece = (mirrored >> (32 - OUTER_BITS)) as usize;
    let z = match OUTER_TABLE.get(piece) {
        Some(c) if piece >= TAIL => cubic(c, mirrored, 32 - OUTER_BITS),
        _ => normal_quantile(super::uniform(mirrored)),
    };
    if upper { -z } else { z }
}

/// The quantile of the standard normal at `p` in (0, 1).
///
/// Source: Wichura, *Algorithm AS 241*, Applied Statistics 37 (1988) 477–484, `PPND16`, about 1
/// part in 10¹⁶. Infinite at 0 and 1.
pub fn normal_quantile(p: f64) -> f64 {
    const A: [f64; 8] = [
        3.387_132_872_796_366_5,
        1.331_416_678_917_843_8e2,
        1.971_590_950_306_551_3e3,
        1.373_169_376_550_946e4,
        4.592_195_393_154_987e4,
        6.726_577_092_700_87e4,
        3.343_057_558_358_813e4,
        2.509_080_928_730_122_7e3,
    ];
    const B: [f64; 8] = [
        1.0,
        4.231_333_070_160_091e1,
        6.871_870_074_920_579e2,
        5.394_196_021_424_751e3,
        2.121_379_430_158_659_7e4,
        3.930_789_580_009_271e4,
        2.872_908_573_572_194_3e4,
        5.226_495_278_852_854e3,
    ];
    const C: [f64; 8] = [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        2.417_807_251_774_506e-1,
        2.272_384_498_926_918_4e-2,
        7.745_450_142_783_414e-4,
    ];
    const D: [f64; 8] = [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        6.897_673_349_851e-1,
        1.481_039_764_274_800_8e-1,
        1.519_866_656_361_645_7e-2,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ];
    const E: [f64; 8] = [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        2.965_605_718_285_049e-1,
        2.653_218_952_657_612_4e-2,
        1.242_660_947_388_078_4e-3,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ];
    const F: [f64; 8] = [
        1.0,
        5.998_322_065_558_88e-1,
        1.369_298_809_227_358e-1,
        1.487_536_129_085_061_5e-2,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ];
    fn polynomial(c: &[f64; 8], x: f64) -> f64 {
        c.iter().rev().fold(0.0, |sum, &c| sum * x + c)
    }
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * polynomial(&A, r) / polynomial(&B, r);
    }
    let r = libm::sqrt(-libm::log(if q < 0.0 { p } else { 1.0 - p }));
    let x = if r <= 5.0 {
        polynomial(&C, r - 1.6) / polynomial(&D, r - 1.6)
    } else {
        polynomial(&E, r - 5.0) / polynomial(&F, r - 5.0)
    };
    if q < 0.0 { -x } else { x }
}

/// The cumulative distribution of the standard normal.
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quantile_inverts_the_distribution() {
        for i in 1..100_000u32 {
            let p = f64::from(i) / 100_000.0;
            let back = normal_cdf(normal_quantile(p));
            assert!((back - p).abs() < 1e-14, "p {p} came back as {back}");
        }
        // Published points of AS 241.
        assert!((normal_quantile(0.25) - -0.674_489_750_196_081_7).abs() < 1e-15);
        assert!((normal_quantile(0.001) - -3.090_232_306_167_814).abs() < 1e-14);
        assert!((normal_quantile(1e-20) - -9.262_340_089_798_408).abs() < 1e-13);
    }

    #[test]
    fn the_table_follows_the_quantile() {
        let mut worst: f64 = 0.0;
        let mut word = 0u32;
        while let Some(next) = word.checked_add(4_099) {
            worst = worst.max((normal(word) - normal_quantile(super::super::uniform(word))).abs());
            word = next;
        }
        assert!(worst < 3e-6, "off by {worst}");
        assert!(normal(0) > -6.5 && normal(u32::MAX) < 6.5);
    }

    #[test]
    fn it_is_monotone_across_pieces() {
        for piece in 1..1 << OUTER_BITS {
            let border = piece << (32 - OUTER_BITS);
            assert!(normal(border - 1) <= normal(border), "piece {piece}");
        }
    }
}
