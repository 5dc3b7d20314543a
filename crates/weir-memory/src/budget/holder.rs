//! Holders and what they hold.

use std::fmt;
use std::sync::Arc;

use super::ledger::Class;
use super::{Budget, HolderName, Refusal};
use crate::Bytes;

/// Somebody who holds memory: an operation of a stage of a run. Made by [`Budget::holder`];
/// cheap to clone, clones hold together.
#[derive(Clone)]
pub struct Holder {
    account: Arc<Account>,
}

/// An entry of the ledger, gone when the last holder and reservation of it are.
struct Account {
    budget: Budget,
    name: HolderName,
    id: u64,
    class: Class,
}

impl Drop for Account {
    fn drop(&mut self) {
        self.budget.ledger().leave(self.id);
    }
}

impl Holder {
    pub(super) fn new(budget: Budget, name: HolderName, class: Class) -> Self {
        let id = budget.ledger().enter(name.clone(), class);
        Self {
            account: Arc::new(Account {
                budget,
                name,
                id,
                class,
            }),
        }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &HolderName {
        &self.account.name
    }

    /// The budget this holder asks.
    #[must_use]
    pub fn budget(&self) -> &Budget {
        &self.account.budget
    }

    /// The same name for work that cannot be spilled: its reservations may use the reserve
    /// that is kept from all others. For what a spill itself needs, and for nothing large.
    #[must_use]
    pub fn unspillable(&self) -> Self {
        Self::new(
            self.account.budget.clone(),
            self.name().clone(),
            Class::Unspillable,
        )
    }

    /// What this holder could reserve now. Others may be faster: ask by reserving.
    #[must_use]
    pub fn available(&self) -> Bytes {
        Bytes::new(self.account.budget.ledger().available(self.account.class))
    }

    /// Reserves, all or nothing. Reserve before allocating; free before dropping.
    ///
    /// # Errors
    ///
    /// The [`Refusal`], where that much is not available even after what the process can give
    /// back to the system was given back.
    pub fn reserve(&self, bytes: Bytes) -> Result<Reservation, Refusal> {
        self.take(bytes)?;
        Ok(self.reservation(bytes))
    }

    /// Reserves; refused, calls `drain`, in which the holder flushes, spills or shrinks what it
    /// holds, and asks again. The drain runs at most once, on this thread, with no lock held.
    ///
    /// # Errors
    ///
    /// The [`Refusal`] of the second asking, for which memory was given back to the system
    /// ([`Budget::give_back`]) if need be.
    pub fn reserve_or_drain(
        &self,
        bytes: Bytes,
        drain: impl FnOnce(),
    ) -> Result<Reservation, Refusal> {
        if self.take(bytes).is_err() {
            drain();
            if self.take(bytes).is_err() {
                self.account.budget.give_back();
                self.take(bytes)?;
            }
        }
        Ok(self.reservation(bytes))
    }

    /// Reserves as much as there is between `least` and `wanted`. `wanted` below `least` is
    /// taken as `least`.
    ///
    /// # Errors
    ///
    /// The [`Refusal`] of `least`, where even that is not available.
    pub fn reserve_up_to(&self, least: Bytes, wanted: Bytes) -> Result<Reservation, Refusal> {
        if wanted > least {
            let mut ledger = self.account.budget.ledger();
            let bytes = wanted.as_u64().min(ledger.available(self.account.class));
            if bytes >= least.as_u64() && ledger.take(self.account.id, bytes) {
                drop(ledger);
                return Ok(self.reservation(Bytes::new(bytes)));
            }
        }
        self.reserve(least)
    }

    fn take(&self, bytes: Bytes) -> Result<(), Refusal> {
        let Account {
            budget,
            name,
            id,
            class,
        } = &*self.account;
        budget.take(name, *id, *class, bytes)
    }

    fn reservation(&self, size: Bytes) -> Reservation {
        Reservation {
            holder: self.clone(),
            size,
        }
    }
}

impl fmt::Debug for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Holder({})", self.account.name)
    }
}

/// Bytes that its owner may have resident. Dropping gives them back; drop what they stood for
/// first (fields drop in order of declaration, so declare the reservation after the buffer).
#[must_use = "dropping a reservation gives it back at once"]
pub struct Reservation {
    holder: Holder,
    size: Bytes,
}

impl Reservation {
    /// How much is reserved.
    #[must_use]
    pub fn size(&self) -> Bytes {
        self.size
    }

    /// Who holds it.
    #[must_use]
    pub fn holder(&self) -> &Holder {
        &self.holder
    }

    /// Sets the size. Making it smaller always succeeds.
    ///
    /// # Errors
    ///
    /// The [`Refusal`] of the difference; the size is as before.
    pub fn resize(&mut self, size: Bytes) -> Result<(), Refusal> {
        match size.checked_sub(self.size) {
            Some(more) => self.grow(more),
            None => {
                self.shrink(self.size.saturating_sub(size));
                Ok(())
            }
        }
    }

    /// Makes it larger, all or nothing.
    ///
    /// # Errors
    ///
    /// The [`Refusal`]; the size is as before.
    pub fn grow(&mut self, by: Bytes) -> Result<(), Refusal> {
        self.holder.take(by)?;
        self.size = self.size.saturating_add(by);
        Ok(())
    }

    /// Makes it smaller, to zero at least.
    pub fn shrink(&mut self, by: Bytes) {
        let by = by.min(self.size);
        let account = &self.holder.account;
        account.budget.ledger().release(account.id, by.as_u64());
        self.size = self.size.saturating_sub(by);
    }

    /// Takes so many bytes out into a reservation of their own, for a part that is handed on;
    /// all of them where there are fewer.
    pub fn split(&mut self, bytes: Bytes) -> Self {
        let bytes = bytes.min(self.size);
        self.size = self.size.saturating_sub(bytes);
        self.holder.reservation(bytes)
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.shrink(self.size);
    }
}

impl fmt::Debug for Reservation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reservation({} of {})", self.size, self.holder.name())
    }
}
