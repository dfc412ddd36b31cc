//! The world: one future of a model, from the first event to the horizon. One file an event family.

mod alone;
mod arrivals;
mod audit;
mod backlogs;
mod budget;
mod capacity;
mod classes;
mod clauses;
mod commitments;
mod conduct;
mod contracts;
mod defaults;
mod delays;
mod evictions;
mod invariants;
mod jobs;
mod minima;
mod outages;
mod pass;
mod power;
mod resize;
mod running;
mod services;
mod statistics;
mod terms;
mod transfers;
mod waiting;
mod watches;
mod world;

pub(crate) use conduct::guarded;
pub use conduct::{FaultKind, MOST_CALLS_AGAIN, MOST_WAKES, PolicyFault, WAKES_PER_EVENT};
pub use delays::{Delivery, deliveries};
pub use invariants::Violation;
pub use waiting::Followed;
pub use world::{Control, Failure, Options, Pass, simulate};
