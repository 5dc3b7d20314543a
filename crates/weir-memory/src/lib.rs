//! who may hold how much, and what happens when it gets tight
