//! A small world as the program sees it.

use crate::policies::Policy;
use crate::world::{DAY, Holder, Reclaim, World};
use jiff::civil::date;
use skyberth::metrics::{JobRecord, JobState, Observation};
use skyberth::model::calendar::Calendar;
use skyberth::model::eviction::{EvictionTimes, Evictions};
use skyberth::model::job::JobSource;
use skyberth::model::job_list::{JobList, ListedJob};
use skyberth::model::law::Law;
use skyberth::model::outage::{Outage, OutageKind, OutageTimes};
use skyberth::model::quota::{QuotaNode, Quotas, Reclaim as Reclaims, TeamQuota};
use skyberth::model::ramp::{CapacityKind, Slip, Tranche};
use skyberth::model::{Levels, Model, PolicyChoice};
use skyberth::policy::registry::{Kind, check, compose};
use skyberth::scenario::ModelBuilder;
use skyberth::sim::{Control, Options, simulate};
use skyberth::units::{ClusterId, Price, SimTime, Span, TeamId, VendorId};
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, OnceLock};

/// What became of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fate {
    /// First start [ms].
    pub(crate) start: Option<i64>,
    /// End [ms].
    pub(crate) finish: Option<i64>,
    pub(crate) state: State,
    /// Where it ran last.
    pub(crate) cluster: Option<usize>,
    pub(crate) preemptions: u32,
}

/// How a job stood at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Not submitted within the horizon.
    Unseen,
    Rejected,
    Queued,
    Running,
    Ended,
}

fn plain() -> &'static Model {
    static MODEL: OnceLock<Model> = OnceLock::new();
    MODEL.get_or_init(|| {
        let plain = ModelBuilder::new("2026-01-01", "2026-01-01")
            .seed(1)
            .vendor("one")
            .vendor("two")
            .cluster("c", "H100", |c| {
                c.vendor("one").region("us-va").price_usd_per_gpu_hour(1).node_gpus(1).failures_per_gpu_day(0).gpus(1)
            })
            .workload("w", |w| w.restart("0 s").checkpoint("0 s", "20 s"))
            .jobs("w", JobList::default())
            .policy("fifo");
        plain.build().unwrap_or_else(|error| panic!("{error}"))
    })
}

/// The model of a world.
pub(crate) fn model(world: &World, policy: &Policy) -> Model {
    let mut model = plain().clone();
    let start = date(2026, 1, 1);
    let end = start.checked_add(jiff::Span::new().days(world.days - 1)).expect("a date");
    model.calendar = Calendar::new(start, end).expect("in order");
    let (cluster, workload) = (model.clusters[0].clone(), model.workloads[0].clone());
    model.clusters.clear();
    for (index, known) in world.clusters.iter().enumerate() {
        let mut cluster = cluster.clone();
        cluster.name = format!("c{index}");
        cluster.vendor = VendorId(known.vendor);
        cluster.gpu_type = format!("type {}", known.gpu_type);
        cluster.node_gpus = known.node as u32;
        cluster.domain_gpus = known.node as u32;
        cluster.prices.first.reserved = Price::from_usd_per_gpu_hour(known.price as f64);
        cluster.prices.first.on_demand = cluster.prices.first.reserved;
        cluster.ramp = known.tranches.iter().map(|planned| tranche(known, planned)).collect();
        cluster.evictions = known.evictions.as_ref().map(|known| Evictions {
            times: EvictionTimes::At(known.from.iter().map(|from| SimTime::from_ms(*from)).collect()),
            out_s: Law::constant(known.out as f64 / 1000.0),
            share: known.quarters as f64 / 4.0,
            notice: Span::from_ms(known.notice),
        });
        model.clusters.push(cluster);
    }
    model.outages = (world.outages.iter().enumerate())
        .map(|(index, known)| Outage {
            name: format!("o{index}"),
            kind: if known.of_gpus { OutageKind::DataPlane } else { OutageKind::ControlPlane },
            clusters: known.clusters.iter().map(|cluster| ClusterId::from(*cluster)).collect(),
            maintenance: false,
            times: OutageTimes::Scheduled { from: SimTime::from_ms(known.from), until: SimTime::from_ms(known.until) },
        })
        .collect();
    // The first team is that of all workloads which belong to none.
    model.teams = (0..=world.teams.len()).map(|team| format!("t{team}")).collect();
    model.team_weights = [None].into_iter().chain(world.teams.iter().map(|weight| Some(*weight as f64))).collect();
    model.quotas = (!world.holders.is_empty()).then(|| Arc::new(quotas(world)));
    model.workloads.clear();
    for (index, known) in world.workloads.iter().enumerate() {
        let mut workload = workload.clone();
        workload.name = format!("w{index}");
        workload.team = TeamId::from(known.team.map_or(0, |team| team + 1));
        workload.priority = known.priority as i32;
        workload.preemptible = known.preemptible;
        workload.restart = Law::constant(known.restart as f64 / 1000.0);
        workload.checkpoint.interval = Span::from_ms(known.checkpoint);
        workload.checkpoint.blocking = Span::from_ms(known.blocking);
        workload.speed_milli = known.speeds.iter().map(|speed| *speed as u32).collect();
        let own = world.jobs.iter().filter(|job| job.workload == index);
        let jobs = own.map(|job| ListedJob {
            estimate: Span::from_ms(job.estimate),
            deadline: job.deadline.map(Span::from_ms),
            priority: job.priority as i32,
            ..ListedJob::new(SimTime::from_ms(job.submit), job.gpus, Span::from_ms(job.run))
        });
        workload.jobs = JobSource::Listed(Arc::new(JobList::numbered(jobs)));
        model.workloads.push(workload);
    }
    let parts = [
        (Kind::Order, policy.order),
        (Kind::Backfill, policy.backfill),
        (Kind::Broker, world.broker.name()),
        (Kind::Placement, policy.placement),
        (Kind::Preemption, policy.preemption),
    ];
    let with = |choice: PolicyChoice, (kind, name)| choice.with(kind, name, &|_| None).expect("a registered part");
    model.policy = parts.into_iter().fold(PolicyChoice::default(), with);
    model.policy.name = policy.name();
    model.policy.levels = Levels {
        limits_s: world.limits_s.iter().map(|limit| *limit as f64).collect(),
        promote_after: world.promote_after_halves.map(|halves| halves as f64 / 2.0),
    };
    model
}

fn quotas(world: &World) -> Quotas {
    let tree = |kind: usize| {
        let node = |(index, holder): (usize, &Holder)| QuotaNode {
            name: format!("h{index}"),
            parent: holder.parent,
            nominal: holder.quotas[kind],
            borrowing_limit: holder.borrowing_limit,
            lending_limit: holder.lending_limit,
        };
        world.holders.iter().enumerate().map(node).collect()
    };
    let team = |node: usize| TeamQuota {
        node,
        reclaim: match world.holders[node].reclaim {
            Reclaim::Never => Reclaims::Never,
            Reclaim::LowerPriority => Reclaims::LowerPriority,
            Reclaim::Any => Reclaims::Any,
        },
    };
    let teams = [None].into_iter().chain((0..world.teams.len()).map(|at| Some(team(at)))).collect();
    let types: Vec<usize> = (0..world.clusters.len()).map(|cluster| world.quota_type(cluster)).collect();
    let last = types.iter().copied().max().unwrap_or(0);
    Quotas::by_tree((0..=last).map(tree).collect(), teams, types)
}

fn tranche(cluster: &crate::world::Cluster, known: &crate::world::Tranche) -> Tranche {
    let mut slip = Slip::none();
    match known.late {
        None => slip.cancelled = 1.0,
        Some(0) => {}
        Some(days) => {
            slip.probability = 1.0;
            slip.days = Law::constant(days as f64);
        }
    }
    let kind = match (known.spot, cluster.price) {
        (true, _) => CapacityKind::Spot,
        (false, 0) => CapacityKind::Reserved,
        (false, _) => CapacityKind::OnDemand,
    };
    Tranche::new(SimTime::from_ms(known.day * DAY), known.gpus, kind, slip)
}

/// What the program observes in a world.
pub(crate) fn observe(world: &World, policy: &Policy) -> Result<Observation, String> {
    observe_model(world, &model(world, policy))
}

/// The same of the world's model, changed.
pub(crate) fn observe_model(world: &World, model: &Model) -> Result<Observation, String> {
    check(&model.policy, model).map_err(|error| error.to_string())?;
    let mut composite = compose(&model.policy, model);
    let (stop, progress) = (AtomicBool::new(false), AtomicU64::new(0));
    let options = Options { records: true, until_drained: world.drained, ..Options::default() };
    simulate(model, 0, &mut composite, options, Control { stop: &stop, progress: &progress }).map_err(|error| error.to_string())
}

/// What becomes of each job of a world by the program.
pub(crate) fn schedule(world: &World, policy: &Policy) -> Result<Vec<Fate>, String> {
    let observation = observe(world, policy)?;
    Ok(fates(world, &observation))
}

/// The jobs of an observation in the order of the world.
pub(crate) fn fates(world: &World, observation: &Observation) -> Vec<Fate> {
    let records = observation.records.as_ref().expect("they were asked for");
    let mut seen = vec![0; world.workloads.len()];
    let of = |job: &crate::world::Job| {
        seen[job.workload] += 1;
        let number = seen[job.workload];
        let record = records.iter().find(|record| record.workload.index() == job.workload && record.ordinal == number);
        record
            .map_or(Fate { start: None, finish: None, state: State::Unseen, cluster: None, preemptions: 0 }, |record| fate(&record))
    };
    world.jobs.iter().map(of).collect()
}

fn fate(record: &JobRecord) -> Fate {
    Fate {
        start: record.start.map(SimTime::ms),
        finish: record.finish.map(SimTime::ms),
        state: match record.state {
            JobState::Ended(_) => State::Ended,
            JobState::Rejected(_) => State::Rejected,
            JobState::CensoredRunning => State::Running,
            JobState::CensoredQueued => State::Queued,
        },
        cluster: record.cluster.filter(|_| record.state != JobState::CensoredQueued).map(ClusterId::index),
        preemptions: record.preemptions,
    }
}
