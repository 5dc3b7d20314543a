//! Shipped protocols, simulated.
#![allow(clippy::unwrap_used, dead_code, unreachable_pub)]

use weir_sim::protocol::{Attendance, DropOut, Protocol};
use weir_sim::simulate::{Block, Model, TimeEngine};

/// The seed of every run that is not about seeds.
pub const SEED: u64 = 20_260;

/// A protocol that comes with weir.
pub fn shipped(id: &str) -> Protocol {
    let shipped = Protocol::shipped_by_id(id).unwrap();
    Protocol::parse(shipped.id, shipped.text).unwrap().protocol
}

/// The same with patients who come on the day, stay and live.
pub fn obedient(id: &str) -> Protocol {
    let mut protocol = shipped(id);
    let behaviour = &mut protocol.behaviour;
    behaviour.attendance = Attendance {
        probability: 1.0,
        delay_sd_weeks: 0.0,
        long_gap_probability: 0.0,
        ..behaviour.attendance
    };
    behaviour.drop_out = DropOut {
        hazards_per_year: vec![0.0],
        frailty_shape: 0,
    };
    behaviour.returning = None;
    behaviour.transfer = None;
    behaviour.futility = None;
    behaviour.mortality = None;
    protocol
}

/// Patients `0 .. patients`, with their visits.
pub fn simulate(protocol: &Protocol, years: f64, patients: u32) -> Block {
    simulate_with(protocol, years, patients, TimeEngine::BetweenVisits)
}

/// The same with one of the time engines.
pub fn simulate_with(protocol: &Protocol, years: f64, patients: u32, engine: TimeEngine) -> Block {
    let model = Model::new(protocol, years, SEED, engine);
    let mut block = Block::new(model.months(), true);
    model.simulate(0..patients, &mut block);
    block
}

/// Rows of each patient's visits of the study eye.
pub fn visits_of(block: &Block) -> Vec<Vec<usize>> {
    let mut rows = vec![Vec::new(); block.patients.len()];
    let first = block.patients.patient[0];
    for row in 0..block.visits.len() {
        if !block.visits.fellow_eye[row] {
            rows[(block.visits.patient[row] - first) as usize].push(row);
        }
    }
    rows
}
