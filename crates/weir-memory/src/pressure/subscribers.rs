//! Who is told when pressure changes.
//!
//! Callbacks run on the thread that observed the change, with no lock held: they may reserve,
//! drop, subscribe and unsubscribe. Changes reach each callback in order; while callbacks run,
//! further changes wait and are merged into one. Lock order: the ledger's, then this one's.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::PressureChange;

type Callback = Arc<dyn Fn(PressureChange) + Send + Sync>;

#[derive(Default)]
pub(crate) struct Subscribers {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    next: u64,
    callbacks: BTreeMap<u64, Callback>,
    pending: Option<PressureChange>,
    delivering: bool,
}

impl Subscribers {
    pub(crate) fn subscribe(self: &Arc<Self>, callback: Callback) -> Subscription {
        let mut state = self.lock();
        let id = state.next;
        state.next += 1;
        state.callbacks.insert(id, callback);
        Subscription {
            subscribers: Arc::downgrade(self),
            id,
        }
    }

    /// Notes a change to be told. Calls nobody: the ledger's lock is held.
    pub(crate) fn note(&self, change: PressureChange) {
        let mut state = self.lock();
        let from = state.pending.map_or(change.from, |waiting| waiting.from);
        state.pending = Some(PressureChange { from, ..change }).filter(|c| c.from != c.to);
    }

    /// Tells everyone what was noted, or leaves it to the thread that is telling just now.
    pub(crate) fn tell(&self) {
        let mut state = self.lock();
        if state.delivering {
            return;
        }
        state.delivering = true;
        while let Some(change) = state.pending.take() {
            let ids: Vec<u64> = state.callbacks.keys().copied().collect();
            for id in ids {
                // Looked up anew each time: who was dropped meanwhile is not called.
                let Some(callback) = state.callbacks.get(&id).cloned() else {
                    continue;
                };
                drop(state);
                // A panic has been reported by the panic hook; the others and the loop go on.
                let _ = catch_unwind(AssertUnwindSafe(|| callback(change)));
                drop(callback);
                state = self.lock();
            }
        }
        state.delivering = false;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A callback's registration. Dropping it deregisters: from then on no call begins; one that
/// another thread has already begun may still be running.
#[must_use = "dropping a subscription ends it"]
pub struct Subscription {
    subscribers: Weak<Subscribers>,
    id: u64,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(subscribers) = self.subscribers.upgrade() {
            let callback = subscribers.lock().callbacks.remove(&self.id);
            // Outside the lock: what the callback owns may itself hold subscriptions.
            drop(callback);
        }
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
