//! Everything that decides. A policy is called once per instant with a `Plan`: it looks through the plan's read-only `View` and acts
//! through the plan, which refuses what cannot be. It sees no future and no true run time.
//!
//! Most policies are composed of parts by name (`Composite`): an order, a backfill rule, a broker (which cluster), a placement (which
//! nodes), a preemption rule, and a rule for the sizes of elastic jobs.

pub mod backfill;
pub mod broker;
mod closures;
mod composite;
pub mod elastic;
mod facts;
mod inspect;
mod marginal;
mod mistake;
pub mod order;
pub mod placement;
mod plan;
pub mod preemption;
mod queue;
mod quota;
pub mod registry;
mod resize;
pub mod rounds;
mod served;
mod shares;
mod state;
mod view;

pub use composite::Composite;
pub use facts::{Class, ClusterFacts, Free, JobFacts};
pub use inspect::RunningJob;
pub use marginal::{Margin, Minimum};
pub use mistake::{Mistake, Mistakes};
pub use plan::{Decision, Decisions, MOST_MOVES, MOST_REFUSED, MOVES_PER_JOB, Plan, Refusal};
pub use queue::{Queue, Queued, Rank};
pub use quota::{Claim, Party, QuotaUse};
pub use served::Served;
pub use shares::{ShareRule, TeamShares};
pub use state::{Indexes, State};
pub use view::View;

use crate::units::VendorId;

/// A policy: decides which jobs start, where, and which are stopped.
pub trait Policy: Send {
    /// Called once per instant at which something changed. Everything decided goes through `plan`.
    fn decide(&mut self, plan: &mut Plan<'_>);

    /// The place of a job in the queue; the least rank comes first, and no two jobs may have the same: see [`Rank::from_score`]. Asked when a
    /// job is queued; the job's level may be noted. By submission, if nothing else is said.
    fn rank(&self, job: &mut JobFacts) -> Rank {
        Rank([job.submit.ms(), job.sequence as i64, 0])
    }

    /// What messages call it: the name of its type, if nothing else is said.
    fn name(&self) -> String {
        let name = std::any::type_name::<Self>();
        name.rsplit("::").find(|part| !part.starts_with('{')).unwrap_or(name).to_owned()
    }

    /// Whether jobs may ever go to a vendor: a job that fits on none of the others is turned away, not queued for ever.
    fn may_use(&self, _vendor: VendorId) -> bool {
        true
    }

    /// Which indexes the policy needs; the engine keeps no others (but that of victims when there are services).
    fn indexes(&self) -> Indexes {
        Indexes::default()
    }

    /// Whether nodes are chosen by identity, so that free ones must have one too.
    fn needs_identity(&self) -> bool {
        false
    }

    /// Whether nodes are looked at one by one, so that a book of partly used ones must be kept.
    fn looks_at_nodes(&self) -> bool {
        false
    }

    /// Whether it must be called when something changed although no job waits.
    fn watches_running(&self) -> bool {
        false
    }
}
