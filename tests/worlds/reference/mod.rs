//! A second scheduler: plain lists, every instant in turn, every rule as it is written down. It is slow and shares no code with the
//! program.

mod anew;
mod backfill;
mod broker;
mod conservative;
mod fair;
mod levels;
mod nodes;
mod order;
mod quotas;
mod site;
mod spot;

use crate::engine::Fate;
use crate::policies::Policy;
use crate::world::World;
use site::Site;

/// What decides at an instant.
trait Scheduler {
    fn pass(&mut self, site: &mut Site<'_>);

    /// When it wants to be asked again even if nothing happens.
    fn wake(&self, _site: &Site<'_>) -> Option<i64> {
        None
    }
}

/// What becomes of each job of a world; none where that depends on a choice that the rules leave open.
pub(crate) fn schedule(world: &World, policy: &Policy) -> Option<Vec<Fate>> {
    // Where jobs stand still for checkpoints, the time left that a job is sorted by rises when it is stopped; the rules do not say how jobs that
    // come to one value so are sorted.
    if matches!(policy.order, "srtf" | "srsf") && world.workloads.iter().any(|workload| workload.blocking > 0) {
        return None;
    }
    let mut scheduler: Box<dyn Scheduler> = match (policy.preemption, policy.backfill, policy.order) {
        ("by_order", _, "las" | "las2d" | "gittins") => Box::new(levels::Levels::new(world, policy.order)),
        ("by_order", _, "fair") => Box::new(fair::Anew),
        ("by_order", _, _) => Box::new(anew::Anew::new(policy.order, world.jobs.len())),
        (_, "conservative", _) => Box::new(conservative::Conservative::new(policy.order)),
        _ => Box::new(backfill::Queue { order: policy.order, backfill: policy.backfill, stops: policy.preemption == "priority" }),
    };
    let mut site = Site::new(world, policy.placement);
    loop {
        let events = [
            site.next_submission(),
            site.next_end(),
            site.next_tranche(),
            site.next_outage(),
            site.next_eviction(),
            scheduler.wake(&site),
        ];
        let Some(now) = events.into_iter().flatten().min().filter(|now| *now < world.horizon()) else { break };
        site.now = now;
        site.deliver();
        site.return_spot();
        site.complete();
        site.go_down_or_come_back();
        site.evict();
        site.arrive();
        site.take_free_spot();
        scheduler.pass(&mut site);
        // Who was stopped waits from then on; with jobs of no length it has a pass more at the same instant.
        // Where there are quotas, what a team is entitled to may undo what followed: there is one such pass at an instant.
        let mut is_first = true;
        loop {
            let is_asked = site.queue_stopped();
            let is_again = is_asked && (is_first || world.holders.is_empty());
            is_first &= !is_asked;
            if !is_again && site.next_end() != Some(now) {
                break;
            }
            site.complete();
            site.take_free_spot();
            scheduler.pass(&mut site);
        }
    }
    (!site.undetermined()).then(|| site.fates())
}
