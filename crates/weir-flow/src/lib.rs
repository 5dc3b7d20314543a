//! Cascades: hold, fire, pass on. Never changes what, only when.
