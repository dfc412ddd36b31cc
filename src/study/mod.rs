//! Many futures of a scenario, and what they say together.

mod cash;
pub mod comparison;
mod exit;
mod expiry;
mod explain;
mod factory;
mod fleet;
pub mod headlines;
pub mod ranking;
mod risk;
mod runner;
mod schema;
pub mod statistics;
mod summary;

pub use crate::metrics::{Base, Key, Measures, Scope, Time, jain_index};
pub use cash::{CashRow, CashView, Spread};
pub use expiry::Expiring;
pub use explain::{Explanation, IdleSum, Selection, WaitSum, explain};
pub use factory::PolicyFactory;
pub use runner::{Accounts, Finished, Progress, Run, run, run_with};
pub(crate) use runner::{checked, pool_of};
pub use schema::SCHEMA_VERSION;
pub(crate) use schema::unstated;
pub use summary::{Kind, Planned, Row, Shown, Summary, summarise};
