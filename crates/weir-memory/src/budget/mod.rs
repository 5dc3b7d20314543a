//! The budget: a ledger of reservations, closed over resident memory.

mod builder;
mod holder;
mod ledger;
mod name;
mod refusal;
mod snapshot;
mod unattributed;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use builder::BudgetBuilder;
pub use holder::{Holder, Reservation};
use ledger::{Class, Ledger};
pub use name::HolderName;
pub use refusal::Refusal;
pub use snapshot::{Held, Snapshot};

use crate::adaptive::{Adaptive, FollowingSize};
use crate::pressure::Subscribers;
use crate::{BudgetOrigin, Bytes, Pressure, PressureChange, Subscription};

/// A limit on the resident memory of this process, shared by everything it does.
///
/// Cheap to clone (clones are the same budget), safe to use from any thread; no call blocks
/// for longer than the ledger takes.
///
/// # What holds, and what does not
///
/// At the moment of every grant `reserved + unattributed + asked ≤ limit`, where unattributed
/// is the estimate of what the process has resident outside its reservations. With resident
/// memory `S` and reserved bytes `R` the truth lies between `S − R` and `S`; the estimate rises
/// to `S − R` at once, falls to `S` at once, and in between falls by an eighth of the way per
/// observation towards the larger of `S − R` and the least resident memory ever seen. Its first
/// value is what was resident when the budget was made. What reservations released and the
/// allocator keeps resident is part of it until it is reserved again or returned.
///
/// Hence peak resident memory stays within the limit as long as (a) holders reserve what they
/// touch before they touch it, and (b) what grows outside reservations between two observations,
/// or hides behind reservations that are not touched yet (at most as much as is untouched),
/// fits in what is still available. Nothing here stops an allocation; the reserve and a limit
/// below the container's are the margin. Peaks between observations that the kernel keeps
/// (`VmHWM`) are taken into account afterwards.
///
/// Memory that the allocator keeps is resident although free. With
/// [`set_give_back`](Self::set_give_back) it is returned to the system before a reservation is
/// refused: set it wherever the allocator has such a call. Without, a reservation that would be
/// refused counts on the allocator to reuse what was released and stayed resident, as long as
/// half of the reserve remains; a process whose unreserved memory grows by more than that while
/// its allocator returns nothing is refused in the end.
///
/// Budgets measure the whole process: two budgets in one process each count the other's
/// memory as unattributed. Have one.
#[derive(Clone)]
pub struct Budget {
    shared: Arc<Shared>,
}

struct Shared {
    ledger: Mutex<Ledger>,
    subscribers: Arc<Subscribers>,
    give_back: Mutex<Option<GiveBack>>,
    origin: BudgetOrigin,
    /// What there is, where detected: no remedy asks for more.
    memory: Option<Bytes>,
    /// Reads resident memory; nothing in a detached budget.
    probe: Option<fn() -> Option<Bytes>>,
}

type GiveBack = Arc<dyn Fn() + Send + Sync>;

/// While pressure stays critical, memory is given back once in so many observations.
const GIVE_BACK_EVERY: u64 = 8;

impl Budget {
    /// A budget of so many bytes, with the defaults of [`BudgetBuilder`]. Any limit is taken;
    /// the smallest that a user may set is a matter of [`crate::BudgetSpec::plan`].
    #[must_use]
    pub fn new(limit: Bytes) -> Self {
        BudgetBuilder::new(limit).build()
    }

    /// A budget that knows nothing of the process: a ledger alone, with nothing unattributed
    /// but what [`observe`](Self::observe) is told. For tests and examples.
    #[must_use]
    pub fn detached(limit: Bytes) -> Self {
        BudgetBuilder::new(limit).detached().build()
    }

    /// Enters a holder. Several may have the same name; they are told as one.
    #[must_use]
    pub fn holder(&self, name: HolderName) -> Holder {
        Holder::new(self.clone(), name, Class::Spillable)
    }

    /// The limit.
    #[must_use]
    pub fn limit(&self) -> Bytes {
        Bytes::new(self.ledger().limit)
    }

    /// Where the limit comes from.
    #[must_use]
    pub fn origin(&self) -> &BudgetOrigin {
        &self.shared.origin
    }

    /// The level of pressure at the last observation.
    #[must_use]
    pub fn pressure(&self) -> Pressure {
        self.ledger().gauge.level()
    }

    /// How many observations there were; wraps around.
    #[must_use]
    pub fn observations(&self) -> u64 {
        self.ledger().observations
    }

    /// How many observations there were and the level at the last, as one.
    pub(crate) fn observed_pressure(&self) -> (u64, Pressure) {
        let ledger = self.ledger();
        (ledger.observations, ledger.gauge.level())
    }

    /// Everything about this moment.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let ledger = self.ledger();
        Snapshot {
            limit: Bytes::new(ledger.limit),
            origin: self.shared.origin.clone(),
            resident: Bytes::new(ledger.resident),
            peak_resident: Bytes::new(ledger.peak_resident),
            reserved: Bytes::new(ledger.reserved()),
            unattributed: Bytes::new(ledger.unattributed.estimate()),
            available: Bytes::new(ledger.available(Class::Spillable)),
            reserve: Bytes::new(ledger.kept()),
            pressure: ledger.gauge.level(),
            holders: ledger.holders(),
        }
    }

    /// Whether nothing is reserved.
    #[must_use]
    pub fn ledger_is_empty(&self) -> bool {
        self.ledger().reserved() == 0
    }

    /// Takes in how much is resident now: what cannot be attributed to reservations shrinks
    /// what may still be reserved, and pressure follows. Subscribers are called on this thread
    /// before it returns, unless another thread is calling them just now and goes on to.
    ///
    /// Called a few times a second by the [`crate::Sampler`]; more often makes the estimate
    /// fall sooner.
    pub fn observe(&self, resident: Bytes) {
        self.take_in(resident, None);
    }

    /// [`observe`](Self::observe) with the process's peak so far ([`crate::peak_resident`]), so
    /// that what came and went between two observations counts.
    pub fn observe_with_peak(&self, resident: Bytes, peak: Bytes) {
        self.take_in(resident, Some(peak));
    }

    fn take_in(&self, resident: Bytes, peak: Option<Bytes>) {
        let mut ledger = self.ledger();
        let changed = ledger.observe(resident.as_u64(), peak.map(Bytes::as_u64));
        let (to, limit) = (ledger.gauge.level(), Bytes::new(ledger.limit));
        let again = ledger.observations.is_multiple_of(GIVE_BACK_EVERY);
        if let Some(from) = changed {
            // Under the ledger's lock, so that changes wait in the order in which they happened.
            self.shared.subscribers.note(PressureChange {
                from,
                to,
                resident,
                limit,
            });
        }
        drop(ledger);
        if to == Pressure::Critical && (changed.is_some() || again) {
            self.give_back();
        }
        self.shared.subscribers.tell();
    }

    /// Reads resident memory and [observes](Self::observe) it; what it read, or nothing in a
    /// detached budget and where the system does not tell.
    pub fn observe_now(&self) -> Option<Bytes> {
        let resident = self.shared.probe?()?;
        self.take_in(resident, crate::peak_resident());
        Some(resident)
    }

    /// Resident memory of the process now, as this budget measures it; nothing where it does not. Only looks:
    /// [`Budget::observe_now`] closes the loop.
    #[must_use]
    pub fn resident_now(&self) -> Option<Bytes> {
        self.shared.probe?()
    }

    /// Calls back whenever the level of pressure changes, until the subscription is dropped.
    ///
    /// The callback runs on the observing thread with no lock held and may use the budget in
    /// any way. It should be short; it should not own a clone of this budget (a [`Holder`] or
    /// [`Reservation`] does) unless its subscription is dropped in time. A panic in it reaches
    /// nobody else.
    pub fn subscribe(
        &self,
        callback: impl Fn(PressureChange) + Send + Sync + 'static,
    ) -> Subscription {
        self.shared.subscribers.subscribe(Arc::new(callback))
    }

    /// A size that follows this budget's pressure.
    #[must_use]
    pub fn adaptive(&self, size: Adaptive) -> FollowingSize {
        FollowingSize::new(self.clone(), size)
    }

    /// Sets how this process gives free memory back to the system, such as the allocator's
    /// purge; replaces what was set. Called on critical pressure, before a refusal that it
    /// could avert, and by [`give_back`](Self::give_back); from any thread, never with a lock
    /// of the budget held.
    pub fn set_give_back(&self, give_back: impl Fn() + Send + Sync + 'static) {
        let before = self.give_back_lock().replace(Arc::new(give_back));
        drop(before);
    }

    /// Gives free memory back to the system as set by [`set_give_back`](Self::set_give_back),
    /// for example between two jobs; by how much resident memory fell, zero where nothing is
    /// set or measured.
    pub fn give_back(&self) -> Bytes {
        let Some(give_back) = self.give_back_lock().clone() else {
            return Bytes::ZERO;
        };
        let before = self.read_resident();
        give_back();
        let (Some(before), Some(after)) = (before, self.read_resident()) else {
            return Bytes::ZERO;
        };
        let mut ledger = self.ledger();
        let reserved = ledger.reserved();
        ledger
            .unattributed
            .gave_back(before.as_u64(), after.as_u64(), reserved);
        ledger.resident = after.as_u64();
        before.saturating_sub(after)
    }

    /// Grants, looking again before it refuses.
    fn take(&self, name: &HolderName, id: u64, class: Class, bytes: Bytes) -> Result<(), Refusal> {
        if self.ledger().take(id, bytes.as_u64()) {
            return Ok(());
        }
        // The estimate can be a quarter of a second old: is so much resident at all?
        let resident = self.read_resident();
        let mut ledger = self.ledger();
        if let Some(resident) = resident {
            let reserved = ledger.reserved();
            ledger.unattributed.look(resident.as_u64(), reserved);
            ledger.resident = resident.as_u64();
            if ledger.take(id, bytes.as_u64()) {
                return Ok(());
            }
        }
        if self.give_back_lock().is_none() {
            // What the allocator keeps cannot be given back, so it is there to be reused.
            if ledger.take_reusing(id, bytes.as_u64()) {
                return Ok(());
            }
        } else {
            // Giving back costs; only where it could be enough.
            let short = bytes.as_u64().saturating_sub(ledger.available(class));
            if ledger.unattributed.returnable() >= short {
                drop(ledger);
                self.give_back();
                ledger = self.ledger();
                if ledger.take(id, bytes.as_u64()) {
                    return Ok(());
                }
            }
        }
        let facts = refusal::Facts {
            asker: name.clone(),
            asked: bytes,
            available: Bytes::new(ledger.available(class)),
            used: Bytes::new(ledger.reserved()),
            unattributed: Bytes::new(ledger.unattributed.estimate()),
            reserve: Bytes::new(ledger.kept_from(class)),
            limit: Bytes::new(ledger.limit),
            origin: self.shared.origin.clone(),
            holders: ledger.holders(),
            remedies: Vec::new(),
        };
        drop(ledger);
        Err(Refusal::new(facts, self.shared.memory))
    }

    fn read_resident(&self) -> Option<Bytes> {
        self.shared.probe.and_then(|probe| probe())
    }

    /// The ledger's invariants hold between any two calls of it, so a thread that panicked with
    /// the lock held (none of its code panics) would leave it usable.
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.shared
            .ledger
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn give_back_lock(&self) -> MutexGuard<'_, Option<GiveBack>> {
        self.shared
            .give_back
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Budget").field(&self.snapshot()).finish()
    }
}
