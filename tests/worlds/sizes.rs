//! An elastic job that can only gain.

use crate::compare::numbers;
use crate::draw::{self, Dice, Kind};
use crate::engine::{Fate, fates, model, observe_model};
use crate::policies::Policy;
use crate::world::World;
use skyberth::model::elastic::Elastic;
use skyberth::model::scaling::Scaling;
use skyberth::policy::registry::Kind as Part;
use skyberth::units::Span;
use std::sync::Arc;

/// What becomes of the last job, which may have from one to sixteen GPUs where its part lets it.
fn last(world: &World, part: &str) -> Fate {
    let mut model = model(world, &Policy::new("fifo", "none"));
    let elastic = Elastic::new((1..=16).collect(), Scaling::Linear, Span::ZERO, &vec![1; world.clusters.len()]);
    model.workloads.last_mut().expect("there is one").elastic = Some(Arc::new(elastic));
    model.policy = model.policy.clone().with(Part::Elastic, part, &|_| None).expect("a registered part");
    let observation = observe_model(world, &model).unwrap_or_else(|failure| panic!("{part}: {failure}\n{world}"));
    *fates(world, &observation).last().expect("there is one")
}

/// With linear scaling and changes of size that cost nothing, a job that can grow ends no later than if it could not, as long as it is the only such
/// job and no other waits when it starts or comes later. On several clusters it might begin at once on the slower one, where it remains.
#[test]
fn an_elastic_job_that_comes_last_ends_no_later_than_a_rigid_one() {
    let (mut compared, mut earlier) = (0, 0_u64);
    for number in numbers() {
        let mut world = draw::world(Kind::Counts, number);
        while world.clusters.len() > 1 {
            world = world.without_cluster(1);
        }
        (world.days, world.drained) = (400, true);
        world.outages.clear();
        let dice = &mut Dice::new(Kind::Levels, number);
        let mut workload = world.workloads[0].clone();
        workload.priority = 0;
        world.workloads.push(workload);
        let Some(mut job) = world.jobs.last().copied() else { continue };
        (job.workload, job.gpus, job.run, job.estimate) = (world.workloads.len() - 1, 1 + dice.below(6), 36_000_000, 36_000_000);
        world.jobs.push(job);
        // Where what it asks for turns out never to come, it is rejected while it waits.
        let Some(finish) = last(&world, "rigid").finish else { continue };
        for part in ["shrink_expand", "goodput"] {
            let found = last(&world, part);
            compared += 1;
            earlier += u64::from(found.finish < Some(finish));
            // Speeds are rounded to millionths, and `goodput` looks at sizes once a minute.
            let most = finish + if part == "goodput" { 60_000 } else { 1000 };
            assert!(found.finish <= Some(most), "{part}: rigid until {finish}, {found:?} elastic\n{world}");
        }
    }
    assert!(compared < 500 || earlier * 4 > compared, "it ended earlier in only {earlier} of {compared} worlds");
}
