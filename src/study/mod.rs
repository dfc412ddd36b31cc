//! Many futures of a scenario, and what they say together.

pub mod comparison;
mod exit;
mod explain;
mod factory;
mod measures;
mod nodes;
pub mod ranking;
mod replay;
mod risk;
mod rounds;
mod runner;
mod sizing;
pub mod statistics;
mod summary;

pub use explain::{Explanation, IdleSum, Selection, WaitSum, explain};
pub use factory::PolicyFactory;
pub use measures::{Base, Key, Measures, Scope, Time, jain_index};
pub use nodes::{NodeOutcome, NodeReplay, NodeTasks, NodeTasksError, Packed, Packing};
pub use replay::{Pool, PoolOutcome, Replay};
pub use rounds::{LEAST_APART_S, ROUND_S, RoundReplay};
pub use runner::{Accounts, Finished, Interrupted, Progress, Run, run, run_with};
pub use sizing::{Sized, SizedStep, Sizing, SizingError};
pub use summary::{Planned, Row, Summary, summarise};
