//! Who comes first among those that wait.

use super::fair;
use super::site::Site;
use std::cmp::Ordering;

/// The waiting jobs in order.
pub(super) fn queue(site: &Site<'_>, order: &str) -> Vec<usize> {
    let mut queue = site.waiting.clone();
    queue.sort_by(|one, other| compare(site, order, *one, *other));
    queue
}

fn compare(site: &Site<'_>, order: &str, one: usize, other: usize) -> Ordering {
    let first = match order {
        "f1" => f1(site, one).total_cmp(&f1(site, other)),
        "fair" => fair::compare(site, one, other),
        "wfp3" => wfp3(site, one).total_cmp(&wfp3(site, other)),
        _ => rank(site, order, one).cmp(&rank(site, order, other)),
    };
    let submit = |job: usize| match order {
        "smallest" | "largest" => 0,
        _ => site.world.jobs[job].submit,
    };
    first.then(submit(one).cmp(&submit(other))).then(one.cmp(&other))
}

fn rank(site: &Site<'_>, order: &str, job: usize) -> i64 {
    let known = &site.world.jobs[job];
    match order {
        "fifo" => 0,
        "sjf" => site.estimate(job),
        "smallest" => known.gpus as i64,
        "largest" => -(known.gpus as i64),
        "edf" => known.deadline.map_or(i64::MAX, |deadline| known.submit + deadline),
        "priority" => -site.world.priority(job),
        _ => panic!("no order {order}"),
    }
}

fn seconds(ms: i64) -> f64 {
    ms as f64 / 1000.0
}

fn f1(site: &Site<'_>, job: usize) -> f64 {
    let known = &site.world.jobs[job];
    let (estimate, submit) = (seconds(site.estimate(job)).max(1.0), seconds(known.submit).max(1.0));
    libm::log10(estimate) * known.gpus as f64 + 870.0 * libm::log10(submit)
}

fn wfp3(site: &Site<'_>, job: usize) -> f64 {
    let known = &site.world.jobs[job];
    let ratio = seconds(site.now - known.submit) / seconds(site.estimate(job)).max(1.0);
    // Adding zero makes the two zeros one.
    -(ratio * ratio * ratio * known.gpus as f64) + 0.0
}
