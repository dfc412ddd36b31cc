//! Moves to another cluster, by hand arithmetic.

use super::{Cluster, future, future_with, hours, january, list, model, records, reliable};
use skyberth::metrics::ledger::Ledger;
use skyberth::model::Model;
use skyberth::policy::placement::BestFit;
use skyberth::policy::{Decision, Plan, Refusal};
use skyberth::sim::{Followed, Options};
use skyberth::study::{PolicyFactory, Progress, Run, run_with, summarise};
use skyberth::units::{ClusterId, SimTime, Span};

const A: ClusterId = ClusterId(0);
const B: ClusterId = ClusterId(1);
const C: ClusterId = ClusterId(2);

/// Three clusters, the first two of one vendor, and jobs of eight GPUs that take ten hours, all
/// submitted at the start; they save 9 GB per GPU, restart in half an hour, and move at 1 Gbit/s.
fn world(jobs: usize) -> Model {
    let cluster = |cluster: Cluster| reliable(cluster).node_gpus(8).gpus(8);
    model(
        january()
            .vendor("aws")
            .cluster("a", "H100", cluster)
            .cluster("b", "H100", cluster)
            .vendor("azure")
            .cluster("c", "H100", |c| cluster(c).region("us-ia"))
            .workload("w", |w| w.restart("30 min").checkpoint("1 h", "0 s").checkpoint_gb_per_gpu(9.0))
            .jobs("w", list(&vec![(0, 8, 10); jobs]))
            .links(1.0),
    )
}

/// Half past the fourth hour.
const MOVE: SimTime = SimTime::from_ms(16_200_000);

/// Starts jobs on the clusters in order, and at half past four moves the first to another.
fn moves_to(target: ClusterId) -> impl FnMut(&mut Plan<'_>) + Send {
    let mut moved = false;
    move |plan: &mut Plan<'_>| {
        for job in plan.waiting() {
            if let Some(cluster) = plan.view().choose(job, |_| 0.0) {
                plan.start(job, cluster, &BestFit).expect("it fits");
            }
        }
        if plan.view().now() < MOVE {
            plan.wake_at(MOVE);
        } else if !moved {
            moved = true;
            let first = plan.view().running_jobs().next().expect("it runs");
            plan.migrate(first.job, target, &BestFit).expect("it may");
        }
    }
}

/// A policy that is called at half past four although nobody waits.
struct Watching<F>(F);

impl<F: FnMut(&mut Plan<'_>) + Send> skyberth::policy::Policy for Watching<F> {
    fn decide(&mut self, plan: &mut Plan<'_>) {
        self.0(plan);
    }
    fn watches_running(&self) -> bool {
        true
    }
}

#[test]
fn a_job_moves_in_one_instant_and_takes_its_checkpoint_along() {
    for (target, transfer_h, egress_usd) in [(B, 0.0, 0.0), (C, 576.0 / 3600.0, 72.0 * 0.05)] {
        let options = Options { records: true, waiting: Some(Followed { job: None }), ..Options::default() };
        let observation = future_with(&world(1), &mut Watching(moves_to(target)), options).expect("good");
        let [record] = records(&observation)[..] else { panic!("one job") };
        // It loses nothing: 4.5 h are done, 5.5 h are left, and the way and the restart come
        // between.
        assert_eq!((hours(record.start), record.cluster), (0.0, Some(target)));
        let end = 4.5 + transfer_h + 0.5 + 5.5;
        assert!((hours(record.finish) - end).abs() < 1e-9, "{} {end}", hours(record.finish));
        assert_eq!((record.preemptions, record.restarts), (1, 1));
        let waited = observation.waiting.as_ref().expect("asked for").jobs[0];
        assert_eq!((waited.queue_time, waited.first_wait), (Span::ZERO, Span::ZERO));
        // Both clusters are paid by the hour for what it held there.
        let held =
            |cluster: ClusterId| -> f64 { observation.clusters.iter().map(|row| row[cluster.index()].allocated.hours()).sum() };
        assert!((held(A) - 8.0 * 4.5).abs() < 1e-9 && (held(target) - 8.0 * (end - 4.5)).abs() < 1e-9);
        let model = world(1);
        let ledger = Ledger::of(&model, &observation);
        ledger.check(&model, &observation).expect("it balances");
        let finished = run_with(
            &model,
            &PolicyFactory::new("moves", move |_| Box::new(Watching(moves_to(target)))),
            Run::default(),
            &Progress::default(),
        );
        let summary = summarise(&model, &finished.expect("good"));
        let egress = summary.get("cost_egress_usd", "all", "all", "total").and_then(|row| row.mean).expect("a figure");
        assert!((egress - egress_usd).abs() < 1e-8, "{egress}");
        let lost = summary.get("lost_gpu_hours", "all", "all", "total").and_then(|row| row.mean).expect("a figure");
        assert_eq!(lost, 0.0);
    }
}

#[test]
fn what_cannot_move_stays_where_it_is() {
    let mut done = false;
    let mut policy = |plan: &mut Plan<'_>| {
        for job in plan.waiting() {
            assert_eq!(plan.migrate(job, B, &BestFit), Err(Refusal::NotPreemptible), "it does not run");
            if let Some(cluster) = plan.view().choose(job, |_| 0.0) {
                plan.start(job, cluster, &BestFit).expect("it fits");
            }
        }
        if done {
            return;
        }
        done = true;
        let jobs: Vec<u32> = plan.view().running_jobs().map(|one| one.job).collect();
        let [first, second] = jobs[..] else { panic!("two run") };
        let before = plan.moves().to_vec();
        assert_eq!(plan.migrate(first, A, &BestFit), Err(Refusal::NotAllowed), "it is there");
        assert_eq!(plan.migrate(first, ClusterId(9), &BestFit), Err(Refusal::NotAllowed), "there is no such place");
        assert_eq!(plan.migrate(first, B, &BestFit), Err(Refusal::NoRoom), "the other one is there");
        assert_eq!((plan.moves(), plan.view().free_gpus(C)), (&before[..], 8));
        // They change places by way of the third cluster: in one plan, each move sees those before.
        plan.migrate(second, C, &BestFit).expect("there is room");
        assert_eq!((plan.view().free_gpus(B), plan.view().free_gpus(C)), (8, 0));
        assert_eq!(plan.view().running_jobs().count(), 1, "who is under way neither waits nor runs");
        assert_eq!(plan.migrate(second, A, &BestFit), Err(Refusal::NotPreemptible));
        plan.migrate(first, B, &BestFit).expect("there is room now");
        assert_eq!(plan.moves().last(), Some(&Decision::Migrate { job: first, cluster: B }));
    };
    let observation = future(&world(2), &mut policy).expect("good");
    let places: Vec<_> =
        records(&observation).iter().map(|record| (record.cluster, record.preemptions, hours(record.finish))).collect();
    // Nothing is done yet, so that nothing is brought along; each restarts.
    assert_eq!(places, [(Some(B), 1, 10.5), (Some(C), 1, 10.5)]);
}

#[test]
fn who_may_not_be_stopped_does_not_move() {
    let mut model = world(1);
    model.workloads[0].preemptible = false;
    let mut policy = |plan: &mut Plan<'_>| {
        for job in plan.waiting() {
            plan.start(job, A, &BestFit).expect("it fits");
            assert_eq!(plan.migrate(job, B, &BestFit), Err(Refusal::NotPreemptible));
        }
    };
    let observation = future(&model, &mut policy).expect("good");
    assert_eq!(records(&observation)[0].cluster, Some(A));
}

#[test]
fn a_job_moves_away_from_where_it_may_not_start_but_not_to_it() {
    let mut model = world(1);
    model.workloads[0].speed_milli[B.index()] = 0;
    let mut policy = |plan: &mut Plan<'_>| {
        for job in plan.waiting() {
            plan.start(job, A, &BestFit).expect("it fits");
            assert_eq!(plan.migrate(job, B, &BestFit), Err(Refusal::NotAllowed));
        }
    };
    future(&model, &mut policy).expect("good");
}
