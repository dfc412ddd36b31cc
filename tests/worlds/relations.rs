//! What must hold between two worlds, whatever is in them.

use crate::compare::numbers;
use crate::draw::{self, Dice, Kind};
use crate::engine::{Fate, schedule};
use crate::policies::Policy;
use crate::world::{Cluster, HOUR, World};

const FCFS: Policy = Policy::new("fifo", "none");

/// A world of one cluster in which every tranche comes on its date and every job can run.
fn one_cluster(number: u64) -> World {
    let mut world = draw::world(Kind::Counts, number);
    while world.clusters.len() > 1 {
        world = world.without_cluster(1);
    }
    drain(&mut world);
    at_one_speed(&mut world);
    without_the_impossible(&mut world);
    world
}

/// Lets every tranche come on its date and every job end, with no outage on the way.
fn drain(world: &mut World) {
    for tranche in world.clusters.iter_mut().flat_map(|cluster| &mut cluster.tranches) {
        tranche.late = Some(0);
    }
    (world.days, world.drained) = (400, true);
    world.outages.clear();
}

fn at_one_speed(world: &mut World) {
    for workload in &mut world.workloads {
        workload.speeds.fill(1000);
    }
}

fn by_program(world: &World, policy: &Policy) -> Vec<Fate> {
    schedule(world, policy).unwrap_or_else(|failure| panic!("{failure}\n{world}"))
}

/// Says that nobody starts later in a world than in another.
#[track_caller]
fn nobody_is_delayed(before: &World, after: &World) {
    let pairs = by_program(before, &FCFS).into_iter().zip(by_program(after, &FCFS));
    for (job, (before_fate, after_fate)) in pairs.enumerate() {
        assert!(
            after_fate.start.expect("every job starts") <= before_fate.start.expect("every job starts"),
            "job {job} starts later:\n{before}{before_fate:?}\nthan in\n{after}{after_fate:?}"
        );
    }
}

#[test]
fn more_or_earlier_gpus_delay_nobody_under_fcfs() {
    for number in numbers() {
        let world = one_cluster(number);
        let dice = &mut Dice::new(Kind::Levels, number);
        let mut better = world.clone();
        let tranches = &mut better.clusters[0].tranches;
        let tranche = dice.below(tranches.len() as u64) as usize;
        tranches[tranche].gpus += 1 + dice.below(3);
        nobody_is_delayed(&world, &better);
        let mut earlier = world.clone();
        for tranche in &mut earlier.clusters[0].tranches[..=tranche] {
            tranche.day = (tranche.day - 1).max(0);
        }
        nobody_is_delayed(&world, &earlier);
    }
}

#[test]
fn shorter_or_fewer_jobs_delay_nobody_under_fcfs() {
    for number in numbers() {
        let mut world = one_cluster(number);
        if world.jobs.is_empty() {
            continue;
        }
        let dice = &mut Dice::new(Kind::Levels, number);
        let job = dice.below(world.jobs.len() as u64) as usize;
        let mut shorter = world.clone();
        shorter.jobs[job].run -= dice.below(shorter.jobs[job].run.unsigned_abs() + 1) as i64;
        nobody_is_delayed(&world, &shorter);
        let mut fewer = world.clone();
        fewer.jobs.remove(job);
        let with_it = by_program(&world, &FCFS);
        for (other, fate) in by_program(&fewer, &FCFS).into_iter().enumerate() {
            let before = with_it[if other < job { other } else { other + 1 }];
            assert!(fate.start <= before.start, "without job {job}, job {other} starts later:\n{world}");
        }
        world.jobs.clear();
        assert!(by_program(&world, &FCFS).is_empty());
    }
}

/// Two clusters hold nothing that one of both their GPUs could not hold at the same time, and under strict FCFS whoever comes first cannot
/// be overtaken. No other policy promises that.
#[test]
fn merging_clusters_delays_nobody_under_fcfs() {
    for number in numbers() {
        let mut world = draw::world(Kind::Counts, number);
        drain(&mut world);
        at_one_speed(&mut world);
        without_the_impossible(&mut world);
        let mut merged = world.clone();
        while merged.clusters.len() > 1 {
            let tranches = merged.clusters[1].tranches.clone();
            merged = merged.without_cluster(1);
            merged.clusters[0].tranches.extend(tranches);
        }
        merged.clusters[0].tranches.sort_by_key(|tranche| tranche.day);
        nobody_is_delayed(&world, &merged);
    }
}

/// As long as jobs of high priority are all of one size, so that none of them passes another: what they get is what they would get if there
/// were nobody else.
#[test]
fn high_priority_runs_as_if_low_were_not_there() {
    let priority = Policy { preemption: "priority", ..Policy::new("priority", "easy") };
    let mut stopped = 0;
    for number in numbers() {
        let mut world = draw::world(Kind::Stopping, number);
        while world.clusters.len() > 1 {
            world = world.without_cluster(1);
        }
        drain(&mut world);
        at_one_speed(&mut world);
        without_the_impossible(&mut world);
        let Some(gpus) = world.jobs.iter().map(|job| job.gpus).max().filter(|_| world.workloads.len() > 1) else { continue };
        for (workload, priority) in [(0, 1), (1, 2)] {
            (world.workloads[workload].priority, world.workloads[workload].preemptible) = (priority, true);
        }
        for job in &mut world.jobs {
            job.priority = 0;
            job.gpus = if job.workload == 1 { gpus } else { job.gpus };
        }
        let mut alone = world.clone();
        alone.jobs.retain(|job| job.workload == 1);
        let fates = by_program(&world, &priority);
        stopped += fates.iter().filter(|fate| fate.preemptions > 0).count() as u64;
        let high = fates.into_iter().zip(&world.jobs).filter(|(_, job)| job.workload == 1);
        let high: Vec<Fate> = high.map(|(fate, _)| fate).collect();
        assert_eq!(high, by_program(&alone, &priority), "{world}");
    }
    assert!(numbers().count() < 1000 || stopped > numbers().count() as u64 / 20, "only {stopped} jobs were stopped");
}

/// Policies of every family.
fn policies() -> Vec<(Policy, Kind)> {
    let mut policies = Vec::new();
    for order in ["fifo", "sjf", "smallest", "largest", "edf", "priority", "wfp3", "f1"] {
        for backfill in ["none", "skip", "easy", "conservative"] {
            policies.push((Policy::new(order, backfill), Kind::Counts));
        }
    }
    policies.push((Policy { preemption: "priority", ..Policy::new("priority", "easy") }, Kind::Stopping));
    for order in ["srtf", "srsf", "smallest", "largest"] {
        policies.push((Policy { preemption: "by_order", ..Policy::new(order, "skip") }, Kind::Stopping));
    }
    for order in ["las", "las2d", "gittins"] {
        policies.push((Policy { preemption: "by_order", ..Policy::new(order, "skip") }, Kind::Levels));
    }
    policies
}

#[test]
fn a_cluster_without_gpus_changes_nothing() {
    let policies = policies();
    for number in numbers() {
        let (policy, kind) = policies[number as usize % policies.len()];
        let world = draw::world(kind, number);
        let mut more = world.clone();
        more.clusters.push(Cluster {
            vendor: 0,
            gpu_type: 0,
            node: world.clusters[0].node,
            price: 0,
            tranches: Vec::new(),
            evictions: None,
        });
        for workload in &mut more.workloads {
            workload.speeds.push(1000);
        }
        assert_eq!(by_program(&world, &policy), by_program(&more, &policy), "{}\n{world}", policy.name());
    }
}

/// With all times k times as long, everything happens k times as late. Not so under f1, which takes logarithms of times, nor where levels
/// end by GPU-time, which is crossed at a rounded instant.
#[test]
fn longer_times_make_the_same_schedule_longer() {
    let mut policies = policies();
    policies.retain(|(policy, _)| !matches!(policy.order, "f1" | "las2d" | "gittins"));
    for number in numbers() {
        let (policy, kind) = policies[number as usize % policies.len()];
        let mut world = draw::world(kind, number);
        (world.days, world.drained) = (400, true);
        for job in &mut world.jobs {
            // Whole hours, so that no end is rounded; wfp3 takes an estimate for a second at least.
            job.run -= job.run % HOUR;
            job.estimate -= job.estimate % HOUR;
            job.estimate = job.estimate.max(if policy.order == "wfp3" { HOUR } else { 0 });
        }
        let times = 2 + (number % 3) as i64;
        let found = by_program(&longer(&world, times), &policy);
        for (job, (fate, found)) in by_program(&world, &policy).into_iter().zip(found).enumerate() {
            let later = |time: Option<i64>| time.map(|time| time * times);
            let expected = Fate { start: later(fate.start), finish: later(fate.finish), ..fate };
            assert_eq!(expected, found, "{}: job {job} with times x {times}\n{world}", policy.name());
        }
    }
}

fn longer(world: &World, times: i64) -> World {
    let mut longer = world.clone();
    longer.days *= times;
    for tranche in longer.clusters.iter_mut().flat_map(|cluster| &mut cluster.tranches) {
        tranche.day *= times;
        tranche.late = tranche.late.map(|days| days * times);
    }
    for outage in &mut longer.outages {
        (outage.from, outage.until) = (outage.from * times, outage.until * times);
    }
    for workload in &mut longer.workloads {
        workload.restart *= times;
    }
    for job in &mut longer.jobs {
        for time in [&mut job.submit, &mut job.run, &mut job.estimate] {
            *time *= times;
        }
        job.deadline = job.deadline.map(|deadline| deadline * times);
    }
    for limit in &mut longer.limits_s {
        *limit *= times;
    }
    longer
}

/// Leaves out jobs that no cluster will ever hold.
fn without_the_impossible(world: &mut World) {
    let most = |world: &World, workload: usize| {
        let usable = world.clusters.iter().zip(&world.workloads[workload].speeds).filter(|(_, speed)| **speed > 0);
        usable.map(|(cluster, _)| cluster.tranches.iter().map(|tranche| tranche.gpus).sum::<u64>()).max().unwrap_or(0)
    };
    let holds: Vec<u64> = (0..world.workloads.len()).map(|workload| most(world, workload)).collect();
    world.jobs.retain(|job| job.gpus <= holds[job.workload]);
}
