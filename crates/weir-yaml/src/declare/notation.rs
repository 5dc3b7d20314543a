//! Values that are written in a notation of their own, and may be left out.

use super::{Form, Word};

/// A value that is written in a notation of its own, such as a size or a length of time.
pub trait Notation: Sized {
    /// What it looks like.
    const FORM: Form;

    /// Takes what a file or a command line says.
    ///
    /// # Errors
    ///
    /// What is wrong, without a full stop, and what to write.
    fn read(text: &str) -> Result<Self, (String, String)>;

    /// As it is written.
    fn shown(&self) -> String;
}

/// What a file says in a notation, if it says anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said<T>(pub Option<T>);

impl<T> Default for Said<T> {
    fn default() -> Self {
        Said(None)
    }
}

impl<T: Notation> Word for Said<T> {
    fn form(&self) -> Form {
        T::FORM
    }

    fn shown(&self) -> String {
        self.0.as_ref().map(T::shown).unwrap_or_default()
    }

    fn read(&mut self, text: &str) -> Result<(), (String, String)> {
        self.0 = Some(T::read(text)?);
        Ok(())
    }
}
