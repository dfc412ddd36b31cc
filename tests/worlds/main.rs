//! Random small worlds: every policy against a second scheduler, and laws that hold in all of them.
//!
//! `SKYBERTH_WORLDS=1000000 cargo test --test worlds` tries more worlds than the usual number; `SKYBERTH_WORLD=42` tries one of
//! them.

mod accounts;
mod compare;
mod contract;
mod draw;
mod engine;
mod policies;
mod reference;
mod relations;
mod sizes;
mod texts;
mod world;
