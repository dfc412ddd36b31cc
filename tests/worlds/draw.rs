//! Random small worlds. A kind and a number always give the same world.

use crate::world::{Broker, Cluster, DAY, Evictions, HOUR, Holder, Job, Outage, Reclaim, Tranche, Workload, World};

/// What worlds are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Single GPUs, several clusters and speeds, any broker.
    Counts,
    /// One cluster of nodes.
    Nodes,
    /// Single GPUs, jobs that may be stopped, restarts that cost time.
    Stopping,
    /// The same at one speed, with levels of attained service.
    Levels,
    /// One large cluster of single GPUs and hundreds of jobs.
    Crowd,
    /// As `Counts`, with teams and GPUs of two types.
    Teams,
    /// As `Stopping`, with the same.
    StoppingTeams,
    /// As `StoppingTeams`, with quotas and any broker.
    Quotas,
    /// As `Stopping`, with checkpoints, and spot GPUs that are evicted.
    Evictions,
}

/// A stream of numbers (splitmix64).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(kind: Kind, number: u64) -> Self {
        let mut dice = Self(number.wrapping_mul(8).wrapping_add(kind as u64));
        dice.next();
        dice
    }

    /// The stream of a number, for what is no world of a kind.
    pub(crate) fn of(number: u64) -> Self {
        let mut dice = Self(number.wrapping_mul(0x2545_f491_4f6c_dd1d));
        dice.next();
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to below `count`.
    pub(crate) fn below(&mut self, count: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(count)) >> 64) as u64
    }

    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn one_of<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len() as u64) as usize]
    }
}

/// The world of a kind with a number.
pub(crate) fn world(kind: Kind, number: u64) -> World {
    if kind == Kind::Crowd {
        return crowd(number);
    }
    let dice = &mut Dice::new(kind, number);
    let stopping = matches!(kind, Kind::Stopping | Kind::Levels | Kind::StoppingTeams | Kind::Quotas | Kind::Evictions);
    let cluster_count = if kind == Kind::Nodes { 1 } else { dice.one_of(&[1, 1, 2, 3]) };
    let node = if kind == Kind::Nodes { dice.one_of(&[2, 4, 8]) } else { 1 };
    let mut clusters: Vec<Cluster> = (0..cluster_count).map(|_| cluster(dice, node)).collect();
    let one_speed = matches!(kind, Kind::Nodes | Kind::Levels) || dice.chance(50);
    let restarts = stopping && dice.chance(40);
    let has_teams = matches!(kind, Kind::Teams | Kind::StoppingTeams | Kind::Quotas);
    let mut workloads: Vec<Workload> = (0..dice.one_of(if has_teams { &[2, 3, 4] } else { &[1, 2] }))
        .map(|_| Workload {
            team: None,
            speeds: speeds(dice, cluster_count as usize, one_speed),
            priority: dice.below(2) as i64,
            preemptible: dice.chance(75),
            restart: if restarts { dice.one_of(&[HOUR, 2 * HOUR]) } else { 0 },
            checkpoint: 0,
            blocking: 0,
        })
        .collect();
    let teams = if has_teams { teams(dice, &mut workloads, &mut clusters) } else { Vec::new() };
    let drained = dice.chance(60);
    // Milliseconds that make no even division: only where no progress is rounded.
    let odd = !stopping && dice.chance(20);
    let unit = dice.one_of(&[HOUR, 4 * HOUR, 8 * HOUR]);
    let limits = dice.one_of(&[&[1][..], &[2, 6], &[4, 10], &[1, 3, 10]]);
    let mut world = World {
        number,
        outages: Vec::new(),
        jobs: jobs(dice, &clusters, workloads.len(), unit, odd),
        clusters,
        workloads,
        teams,
        holders: Vec::new(),
        by_type: false,
        days: if drained { 400 } else { 1 + dice.below(4) as i64 },
        drained,
        broker: match kind {
            Kind::Counts | Kind::Teams | Kind::Quotas => dice.one_of(&[
                Broker::FirstFit,
                Broker::MostFree,
                Broker::LeastFree,
                Broker::Earliest,
                Broker::Fastest,
                Broker::Cheapest,
            ]),
            _ => Broker::FirstFit,
        },
        limits_s: limits.iter().map(|limit| limit * unit / 1000).collect(),
        promote_after_halves: dice.one_of(&[None, None, Some(1), Some(2), Some(6)]),
    };
    if dice.chance(40) {
        world.outages = (0..dice.one_of(&[1, 1, 2, 3])).map(|_| outage(dice, world.clusters.len(), unit)).collect();
    }
    if kind == Kind::Quotas {
        quotas(dice, &mut world);
    }
    if kind == Kind::Evictions {
        evictions(dice, &mut world, unit);
    }
    world
}

/// Weights of teams, to which some of the workloads belong, and types of GPUs.
fn teams(dice: &mut Dice, workloads: &mut [Workload], clusters: &mut [Cluster]) -> Vec<u64> {
    let weights: Vec<u64> = (0..dice.one_of(&[1, 2, 2, 3])).map(|_| dice.one_of(&[1, 1, 2, 4])).collect();
    for workload in workloads {
        workload.team = if dice.chance(85) { Some(dice.below(weights.len() as u64) as usize) } else { None };
    }
    for cluster in clusters {
        cluster.gpu_type = dice.below(2) as usize;
    }
    weights
}

/// Checkpoints, and GPUs that go and come back; the GPUs of a cluster go either so or by outages.
fn evictions(dice: &mut Dice, world: &mut World, unit: i64) {
    for workload in &mut world.workloads {
        workload.checkpoint = dice.one_of(&[0, unit / 2, unit, 2 * unit]);
        workload.blocking = if workload.checkpoint > 0 { dice.one_of(&[0, 0, unit / 8]) } else { 0 };
    }
    let has_evictions = dice.chance(75);
    for outage in &mut world.outages {
        outage.of_gpus &= !has_evictions;
    }
    for cluster in world.clusters.iter_mut().filter(|_| has_evictions) {
        for tranche in &mut cluster.tranches {
            tranche.spot = dice.chance(60);
        }
        let (out, mut from) = (unit * (1 + dice.below(5) as i64), unit / 4 - unit);
        let from = (0..dice.one_of(&[1, 2, 4])).map(|_| {
            from += out + unit * (1 + dice.below(4) as i64);
            from
        });
        let from = from.collect();
        let quarters = dice.one_of(&[1, 2, 4, 4]);
        cluster.evictions = Some(Evictions { from, out, quarters, notice: dice.one_of(&[0, 0, unit / 8, unit / 2]) });
    }
}

/// Quotas of the teams, most of them in cohorts that lend to each other.
fn quotas(dice: &mut Dice, world: &mut World) {
    let all: u64 = world.clusters.iter().flat_map(|cluster| &cluster.tranches).map(|tranche| tranche.gpus).sum();
    let teams = world.teams.len();
    world.by_type = dice.chance(35);
    let cohorts = dice.one_of(&[1, 1, 2, 3]);
    world.holders = (0..teams + cohorts)
        .map(|at| Holder {
            parent: if at < teams {
                dice.chance(90).then(|| teams + dice.below(cohorts as u64) as usize)
            } else {
                // The first is at the top.
                (at > teams && dice.chance(80)).then(|| teams + dice.below((at - teams) as u64) as usize)
            },
            quotas: if at < teams || dice.chance(20) { [dice.below(all.min(10) + 1), dice.below(all.min(10) + 1)] } else { [0, 0] },
            borrowing_limit: dice.chance(25).then(|| dice.below(5)),
            lending_limit: dice.chance(25).then(|| dice.below(5)),
            reclaim: dice.one_of(&[Reclaim::Any, Reclaim::Any, Reclaim::Any, Reclaim::LowerPriority, Reclaim::Never]),
        })
        .collect();
}

fn outage(dice: &mut Dice, clusters: usize, unit: i64) -> Outage {
    let from = unit * dice.below(12) as i64;
    let mut hit: Vec<usize> = (0..clusters).filter(|_| dice.chance(60)).collect();
    if hit.is_empty() {
        hit.push(0);
    }
    // Now and then between the instants at which everything else happens.
    let odd = if dice.chance(30) { unit / 2 } else { 0 };
    Outage { of_gpus: dice.chance(60), clusters: hit, from: from + odd, until: from + odd + unit * (1 + dice.below(6) as i64) }
}

fn cluster(dice: &mut Dice, node: u64) -> Cluster {
    let mut day = 0;
    let tranches = (0..dice.one_of(&[1, 1, 2, 3]))
        .map(|number| {
            if number > 0 || dice.chance(10) {
                day += dice.below(3) as i64;
            }
            let late = match dice.below(10) {
                0 if day > 0 => None,
                1 | 2 if day > 0 => Some(1 + dice.below(3) as i64),
                _ => Some(0),
            };
            let most = if node == 1 { 8 } else { 3 };
            Tranche { day, gpus: (1 + dice.below(most)) * node, late, spot: false }
        })
        .collect();
    Cluster { vendor: dice.below(2) as u32, gpu_type: 0, node, price: dice.one_of(&[0, 1, 1, 2]), tranches, evictions: None }
}

fn speeds(dice: &mut Dice, clusters: usize, one_speed: bool) -> Vec<i64> {
    let mut speeds: Vec<i64> = (0..clusters)
        .map(|_| match dice.below(6) {
            0 => 0,
            1 if !one_speed => 500,
            2 if !one_speed => 2000,
            _ => 1000,
        })
        .collect();
    if speeds.iter().all(|speed| *speed == 0) {
        speeds[0] = 1000;
    }
    speeds
}

fn jobs(dice: &mut Dice, clusters: &[Cluster], workloads: usize, unit: i64, odd: bool) -> Vec<Job> {
    let count = 1 + dice.below(25);
    let span = 1 + dice.below(2 * DAY.unsigned_abs() / unit.unsigned_abs());
    let most = clusters.iter().map(|cluster| cluster.tranches.iter().map(|tranche| tranche.gpus).sum::<u64>()).max().unwrap_or(1);
    let sizes = 1 + dice.below(most);
    let mut jobs: Vec<Job> = (0..count)
        .map(|_| {
            let ragged = |dice: &mut Dice| if odd { dice.below(4) as i64 } else { 0 };
            let run = unit * dice.one_of(&[0, 1, 1, 1, 2, 3, 5]) + ragged(dice);
            let estimate = match dice.below(10) {
                0 => unit,
                1 => run / 2,
                2 | 3 => 2 * run,
                4 => 0,
                _ => run,
            };
            Job {
                workload: dice.below(workloads as u64) as usize,
                submit: unit * dice.below(span) as i64,
                gpus: if dice.chance(4) { most + dice.below(2) } else { 1 + dice.below(sizes) },
                run,
                estimate,
                priority: dice.one_of(&[0, 0, 1, 2]),
                deadline: if dice.chance(50) { Some(unit * (1 + dice.below(6) as i64)) } else { None },
            }
        })
        .collect();
    jobs.sort_by_key(|job| (job.submit, job.workload));
    jobs
}

/// Nearly full: gangs of 1 to 64 on 64 GPUs, and users whose estimates are anything between a third and three times the truth.
fn crowd(number: u64) -> World {
    let dice = &mut Dice::new(Kind::Crowd, number);
    let mut submit = 0;
    let jobs = (0..600)
        .map(|_| {
            submit += dice.below(50) as i64 * 60_000;
            let large = dice.chance(10);
            let run = (1 + dice.below(300) as i64) * 60_000;
            Job {
                workload: 0,
                submit,
                gpus: if large { dice.one_of(&[24, 33, 64]) } else { dice.one_of(&[1, 1, 2, 5, 11, 16]) },
                run,
                estimate: run * (33 + dice.below(267) as i64) / 100,
                priority: dice.below(4) as i64,
                deadline: if dice.chance(50) { Some((1 + dice.below(48) as i64) * HOUR) } else { None },
            }
        })
        .collect();
    World {
        number,
        outages: Vec::new(),
        clusters: vec![Cluster {
            vendor: 0,
            gpu_type: 0,
            node: 1,
            price: 1,
            tranches: vec![Tranche { day: 0, gpus: 64, late: Some(0), spot: false }],
            evictions: None,
        }],
        workloads: vec![Workload {
            team: None,
            speeds: vec![1000],
            priority: 0,
            preemptible: true,
            restart: 0,
            checkpoint: 0,
            blocking: 0,
        }],
        jobs,
        teams: Vec::new(),
        holders: Vec::new(),
        by_type: false,
        days: 400,
        drained: true,
        broker: Broker::FirstFit,
        limits_s: vec![3_600, 36_000],
        promote_after_halves: None,
    }
}
