//! The world: one future of a model, from the first event to the horizon. One file an event family.

mod arrivals;
mod budget;
mod capacity;
mod classes;
mod clauses;
mod contracts;
mod delays;
mod evictions;
mod invariants;
mod jobs;
mod outages;
mod power;
mod rounds;
mod running;
mod services;
mod statistics;
mod transfers;
mod waiting;
mod watches;
mod world;

pub use delays::{Delivery, deliveries};
pub use invariants::Violation;
pub use rounds::{RoundFate, RoundJob, RoundRules, RoundsOutcome, play};
pub use waiting::Followed;
pub use world::{Control, Failure, Options, Pass, simulate};
