//! What `skyberth replay` prints and writes.

mod outcomes;
mod packing;
mod requests;
mod round_jobs;

pub use outcomes::{ReplayRow, replay_csv, replay_table};
pub use packing::{PackingRow, packing_csv, packing_table};
pub use requests::SizingReport;
pub use round_jobs::RoundJobsCsv;
