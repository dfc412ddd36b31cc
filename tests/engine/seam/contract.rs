//! The contract of policies: each clause can be broken, and whoever keeps to it passes. The random worlds try the built-in policies.

use skyberth::fleet::{Domains, Lease};
use skyberth::model::Model;
use skyberth::model::job::JobSource;
use skyberth::policy::order::Order;
use skyberth::policy::placement::BestFit;
use skyberth::policy::{Composite, JobFacts, Plan, Policy, Rank, View};
use skyberth::testing::{Broken, Clause, WORLDS, check_policy, check_policy_in};
use skyberth::units::{ClusterId, SimTime, Span};
use std::sync::atomic::{AtomicU64, Ordering};

/// Starts whatever fits, on the cluster with the least score.
fn start_by(plan: &mut Plan<'_>, score: impl Fn(ClusterId) -> f64) {
    for job in plan.waiting() {
        if let Some(cluster) = plan.view().choose(job, &score) {
            plan.start(job, cluster, &BestFit).expect("it fits");
        }
    }
}

/// Moves whoever can go where there is more room.
fn restless_but_fair(plan: &mut Plan<'_>) {
    start_by(plan, |cluster| f64::from(cluster.0));
    for running in plan.view().running_jobs().collect::<Vec<_>>() {
        let view = plan.view();
        let roomiest = view.choose(running.job, |cluster| -(view.free_gpus(cluster) as f64));
        if let Some(cluster) = roomiest
            && view.free_gpus(cluster) > view.free_gpus(running.cluster) + running.facts.gpus
        {
            let _ = plan.migrate(running.job, cluster, &BestFit);
        }
    }
}

#[test]
fn closures_that_start_and_move_hold_to_it() {
    check_policy(|| Box::new(|plan: &mut Plan<'_>| start_by(plan, |cluster| -f64::from(cluster.0)))).expect("it holds");
    check_policy(|| Box::new(restless_but_fair)).expect("it holds");
}

fn composite(order: impl Order + 'static) -> Box<dyn Policy> {
    Box::new(Composite { order: Box::new(order), ..Composite::default() })
}

#[track_caller]
fn breaks(clause: Clause, words: &str, outcome: Result<(), Broken>) {
    let broken = outcome.expect_err("it is bad");
    assert_eq!(broken.clause, clause, "{broken}");
    assert!(broken.to_string().contains(words), "{broken}");
}

#[test]
fn over_commitment_is_seen() {
    let liar = |_: &mut Domains, _: u64, _: bool| Some(Lease::default());
    let policy = || -> Box<dyn Policy> { Box::new(Composite { placement: Box::new(liar), ..Composite::default() }) };
    breaks(Clause::NeverOverCommits, "over-commits `nodes`", check_policy(policy));
}

#[test]
fn what_ends_a_replication_is_seen() {
    breaks(Clause::IsNeverStopped, "starves its queue", check_policy(|| Box::new(|_: &mut Plan<'_>| {})));
    breaks(
        Clause::IsNeverStopped,
        "by NaN",
        check_policy(|| composite(|job: &JobFacts, _: SimTime| Rank::from_score(f64::NAN, job))),
    );
    breaks(Clause::IsNeverStopped, "cannot be built: no", check_policy(|| panic!("no")));
}

#[test]
fn chance_is_seen() {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let whimsical = |plan: &mut Plan<'_>| {
        // It goes by how often it was called before, in whatever world.
        let favourite = CALLS.fetch_add(1, Ordering::Relaxed) % 3;
        start_by(plan, |cluster| if u64::from(cluster.0) == favourite { 0.0 } else { 1.0 });
    };
    breaks(Clause::SameViewSamePlan, "run twice, it decides", check_policy(|| Box::new(whimsical)));
}

#[test]
fn who_looks_at_names_is_seen() {
    let by_name = |job: &JobFacts, _: SimTime| Rank::from_score(job.workload.index() as f64, job);
    breaks(Clause::EqualJobsAlike, "became", check_policy(|| composite(by_name)));
    // A draw of the job's own is a name, too.
    let drawn = |_: &View<'_>, job: &JobFacts, cluster: ClusterId| Some(job.draws.number(cluster.0.into()).draws(0).uniform());
    let policy = || -> Box<dyn Policy> { Box::new(Composite { broker: Box::new(drawn), ..Composite::default() }) };
    breaks(Clause::EqualJobsAlike, "became", check_policy(policy));
}

/// All jobs that will ever be submitted, as no policy may know them.
fn future(model: &Model) -> Vec<(SimTime, u64, Span)> {
    let listed = model.workloads.iter().filter_map(|workload| match &workload.jobs {
        JobSource::Listed(list) => Some(list.jobs.iter().map(|job| (job.submit, job.gpus, job.run))),
        JobSource::Drawn(_) => None,
    });
    listed.flatten().collect()
}

#[test]
fn who_knows_the_future_is_seen() {
    // It holds everybody back while somebody else will come within the hour.
    let expectant = |model: &Model| -> Box<dyn Policy> {
        let future = future(model);
        Box::new(move |plan: &mut Plan<'_>| {
            let (now, soon) = (plan.view().now(), plan.view().now() + Span::HOUR);
            if !future.iter().any(|&(submit, ..)| submit > now && submit <= soon) {
                start_by(plan, |_| 0.0);
            }
        })
    };
    breaks(Clause::NoUseOfTheFuture, "with another future from", check_policy_in(0..WORLDS, expectant));
    // It knows how long jobs really run.
    let clairvoyant = |model: &Model| {
        let future = future(model);
        composite(move |job: &JobFacts, _: SimTime| {
            let run =
                future.iter().find(|(submit, gpus, _)| (*submit, *gpus) == (job.submit, job.gpus)).map_or(0, |(.., run)| run.ms());
            Rank::from_score(run as f64, job)
        })
    };
    breaks(Clause::NoUseOfTheFuture, "it decides", check_policy_in(0..10 * WORLDS, clairvoyant));
}
