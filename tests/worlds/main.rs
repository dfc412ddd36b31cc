//! Random small worlds: every policy against a second scheduler, and laws that hold in all of them.
//!
//! `SKYBERTH_WORLDS=1000000 cargo test --test worlds` tries more worlds than the usual number; `SKYBERTH_WORLD=42` tries one of them;
//! with `SKYBERTH_KNOWN=1` worlds do not keep clear of what the program is known to get wrong (`known.rs`).

mod accounts;
mod compare;
mod draw;
mod engine;
mod known;
mod policies;
mod reference;
mod relations;
mod world;
