//! What two threads can do on this machine at all: the same integer work in registers, once and twice at once.

use std::hint::black_box;

use crate::timing::Timing;

fn work(rounds: u64) -> u64 {
    let mut state = black_box(0x9e37_79b9_7f4a_7c15_u64);
    for round in 0..rounds {
        state = (state ^ (state >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) ^ round;
    }
    state
}

/// One thread's time and that of two threads with the same work each.
#[derive(Default)]
pub(crate) struct Calibration {
    one: Timing,
    two: Timing,
}

impl Calibration {
    /// Measures once more.
    pub(crate) fn take(&mut self, quick: bool) -> Result<(), crate::Failure> {
        let rounds = if quick { 20_000_000 } else { 200_000_000 };
        self.one
            .take(|| Ok::<_, crate::Failure>(black_box(work(rounds))))?;
        self.two.take(|| {
            std::thread::scope(|scope| {
                scope.spawn(|| black_box(work(rounds)));
                black_box(work(rounds));
            });
            Ok(())
        })
    }

    /// How much two threads do in the time of one: 2.0 with two whole cores.
    pub(crate) fn speed_up(&self) -> f64 {
        2.0 * self.one.seconds().median / self.two.seconds().median
    }
}
