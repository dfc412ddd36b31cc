//! From text to model: parsing with positions, all problems at once, defaults that are printed.

mod build;
mod built_in;
mod compile;
mod document;
mod issue;
mod load;
pub mod reference;
pub mod spec;
mod what_if;

pub use crate::kernel::names::nearest;
pub use build::{BuildError, Entry, ModelBuilder, Setting, law};
pub use built_in::{BUILT_IN, built_in};
pub use issue::{Issue, Issues, Severity};
pub use load::{Loaded, Source, load};
pub use what_if::{Question, WhatIf};
