//! Sources of jobs: generators and traces.

mod arrivals;
mod generator;
pub mod trace;

pub use arrivals::{Arrivals, Candidate};
pub use generator::{Generator, JobDraft, bundle_failures, hazard_budget, interruption};
