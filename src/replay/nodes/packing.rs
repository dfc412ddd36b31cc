//! How full a list of nodes gets when tasks only come: the packing experiment.
//!
//! Source: Q. Weng et al., "Beware of Fragmentation: Scheduling GPU-Sharing Workloads with Fragmentation Gradient Descent", USENIX ATC
//! 2023, section 6, and its simulator: the workload is shuffled, then tasks drawn from it come on top until they ask for so many times
//! the GPUs installed; each is placed at once, or never. Among nodes of equal score the first in an order drawn for the shuffle wins.

use super::NodeTasks;
use crate::fleet::nodes::{Nodes, WHOLE};
use crate::kernel::random::{Address, Draws};
use crate::policy::placement::{Placer, score};
use crate::study::{Progress, pool_of};
use rayon::prelude::*;
use std::sync::atomic::Ordering;

/// How much to ask for, how often, and in what order.
#[derive(Clone, Debug)]
pub struct Packing {
    /// Nodes and tasks; the tasks' times do not matter.
    pub work: NodeTasks,
    /// GPUs asked for over GPUs installed.
    pub demand: f64,
    /// Orders of tasks and nodes that are tried.
    pub shuffles: u32,
    /// The seed of the orders and of placements that draw.
    pub seed: u64,
    /// Threads; 0 means one per processor. Results do not depend on it.
    pub threads: usize,
}

/// What a placement reached in one order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Packed {
    /// GPUs held [thousandths of a GPU].
    pub held_milli: u64,
    /// GPUs asked for [thousandths of a GPU].
    pub asked_milli: u64,
    /// GPUs installed [thousandths of a GPU].
    pub milli: u64,
    /// Tasks that came.
    pub tasks: u64,
    /// Tasks that fitted on no node.
    pub unplaced: u64,
    /// Free GPUs that the workload's tasks cannot use, on average [thousandths of a GPU].
    pub fragmented_milli: f64,
}

impl Packing {
    /// Places the tasks in every order under each placement named (see [`crate::policy::placement::SCORES`]). Returns what each reached, by
    /// placement and order; none if stopped or if a name is unknown. O(tasks x nodes) for each.
    #[must_use]
    pub fn run(&self, placements: &[String], progress: &Progress) -> Option<Vec<Vec<Packed>>> {
        let runs: Vec<(&str, u32)> =
            placements.iter().flat_map(|name| (0..self.shuffles).map(|shuffle| (name.as_str(), shuffle))).collect();
        let one = |&(name, shuffle): &(&str, u32)| self.pack(name, shuffle, progress);
        let packed: Vec<Option<Packed>> = match pool_of(self.threads) {
            Some(threads) => threads.install(|| runs.par_iter().with_max_len(1).map(one).collect()),
            None => runs.iter().map(one).collect(),
        };
        let packed: Vec<Packed> = packed.into_iter().collect::<Option<_>>()?;
        Some(packed.chunks(self.shuffles.max(1) as usize).map(<[Packed]>::to_vec).collect())
    }

    fn pack(&self, name: &str, shuffle: u32, progress: &Progress) -> Option<Packed> {
        let address = |stream: &str| Address::stream(self.seed, shuffle.into(), stream);
        let mut order = self.work.nodes.clone();
        shuffled(&mut order, &mut address("nodes").draws(0));
        let mut nodes = Nodes::new(order);
        let mut placer = Placer::new(score(name, &nodes, &self.work.target)?, address("placement").draws(0), &self.work.asks);
        let tasks = self.arrivals(&mut address("tasks").draws(0));
        let (mut asked_milli, mut unplaced) = (0, 0);
        for &class in &tasks {
            if progress.stop.load(Ordering::Relaxed) {
                return None;
            }
            asked_milli += self.work.asks[usize::from(class)].milli();
            unplaced += u64::from(placer.place(&mut nodes, class.into()).is_none());
        }
        progress.finished.fetch_add(1, Ordering::Relaxed);
        Some(Packed {
            held_milli: nodes.milli() - nodes.milli_free(),
            asked_milli,
            milli: nodes.milli(),
            tasks: tasks.len() as u64,
            unplaced,
            fragmented_milli: nodes.list().iter().map(|node| self.work.target.fragmentation(node)).sum(),
        })
    }

    /// The tasks in a drawn order, with the last left out or more drawn, so that they ask for no more than the demand.
    fn arrivals(&self, draws: &mut Draws) -> Vec<u16> {
        let most = (self.demand * (self.work.gpus() * u64::from(WHOLE)) as f64) as u64;
        let milli = |class: u16| self.work.asks[usize::from(class)].milli();
        let mut tasks = self.work.tasks.clone();
        shuffled(&mut tasks, draws);
        let mut asked: u64 = tasks.iter().map(|&class| milli(class)).sum();
        while asked > most
            && let Some(class) = tasks.pop()
        {
            asked -= milli(class);
        }
        if tasks.len() == self.work.tasks.len() {
            loop {
                let class = self.work.tasks[draws.below(self.work.tasks.len() as u64) as usize];
                if asked + milli(class) > most {
                    break;
                }
                asked += milli(class);
                tasks.push(class);
            }
        }
        tasks
    }
}

/// Every order equally likely (Fisher and Yates).
fn shuffled<T>(list: &mut [T], draws: &mut Draws) {
    for last in (1..list.len()).rev() {
        list.swap(last, draws.below(last as u64 + 1) as usize);
    }
}
