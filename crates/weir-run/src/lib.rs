//! one job's life: stages, operations, progress, cancel, journal, samples, events
