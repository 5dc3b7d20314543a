//! The engine alone: rows and counts are made, block by block, and forgotten.

use std::sync::atomic::{AtomicU32, Ordering};

use weir_sim::results::BLOCK;
use weir_sim::simulate::Block;

use crate::subject::Subject;

/// Simulates everything on so many threads; returns the visits.
pub(crate) fn simulate(subject: &Subject, threads: usize) -> u64 {
    let next = AtomicU32::new(0);
    let work = || {
        let mut block = Block::new(subject.model.months(), true);
        let mut visits = 0;
        loop {
            let first = next.fetch_add(BLOCK, Ordering::Relaxed);
            if first >= subject.patients {
                return visits;
            }
            block.clear(false);
            subject
                .model
                .simulate(first..subject.patients.min(first + BLOCK), &mut block);
            visits += block.visits.len() as u64;
        }
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let own = work();
        others
            .into_iter()
            .map(|other| other.join().unwrap_or_default())
            .sum::<u64>()
            + own
    })
}
