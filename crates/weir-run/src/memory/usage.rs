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
    /// The least resident size seen.
    #[serde(default)]
    pub min_resident: u64,
    /// The standard deviation of the resident size over all samples (divided by their number less one), rounded;
    /// zero below two samples.
    #[serde(default)]
    pub sd_resident: u64,
}

impl MemoryUsage {
    /// What samples of resident and reserved sizes come to.
    pub fn of(samples: impl IntoIterator<Item = (u64, u64)>) -> Self {
        let mut sums = UsageSums::default();
        for (resident, reserved) in samples {
            sums.observe(resident, reserved);
        }
        sums.usage()
    }
}

/// The running sums behind a [`MemoryUsage`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct UsageSums {
    peak_resident: u64,
    peak_reserved: u64,
    sum_resident: u128,
    samples: u64,
    min_resident: Option<u64>,
    /// Mean and sum of squared distances from it, updated by Welford's method (Technometrics 4, 1962): exact
    /// enough whatever the size, where a difference of sums of squares is not.
    mean: f64,
    squares: f64,
}

impl UsageSums {
    pub(crate) fn observe(&mut self, resident: u64, reserved: u64) {
        self.peak_resident = self.peak_resident.max(resident);
        self.peak_reserved = self.peak_reserved.max(reserved);
        self.sum_resident += u128::from(resident);
        self.samples += 1;
        self.observe_least(resident);
        let distance = resident as f64 - self.mean;
        self.mean += distance / self.samples as f64;
        self.squares += distance * (resident as f64 - self.mean);
    }

    /// A reading between two samples, which belongs to a shorter span of work: it can be a new peak, but does not
    /// weigh in the mean. Resident memory is absent where the system does not tell.
    pub(crate) fn observe_peak(&mut self, resident: Option<u64>, reserved: u64) {
        self.peak_resident = self.peak_resident.max(resident.unwrap_or(0));
        self.peak_reserved = self.peak_reserved.max(reserved);
        if let Some(resident) = resident {
            self.observe_least(resident);
        }
    }

    fn observe_least(&mut self, resident: u64) {
        self.min_resident = Some(self.min_resident.map_or(resident, |min| min.min(resident)));
    }

    pub(crate) fn usage(&self) -> MemoryUsage {
        let deviation = match self.samples {
            0 | 1 => 0.0,
            samples => (self.squares / (samples - 1) as f64).sqrt().round(),
        };
        let mean = self.sum_resident / u128::from(self.samples.max(1));
        MemoryUsage {
            peak_resident: self.peak_resident,
            mean_resident: u64::try_from(mean).unwrap_or(u64::MAX),
            peak_reserved: self.peak_reserved,
            samples: self.samples,
            min_resident: self.min_resident.unwrap_or(0),
            sd_resident: deviation as u64,
        }
    }
}
