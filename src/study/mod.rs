//! Many futures of a scenario, and what they say together.

pub mod comparison;
mod exit;
mod explain;
mod make;
mod nodes;
pub mod ranking;
mod replay;
mod risk;
mod rounds;
mod runner;
mod sizing;
pub mod statistics;
mod summary;

pub use crate::metrics::{Base, Key, Measures, Scope, Time, jain_index};
pub use explain::{Explanation, IdleSum, Selection, WaitSum, explain};
pub use make::Make;
pub use nodes::{NodeOutcome, NodeReplay, NodeTasks, NodeTasksError, Packed, Packing};
pub use replay::{Pool, PoolOutcome, Replay};
pub use rounds::{LEAST_APART_S, ROUND_S, RoundReplay};
pub use runner::{Accounts, Finished, Progress, Run, run, run_with};
pub use sizing::{Sized, SizedStep, Sizing, SizingError};
pub use summary::{Planned, Row, Summary, summarise};
