//! A custom policy, ranked against built-in ones on a shipped scenario: `cargo run --example custom_policy`.

use skyberth::metrics::catalog::WAIT_S_MEAN;
use skyberth::policy::{Composite, JobFacts, Rank, View, backfill::Skip, order::Reranked};
use skyberth::report::output::{OutputFormat, TABLE};
use skyberth::scenario;
use skyberth::study::ranking::{Candidate, Objective, Rules, rank};
use skyberth::study::{PolicyFactory, Progress, Run};
use skyberth::units::{ClusterId, SimTime};
use std::error::Error;

/// The job that has waited longest for the work it asks for comes first, and goes where it leaves the fewest GPUs free.
fn mine() -> Composite {
    let order = |job: &JobFacts, now: SimTime| {
        let work_s = job.estimate.seconds().max(60.0) * job.gpus as f64;
        Rank::from_score(-(now - job.submit).seconds() / work_s, job)
    };
    let cluster = |view: &View<'_>, job: &JobFacts, cluster: ClusterId| Some((view.free_gpus(cluster) - job.gpus) as f64);
    Composite { order: Box::new(Reranked(order)), broker: Box::new(cluster), backfill: Box::new(Skip), ..Composite::default() }
}

/// Prints the board.
pub fn main() -> Result<(), Box<dyn Error>> {
    let mut source = scenario::Source::new("policy-benchmark.toml", include_str!("../scenarios/policy-benchmark.toml"));
    source.sets.push("scenario.end=2026-02-28".to_owned());
    let loaded = scenario::load(&source);
    let model = loaded.model.ok_or_else(|| loaded.issues.render(&source, false))?;
    let mut candidates = vec![Candidate::custom(PolicyFactory::new("mine", |_| Box::new(mine())))];
    for name in ["fifo", "easy", "sjf-easy", "wfp3-easy"] {
        candidates.push(Candidate::named(name, &model)?);
    }
    let rules = Rules { metric: Objective::from(&WAIT_S_MEAN), indifference: 0.01, first: 4, most: 4 };
    let (ranking, _) = rank(&model, &candidates, &rules, Run::default(), &Progress::default())?.ok_or("interrupted")?;
    println!("{}", TABLE.text(&ranking)?);
    Ok(())
}
