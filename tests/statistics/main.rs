//! Intervals and selections hold as often as they claim.

mod coverage;
mod heavy;
mod selection;
