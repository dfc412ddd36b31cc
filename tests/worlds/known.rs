//! Where the program is known to depart from the rules: worlds keep clear of it until it is mended, and then the entry goes. With
//! `SKYBERTH_KNOWN=1` no world keeps clear of anything.

use crate::policies::Policy;
use crate::world::World;
use std::env;

/// A departure.
struct Known {
    /// What the program does, against what the rules say.
    #[expect(dead_code, reason = "it is there to be read")]
    what: &'static str,
    concerns: fn(&Policy) -> bool,
    /// Changes a world so that it makes no difference.
    avoid: fn(&mut World),
}

const KNOWN: &[Known] = &[
    Known {
        what: "news of a slip or a cancellation is not followed by a scheduling pass: jobs that were behind one that is turned away then \
               wait for something else to happen, if need be for ever",
        concerns: |_| true,
        avoid: |world| {
            for tranche in world.clusters.iter_mut().flat_map(|cluster| &mut cluster.tranches) {
                tranche.late = Some(0);
            }
        },
    },
    Known {
        what: "a submission that is turned away is not followed by a scheduling pass",
        concerns: |policy| {
            matches!(policy.backfill, "easy" | "conservative") || policy.order == "wfp3" || policy.preemption == "by_order"
        },
        avoid: without_the_impossible,
    },
    Known {
        what: "of tranches announced for one instant, EASY counts only as many as the head needs",
        concerns: |policy| policy.backfill == "easy",
        avoid: |world| {
            for cluster in &mut world.clusters {
                cluster.tranches.dedup_by_key(|tranche| tranche.day);
            }
            without_the_impossible(world);
        },
    },
    Known {
        what: "conservative backfilling keeps the ranks that jobs had when they came, where ranks change with time",
        concerns: |policy| policy.backfill == "conservative" && policy.order == "wfp3",
        avoid: |world| world.jobs.truncate(1),
    },
    Known {
        what: "whom priority stops is not looked at again before something else happens, though there may be room for it, on another \
               cluster or beside the head",
        concerns: |policy| policy.preemption == "priority",
        avoid: |world| {
            only_one_cluster(world);
            let gpus = world.jobs.iter().map(|job| job.gpus).min().unwrap_or(1);
            for job in &mut world.jobs {
                job.gpus = gpus;
            }
        },
    },
    Known {
        what: "a running job whose estimate has not shrunk since the last pass stands behind equal waiting ones that came before: at a \
               second pass of one instant, and beyond its estimate",
        concerns: |policy| matches!(policy.order, "srtf" | "srsf"),
        avoid: |world| {
            for job in &mut world.jobs {
                job.run = job.run.max(1000);
                job.estimate = job.estimate.max(job.run);
            }
        },
    },
    Known {
        what: "the estimated time left of a running job shrinks during its restart, and grows again when it is stopped",
        concerns: |policy| matches!(policy.order, "srtf" | "srsf"),
        avoid: |world| {
            for workload in &mut world.workloads {
                workload.restart = 0;
            }
        },
    },
    Known {
        what: "a job that sank stands last in its level at a second pass of the same instant too",
        concerns: |policy| matches!(policy.order, "las" | "las2d"),
        avoid: |world| {
            for job in &mut world.jobs {
                job.run = job.run.max(1000);
            }
        },
    },
    Known {
        what: "jobs stopped at one instant come to wait cluster by cluster, and not in the order in which they stood",
        concerns: |policy| matches!(policy.order, "srtf" | "srsf" | "las" | "las2d"),
        avoid: only_one_cluster,
    },
    Known {
        what: "there is no event at the promotion of a job that was stopped in the last pass; gittins promotes nobody",
        concerns: |policy| matches!(policy.order, "las" | "las2d" | "gittins"),
        avoid: |world| world.promote_after_halves = None,
    },
];

/// Leaves out all clusters but the first.
fn only_one_cluster(world: &mut World) {
    while world.clusters.len() > 1 {
        *world = world.without_cluster(1);
    }
    for workload in &mut world.workloads {
        workload.speeds[0] = 1000;
    }
    without_the_impossible(world);
}

/// Leaves out jobs that no cluster will ever hold.
pub(crate) fn without_the_impossible(world: &mut World) {
    let most = |world: &World, workload: usize| {
        let usable = world.clusters.iter().zip(&world.workloads[workload].speeds).filter(|(_, speed)| **speed > 0);
        usable.map(|(cluster, _)| cluster.tranches.iter().map(|tranche| tranche.gpus).sum::<u64>()).max().unwrap_or(0)
    };
    let holds: Vec<u64> = (0..world.workloads.len()).map(|workload| most(world, workload)).collect();
    world.jobs.retain(|job| job.gpus <= holds[job.workload]);
}

/// Whether worlds keep so clear of what a policy gets wrong that little is left to see.
pub(crate) fn shows_little(policy: &Policy) -> bool {
    (policy.order, policy.backfill) == ("wfp3", "conservative")
}

/// A world that keeps clear of what a policy is known to get wrong.
pub(crate) fn avoid(mut world: World, policy: &Policy) -> World {
    if env::var_os("SKYBERTH_KNOWN").is_none() {
        for known in KNOWN.iter().filter(|known| (known.concerns)(policy)) {
            (known.avoid)(&mut world);
        }
    }
    world
}
