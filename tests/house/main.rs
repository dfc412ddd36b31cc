//! What holds for the source tree and the docs as a whole.

#[path = "../common/mod.rs"]
mod common;

mod documents;
mod guide;
mod imports;
mod language;
mod reference;
