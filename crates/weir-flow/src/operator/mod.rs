//! What an operator is: it is given held rows when it fires, and passes rows on.

mod context;
mod error;
mod held;
mod make;
mod output;

pub use context::Context;
pub use error::OperatorError;
pub use held::{Held, HeldBatch};
pub use make::MakeOperator;
pub use output::{Fired, Output};

use crate::{Frontier, StreamSchema};

/// Turns held rows into rows to pass on; one input or several.
///
/// The cascade holds rows for it and calls [`fire`](Self::fire) when a trigger says so. The
/// operator never learns why or when: **what it passes on must not depend on how its input was
/// cut into firings**. It passes on only what no later input can change (rows below the common
/// [`Frontier`], closed bars), in an order that is a function of the data.
///
/// # Errors change nothing
///
/// When `fire` returns an error, `self` must be as it was before the call: the same rows are
/// given again, whole, at the next attempt. Rows pushed to [`Output`] before the error are thrown away.
/// Check first, then change; or work on a copy. The same holds for `resume` and `end`.
///
/// # Order
///
/// Output is in the order of [`output`](Self::output): non-decreasing in its order column, across
/// calls too. The cascade checks it.
pub trait Operator: Send {
    /// What it passes on.
    fn output(&self) -> &StreamSchema;

    /// What it passes on by this way out, numbered from 0. The default suits operators that pass on the same columns by every way.
    fn output_of(&self, way: usize) -> &StreamSchema {
        let _ = way;
        self.output()
    }

    /// Called once before the first rows: gives what the operator needs of its surroundings.
    ///
    /// # Errors
    ///
    /// Whatever keeps it from working.
    fn open(&mut self, context: &Context) -> Result<(), OperatorError> {
        let _ = context;
        Ok(())
    }

    /// Takes in held rows and passes on what they settle.
    ///
    /// All rows of an input come in stream order, call after call. `held.frontiers` says what may
    /// still come, per input; it may have moved although there are no rows. An operator that has
    /// more to pass on than [`Output`] wants at a time returns [`Fired::More`] and goes on in
    /// [`resume`](Self::resume).
    ///
    /// # Errors
    ///
    /// [`OperatorError`]; then nothing has changed.
    fn fire(&mut self, held: &Held, out: &mut Output) -> Result<Fired, OperatorError>;

    /// Goes on after [`Fired::More`], until it returns [`Fired::Done`].
    ///
    /// # Errors
    ///
    /// [`OperatorError`]; then nothing has changed since the call before.
    fn resume(&mut self, out: &mut Output) -> Result<Fired, OperatorError> {
        let _ = out;
        Ok(Fired::Done)
    }

    /// Passes on what is left when every input has ended: open bars, unmatched rows. Called once,
    /// after the last `fire`; [`Fired::More`] as there.
    ///
    /// The state saved *before* this call is what a later run continues from, so what is passed on here is
    /// provisional for the sink: a later run gives the same rows again, perhaps with more in them.
    ///
    /// # Errors
    ///
    /// [`OperatorError`]; then nothing has changed.
    fn end(&mut self, out: &mut Output) -> Result<Fired, OperatorError> {
        let _ = out;
        Ok(Fired::Done)
    }

    /// The least event time that any row passed on by a later call may have, given what may still come
    /// in. Asked only when all rows that arrived were given to `fire`. The default suits operators whose rows
    /// keep their event time and which keep nothing back.
    fn frontier(&self, inputs: &[Frontier]) -> Frontier {
        Frontier::common(inputs)
    }

    /// Bytes of state for which the operator holds no reservation of its own; the cascade keeps one of
    /// this size. Cheap: asked after every call.
    fn state_bytes(&self) -> usize {
        0
    }

    /// Asked when memory is short: give back what can be given back, by spilling. Returns the bytes freed.
    ///
    /// # Errors
    ///
    /// [`OperatorError`] where spilling fails; the state is as before.
    fn relieve(&mut self) -> Result<usize, OperatorError> {
        Ok(0)
    }

    /// The state as bytes, from which [`restore`](Self::restore) makes an operator that goes on
    /// exactly as this one would. Called with nothing under way. Empty where there is no state.
    ///
    /// `None`: it cannot be saved (too large, or of a kind that cannot); the pipeline then commits at its end only.
    ///
    /// # Errors
    ///
    /// [`OperatorError`] where saving fails.
    fn save(&self) -> Result<Option<Vec<u8>>, OperatorError> {
        Ok(Some(Vec::new()))
    }

    /// Takes up a saved state, in an operator made and opened the same way.
    ///
    /// # Errors
    ///
    /// [`OperatorError::State`] where the bytes are not such a state: never a panic, never a guess.
    fn restore(&mut self, state: &[u8]) -> Result<(), OperatorError> {
        if state.is_empty() {
            Ok(())
        } else {
            Err(OperatorError::State(format!(
                "{} bytes of state for an operator that has none",
                state.len()
            )))
        }
    }

    /// Forgets all state, as if newly made and opened: after each firing where `accumulate` is false.
    fn reset(&mut self) {}

    /// Whether rows that [`end`](Self::end) passes on, or that come in because something before it ended, go out again in a later run with
    /// the same order value and key if they go out at all. Not where values decide what goes out, or the order value changes with each row.
    fn keeps_names(&self) -> bool {
        false
    }

    /// What it is, for the limits that suit it.
    fn kind(&self) -> OperatorKind {
        OperatorKind::Other
    }
}

/// What an operator is, for starting points of adaptive limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OperatorKind {
    /// Many rows become few.
    Aggregation,
    /// Several inputs meet.
    Join,
    /// Anything else.
    Other,
}
