//! The engine core: events, sorted indexes, random draws, hashes, and nearest names. It contains no word of the domain.

pub mod event_queue;
pub mod fnv;
pub mod formula;
pub mod id_set;
pub mod math;
pub mod names;
pub mod ordered_index;
pub mod random;
pub mod read;
