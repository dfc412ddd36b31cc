//! Skyberth simulates GPU capacity bought from several clouds.
#![forbid(unsafe_code)]
pub mod fleet;
pub mod kernel;
pub mod model;
pub mod policy;
pub mod units;
pub mod workload;
