//! Tasks come and go at their own times, and wait for room.

use super::NodeTasks;
use crate::fleet::nodes::{Held, Nodes};
use crate::kernel::random::Address;
use crate::metrics::JobStatistics;
use crate::model::job::Outcome;
use crate::policy::placement::{Placer, score};
use crate::replay::Outcome as ReplayOutcome;
use crate::study::{Progress, pool_of};
use crate::units::{GpuTime, Gpus, SimTime, Span};
use crate::workload::trace::Pod;
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::atomic::Ordering;

/// Tasks with their times, on nodes.
#[derive(Clone, Debug)]
pub struct NodeReplay {
    work: NodeTasks,
    /// When each task comes, how long it runs and how it ends, in order of coming.
    times: Vec<Times>,
    /// Whether tasks behind one that does not fit may start before it.
    pub skip: bool,
    /// The seed of placements that draw.
    pub seed: u64,
    /// Threads; 0 means one per processor. Results do not depend on it.
    pub threads: usize,
}

#[derive(Clone, Copy, Debug)]
struct Times {
    submit: SimTime,
    run: Span,
    outcome: Outcome,
    class: u16,
}

impl NodeReplay {
    /// The pods on the nodes: a pod comes at its creation and runs from when it was scheduled (never scheduled: from its creation) to its
    /// deletion. `pods` are those of `work`. None where a pod has no times.
    #[must_use]
    pub fn new(work: NodeTasks, pods: &[Pod]) -> Option<Self> {
        let of = |(pod, &class): (&Pod, &u16)| {
            let times = pod.times?;
            Some(Times { submit: times.creation, run: times.run(), outcome: pod.outcome(), class })
        };
        let mut times: Vec<Times> = pods.iter().zip(&work.tasks).map(of).collect::<Option<_>>()?;
        times.sort_by_key(|times| times.submit);
        Some(Self { work, times, skip: true, seed: 0, threads: 0 })
    }

    /// Divides the times between submissions, so that 3 is three times the load. It must be above 0.
    pub fn speed_up(&mut self, load: f64) {
        for times in &mut self.times {
            times.submit = SimTime::from_ms((times.submit.ms() as f64 / load).round() as i64);
        }
    }

    /// Replays the tasks under each placement named (see [`crate::policy::placement::SCORES`]); the outcome has the placement's name. None
    /// if stopped or if a name is unknown. O(tasks x (nodes + classes)) for each.
    #[must_use]
    pub fn run(&self, placements: &[String], progress: &Progress) -> Option<Vec<ReplayOutcome>> {
        let one = |name: &String| self.replay(name, progress);
        match pool_of(self.threads) {
            Some(threads) => threads.install(|| placements.par_iter().with_max_len(1).map(one).collect()),
            None => placements.iter().map(one).collect(),
        }
    }

    fn replay(&self, name: &str, progress: &Progress) -> Option<ReplayOutcome> {
        let mut nodes = Nodes::new(self.work.nodes.clone());
        let draws = Address::stream(self.seed, 0, "placement").draws(0);
        let mut placer = Placer::new(score(name, &nodes, &self.work.target)?, draws, &self.work.asks);
        let can_fit: Vec<bool> = (0..self.work.asks.len()).map(|class| placer.fits(&nodes, class)).collect();
        let mut statistics = JobStatistics::default();
        let mut waiting = Waiting::new(self.work.asks.len());
        let mut running: BinaryHeap<Reverse<(SimTime, usize)>> = BinaryHeap::new();
        let mut held: Vec<Option<Held>> = vec![None; self.times.len()];
        let (mut allocated, mut next, mut now) = (0_u128, 0, SimTime::ZERO);
        loop {
            let arrival = self.times.get(next).map(|times| times.submit);
            let end = running.peek().map(|Reverse((end, _))| *end);
            let Some(time) = [arrival, end].into_iter().flatten().min() else { break };
            if progress.stop.load(Ordering::Relaxed) {
                return None;
            }
            now = time;
            while let Some(&Reverse((end, task))) = running.peek()
                && end == now
            {
                running.pop();
                if let Some(held) = held[task].take() {
                    placer.give_back(&mut nodes, self.times[task].class.into(), held);
                }
                end_of(&mut statistics, &self.times[task], now);
            }
            while let Some(times) = self.times.get(next)
                && times.submit == now
            {
                statistics.submitted += 1;
                if can_fit[usize::from(times.class)] {
                    waiting.push(next, times.class.into());
                } else {
                    statistics.rejected[0] += 1;
                }
                next += 1;
            }
            waiting.pass(self.skip, |task, class| {
                held[task] = placer.place(&mut nodes, class);
                if held[task].is_none() {
                    return false;
                }
                let times = &self.times[task];
                statistics.wait.record((now - times.submit).ms().unsigned_abs());
                allocated += Gpus::from_milli(self.work.asks[class].milli()).over(times.run).milli_gpu_ms();
                running.push(Reverse((now.saturating_add(times.run), task)));
                true
            });
        }
        Some(ReplayOutcome {
            name: name.to_owned(),
            gpus: self.work.gpus(),
            statistics,
            allocated: GpuTime::from_milli_gpu_ms(allocated),
            first_submit: self.times.first().map_or(SimTime::ZERO, |times| times.submit),
            end: now,
        })
    }
}

/// Waiting tasks by class. Tasks of a class ask for the same, so that only the first of each matters.
struct Waiting {
    classes: Vec<VecDeque<usize>>,
}

impl Waiting {
    fn new(classes: usize) -> Self {
        Self { classes: vec![VecDeque::new(); classes] }
    }

    fn push(&mut self, task: usize, class: usize) {
        self.classes[class].push_back(task);
    }

    /// Starts the tasks that `start` finds room for, in order of arrival: up to the first that does not fit, or through all if it may be
    /// skipped.
    fn pass(&mut self, skip: bool, mut start: impl FnMut(usize, usize) -> bool) {
        let mut heads: BinaryHeap<Reverse<(usize, usize)>> =
            self.classes.iter().enumerate().filter_map(|(class, tasks)| Some(Reverse((*tasks.front()?, class)))).collect();
        while let Some(Reverse((task, class))) = heads.pop() {
            if start(task, class) {
                self.classes[class].pop_front();
                heads.extend(self.classes[class].front().map(|&task| Reverse((task, class))));
            } else if !skip {
                return;
            }
        }
    }
}

/// Shorter runs count as this in slowdowns [ms].
const SLOWDOWN_BOUND_MS: i64 = 10_000;

fn end_of(statistics: &mut JobStatistics, times: &Times, now: SimTime) {
    let completion = (now - times.submit).ms();
    statistics.completion.record(completion.unsigned_abs());
    statistics.slowdown_sum += (completion as f64 / times.run.ms().max(SLOWDOWN_BOUND_MS) as f64).max(1.0);
    match times.outcome {
        Outcome::Completes => statistics.completed += 1,
        Outcome::Fails => statistics.failed += 1,
        Outcome::Cancelled => statistics.cancelled += 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::trace::{Node, PodTimes};

    fn pod(name: &str, gpu_milli: u32, from: i64, to: i64) -> Pod {
        let time = |s: i64| SimTime::from_ms(s * 1000);
        Pod {
            name: name.to_owned(),
            cpu_milli: 1000,
            memory_mib: 1,
            gpus: 1,
            gpu_milli,
            gpu_types: String::new(),
            qos: "LS".to_owned(),
            phase: "Succeeded".to_owned(),
            times: Some(PodTimes { creation: time(from), deletion: time(to), scheduled: Some(time(from)) }),
        }
    }

    /// One node of two GPUs: two halves leave room for a whole GPU only where they share one.
    #[test]
    fn tasks_wait_for_room_and_placement_decides_how_long() {
        let node = Node { name: "n".to_owned(), cpu_milli: 8000, memory_mib: 100, gpus: 2, gpu_type: "A".to_owned() };
        let pods = [pod("a", 500, 0, 100), pod("b", 500, 1, 101), pod("c", 1000, 2, 12), pod("d", 100, 3, 4), pod("e", 100, 3, 3)];
        let work = NodeTasks::new(&[node], &pods).expect("they can be used");
        let mut replay = NodeReplay::new(work, &pods).expect("they have times");
        let names = ["best_fit".to_owned(), "worst_fit".to_owned()];
        let waits = |replay: &NodeReplay| -> Vec<u64> {
            let outcomes = replay.run(&names, &Progress::default()).expect("nothing stops it");
            assert!(outcomes.iter().all(|outcome| outcome.statistics.completed == 5));
            outcomes.iter().map(|outcome| outcome.statistics.wait.sum() as u64).collect()
        };
        // Best fit: c starts at once, d and e wait for its end at 12. Worst fit: c waits until a ends at 100, d and e need not.
        assert_eq!(waits(&replay), [18_000, 98_000]);
        replay.skip = false;
        assert_eq!(waits(&replay), [18_000, 98_000 + 2 * 97_000]);
    }
}
