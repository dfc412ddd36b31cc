//! Closures as policies and as parts.

use super::{future, model, records, world};
use skyberth::fleet::Domains;
use skyberth::policy::backfill::{Backfill, Skip};
use skyberth::policy::broker::{Broker, MostFree, choose};
use skyberth::policy::order::{Fifo, LargestFirst, Order};
use skyberth::policy::placement::{BestFit, Placement};
use skyberth::policy::registry::{Kind, compose};
use skyberth::policy::{Composite, JobFacts, Plan, Policy, Queued, Rank, View};
use skyberth::units::{ClusterId, SimTime};

#[test]
fn a_closure_is_a_policy() {
    // First come, first served on the emptiest cluster, whatever fits.
    let mut closure = |plan: &mut Plan<'_>| {
        for job in plan.waiting() {
            let view = plan.view();
            let by_hand = choose(&MostFree, &view, view.job(job), |_| true);
            let chosen = view.choose(job, |cluster| -(view.free_gpus(cluster) as f64));
            assert_eq!(chosen, by_hand);
            if let Some(cluster) = chosen {
                plan.start(job, cluster, &BestFit).expect("it fits");
            }
        }
    };
    let mut parts = Composite { broker: Box::new(MostFree), backfill: Box::new(Skip), ..Composite::default() };
    let model = model(world());
    let [one, other] = [future(&model, &mut closure), future(&model, &mut parts)].map(|outcome| records(&outcome.expect("good")));
    assert_eq!(one, other);
}

#[test]
fn every_part_can_be_a_closure() {
    let mut closures = Composite {
        name: "closures".to_owned(),
        order: Box::new(|job: &JobFacts, _: SimTime| Rank::from_score(-(job.gpus as f64), job)),
        backfill: Box::new(|plan: &mut Plan<'_>, head: (Rank, Queued), broker: &dyn Broker, placement: &dyn Placement| {
            Skip.fill(plan, head, broker, placement);
        }),
        broker: Box::new(|view: &View<'_>, _: &JobFacts, cluster: ClusterId| Some(-(view.free_gpus(cluster) as f64))),
        placement: Box::new(|domains: &mut Domains, gpus: u64, within: bool| BestFit.place(domains, gpus, within)),
        preemption: Box::new(|_: &mut Plan<'_>, _: u32| -> Option<ClusterId> { None }),
        ..Composite::default()
    };
    let mut built_in =
        Composite { order: Box::new(LargestFirst), backfill: Box::new(Skip), broker: Box::new(MostFree), ..Composite::default() };
    let model = model(world());
    let [one, other] = [&mut closures, &mut built_in].map(|policy| records(&future(&model, policy).expect("good")));
    assert_eq!(one, other);
    assert_eq!(Fifo.rank(&JobFacts::submitted(1, SimTime::ZERO, 1, skyberth::units::Span::HOUR), SimTime::ZERO), Rank([0, 1, 0]));
}

#[test]
fn waiting_and_running_jobs_are_there_to_look_at() {
    let mut seen = (0, 0);
    let mut closure = |plan: &mut Plan<'_>| {
        let view = plan.view();
        let ranks: Vec<Rank> = view.waiting().map(|(_, facts)| facts.rank).collect();
        assert!(ranks.is_sorted() && ranks.len() == view.queue_length());
        assert_eq!(view.waiting().map(|(job, _)| job).collect::<Vec<_>>(), plan.waiting());
        let running: Vec<_> = view.running_jobs().collect();
        assert!(running.is_sorted_by_key(|running| running.facts.sequence));
        for cluster in view.clusters() {
            let held: u64 = running.iter().filter(|one| one.cluster == cluster).map(|one| one.facts.gpus).sum();
            assert_eq!(held, view.allocated_gpus(cluster));
        }
        for one in &running {
            assert_eq!(one.facts.attained, view.now() - one.started, "nobody is ever stopped here");
        }
        seen = (seen.0.max(ranks.len()), seen.1.max(running.len()));
        for job in plan.waiting() {
            let _ = plan.start(job, ClusterId(0), &BestFit);
        }
    };
    future(&model(world()), &mut closure).expect("good");
    assert!(seen.0 >= 2 && seen.1 >= 2, "{seen:?}");
}

/// A boxed policy asks the engine for all that the policy inside asks for.
#[test]
fn a_box_hides_no_capability() {
    let model = model(world());
    for placement in ["worst_fit", "consolidate", "best_fit"] {
        let choice = model.policy.clone().with(Kind::Placement, placement, &|_| None).expect("a registered placement");
        let boxed = compose(&choice, &model);
        let capabilities = |policy: &dyn Policy| (policy.looks_at_nodes(), policy.needs_identity(), policy.watches_running());
        let expected = capabilities(&*boxed);
        assert_eq!(capabilities(&boxed), expected, "{placement}");
        assert_eq!(expected.0, placement == "worst_fit");
    }
}
