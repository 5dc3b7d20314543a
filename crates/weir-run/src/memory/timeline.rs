use super::MemorySample;

/// Memory over time, never more than a given number of samples.
///
/// Every sample counts the same until the timeline is full; then neighbours are merged in pairs
/// (of the two, the one with the greater resident memory stays, so that peaks survive) and from
/// then on as many incoming samples make one. The greatest sample is therefore always kept.
/// The first stays first in time order.
///
/// Pure: no clock, no I/O.
#[derive(Clone, Debug)]
pub struct Timeline {
    capacity: usize,
    samples: Vec<MemorySample>,
    /// How many incoming samples make one kept sample; a power of two.
    stride: u64,
    /// The greatest of the samples since the last kept one, and how many those are.
    pending: Option<(MemorySample, u64)>,
}

impl Timeline {
    /// A timeline that keeps at most `capacity` samples, four at least.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(4),
            samples: Vec::new(),
            stride: 1,
            pending: None,
        }
    }

    /// Takes a sample in.
    pub fn push(&mut self, sample: MemorySample) {
        let (greatest, count) = match self.pending.take() {
            None => (sample, 1),
            Some((kept, count)) => (greater(kept, sample), count + 1),
        };
        if count < self.stride {
            self.pending = Some((greatest, count));
            return;
        }
        if self.samples.len() + 1 >= self.capacity {
            self.halve();
        }
        self.samples.push(greatest);
    }

    /// The kept samples in time order, an unfinished group's greatest last.
    pub fn samples(&self) -> impl Iterator<Item = &MemorySample> {
        self.samples
            .iter()
            .chain(self.pending.as_ref().map(|(sample, _)| sample))
    }

    /// How many samples [`Timeline::samples`] gives; at most the capacity.
    pub fn len(&self) -> usize {
        self.samples.len() + usize::from(self.pending.is_some())
    }

    /// Whether nothing was taken in yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many incoming samples one kept sample stands for, at present.
    pub fn stride(&self) -> u64 {
        self.stride
    }

    fn halve(&mut self) {
        let mut old = std::mem::take(&mut self.samples).into_iter();
        while let Some(first) = old.next() {
            self.samples.push(match old.next() {
                None => first,
                Some(second) => greater(first, second),
            });
        }
        self.stride = self.stride.saturating_mul(2);
    }
}

fn greater(first: MemorySample, second: MemorySample) -> MemorySample {
    if second.resident > first.resident {
        second
    } else {
        first
    }
}
