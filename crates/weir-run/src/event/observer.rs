use std::sync::{Mutex, PoisonError};

use super::Event;

/// Whoever wants to know what happens in a run.
///
/// Called on the working threads, one event at a time in sequence order, so it has to return
/// quickly: hand events to a bounded queue and skip those that [`super::EventKind::may_be_skipped`]
/// when it is full. It must not call back into the run's stages or progress.
pub trait Observer: Send + Sync {
    /// Something happened.
    fn on_event(&self, event: &Event);
}

impl<F: Fn(&Event) + Send + Sync> Observer for F {
    fn on_event(&self, event: &Event) {
        self(event);
    }
}

/// An observer that keeps the last events in memory, at most as many as it was told.
#[derive(Debug)]
pub struct Recording {
    capacity: usize,
    events: Mutex<std::collections::VecDeque<Event>>,
}

impl Recording {
    /// Keeps at most `capacity` events; older ones go.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            events: Mutex::default(),
        }
    }

    /// The kept events, oldest first.
    pub fn events(&self) -> Vec<Event> {
        let events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        events.iter().cloned().collect()
    }
}

impl Observer for Recording {
    fn on_event(&self, event: &Event) {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        if events.len() >= self.capacity {
            events.pop_front();
        }
        if self.capacity > 0 {
            events.push_back(event.clone());
        }
    }
}
