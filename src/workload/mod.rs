//! Where jobs come from.

mod arrivals;
mod generator;

pub use arrivals::{Arrivals, Candidate};
pub use generator::{Generator, JobDraft, hazard_budget, interruption};
