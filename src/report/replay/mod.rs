//! What `skyberth replay` prints and writes.

mod outcomes;
mod packing;
mod requests;
mod round_jobs;

pub use outcomes::ReplayRow;
pub use packing::PackingRow;
pub use requests::SizingReport;
pub use round_jobs::RoundJobsCsv;
