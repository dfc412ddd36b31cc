//! Quantities: time, money, amounts of GPU and identifiers. Integers wherever something is accounted for.

mod gpu;
mod ids;
mod money;
mod time;

pub use gpu::{GpuTime, Gpus};
pub use ids::{ClusterId, ContractId, ShockId, TeamId, VendorId, WorkloadId};
pub use money::{Cost, Price};
pub use time::{SimTime, Span};
