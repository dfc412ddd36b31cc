//! What is measured, while it runs and after: every metric, integrals, histograms, money, dependency.

mod affordability;
mod backlog;
pub mod burn_down;
pub mod cash;
pub mod catalog;
mod cluster_jobs;
pub mod dependency;
mod finish_times;
mod gangs;
pub mod histogram;
mod integral;
pub mod ledger;
mod measures;
mod observation;
mod recorder;
mod records;
pub mod timeline;
mod waiting;
mod watched;

pub use affordability::{Affordability, MonthEnd, earned};
pub use backlog::Backlog;
pub use cluster_jobs::ClusterJobs;
pub use finish_times::FinishTimes;
pub use gangs::GangTime;
pub use integral::Integral;
pub use measures::{Base, Key, Measures, Scope, Time, jain_index, parts_of_ratio};
pub use observation::{
    ClusterPeriod, JobRecord, JobState, JobStatistics, Moved, Observation, Period, RejectionReason, ServiceNeed, ServicePeriod,
    Usage,
};
pub use recorder::{Recorder, Rows, Waste};
pub use records::JobRecords;
pub use timeline::Timeline;
pub use waiting::{CAUSES, Cause, IDLE_CAUSES, IdleCause, Interval, JobWait, Waiting};
pub use watched::Watched;
