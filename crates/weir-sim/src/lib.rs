//! patients, eyes, clinics; protocols in, visits and summaries out
