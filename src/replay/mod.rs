//! Recorded workloads on plain machines, once: no scenario, no drawn laws, no replications.
//!
//! | module | input | answers |
//! |---|---|---|
//! | [`pools`] | jobs, equal nodes, a policy | how long jobs wait |
//! | [`nodes`] | pods, nodes of any shape, placements | how full the nodes get, or how long pods wait |
//! | [`gavel`] | jobs in steps, GPUs of several types, an allocator | how long jobs wait under rounds |
//! | [`requests`] | inference requests, a replica type | how many replicas each step needs |
//!
//! Each has a struct of options with a method that runs it and returns the outcome. Jobs and pods share one form, [`Outcome`].

pub mod gavel;
pub mod nodes;
mod outcome;
pub mod pools;
pub mod requests;

pub use outcome::Outcome;
