//! Rows in order, committed whole or not at all.
