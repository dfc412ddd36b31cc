//! The engine core: what happens next, sorted indexes, chance, hashes, and mistyped names. No word of the domain in it.

pub mod event_queue;
pub mod fnv;
pub mod formula;
pub mod id_set;
pub mod math;
pub mod names;
pub mod ordered_index;
pub mod random;
