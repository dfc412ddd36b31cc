//! What the accounts say must be what the jobs did, to the millisecond.

use crate::compare::numbers;
use crate::draw::{self, Kind};
use crate::engine::{Fate, State, fates, observe};
use crate::policies::Policy;
use crate::world::{DAY, World};
use skyberth::metrics::{JobRecords, JobStatistics, Observation};

/// Policies that stop nobody: there a job waits once and holds its GPUs once.
const POLICIES: [Policy; 4] =
    [Policy::new("fifo", "none"), Policy::new("sjf", "skip"), Policy::new("fifo", "easy"), Policy::new("fifo", "conservative")];

/// Worlds in which every tranche comes, so that nobody is turned away while waiting, with what the program observed there.
fn observed() -> impl Iterator<Item = (World, Observation)> {
    numbers().map(|number| {
        let mut world = draw::world(Kind::Counts, number);
        for tranche in world.clusters.iter_mut().flat_map(|cluster| &mut cluster.tranches) {
            tranche.late = tranche.late.or(Some(0));
        }
        // Outages make jobs wait and hold GPUs more than once.
        world.outages.clear();
        let observation = observe(&world, &POLICIES[number as usize % POLICIES.len()]);
        let observation = observation.unwrap_or_else(|failure| panic!("{failure}\n{world}"));
        (world, observation)
    })
}

/// The end of an observation [ms].
fn end(observation: &Observation) -> i64 {
    observation.periods.last().map_or(0, |period| period.end.ms())
}

/// Little's law without its expectations: the time that jobs wait is the integral of how many wait.
#[test]
fn queue_times_are_the_integral_of_the_queue_length() {
    for (world, observation) in observed() {
        let end = end(&observation);
        let waits: Vec<(i64, i64)> = fates(&world, &observation)
            .iter()
            .zip(&world.jobs)
            .filter(|(fate, _)| !matches!(fate.state, State::Rejected | State::Unseen))
            .map(|(fate, job)| (job.submit, fate.start.unwrap_or(end)))
            .collect();
        let queue_time: i64 = waits.iter().map(|(submit, start)| start - submit).sum();
        let mut instants: Vec<i64> = waits.iter().flat_map(|(submit, start)| [*submit, *start]).collect();
        instants.sort_unstable();
        let waiting = |time: i64| waits.iter().filter(|(submit, start)| *submit <= time && time < *start).count() as i64;
        let integral: i64 = instants.windows(2).map(|pair| (pair[1] - pair[0]) * waiting(pair[0])).sum();
        assert_eq!(queue_time, integral, "{world}");
        let ended: u64 = observation.jobs.iter().map(JobStatistics::ended).sum();
        let recorded = observation.records.as_ref().map_or(0, JobRecords::len) as u64;
        let standing: u64 = observation.jobs.iter().map(|jobs| jobs.censored_running + jobs.censored_queued).sum();
        let rejected: u64 = observation.jobs.iter().flat_map(|jobs| jobs.rejected).sum();
        assert_eq!(recorded, ended + standing + rejected, "{world}");
    }
}

#[test]
fn allocated_time_is_what_jobs_held() {
    for (world, observation) in observed() {
        let end = end(&observation);
        for cluster in 0..world.clusters.len() {
            let held = |fate: &Fate| fate.start.map_or(0, |start| fate.finish.unwrap_or(end) - start);
            let there = fates(&world, &observation).into_iter().zip(&world.jobs).filter(|(fate, _)| fate.cluster == Some(cluster));
            let by_jobs: i64 = there.map(|(fate, job)| held(&fate) * job.gpus as i64 * 1000).sum();
            let by_accounts: u128 = observation.clusters.iter().map(|period| period[cluster].allocated.milli_gpu_ms()).sum();
            assert_eq!(by_jobs as u128, by_accounts, "cluster {cluster}\n{world}");
            let installed: u128 = observation.clusters.iter().map(|period| period[cluster].installed_total().milli_gpu_ms()).sum();
            assert_eq!(installed_by_ramp(&world, cluster, end) as u128, installed, "cluster {cluster}\n{world}");
        }
    }
}

/// GPU-time that the tranches of a cluster make up [milli-GPU-ms].
fn installed_by_ramp(world: &World, cluster: usize, end: i64) -> i64 {
    let tranches = world.clusters[cluster].tranches.iter();
    tranches
        .map(|tranche| {
            let late = if tranche.day == 0 { Some(0) } else { tranche.late };
            let there = late.map_or(0, |late| (end - (tranche.day + late) * DAY).max(0));
            there * tranche.gpus as i64 * 1000
        })
        .sum()
}
