//! Custom policies change the sizes of elastic jobs: what they may, and what they may not.

use super::{fault, future, hours, january, list, model, records, reliable};
use skyberth::model::{Model, PolicyChoice};
use skyberth::policy::placement::{BestFit, PackDomain};
use skyberth::policy::registry::Kind;
use skyberth::policy::{Decision, Plan, Policy, Refusal};
use skyberth::scenario::spec::{ElasticSpec, ScalingSpec, SizesSpec};
use skyberth::sim::FaultKind;
use skyberth::study::{Progress, Run, run};
use skyberth::testing::check_policy_in;
use skyberth::units::{ClusterId, SimTime, Span};

const NEAR: ClusterId = ClusterId(0);

/// Sixteen GPUs in nodes of four, and jobs of four GPUs and ten hours, all submitted at the start,
/// that can have two to sixteen.
fn world(jobs: usize) -> Model {
    let elastic = ElasticSpec {
        min: 2,
        max: 16,
        sizes: Some(SizesSpec::MultiplesOf(2)),
        scaling: Some(ScalingSpec::Linear),
        resize: Some(Span::HOUR.into()),
    };
    model(
        january()
            .vendor("one")
            .cluster("near", "H100", |near| reliable(near).node_gpus(4).gpus(16))
            .workload("w", |w| w.restart("0 s").checkpoint("0 s", "20 s").elastic(elastic))
            .jobs("w", list(&vec![(0, 4, 10); jobs])),
    )
}

/// A policy that is called also when nobody waits.
struct Watching<F>(F);

impl<F: FnMut(&mut Plan<'_>) + Send> Policy for Watching<F> {
    fn decide(&mut self, plan: &mut Plan<'_>) {
        self.0(plan);
    }
    fn watches_running(&self) -> bool {
        true
    }
    fn name(&self) -> String {
        "mine".to_owned()
    }
}

fn at(hours: i64) -> SimTime {
    SimTime::from_ms(hours * 3_600_000)
}

#[test]
fn a_job_grows_and_shrinks_as_a_policy_says() {
    // Two at first, which is half the speed: 2.5 hours of work until five o'clock. Then eight: an
    // hour for the change, and twice the speed.
    let mut policy = Watching(|plan: &mut Plan<'_>| {
        if let Some(&job) = plan.waiting().first() {
            assert_eq!(plan.resize(job, 8, &BestFit), Err(Refusal::NotRunning));
            assert_eq!(plan.start_sized(job, NEAR, 3, &BestFit), Err(Refusal::NoSuchSize));
            assert_eq!(plan.start_sized(job, NEAR, 18, &BestFit), Err(Refusal::NoSuchSize));
            plan.start_sized(job, NEAR, 2, &BestFit).expect("it fits");
            plan.wake_at(at(5));
        } else if plan.view().now() == at(5) {
            let running = plan.view().running_jobs().next().expect("it runs");
            assert_eq!((running.facts.gpus, running.facts.asked, running.facts.estimate.hours()), (2, 4, 7.5));
            // Five hours of two GPUs are 2.5 hours of the four that it asks for.
            assert_eq!(running.facts.attained.hours(), 2.5);
            for wrong in [0, 3, 18] {
                assert_eq!(plan.resize(running.job, wrong, &BestFit), Err(Refusal::NoSuchSize));
            }
            // Several changes at one instant are one.
            for size in [16, 4, 8] {
                plan.resize(running.job, size, &PackDomain).expect("there is room");
            }
            assert_eq!(plan.view().free_gpus(NEAR), 8);
            let known = plan.view().running_jobs().next().expect("it runs");
            assert_eq!((known.facts.gpus, hours(Some(known.estimated_end))), (8, 5.0 + 1.0 + 3.75));
        }
    });
    let observation = future(&world(1), &mut policy).expect("good");
    let [record] = records(&observation)[..] else { panic!("one job") };
    assert_eq!((record.gpus, record.preemptions, record.restarts), (4, 0, 0));
    assert!((hours(record.finish) - 9.75).abs() < 1e-9, "{}", hours(record.finish));
    let allocated: f64 = observation.clusters.iter().map(|row| row[0].allocated.hours()).sum();
    assert!((allocated - (5.0 * 2.0 + 4.75 * 8.0)).abs() < 1e-9, "{allocated}");
}

#[test]
fn a_job_that_the_plan_starts_begins_with_its_last_size() {
    let mut policy = |plan: &mut Plan<'_>| {
        let [first, second] = plan.waiting()[..] else { return };
        plan.start_sized(first, NEAR, 12, &BestFit).expect("it fits");
        assert_eq!(plan.start_sized(second, NEAR, 8, &BestFit), Err(Refusal::NoRoom));
        plan.start(second, NEAR, &BestFit).expect("it fits");
        assert_eq!(plan.resize(second, 8, &BestFit), Err(Refusal::NoRoom));
        plan.resize(first, 8, &BestFit).expect("it gives room");
        plan.resize(second, 8, &BestFit).expect("there is room now");
        // What had no room before the other one gave it comes after it.
        let start = |job| Decision::Start { job, cluster: NEAR };
        assert_eq!(plan.moves(), [start(first), start(second)]);
    };
    let observation = future(&world(2), &mut policy).expect("good");
    let ends: Vec<f64> = records(&observation).iter().map(|record| hours(record.finish)).collect();
    assert_eq!(ends, [5.0, 5.0], "twice as fast from the start on");
}

#[test]
fn a_resized_job_can_be_stopped_and_asks_for_what_it_asked_for() {
    let mut policy = Watching(|plan: &mut Plan<'_>| {
        let now = plan.view().now();
        if let Some(&job) = plan.waiting().first() {
            assert_eq!((plan.view().job(job).gpus, plan.view().job(job).asked), (4, 4));
            let done = if now == at(0) { (10.0, 0.0) } else { (6.0, 4.0) };
            let facts = plan.view().job(job);
            assert_eq!((facts.estimate.hours(), facts.attained.hours()), done);
            plan.start_sized(job, NEAR, if now == at(0) { 8 } else { 16 }, &BestFit).expect("it fits");
            plan.wake_at(at(2));
        } else if now == at(2) {
            let running = plan.view().running_jobs().next().expect("it runs").job;
            plan.resize(running, 2, &BestFit).expect("it can");
            plan.preempt(running).expect("it may");
            plan.call_again();
        }
    });
    let observation = future(&world(1), &mut policy).expect("good");
    let [record] = records(&observation)[..] else { panic!("one job") };
    // Four of ten hours in two, the rest at four times the speed.
    assert_eq!((hours(record.finish), record.preemptions), (3.5, 1));
}

#[test]
fn who_is_not_elastic_keeps_its_size() {
    let mut model = world(1);
    model.workloads[0].elastic = None;
    let mut policy = |plan: &mut Plan<'_>| {
        for job in plan.waiting() {
            assert_eq!(plan.start_sized(job, NEAR, 8, &BestFit), Err(Refusal::NoSuchSize));
            plan.start_sized(job, NEAR, 4, &BestFit).expect("it fits");
            assert_eq!(plan.resize(job, 8, &BestFit), Err(Refusal::NoSuchSize));
        }
    };
    future(&model, &mut policy).expect("good");
}

#[test]
fn what_no_plan_would_let_through_is_caught() {
    let caught = |kind: FaultKind, words: &str, gpus: u64, jobs: usize, is_running: bool| {
        let mut policy = Watching(|plan: &mut Plan<'_>| {
            for job in plan.waiting() {
                if !is_running {
                    plan.forge(Decision::Resize { job, gpus });
                    return;
                }
                plan.start(job, NEAR, &BestFit).expect("it fits");
                plan.wake_at(at(1));
            }
            if plan.view().now() == at(1) {
                let job = plan.view().running_jobs().next().expect("it runs").job;
                plan.forge(Decision::Resize { job, gpus });
            }
        });
        let fault = fault(future(&world(jobs), &mut policy));
        assert_eq!(fault.kind, kind, "{fault}");
        assert!(fault.what.contains(words) && fault.to_string().contains("`mine` was stopped at event"), "{fault}");
    };
    caught(FaultKind::NotResizable, "does not run", 8, 1, false);
    caught(FaultKind::NotResizable, "gave 3 GPUs", 3, 1, true);
    caught(FaultKind::NotResizable, "gave 18 GPUs", 18, 1, true);
    caught(FaultKind::OverCommits, "holds 4 GPUs and asks for 16, and 8 are free", 16, 2, true);
}

/// A model's policy with another order, backfill, preemption and elastic part.
fn of_parts(model: &Model, names: [&str; 4]) -> PolicyChoice {
    let kinds = [Kind::Order, Kind::Backfill, Kind::Preemption, Kind::Elastic];
    let with = |choice: PolicyChoice, (kind, name)| choice.with(kind, name, &|_| None).expect("a registered part");
    kinds.into_iter().zip(names).fold(model.policy.clone(), with)
}

#[test]
fn built_in_parts_hold_to_the_contract() {
    use skyberth::policy::registry::{check, compose};
    for (order, backfill, preemption) in
        [("fifo", "none", "none"), ("fifo", "easy", "none"), ("smallest", "skip", "none"), ("priority", "easy", "priority")]
    {
        for part in ["shrink_expand", "goodput"] {
            let made = check_policy_in(0..30, |model| {
                let choice = of_parts(model, [order, backfill, preemption, part]);
                check(&choice, model).expect("they go together");
                compose(&choice, model)
            });
            made.unwrap_or_else(|broken| panic!("{order}+{backfill}+{preemption}+{part}: {broken}"));
        }
    }
}

#[test]
fn parts_that_count_on_sizes_are_refused() {
    let model = world(1);
    for (backfill, preemption, part) in [("conservative", "none", "backfill"), ("skip", "by_order", "preemption")] {
        let model = Model { policy: of_parts(&model, ["fifo", backfill, preemption, "goodput"]), ..model.clone() };
        let failure = run(&model, Run::default(), &Progress::default()).expect_err("it is refused").to_string();
        assert!(failure.starts_with("the policy `") && failure.contains(&format!("the {part} `")), "{failure}");
        assert!(
            failure.contains("cannot be combined with the elastic part `goodput`: it assumes that jobs keep their size"),
            "{failure}"
        );
    }
}
