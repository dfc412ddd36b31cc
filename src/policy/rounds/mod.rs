//! Policies for GPUs of several types, by rounds.
//!
//! A job does not run equally fast everywhere, and jobs differ in that. So an *allocator* works out, for all jobs that are there, which
//! share of its time each should spend on each GPU type ([`Shares`]); it is asked again when jobs come and go. Time passes in rounds, and in
//! every round those run that have so far received least of what their shares promise ([`Accounts`]).
//!
//! Source: D. Narayanan, K. Santhanam, F. Kazhamiaka, A. Phanishayee and M. Zaharia, "Heterogeneity-Aware Cluster Scheduling Policies for
//! Deep Learning Workloads", OSDI 2020 (Gavel).

mod accounts;
mod by_rounds;
mod centre;
mod cost;
mod fifo;
mod finish_time;
mod kinds;
mod linear;
mod makespan;
mod maxmin;
mod mersenne;
mod present;
mod problem;
mod seats;
#[cfg(test)]
mod tests;
mod water_filling;

pub use accounts::{Accounts, Turn};
pub use by_rounds::ByRounds;
pub use mersenne::Mersenne;
pub use problem::{GpuType, Problem, Sharer, Shares};

use super::registry::{Need, Row};

/// Works out which share of its time each job should spend on which GPU type.
pub trait Allocator: Send {
    /// The shares of all jobs of a problem. Asked whenever jobs have come or gone, at most once a round.
    fn shares(&mut self, problem: &Problem) -> Shares;

    /// Which jobs there are, ascending by number, before it is asked: all others have gone. Not all of them need be part of the problem: a job that runs where
    /// no job can be stopped for now is not.
    fn attend(&mut self, _ids: &[u64]) {}

    /// Whether only jobs that have a share may run, also where GPUs stay idle.
    fn is_strict(&self) -> bool {
        false
    }

    /// Tells it that shares to a thousandth are good enough, if it can save time by that.
    fn be_coarse(&mut self) {}

    /// Whether it takes all GPU types for equally fast.
    fn is_blind(&self) -> bool {
        false
    }
}

/// Builds an allocator.
pub type Build = fn() -> Box<dyn Allocator>;

/// All allocators. Those for scenarios are presets under their own names; the others imitate a program.
pub const ENTRIES: &[Row<Build>] = &[
    allocates("maxmin", "the least share of time, weighed by speed, is as large as can be (Gavel)", || Box::new(maxmin::MaxMin)),
    allocates("maxmin:blind", "as maxmin, taking all GPU types for equally fast", || Box::new(maxmin::Blind)),
    allocates("water-filling", "as maxmin, then the next least share, and so on (Gavel)", || Box::new(water_filling::WaterFilling)),
    allocates("makespan", "all jobs that are there are done as early as can be (Gavel)", || Box::new(makespan::Makespan)),
    allocates("ftf", "the largest ratio of finish time to that on a private share is least (Themis, Gavel)", || {
        Box::<finish_time::FinishTimeFairness>::default()
    }),
    allocates("cost", "the most work for the money: speed over price, in sum (Gavel)", || Box::new(cost::Cost { by_price: true })),
    allocates("throughput", "the most work in sum, whatever it costs (Gavel)", || Box::new(cost::Cost { by_price: false })),
    allocates("fifo-fastest", "first come, first served, each on the fastest GPU type that is free (Gavel)", || {
        Box::new(fifo::FifoFastest)
    })
    .imitates(),
    allocates("fifo:gavel", "first come, first served as Gavel's simulator does it, its slips included", || {
        Box::new(fifo::GavelFifo::new(Mersenne::new(0)))
    })
    .imitates(),
];

const fn allocates(name: &'static str, meaning: &'static str, build: Build) -> Row<Build> {
    Row::new(name, meaning, build).asks(Need::Rounds).cannot(&[Need::Shares, Need::Quotas, Need::Sizes])
}

/// The allocator of a name.
#[must_use]
pub fn allocator(name: &str) -> Option<Box<dyn Allocator>> {
    ENTRIES.iter().find(|row| row.name == name).map(|row| (row.build)())
}

/// The names of all allocators.
pub fn names() -> impl Iterator<Item = &'static str> {
    ENTRIES.iter().map(|row| row.name)
}
