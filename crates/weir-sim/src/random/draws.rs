use super::philox4x32_10;

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
    /// Structure and remission, two months a block; index: half the month of follow-up.
    Month = 6,
    /// Measurement and structure at a stop; index: day.
    Day = 7,
    /// Attendance, delay and gaps; index: day of the planned visit.
    Attendance = 8,
    /// Weekly structure inside one interval, where its limits matter; index: day.
    Week = 9,
    /// The weekly reference step; index: week.
    ReferenceWeek = 10,
    /// Haemorrhage; index: month of follow-up.
    Haemorrhage = 11,
}

/// Random values of one eye of one patient under one seed.
///
/// The counter is `[index, decision, patient, eye]`, the key is the seed: Philox is a bijection of
/// its counter, so no two identities share a block. Each block carries four independent words.
#[derive(Debug, Clone, Copy)]
pub struct Draws {
    key: [u32; 2],
    patient: u32,
    eye: u32,
}

impl Draws {
    /// Values of `patient`'s study eye (`eye` 0) or fellow eye (1).
    #[inline]
    pub const fn new(seed: u64, patient: u32, eye: u32) -> Self {
        Self {
            key: [seed as u32, (seed >> 32) as u32],
            patient,
            eye,
        }
    }

    /// The four words of one decision.
    #[inline(always)]
    pub const fn words(&self, decision: Decision, index: u32) -> [u32; 4] {
        philox4x32_10([index, decision as u32, self.patient, self.eye], self.key)
    }
}

/// A word as a uniform in (0, 1), never an end: `(w + ½)·2⁻³²`.
#[inline(always)]
pub fn uniform(word: u32) -> f64 {
    (f64::from(word) + 0.5) * (1.0 / 4_294_967_296.0)
}
