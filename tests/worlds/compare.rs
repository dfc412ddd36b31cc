//! Worlds by the program and by the second scheduler, and the smallest world in which they differ.

use crate::draw::{self, Kind};
use crate::engine::{self, Fate};
use crate::policies::Policy;
use crate::reference;
use crate::world::{Job, Reclaim, World, time};
use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Worlds that each policy is tried on, unless `SKYBERTH_WORLDS` says how many: all of them where the code is optimised, a part in a debug build.
const WORLDS: u64 = if cfg!(debug_assertions) { 300 } else { 10_000 };

/// The numbers of the worlds to try: all up to a count, or the one that `SKYBERTH_WORLD` names.
pub(crate) fn numbers() -> std::ops::Range<u64> {
    let given = |name: &str| env::var(name).ok().map(|text| text.parse::<u64>().unwrap_or_else(|_| panic!("{name}={text}")));
    match given("SKYBERTH_WORLD") {
        Some(number) => number..number + 1,
        None => 0..given("SKYBERTH_WORLDS").unwrap_or(WORLDS),
    }
}

/// Compares a policy in all worlds of a kind with the second scheduler, job by job.
#[track_caller]
pub(crate) fn agrees(policy: &Policy, kind: Kind) {
    let tried = numbers().count() as u64;
    let (mut compared, mut waits, mut stops) = (0, 0, 0);
    for number in numbers() {
        if let Some(fates) = agrees_in(policy, kind, number) {
            compared += 1;
            waits += u64::from(fates.iter().any(|(job, fate)| fate.start != Some(job.submit)));
            stops += u64::from(fates.iter().any(|(_, fate)| fate.preemptions > 0));
        }
    }
    // Many worlds say nothing if nothing happens in them.
    if tried < 1000 {
        return;
    }
    let name = policy.name();
    assert!(compared * 4 >= tried, "{name}: only {compared} of {tried} worlds could be compared");
    assert!(waits * 4 >= tried, "{name}: somebody waits in only {waits} of {tried} worlds");
    // By quotas alone a lender finds all GPUs taken now and then.
    let least = match (policy.preemption, kind) {
        ("none", Kind::Quotas) => tried / 100,
        ("none", _) => 0,
        _ => tried / 10,
    };
    assert!(stops >= least, "{name}: jobs are stopped in only {stops} of {tried} worlds");
}

/// Compares a policy in a world with the second scheduler; what became of each job, or none where the rules leave it open.
#[track_caller]
pub(crate) fn agrees_in(policy: &Policy, kind: Kind, number: u64) -> Option<Vec<(Job, Fate)>> {
    let world = draw::world(kind, number);
    match differs(&world, policy) {
        Ok(fates) => fates.map(|fates| world.jobs.iter().copied().zip(fates).collect()),
        Err(found) => {
            let small = shrink(world.clone(), &|smaller| differs(smaller, policy).is_err());
            let in_small = differs(&small, policy).expect_err("it was there");
            let whole = if world.jobs.len() > 50 { String::new() } else { format!("{world}{found}") };
            panic!(
                "{} differs in {kind:?} world {number} (SKYBERTH_WORLD={number} runs it alone):\n{whole}as small as it gets:\n{small}{in_small}",
                policy.name()
            );
        }
    }
}

/// The fates on which the program and the rules agree (none where the rules leave them open), or what differs, in words.
fn differs(world: &World, policy: &Policy) -> Result<Option<Vec<Fate>>, String> {
    let Some(expected) = reference::schedule(world, policy) else { return Ok(None) };
    let found = catch_unwind(AssertUnwindSafe(|| engine::schedule(world, policy))).map_err(|_| "the program panics".to_owned())?;
    let found = found.map_err(|failure| format!("the program fails: {failure}"))?;
    let Some(job) = (0..expected.len()).find(|job| expected[*job] != found[*job]) else { return Ok(Some(found)) };
    let all = |fates: &[Fate]| -> Vec<String> {
        fates.iter().enumerate().map(|(job, fate)| format!("    {job}: {}", words(fate))).collect()
    };
    let (found, expected) = (all(&found).join("\n"), all(&expected).join("\n"));
    Err(format!("  job {job} differs; by the program:\n{found}\n  by the rules:\n{expected}\n"))
}

fn words(fate: &Fate) -> String {
    let instant = |ms: Option<i64>| ms.map_or("-".to_owned(), time);
    let (start, finish, cluster) = (instant(fate.start), instant(fate.finish), fate.cluster);
    format!("start {start}, finish {finish}, {:?}, cluster {cluster:?}, stopped {}x", fate.state, fate.preemptions)
}

/// The smallest world that still fails: everything is dropped or made plain, one by one, while it does.
pub(crate) fn shrink(mut world: World, fails: &dyn Fn(&World) -> bool) -> World {
    loop {
        let smaller = simpler(&world).into_iter().find(|smaller| *smaller != world && fails(smaller));
        match smaller {
            Some(smaller) => world = smaller,
            None => return world,
        }
    }
}

/// Worlds with a little less in them.
fn simpler(world: &World) -> Vec<World> {
    let mut worlds = Vec::new();
    let mut with = |change: &dyn Fn(&mut World)| {
        let mut changed = world.clone();
        change(&mut changed);
        changed.jobs.sort_by_key(|job| (job.submit, job.workload));
        worlds.push(changed);
    };
    for part in [2, 4, 8, 16] {
        let size = world.jobs.len() / part;
        for first in (0..world.jobs.len()).step_by(size.max(1)).filter(|_| size > 1) {
            with(&|world| drop(world.jobs.drain(first..(first + size).min(world.jobs.len()))));
        }
    }
    for job in (0..world.jobs.len()).rev() {
        with(&|world| {
            world.jobs.remove(job);
        });
    }
    for (index, cluster) in world.clusters.iter().enumerate() {
        if world.clusters.len() > 1 {
            with(&|world| *world = world.without_cluster(index));
        }
        for tranche in 0..cluster.tranches.len() {
            with(&|world| {
                world.clusters[index].tranches.remove(tranche);
            });
            with(&|world| world.clusters[index].tranches[tranche].late = Some(0));
            with(&|world| world.clusters[index].tranches[tranche].spot = false);
            with(&|world| world.clusters[index].tranches[tranche].day = world.clusters[index].tranches[0].day);
        }
        with(&|world| world.clusters[index].evictions = None);
        let evictions = cluster.evictions.as_ref().map_or(0, |evictions| evictions.from.len());
        for at in 0..evictions {
            with(&|world| world.clusters[index].evictions.iter_mut().for_each(|evictions| _ = evictions.from.remove(at)));
        }
        with(&|world| world.clusters[index].evictions.iter_mut().for_each(|evictions| evictions.notice = 0));
        with(&|world| world.clusters[index].price = 1);
        with(&|world| world.clusters[index].vendor = 0);
        with(&|world| world.clusters[index].gpu_type = 0);
    }
    for index in 0..world.outages.len() {
        with(&|world| drop(world.outages.remove(index)));
        with(&|world| world.outages[index].clusters.truncate(1));
        with(&|world| world.outages[index].of_gpus = false);
    }
    for index in 0..world.workloads.len() {
        with(&|world| world.workloads[index].team = None);
        with(&|world| world.workloads[index].restart = 0);
        with(&|world| world.workloads[index].blocking = 0);
        with(&|world| (world.workloads[index].checkpoint, world.workloads[index].blocking) = (0, 0));
        with(&|world| world.workloads[index].priority = 0);
        with(&|world| world.workloads[index].preemptible = true);
        for cluster in 0..world.clusters.len() {
            with(&|world| world.workloads[index].speeds[cluster] = 1000);
        }
    }
    for index in 0..world.holders.len() {
        with(&|world| world.holders[index].borrowing_limit = None);
        with(&|world| world.holders[index].lending_limit = None);
        with(&|world| world.holders[index].reclaim = Reclaim::Any);
        with(&|world| world.holders[index].parent = Some(world.teams.len()).filter(|cohort| index < *cohort));
    }
    with(&|world| world.by_type = false);
    for team in 0..world.teams.len() {
        with(&|world| world.teams[team] = 1);
    }
    for job in 0..world.jobs.len() {
        with(&|world| world.jobs[job].deadline = None);
        with(&|world| world.jobs[job].priority = 0);
        with(&|world| world.jobs[job].estimate = world.jobs[job].run);
        with(&|world| world.jobs[job].workload = world.jobs.iter().take(job).map(|job| job.workload).max().unwrap_or(0));
    }
    with(&|world| world.promote_after_halves = None);
    worlds
}
