//! The engine through the library: small worlds worked out by hand, policies of one's own, trace readers, determinism.

#[path = "../common/mod.rs"]
mod common;

mod allocators;
mod budget;
mod built;
mod determinism;
mod earnings;
mod jobs;
mod seam;
mod shares;
mod traces;
