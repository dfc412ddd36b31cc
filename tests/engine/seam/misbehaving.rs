//! What no policy may do: each thing ends its replication with the policy's name, the event and the instant, and nobody else's.

use super::{fault, future, future_with, listed, model, world, world_near};
use skyberth::fleet::{Domains, Lease};
use skyberth::metrics::catalog::WAIT_S_MEAN;
use skyberth::policy::broker::FirstFit;
use skyberth::policy::placement::{BestFit, Placement};
use skyberth::policy::{Composite, Decision, JobFacts, Plan, Policy, Rank, Refusal, View};
use skyberth::report::output::{OutputFormat, Printed, TABLE};
use skyberth::sim::{FaultKind, Options};
use skyberth::study::ranking::{Candidate, Objective, RankingError, Rules, rank};
use skyberth::study::{PolicyFactory, Progress, Run, run_with};
use skyberth::units::{ClusterId, SimTime, Span};

/// Says that every gang fits, and takes nothing.
fn liar(_: &mut Domains, gpus: u64, _: bool) -> Option<Lease> {
    (gpus > 0).then(Lease::default)
}

/// Starts whatever waits wherever it may, by a placement.
fn greedy(placement: impl Placement + 'static) -> impl FnMut(&mut Plan<'_>) + Send {
    move |plan: &mut Plan<'_>| {
        for job in plan.waiting() {
            let _ = plan.start(job, ClusterId(0), &placement);
        }
    }
}

fn composite(name: &str) -> Composite {
    Composite { name: name.to_owned(), ..Composite::default() }
}

/// Stops everybody and starts them again, at one instant, for ever.
fn restless(plan: &mut Plan<'_>) {
    let running: Vec<u32> = plan.view().running_jobs().map(|running| running.job).collect();
    for job in running {
        let _ = plan.preempt(job);
    }
    for job in plan.waiting() {
        if let Some(cluster) = plan.view().choose(job, |_| 0.0) {
            let _ = plan.start(job, cluster, &BestFit);
        }
    }
    plan.call_again();
}

struct Restless;

impl Policy for Restless {
    fn decide(&mut self, plan: &mut Plan<'_>) {
        restless(plan);
    }
}

/// Does not say whether it needs identity.
struct Unwilling;

impl Policy for Unwilling {
    fn decide(&mut self, _: &mut Plan<'_>) {}

    fn needs_identity(&self) -> bool {
        panic!("ask somebody else")
    }
}

#[track_caller]
fn stopped(policy: &mut dyn Policy, kind: FaultKind, words: &[&str]) {
    let fault = fault(future(&model(world()), policy));
    assert_eq!(fault.kind, kind, "{fault}");
    assert!(fault.event >= 1, "{fault}");
    let text = fault.to_string();
    for word in words.iter().chain(&[" at event ", "2026-01-", " UTC"]) {
        assert!(text.contains(word), "`{word}` is not in: {text}");
    }
}

#[test]
fn a_placement_that_leases_what_is_not_there_is_over_commitment() {
    stopped(&mut greedy(liar), FaultKind::OverCommits, &["over-commits `near`", "lease of 0"]);
    // One that takes half of what is asked for, and one that takes GPUs and says that there are none.
    let half = |domains: &mut Domains, gpus: u64, within: bool| BestFit.place(domains, gpus.div_ceil(2), within);
    stopped(&mut Composite { placement: Box::new(half), ..composite("half") }, FaultKind::OverCommits, &["`half`", "over-commits"]);
    let leak = |domains: &mut Domains, gpus: u64, within: bool| BestFit.place(domains, gpus, within).and(None);
    stopped(&mut greedy(leak), FaultKind::OverCommits, &["over-commits `near`"]);
}

#[test]
fn a_placement_that_lies_to_a_packing_policy_is_caught_too() {
    let mut packing = composite("packing");
    packing.preemption = Box::new(skyberth::policy::preemption::ByOrder);
    packing.placement = Box::new(liar);
    stopped(&mut packing, FaultKind::OverCommits, &["`packing`", "over-commits"]);
}

#[test]
fn a_job_cannot_be_started_twice() {
    let mut twice = |plan: &mut Plan<'_>| {
        for job in plan.waiting() {
            if let Some(cluster) = plan.view().choose(job, |_| 0.0) {
                plan.start(job, cluster, &BestFit).expect("it fits");
                assert_eq!(plan.start(job, cluster, &BestFit), Err(Refusal::NotWaiting));
            }
        }
    };
    stopped(&mut twice, FaultKind::NotWaiting, &["job 1 (workload `mixed`)", "does not wait"]);
    let mut remembered = Vec::new();
    // It remembers whom it started, and starts them again when they are gone.
    let mut stale = |plan: &mut Plan<'_>| {
        let running: Vec<u32> = plan.view().running_jobs().map(|running| running.job).collect();
        for &job in remembered.iter().filter(|job| !running.contains(job)) {
            let _ = plan.start(job, ClusterId(0), &BestFit);
        }
        for job in plan.waiting() {
            if plan.start(job, ClusterId(0), &BestFit).is_ok() {
                remembered.push(job);
            }
        }
    };
    stopped(&mut stale, FaultKind::NotWaiting, &["does not wait"]);
    let mut nobody = |plan: &mut Plan<'_>| {
        assert_eq!(plan.preempt(77), Err(Refusal::NoSuchJob));
    };
    stopped(&mut nobody, FaultKind::NotWaiting, &["place 77"]);
}

/// The plan is looked at a second time, by accounts of the engine's own: even a move that no plan let through is caught.
#[test]
fn a_forged_move_is_caught() {
    let forged = |kind: FaultKind, words: &str, forge: fn(&Plan<'_>, u32) -> Option<Decision>| {
        let mut model = model(world());
        model.workloads[0].speed_milli[1] = 0;
        // Who waits while the first cluster is full.
        let mut policy = |plan: &mut Plan<'_>| {
            for job in plan.waiting() {
                if let Some(decision) = forge(plan, job) {
                    plan.forge(decision);
                    return;
                }
                let _ = plan.start(job, ClusterId(0), &BestFit);
            }
        };
        let fault = fault(future(&model, &mut policy));
        assert_eq!(fault.kind, kind, "{fault}");
        assert!(fault.what.contains(words), "{fault}");
    };
    forged(FaultKind::OverCommits, "0 are free", |plan, job| {
        (plan.view().free_gpus(ClusterId(0)) == 0).then_some(Decision::Start { job, cluster: ClusterId(0) })
    });
    forged(FaultKind::NotAllowed, "`far`, where it may not run", |_, job| Some(Decision::Start { job, cluster: ClusterId(1) }));
    forged(FaultKind::NotAllowed, "does not exist", |_, job| Some(Decision::Start { job, cluster: ClusterId(2) }));
    forged(FaultKind::NotWaiting, "does not wait", |plan, _| {
        plan.view().running_jobs().next().map(|one| Decision::Start { job: one.job, cluster: one.cluster })
    });
    forged(FaultKind::NotStoppable, "does not run", |_, job| Some(Decision::Preempt { job }));
    forged(FaultKind::NotStoppable, "does not run", |_, job| Some(Decision::Migrate { job, cluster: ClusterId(1) }));
    forged(FaultKind::NotAllowed, "the cluster where it runs", |plan, _| {
        plan.view().running_jobs().next().map(|one| Decision::Migrate { job: one.job, cluster: one.cluster })
    });
}

#[test]
fn a_refused_move_is_no_mistake() {
    // It tries everybody everywhere, the cluster that does not exist among them, and stops whom it cannot stop.
    let mut bold = |plan: &mut Plan<'_>| {
        for job in plan.waiting() {
            assert_eq!(plan.preempt(job), Err(Refusal::NotPreemptible));
            let started = [2, 1, 0].into_iter().any(|cluster| plan.start(job, ClusterId(cluster), &BestFit).is_ok());
            assert!(started || plan.view().free_gpus(ClusterId(0)) < 8);
        }
    };
    future(&model(world()), &mut bold).expect("nothing is wrong with it");
}

#[test]
fn what_is_no_number_is_told() {
    let order = |job: &JobFacts, _: SimTime| Rank::from_score(0.0 / (job.gpus as f64 - 4.0), job);
    stopped(&mut Composite { order: Box::new(order), ..composite("nan") }, FaultKind::NotANumber, &["`nan`", "ranks job", "NaN"]);
    let reranked = skyberth::policy::order::Reranked(|job: &JobFacts, now: SimTime| {
        Rank::from_score(if now > job.submit { f64::NAN } else { 0.0 }, job)
    });
    stopped(&mut Composite { order: Box::new(reranked), ..composite("nan") }, FaultKind::NotANumber, &["ranks job"]);
    let broker = |view: &View<'_>, job: &JobFacts, cluster: ClusterId| Some(0.0 / (view.free_gpus(cluster) - job.gpus) as f64);
    stopped(
        &mut Composite { broker: Box::new(broker), ..composite("nan") },
        FaultKind::NotANumber,
        &["scores `near` for job", "NaN"],
    );
    let mut chooser = |plan: &mut Plan<'_>| {
        for job in plan.waiting() {
            assert_eq!(plan.view().choose(job, |_| f64::NAN), None);
        }
    };
    stopped(&mut chooser, FaultKind::NotANumber, &["scores"]);
}

#[test]
fn two_jobs_cannot_have_one_rank() {
    let order = |job: &JobFacts, _: SimTime| Rank([job.gpus as i64, 0, 0]);
    stopped(
        &mut Composite { order: Box::new(order), ..composite("equal") },
        FaultKind::SameRank,
        &["the rank of another", "sequence"],
    );
}

#[test]
fn who_goes_on_for_ever_is_stopped() {
    stopped(&mut Restless, FaultKind::Endless, &["`Restless`", "called again at one instant"]);
    let mut in_one_call = |plan: &mut Plan<'_>| {
        for job in plan.waiting() {
            while plan.start(job, ClusterId(1), &BestFit).is_err() {}
        }
    };
    stopped(&mut in_one_call, FaultKind::Endless, &["was refused more than"]);
    let mut sleepless = |plan: &mut Plan<'_>| plan.wake_at(plan.view().now() + Span::from_ms(1));
    stopped(&mut sleepless, FaultKind::Endless, &["asks to be woken"]);
    // A time that has come already is no time to be woken at.
    let mut now = |plan: &mut Plan<'_>| {
        plan.wake_at(plan.view().now());
        greedy(BestFit)(plan);
    };
    future(&model(world()), &mut now).expect("nothing is wrong with it");
}

#[test]
fn who_starts_nobody_is_told_and_the_run_ends() {
    let mut nobody = |_: &mut Plan<'_>| {};
    stopped(&mut nobody, FaultKind::Starves, &["starves its queue", "fits on `near`", "nothing will happen any more"]);
    // Something will happen after the horizon, but it has started nobody in a month.
    let late = model(world_near(|near| near.gpus_from("2026-01-02", 8).slips(1.0, 60)));
    let text = fault(future(&late, &mut nobody)).to_string();
    assert!(text.contains("no job was started in the whole run"), "{text}");
    // Only small jobs, and the run ends with its last event: those that wait would wait for ever.
    let mut small = |plan: &mut Plan<'_>| {
        for job in plan.waiting() {
            if plan.view().job(job).gpus == 1 {
                let _ = plan.start(job, ClusterId(0), &BestFit);
            }
        }
    };
    // At the horizon, that is a matter of taste: jobs are left, and counted.
    let left = future(&late, &mut small).expect("it started somebody");
    assert!(left.jobs.iter().map(|jobs| jobs.censored_queued).sum::<u64>() > 0);
    let options = Options { until_drained: true, ..Options::default() };
    let world = listed(model(world()), &[(0, 1, 5), (1, 4, 5), (2, 1, 5), (3, 1, 5)]);
    let fault = fault(future_with(&world, &mut small, options));
    assert_eq!(fault.kind, FaultKind::Starves, "{fault}");
    assert!(fault.what.contains("nothing will happen any more"), "{fault}");
}

#[test]
fn who_waits_for_its_own_hour_starves_nobody() {
    // All start on the first of February, after the horizon: it has said so.
    let mut patient = |plan: &mut Plan<'_>| plan.wake_at(SimTime::ZERO + Span::from_ms(31 * Span::DAY.ms()));
    future(&model(world()), &mut patient).expect("it asked to be woken");
}

#[test]
fn a_panic_fails_the_replication_alone() {
    let mut clumsy = |plan: &mut Plan<'_>| assert!(plan.view().queue_length() < 3, "more than I can bear");
    stopped(&mut clumsy, FaultKind::Panicked, &["panicked: more than I can bear"]);
    let order = |job: &JobFacts, _: SimTime| -> Rank { panic!("no rank for {} GPUs", job.gpus) };
    stopped(&mut Composite { order: Box::new(order), ..composite("clumsy") }, FaultKind::Panicked, &["`clumsy`", "no rank for"]);
    let fault = fault(future(&model(world()), &mut Unwilling));
    assert_eq!((fault.event, fault.kind), (0, FaultKind::Panicked), "{fault}");
}

/// The bad ones and two good ones.
fn candidates() -> Vec<Candidate> {
    let model = model(world());
    let custom = |name: &str, make: fn() -> Box<dyn Policy>| Candidate::custom(PolicyFactory::new(name, move |_| make()));
    vec![
        custom("liar", || Box::new(greedy(liar))),
        Candidate::named("fifo", &model).expect("a preset"),
        custom("starver", || Box::new(|_: &mut Plan<'_>| {})),
        custom("nan", || {
            let broker = |_: &View<'_>, _: &JobFacts, _: ClusterId| Some(f64::NAN);
            Box::new(Composite { broker: Box::new(broker), ..Composite::default() })
        }),
        custom("restless", || Box::new(restless)),
        custom("clumsy", || panic!("not made")),
        Candidate::named("easy", &model).expect("a preset"),
        custom("mine", || Box::new(Composite { broker: Box::new(FirstFit), ..Composite::default() })),
    ]
}

fn rules() -> Rules {
    Rules { metric: Objective::from(&WAIT_S_MEAN), indifference: 0.01, first: 2, most: 2 }
}

#[test]
fn on_a_board_the_bad_are_stopped_and_the_others_stand() {
    let board = |threads| {
        let run = Run { threads, ..Run::default() };
        let (ranking, _) =
            rank(&model(world()), &candidates(), &rules(), run, &Progress::default()).expect("some stand").expect("whole");
        let mut json = Vec::new();
        ranking.json(&mut json).expect("written");
        (ranking, String::from_utf8(json).expect("text"))
    };
    let (ranking, json) = board(1);
    assert_eq!(ranking.stopped, ["liar", "starver", "nan", "restless", "clumsy"]);
    let why: Vec<&str> = ranking.failed.iter().map(|(_, why)| why.as_str()).collect();
    for (why, words) in why.iter().zip(["over-commits `near`", "starves its queue", "by NaN", "called again", "panicked: not made"])
    {
        assert!(why.contains(words), "{why}");
    }
    for (name, why) in &ranking.failed {
        assert!(why.contains(&format!("the policy `{name}` was stopped at event ")), "{why}");
    }
    // A policy composed by hand of the parts of `easy` is `easy`, and neither knows of the bad ones.
    let standing = |name: &str| ranking.standings.iter().find(|standing| standing.policy == name).expect("it stands").mean;
    assert_eq!(standing("easy"), standing("mine"));
    let good: Vec<Candidate> =
        candidates().into_iter().filter(|one| ["fifo", "easy", "mine"].contains(&one.name.as_str())).collect();
    let (alone, _) =
        rank(&model(world()), &good, &rules(), Run::default(), &Progress::default()).expect("all stand").expect("whole");
    assert_eq!(alone.standings, ranking.standings);
    let text = TABLE.text(&ranking).expect("written");
    assert!(text.contains("stopped") && text.contains("starver was stopped and has no standing: the policy `starver`"), "{text}");
    assert_eq!(json, board(2).1, "threads change nothing");
}

#[test]
fn a_board_of_bad_policies_alone_is_none() {
    let bad: Vec<Candidate> = candidates().into_iter().filter(|one| ["liar", "starver"].contains(&one.name.as_str())).collect();
    let error = rank(&model(world()), &bad, &rules(), Run::default(), &Progress::default()).expect_err("nobody stands");
    assert!(matches!(&error, RankingError::NoResult(why) if why.contains("over-commits")), "{error}");
}

#[test]
fn a_study_under_a_policy_of_ones_own() {
    let finished =
        run_with(&model(world()), &PolicyFactory::new("mine", |_| Box::new(greedy(BestFit))), Run::default(), &Progress::default());
    assert_eq!(finished.expect("it is good").len(), 2);
    let bad =
        run_with(&model(world()), &PolicyFactory::new("liar", |_| Box::new(greedy(liar))), Run::default(), &Progress::default());
    assert!(bad.expect_err("it lies").to_string().starts_with("the policy `liar` was stopped at event "));
}
