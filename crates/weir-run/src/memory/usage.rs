use serde::{Deserialize, Serialize};

/// Peak and mean memory over a span of work. Sizes in bytes; zero without a sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryUsage {
    /// The greatest resident size seen.
    pub peak_resident: u64,
    /// The mean resident size over all samples, rounded down.
    pub mean_resident: u64,
    /// The greatest reserved size seen.
    pub peak_reserved: u64,
    /// How many samples there were.
    pub samples: u64,
}

/// The running sums behind a [`MemoryUsage`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct UsageSums {
    peak_resident: u64,
    peak_reserved: u64,
    sum_resident: u128,
    samples: u64,
}

impl UsageSums {
    pub(crate) fn observe(&mut self, resident: u64, reserved: u64) {
        self.peak_resident = self.peak_resident.max(resident);
        self.peak_reserved = self.peak_reserved.max(reserved);
        self.sum_resident += u128::from(resident);
        self.samples += 1;
    }

    /// A reading between two samples, which belongs to a shorter span of work: it can be a new peak, but does not
    /// weigh in the mean. Resident memory is absent where the system does not tell.
    pub(crate) fn observe_peak(&mut self, resident: Option<u64>, reserved: u64) {
        self.peak_resident = self.peak_resident.max(resident.unwrap_or(0));
        self.peak_reserved = self.peak_reserved.max(reserved);
    }

    pub(crate) fn usage(&self) -> MemoryUsage {
        let mean = self.sum_resident / u128::from(self.samples.max(1));
        MemoryUsage {
            peak_resident: self.peak_resident,
            mean_resident: u64::try_from(mean).unwrap_or(u64::MAX),
            peak_reserved: self.peak_reserved,
            samples: self.samples,
        }
    }
}
