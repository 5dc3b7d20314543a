use super::philox::RoundKeys;

/// What a random value decides. The number is part of every result: never renumber, only add.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Decision {
    /// Age, sex, baseline letters, arrival.
    Person = 1,
    /// Durability, reversible deficit, persistent fluid.
    Eye = 2,
    /// Death.
    Death = 3,
    /// Leaving the clinic; index: episode.
    Leaving = 4,
    /// Onset in the fellow eye.
    FellowOnset = 5,
    /// Structure, four months a block; index: a quarter of the month of follow-up.
    Month = 6,
    /// A stop: structure, letters, fluid, and attendance of the next appointment; index: day.
    Day = 7,
    /// Length of a long gap; index: day of the planned visit.
    LongGap = 8,
    /// Weekly structure inside one interval, where its limits matter; index: day.
    Week = 9,
    /// The weekly reference step; index: week.
    ReferenceWeek = 10,
    /// Haemorrhage; index: month of follow-up.
    Haemorrhage = 11,
    /// Remission found or lost; index: how often it has been. The first is among the eye's traits.
    Remission = 12,
}

/// Random values of one eye of one patient under one seed.
///
/// The counter is `[index, decision, patient, eye]`, the key is the seed: Philox is a bijection of
/// its counter, so no two identities share a block. Each block carries four independent words.
#[derive(Debug, Clone, Copy)]
pub struct Draws {
    keys: RoundKeys,
    patient: u32,
    eye: u32,
}

impl Draws {
    /// Values of `patient`'s study eye (`eye` 0) or fellow eye (1).
    #[inline]
    pub const fn new(seed: u64, patient: u32, eye: u32) -> Self {
        Self {
            keys: RoundKeys::new([seed as u32, (seed >> 32) as u32]),
            patient,
            eye,
        }
    }

    /// The four words of one decision.
    #[inline(always)]
    pub const fn words(&self, decision: Decision, index: u32) -> [u32; 4] {
        self.keys
            .words([index, decision as u32, self.patient, self.eye])
    }
}

/// A word as a uniform in (0, 1), never an end: `(w + ½)·2⁻³²`.
#[inline(always)]
pub fn uniform(word: u32) -> f64 {
    (f64::from(word) + 0.5) * (1.0 / 4_294_967_296.0)
}

/// The word that a uniform in [0, 1] stands for: [`uniform`] turned round.
#[inline(always)]
pub fn word_of(uniform: f64) -> u32 {
    let word = uniform * 4_294_967_296.0;
    let word = if word < 4_294_967_295.0 {
        word
    } else {
        4_294_967_295.0
    };
    // From 2⁵² on a double's last bits are its units.
    (word + 4_503_599_627_370_496.0).to_bits() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_uniforms_stand_for_each_other() {
        for word in [0, 1, 77, 0x7FFF_FFFF, 0x8000_0000, u32::MAX - 1, u32::MAX] {
            assert!(word_of(uniform(word)).abs_diff(word) <= 1, "{word}");
        }
        assert_eq!((word_of(0.0), word_of(1.0)), (0, u32::MAX));
    }
}
