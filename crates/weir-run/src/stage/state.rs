use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{OperationReport, StageEnd, StageReport};
use crate::memory::UsageSums;
use crate::progress::ProgressCounter;

/// At most this many operations of a stage keep their own account; further ones share
/// the account of [`REST`].
const MAX_OPERATIONS: usize = 64;
const REST: &str = "other";

/// What is known about a stage at work.
#[derive(Debug)]
pub(crate) struct StageState {
    name: String,
    began: Duration,
    accounts: Mutex<Accounts>,
}

#[derive(Debug, Default)]
struct Accounts {
    usage: UsageSums,
    operations: BTreeMap<String, Account>,
    entries: u64,
}

#[derive(Debug, Default)]
struct Account {
    /// Threads in the operation now.
    active: u32,
    /// The place of its last beginning among all beginnings in this stage.
    entered: u64,
    count: u64,
    time: Duration,
    usage: UsageSums,
}

impl Account {
    /// A sample at the beginning or end of the operation.
    fn observe(&mut self, resident: Option<u64>, reserved: u64) {
        match resident {
            Some(resident) => self.usage.observe(resident, reserved),
            None => self.usage.observe_peak(None, reserved),
        }
    }
}

impl StageState {
    pub(crate) fn new(name: String, began: Duration) -> Self {
        Self {
            name,
            began,
            accounts: Mutex::default(),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Takes a sample into the accounts of the stage and of its operations at work. Returns the
    /// operation entered last among these.
    pub(crate) fn observe(&self, resident: u64, reserved: u64) -> Option<String> {
        let mut accounts = self.lock();
        accounts.usage.observe(resident, reserved);
        let mut last: Option<(u64, &String)> = None;
        for (name, account) in &mut accounts.operations {
            if account.active > 0 {
                account.usage.observe(resident, reserved);
                if last.is_none_or(|(entered, _)| account.entered > entered) {
                    last = Some((account.entered, name));
                }
            }
        }
        last.map(|(_, name)| name.clone())
    }

    /// A thread begins an operation. Returns the name of the account it counts in.
    pub(crate) fn enter(&self, operation: &str, resident: Option<u64>, reserved: u64) -> String {
        let mut accounts = self.lock();
        let known = accounts.operations.contains_key(operation);
        let name = if known || accounts.operations.len() < MAX_OPERATIONS - 1 {
            operation
        } else {
            REST
        };
        accounts.entries += 1;
        let entered = accounts.entries;
        let account = accounts.operations.entry(name.to_owned()).or_default();
        account.active += 1;
        account.entered = entered;
        account.observe(resident, reserved);
        accounts.usage.observe_peak(resident, reserved);
        name.to_owned()
    }

    /// A thread ends an operation that it began.
    pub(crate) fn exit(
        &self,
        operation: &str,
        time: Duration,
        resident: Option<u64>,
        reserved: u64,
    ) {
        let mut accounts = self.lock();
        accounts.usage.observe_peak(resident, reserved);
        if let Some(account) = accounts.operations.get_mut(operation) {
            account.active = account.active.saturating_sub(1);
            account.count += 1;
            account.time += time;
            account.observe(resident, reserved);
        }
    }

    pub(crate) fn report(
        &self,
        end: StageEnd,
        progress: &ProgressCounter,
        now: Duration,
    ) -> StageReport {
        let accounts = self.lock();
        let operations = accounts
            .operations
            .iter()
            .map(|(name, account)| OperationReport {
                operation: name.clone(),
                count: account.count,
                seconds: account.time.as_secs_f64(),
                memory: account.usage.usage(),
            });
        StageReport {
            stage: self.name.clone(),
            end,
            began: self.began.as_secs_f64(),
            seconds: now.saturating_sub(self.began).as_secs_f64(),
            done: progress.done(),
            total: progress.total().count(),
            unit: progress.total().unit().clone(),
            memory: accounts.usage.usage(),
            operations: operations.collect(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Accounts> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
