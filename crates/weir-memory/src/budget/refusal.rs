//! «No» as a value: the numbers, who holds what, and what to do.

use std::fmt;

use super::{Held, HolderName};
use crate::{BudgetOrigin, Bytes};

/// The holders a refusal names.
const NAMED_HOLDERS: usize = 5;

/// A reservation that was not given, with everything a user needs to decide what to do.
///
/// A refusal leaves nothing behind: no reservation changed, nothing is poisoned, and whoever
/// was refused may ask again. Shown as
///
/// ```text
/// sql sort asks for 412 MiB, the budget leaves 201 MiB
///   budget   256 MiB, 75 % of the container's 342 MiB (cgroup v2, memory.max)
///   of it    39 MiB reserved, 12 MiB outside reservations, 4 MiB kept for work that cannot be spilled
///   held by  sql sort 38 MiB, raster windows 1 MiB
///   try      1. --budget 512MiB   2. --results summary (keeps no visits)
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    // Boxed: results of every reservation carry this type.
    facts: Box<Facts>,
}

/// The ledger as it was when it refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) asker: HolderName,
    pub(crate) asked: Bytes,
    pub(crate) available: Bytes,
    pub(crate) used: Bytes,
    pub(crate) unattributed: Bytes,
    pub(crate) reserve: Bytes,
    pub(crate) limit: Bytes,
    pub(crate) origin: BudgetOrigin,
    /// From the largest.
    pub(crate) holders: Vec<Held>,
    pub(crate) remedies: Vec<String>,
}

impl Refusal {
    /// The documented code of this error.
    pub const CODE: &'static str = "W0107";

    pub(crate) fn new(mut facts: Facts, memory: Option<Bytes>) -> Self {
        facts.holders.truncate(NAMED_HOLDERS);
        facts.remedies.push(larger_budget(&facts, memory));
        Self {
            facts: Box::new(facts),
        }
    }

    /// Who asked.
    #[must_use]
    pub fn asker(&self) -> &HolderName {
        &self.facts.asker
    }

    /// How many more bytes were asked for; for a growing reservation the difference.
    #[must_use]
    pub fn asked(&self) -> Bytes {
        self.facts.asked
    }

    /// What the asker could have had.
    #[must_use]
    pub fn available(&self) -> Bytes {
        self.facts.available
    }

    /// Reserved by all holders.
    #[must_use]
    pub fn used(&self) -> Bytes {
        self.facts.used
    }

    /// Held by the process outside reservations, as estimated ([`crate::Budget`]).
    #[must_use]
    pub fn unattributed(&self) -> Bytes {
        self.facts.unattributed
    }

    /// Kept for work that cannot be spilled, and out of this asker's reach.
    #[must_use]
    pub fn reserve(&self) -> Bytes {
        self.facts.reserve
    }

    /// The budget's limit.
    #[must_use]
    pub fn limit(&self) -> Bytes {
        self.facts.limit
    }

    /// Where the limit comes from.
    #[must_use]
    pub fn origin(&self) -> &BudgetOrigin {
        &self.facts.origin
    }

    /// The five largest holders, from the largest, by name where equal.
    #[must_use]
    pub fn holders(&self) -> &[Held] {
        &self.facts.holders
    }

    /// What to do, in order, with exact option names.
    #[must_use]
    pub fn remedies(&self) -> &[String] {
        &self.facts.remedies
    }

    /// What is shown without the remedies, for programs that list those in their own way.
    #[must_use]
    pub fn explanation(&self) -> impl fmt::Display + '_ {
        Explanation(&self.facts)
    }

    /// With one more thing to do at the end of the list.
    #[must_use]
    pub fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.facts.remedies.push(remedy.into());
        self
    }
}

/// The smallest sensible budget in which this would have fitted, where there is memory for it.
fn larger_budget(facts: &Facts, memory: Option<Bytes>) -> String {
    const STEP: Bytes = Bytes::mib(64);
    let short = facts.asked.saturating_sub(facts.available);
    let enough = facts.limit.saturating_add(short).round_up_to(STEP);
    match memory {
        Some(memory) if enough > memory => {
            format!("{enough} of memory for this process; it can have {memory} now")
        }
        _ => format!("--budget {}", enough.to_option()),
    }
}

/// All of a refusal but its remedies.
struct Explanation<'a>(&'a Facts);

impl fmt::Display for Explanation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Facts {
            asker,
            asked,
            available,
            used,
            unattributed,
            reserve,
            limit,
            origin,
            holders,
            ..
        } = self.0;
        write!(f, "{asker} asks for {asked}, the budget leaves {available}")?;
        write!(f, "\n  budget   {limit}, {origin}")?;
        write!(
            f,
            "\n  of it    {used} reserved, {unattributed} outside reservations"
        )?;
        if !reserve.is_zero() {
            write!(f, ", {reserve} kept for work that cannot be spilled")?;
        }
        for (at, Held { name, bytes }) in holders.iter().enumerate() {
            let before = if at == 0 { "\n  held by  " } else { ", " };
            // The run is worth a word only where it is another one.
            if name.run() == asker.run() {
                write!(f, "{before}{name} {bytes}")?;
            } else {
                write!(f, "{before}{name} of {} {bytes}", name.run())?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Refusal {
    /// The headline, then indented lines; no line break at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.explanation().fmt(f)?;
        for (at, remedy) in self.facts.remedies.iter().enumerate() {
            let before = if at == 0 { "\n  try      " } else { "   " };
            write!(f, "{before}{}. {remedy}", at + 1)?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}
