//! Many futures of a scenario, and what they say together.

pub mod comparison;
mod exit;
mod explain;
mod make;
pub mod ranking;
mod risk;
mod runner;
pub mod statistics;
mod summary;

pub use crate::metrics::{Base, Key, Measures, Scope, Time, jain_index};
pub use explain::{Explanation, IdleSum, Selection, WaitSum, explain};
pub use make::Make;
pub(crate) use runner::pool_of;
pub use runner::{Accounts, Finished, Progress, Run, run, run_with};
pub use summary::{Planned, Row, Summary, summarise};
