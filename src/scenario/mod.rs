//! From text to model: parsing with positions, all problems at once, defaults that are printed.

mod build;
mod built_in;
mod compile;
mod defaults;
mod document;
mod format;
mod issue;
mod limits;
mod load;
mod migrate;
pub mod reference;
mod sections;
pub mod spec;
mod what_if;

pub use crate::kernel::names::nearest;
pub use build::{BuildError, Entry, ModelBuilder, Setting, law};
pub use built_in::{BUILT_IN, built_in};
pub use defaults::{KeyDefault, defaults_in_use};
pub use issue::{Issue, Issues, Severity};
pub use load::{Loaded, Source, load};
pub use migrate::{Migrated, migrate};
pub use what_if::{Question, WhatIf};
