//! Skyberth: a discrete-event simulator of GPU capacity bought from several clouds.
//!
//! Data flows one way, and imports only go down: text -> [`scenario`] (spec, then [`model`]) -> [`sim`] (the world, deciding by
//! [`policy`] on the [`fleet`]) -> [`metrics`] -> [`study`] (replications and their statistics) -> [`report`] -> [`cli`].
//!
//! ```
//! use skyberth::{scenario, study};
//!
//! let text = scenario::built_in("quickstart").expect("it is built in");
//! let mut source = scenario::Source::new("quickstart", text);
//! source.sets.push("scenario.replications=2".to_owned());
//! let loaded = scenario::load(&source);
//! let model = loaded.model.expect("it has no errors");
//! let finished = study::run(&model, study::Run::default(), &study::Progress::default()).expect("the accounts balance");
//! let summary = study::summarise(&model, &finished);
//! let utilisation = summary.get("utilisation_share", "all", "all", "total").expect("it is a figure of every summary");
//! assert!(utilisation.mean.is_some_and(|share| share > 0.0 && share <= 1.0));
//! ```

#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::panic))]

pub mod fleet;
pub mod kernel;
pub mod metrics;
pub mod model;
pub mod policy;
pub mod report;
pub mod scenario;
pub mod sim;
pub mod study;
pub mod testing;
pub mod units;
pub mod workload;
