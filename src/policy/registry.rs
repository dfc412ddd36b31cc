//! Names of parts and presets, and what each means.

mod presets;
mod refusal;

pub use self::presets::{Preset, SCENARIO, choice, preset};
pub use self::refusal::{UnknownPart, Why, refuses_elastic, refuses_rounds, refuses_shares, refuses_turns};

use self::refusal::{refused, unknown};
use super::Policy;
use super::backfill::{Backfill, Blocked, Conservative, Easy, Skip};
use super::broker::{
    Balanced, Broker, CantBeLate, Cheapest, CommittedFirst, DataLocal, Earliest, Fastest, FirstFit, LeastFree, MostFree,
    PrimaryThenOverflow, Random, RoundRobin, Single,
};
use super::composite::Composite;
use super::elastic;
use super::order::{
    EarliestDeadline, F1, Fair, Fifo, Formula, Gittins, LargestFirst, LeastAttainedService, Order, Priority, ServiceDistribution,
    ShortestJobFirst, ShortestRemaining, ShortestRemainingService, SmallestFirst, Wfp3,
};
use super::placement::{BestFit, ByScore, Consolidate, Largest, PackDomain, Placement, Target, score_of};
use super::preemption::{ByOrder, ByPriority, Never, Preemption};
use super::rounds::{self, ByRounds};
use super::shares::ShareRule;
use crate::fleet::nodes::{Ask, GpuTypes};
use crate::model::job::{JobSource, Workload};
use crate::model::{Model, PolicyChoice};
use crate::units::{SimTime, Span, VendorId};
use crate::workload::Generator;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A registered name: what kind of part it is, and one line on what it does.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// `preset`, `order`, `backfill`, `broker`, `placement`, `preemption` or `elastic`.
    pub part: &'static str,
    /// The name in scenarios and on the command line.
    pub name: &'static str,
    /// What it does.
    pub meaning: &'static str,
}

const fn entry(part: &'static str, name: &'static str, meaning: &'static str) -> Entry {
    Entry { part, name, meaning }
}

/// All registered names. `single` and `primary_then_overflow` take a vendor's key after a colon, `las`, `las2d` and `gittins` the word
/// `tiresias`, `fair` a half-life of usage, `expr` its formula.
pub const ENTRIES: &[Entry] = &[
    entry("preset", "fifo", "first come, first served; a job that does not fit blocks the queue"),
    entry("preset", "fifo-skip", "first come, first served; whatever fits starts, without reservations"),
    entry("preset", "easy", "first come, first served; others may pass if they do not delay the head (EASY)"),
    entry("preset", "conservative", "first come, first served; others may pass if they delay nobody"),
    entry("preset", "sjf", "shortest estimate first; a job that does not fit blocks the queue"),
    entry("preset", "smallest-first", "fewest GPUs first; a job that does not fit blocks the queue"),
    entry("preset", "largest-first", "most GPUs first; a job that does not fit blocks the queue"),
    entry("preset", "wfp3", "largest (wait / estimate)^3 x GPUs first; the head blocks the queue"),
    entry("preset", "f1", "least log10(estimate) x GPUs + 870 log10(submission) first; the head blocks"),
    entry("preset", "edf", "earliest deadline first; a job that does not fit blocks the queue"),
    entry("preset", "sjf-easy", "shortest estimate first, with EASY backfilling (any order: ORDER-easy)"),
    entry("preset", "smallest", "fewest GPUs first, running jobs included: packed anew at every event"),
    entry("preset", "largest", "most GPUs first, running jobs included: packed anew at every event"),
    entry("preset", "srtf", "least time left first, running jobs included: packed anew at every event"),
    entry("preset", "srsf", "least time left x GPUs first, running jobs included: packed anew at every event"),
    entry("preset", "las", "least attained time first, in levels: packed anew at every event"),
    entry("preset", "las2d", "least attained GPU-time first, in levels (Tiresias): packed anew at every event"),
    entry("preset", "gittins", "greatest Gittins index of attained GPU-time first, in levels (Tiresias)"),
    entry("preset", "fair", "the team with the least share of the GPUs first (DRF): packed anew at every event"),
    entry("preset", "priority", "highest priority first, EASY backfilling, lower priorities are preempted"),
    entry("preset", "maxmin", "by rounds: the least share of time, weighed by speed, is as large as can be (Gavel)"),
    entry("preset", "maxmin:blind", "by rounds: as maxmin, taking all GPU types for equally fast"),
    entry("preset", "water-filling", "by rounds: as maxmin, then the next least share, and so on (Gavel)"),
    entry("preset", "makespan", "by rounds: all jobs that are there are done as early as can be (Gavel)"),
    entry("preset", "ftf", "by rounds: nobody is late against a GPU share of his own (Themis, Gavel)"),
    entry("preset", "cost", "by rounds: the most work for the money: speed over price, in sum (Gavel)"),
    entry("preset", "throughput", "by rounds: the most work in sum, whatever it costs (Gavel)"),
    entry("order", "fifo", "by submission"),
    entry("order", "sjf", "by estimated time left, shortest first"),
    entry("order", "smallest", "by GPUs, fewest first"),
    entry("order", "largest", "by GPUs, most first"),
    entry("order", "srtf", "by estimated time left, least first, of running jobs too"),
    entry("order", "srsf", "by estimated time left x GPUs, least first, of running jobs too"),
    entry("order", "las", "by attained time, in levels"),
    entry("order", "las2d", "by attained GPU-time, in levels"),
    entry("order", "gittins", "by the Gittins index of attained GPU-time, greatest first, in levels"),
    entry("order", "edf", "by deadline, earliest first"),
    entry("order", "wfp3", "by (wait / estimate)^3 x GPUs, largest first"),
    entry("order", "f1", "by log10(estimate) x GPUs + 870 log10(submission), least first"),
    entry("order", "priority", "by priority, highest first"),
    entry("order", "fair", "by teams in turn, the one with the least dominant share first (DRF)"),
    entry("order", "expr", "by a formula of the scenario's, largest value first (order.expr)"),
    entry("backfill", "none", "a head that does not fit blocks everybody"),
    entry("backfill", "skip", "whatever fits starts, in order; the head holds no reservation"),
    entry("backfill", "easy", "the head holds a reservation; others start if they do not delay it"),
    entry("backfill", "conservative", "everybody holds a reservation; others start if they delay nobody"),
    entry("broker", "first_fit", "the first cluster in the scenario's order"),
    entry("broker", "cheapest", "the least price of the work: idle reserved capacity, then on-demand, then spot"),
    entry("broker", "most_free", "the most free GPUs"),
    entry("broker", "least_free", "the fewest free GPUs"),
    entry("broker", "fastest", "the highest speed"),
    entry("broker", "earliest", "where the job would end first by its estimate"),
    entry("broker", "committed_first", "open take-or-pay commitments, then idle reserved GPUs, then the rest"),
    entry("broker", "data_local", "where the job's checkpoint and data lie, else where they are soonest"),
    entry("broker", "balanced", "the vendor that has served the fewest GPU-hours so far: keeps the HHI low"),
    entry("broker", "round_robin", "the cluster after the one where a job started last"),
    entry("broker", "random", "an order of clusters of the job's own, drawn once"),
    entry("broker", "primary_then_overflow", "the named (else the first) vendor; the others when it has no room"),
    entry("broker", "cant_be_late", "reserved and spot capacity; on-demand when the deadline leaves no more slack"),
    entry("broker", "uniform_progress", "as cant_be_late, and on-demand when behind an even pace to the deadline"),
    entry("broker", "single", "the named vendor only"),
    entry("placement", "best_fit", "the fullest node and domain that fit"),
    entry("placement", "pack_domain", "as few NVLink domains as possible"),
    entry("placement", "consolidate", "as few nodes as possible, the first of equals (Helios)"),
    entry("placement", "first_fit", "the first partly used node that fits; shares GPUs"),
    entry("placement", "worst_fit", "the node and GPU left with the most room; shares GPUs"),
    entry("placement", "dot_product", "the fullest node by free x asked for (Tetris); shares GPUs"),
    entry("placement", "clustering", "where gangs of as many GPUs are (Gandiva); shares GPUs"),
    entry("placement", "packing", "shared GPUs, then used nodes, then free ones; shares GPUs"),
    entry("placement", "fgd", "where what expected jobs cannot use grows the least; shares GPUs"),
    entry("preemption", "none", "nobody is stopped"),
    entry("preemption", "priority", "preemptible jobs of lower priority are stopped, youngest first"),
    entry("preemption", "by_order", "clusters are packed anew in the order at every event, running jobs included"),
    entry("elastic", "rigid", "elastic jobs run on what they ask for"),
    entry("elastic", "shrink_expand", "elastic jobs make room for the head of the queue, and take idle GPUs when nobody waits"),
    entry("elastic", "goodput", "GPUs of elastic jobs are shared out anew for the best harmonic mean of speedups (Pollux)"),
];

/// What stands before the formula in the name of an order by one.
pub const EXPR: &str = "expr:";

/// The registered names of a kind of part.
pub fn names(part: &str) -> impl Iterator<Item = &'static str> + '_ {
    ENTRIES.iter().filter(move |entry| entry.part == part).map(|entry| entry.name)
}

/// What is written after the colon of `fair:7d`: days or hours, more than none and at most a hundred years.
#[must_use]
pub fn half_life(text: &str) -> Option<Span> {
    let (number, unit_s) = match text.strip_suffix('d') {
        Some(number) => (number, 86_400.0),
        None => (text.strip_suffix('h')?, 3600.0),
    };
    let seconds = number.trim_end().parse::<f64>().ok()? * unit_s;
    (1.0..=100.0 * 31_557_600.0).contains(&seconds).then(|| Span::from_seconds(seconds))
}

/// Composes a policy for a model.
///
/// # Errors
///
/// When a name is not registered, a broker names a vendor that the model lacks, or a part cannot do what the model needs.
pub fn compose(choice: &PolicyChoice, model: &Model) -> Result<Box<dyn Policy>, UnknownPart> {
    if let Some(part) = refused(choice, model) {
        return Err(part);
    }
    let vendor = |key: &str| model.vendors.iter().position(|vendor| vendor.key == key).map(VendorId::from);
    let broker = broker(&choice.broker, model, vendor).ok_or_else(|| unknown("broker", &choice.broker))?;
    let placement = placement(&choice.placement, model).ok_or_else(|| unknown("placement", &choice.placement))?;
    if let Some(name) = &choice.rounds.allocator {
        let allocator = rounds::allocator(name).ok_or_else(|| unknown("preset", name))?;
        return Ok(Box::new(ByRounds::new(choice, model, allocator, broker, placement)));
    }
    Ok(Box::new(Composite {
        name: choice.name.clone(),
        order: order(choice, model).ok_or_else(|| unknown("order", &choice.order))?,
        backfill: backfill(&choice.backfill).ok_or_else(|| unknown("backfill", &choice.backfill))?,
        broker,
        placement,
        preemption: preemption(&choice.preemption).ok_or_else(|| unknown("preemption", &choice.preemption))?,
        elastic: elastic::named(&choice.elastic, choice.elastic_interval).ok_or_else(|| unknown("elastic", &choice.elastic))?,
    }))
}

/// `las2d:tiresias` has the quirks of Tiresias's simulator; `expr:` is followed by a formula.
fn order(choice: &PolicyChoice, model: &Model) -> Option<Box<dyn Order>> {
    if let Some(formula) = choice.order.strip_prefix(EXPR) {
        return Some(Box::new(Formula::parse(formula).ok()?));
    }
    let (name, quirk) = choice.order.split_once(':').map_or((choice.order.as_str(), None), |(name, quirk)| (name, Some(quirk)));
    let half_life = match quirk {
        Some(usage) if name == "fair" => Some(half_life(usage)?),
        Some("tiresias") if matches!(name, "las" | "las2d" | "gittins") => None,
        Some(_) => return None,
        None => choice.usage_half_life,
    };
    let levels = |by_gpus| LeastAttainedService {
        limits: choice.levels.limits_s.iter().map(|limit| (limit * 1e3) as i64).collect(),
        by_gpus,
        tiresias_jumps: quirk.is_some(),
        promote: choice.levels.promote_after,
    };
    Some(match name {
        "fifo" => Box::new(Fifo),
        "sjf" => Box::new(ShortestJobFirst),
        "smallest" => Box::new(SmallestFirst),
        "largest" => Box::new(LargestFirst),
        "srtf" => Box::new(ShortestRemaining),
        "srsf" => Box::new(ShortestRemainingService),
        "las" => Box::new(levels(false)),
        "las2d" => Box::new(levels(true)),
        "gittins" => Box::new(Gittins {
            levels: levels(true),
            distribution: Arc::new(ServiceDistribution::of(services(model))),
            quantum: choice.levels.limits_s.first().map_or(i64::MAX / 2, |limit| (limit * 1e3) as i64),
        }),
        "edf" => Box::new(EarliestDeadline),
        "wfp3" => Box::new(Wfp3),
        "f1" => Box::new(F1),
        "priority" => Box::new(Priority),
        "fair" => Box::new(Fair(ShareRule { half_life })),
        _ => return None,
    })
}

/// GPU-time of a model's jobs [GPU-ms]: all of those that are listed, a thousand of those that are drawn.
fn services(model: &Model) -> Vec<i64> {
    const DRAWN: usize = 1000;
    let of = |(index, workload): (usize, &Workload)| -> Vec<i64> {
        match &workload.jobs {
            JobSource::Listed(list) => list.jobs.iter().map(|job| job.run.ms().saturating_mul(job.gpus as i64)).collect(),
            JobSource::Drawn(_) => {
                let mut generator = Generator::new(index.into(), workload, model.seed, 0, model.horizon());
                let jobs = std::iter::from_fn(|| generator.next(workload)).take(DRAWN);
                jobs.map(|job| job.run.ms().saturating_mul(job.gpus as i64)).collect()
            }
        }
    };
    model.workloads.iter().enumerate().flat_map(of).collect()
}

fn backfill(name: &str) -> Option<Box<dyn Backfill>> {
    Some(match name {
        "none" => Box::new(Blocked),
        "skip" => Box::new(Skip),
        "easy" => Box::new(Easy),
        "conservative" => Box::<Conservative>::default(),
        _ => return None,
    })
}

fn broker(name: &str, model: &Model, vendor: impl Fn(&str) -> Option<VendorId>) -> Option<Box<dyn Broker>> {
    let (kind, key) = name.split_once(':').map_or((name, None), |(kind, key)| (kind, Some(key)));
    if key.is_some() && !matches!(kind, "single" | "primary_then_overflow") {
        return None;
    }
    Some(match kind {
        "first_fit" => Box::new(FirstFit),
        "cheapest" => Box::new(Cheapest),
        "most_free" => Box::new(MostFree),
        "least_free" => Box::new(LeastFree),
        "fastest" => Box::new(Fastest),
        "earliest" => Box::new(Earliest),
        "committed_first" => Box::new(CommittedFirst),
        "data_local" => Box::new(DataLocal),
        "balanced" => Box::new(Balanced),
        "cant_be_late" | "uniform_progress" => {
            let changeover = |workload: &Workload| Span::from_seconds(workload.restart.mean());
            let changeovers = model.workloads.iter().map(changeover).collect();
            let share = |workload: &Workload| {
                let checkpoint = workload.checkpoint;
                if checkpoint.interval > Span::ZERO { checkpoint.blocking.seconds() / checkpoint.interval.seconds() } else { 0.0 }
            };
            let standing = model.workloads.iter().map(share).collect();
            Box::new(CantBeLate { keeps_pace: kind == "uniform_progress", changeovers, standing })
        }
        "round_robin" => Box::new(RoundRobin),
        "random" => Box::new(Random::new(model.clusters.iter().map(|cluster| cluster.name.as_str()))),
        "primary_then_overflow" => Box::new(PrimaryThenOverflow(key.map_or(Some(VendorId(0)), vendor)?)),
        "single" => Box::new(Single(vendor(key?)?)),
        _ => return None,
    })
}

fn placement(name: &str, model: &Model) -> Option<Box<dyn Placement>> {
    Some(match name {
        "best_fit" if model.has_shares() => Box::new(by_score(name, model)?),
        "best_fit" => Box::new(BestFit),
        "pack_domain" => Box::new(PackDomain),
        "consolidate" => Box::new(Consolidate),
        "first_fit" | "worst_fit" | "dot_product" | "clustering" | "packing" | "fgd" => Box::new(by_score(name, model)?),
        _ => return None,
    })
}

/// Scores for the nodes of each size; nodes have GPUs alone, and no CPU that could run out.
fn by_score(name: &str, model: &Model) -> Option<ByScore> {
    let sizes: BTreeSet<u32> = model.clusters.iter().map(|cluster| cluster.node_gpus).collect();
    let score = |size: u32| {
        let largest = Largest { cpu_milli: 0, gpu_milli: u64::from(size) * 1000 };
        let target = if name == "fgd" { target(model, size) } else { Target::default() };
        Some((size, score_of(name, largest, &target)?))
    };
    Some(ByScore { scores: sizes.into_iter().map(score).collect::<Option<_>>()? })
}

/// What the model's workloads ask of nodes of a size, by how often their jobs come: those that are listed, a thousand each of those that
/// are drawn. A gang larger than a node asks for a whole one.
fn target(model: &Model, node_gpus: u32) -> Target {
    const DRAWN: usize = 1000;
    let ask = |workload: &Workload, gpus: u64| Ask {
        cpu_milli: 0,
        memory_mib: 0,
        gpus: gpus.min(node_gpus.into()) as u32,
        gpu_milli: workload.gpu_milli,
        types: GpuTypes::ANY,
    };
    // How many times jobs that came within so long would come in a thousand years: a weight in whole numbers.
    let weight = |until: SimTime| (365_000.0 / until.days().max(1e-3)).max(1.0) as u64;
    let of = |(index, workload): (usize, &Workload)| -> Vec<(Ask, u64)> {
        let (sizes, until): (Vec<u64>, SimTime) = match &workload.jobs {
            JobSource::Listed(list) => {
                (list.jobs.iter().map(|job| job.gpus).collect(), list.jobs.last().map_or(SimTime::ZERO, |job| job.submit))
            }
            JobSource::Drawn(_) => {
                let mut generator = Generator::new(index.into(), workload, model.seed, 0, model.horizon());
                let jobs: Vec<_> = std::iter::from_fn(|| generator.next(workload)).take(DRAWN).collect();
                let until = if jobs.len() < DRAWN { model.horizon() } else { jobs.last().map_or(SimTime::ZERO, |job| job.submit) };
                (jobs.iter().map(|job| job.gpus).collect(), until)
            }
        };
        let each = weight(until);
        sizes.into_iter().map(|gpus| (ask(workload, gpus), each)).collect()
    };
    Target::weighted(model.workloads.iter().enumerate().flat_map(of))
}

fn preemption(name: &str) -> Option<Box<dyn Preemption>> {
    Some(match name {
        "none" => Box::new(Never),
        "priority" => Box::new(ByPriority),
        "by_order" => Box::new(ByOrder),
        _ => return None,
    })
}
