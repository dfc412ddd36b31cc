//! Random small worlds. A number always gives the same one.

use crate::kernel::random::{Address, Draws};
use crate::model::Model;
use crate::model::job::JobSource;
use crate::model::job_list::{JobList, ListedJob};
use crate::model::law::Law;
use crate::model::outage::{Outage, OutageKind, OutageTimes};
use crate::scenario::spec::{ClusterSpec, WorkloadSpec};
use crate::scenario::{BuildError, Entry, ModelBuilder};
use crate::units::{ClusterId, SimTime, Span};
use std::sync::{Arc, OnceLock};

/// Three clusters of two vendors, the last of which grows on the third day. The workloads `one` and
/// `two` are of one team, and equal but for their names.
fn base() -> Result<Model, BuildError> {
    let reliable = |cluster: Entry<ClusterSpec>| cluster.failures_per_gpu_day(0).price_usd_per_gpu_hour(2);
    let workload = |workload: Entry<WorkloadSpec>| workload.restart("10 min").checkpoint("1 h", "0 s");
    ModelBuilder::new("2026-01-01", "2026-01-08")
        .vendor("here")
        .cluster("nodes", "H100", |nodes| reliable(nodes).region("us-va").node_gpus(4).price_usd_per_gpu_hour(3).gpus(8))
        .vendor("there")
        .cluster("plain", "H100", |plain| reliable(plain).region("us-ia").node_gpus(1).gpus(6))
        .cluster("growing", "H100", |growing| {
            reliable(growing).region("us-ia").node_gpus(2).slips(1.0, 0).gpus(2).gpus_from("2026-01-03", 8)
        })
        .team("twins", |twins| twins)
        .team("others", |others| others.weight(2))
        .workload("one", |one| workload(one).team("twins"))
        .workload("two", |two| workload(two).team("twins"))
        .workload("other", |other| workload(other).team("others").priority(1))
        .jobs("one", JobList::default())
        .jobs("two", JobList::default())
        .jobs("other", JobList::default())
        .build()
}

const HOUR: i64 = Span::HOUR.ms();
const QUARTER: i64 = HOUR / 4;
/// When the last cluster grows.
const GROWS: SimTime = SimTime::from_ms(48 * HOUR);
/// Which workload is not one of the twins.
const OTHER: usize = 2;

/// A small world.
#[derive(Clone, Debug)]
pub(super) struct World {
    number: u64,
    /// By workload and cluster [thousandths].
    speeds: [Vec<u32>; 3],
    other_may_be_stopped: bool,
    jobs: Vec<Job>,
    /// How late the last cluster grows [days].
    late: f64,
    /// Clusters, kind, begin and end.
    outages: Vec<(ClusterId, OutageKind, SimTime, SimTime)>,
}

#[derive(Clone, Copy, Debug)]
struct Job {
    workload: usize,
    submit: SimTime,
    run: Span,
    estimate: Span,
    gpus: u64,
    priority: i32,
    deadline: Option<Span>,
}

fn draws(number: u64, slot: u64) -> Draws {
    Address::stream(0, number, "contract of policies").draws(slot)
}

fn one_of<T: Copy>(draws: &mut Draws, values: &[T]) -> T {
    values[draws.below(values.len() as u64) as usize]
}

fn chance(draws: &mut Draws, percent: u64) -> bool {
    draws.below(100) < percent
}

impl World {
    /// The world of a number.
    pub fn new(number: u64) -> Self {
        let draws = &mut draws(number, 0);
        let mut speeds = |may_be_barred: bool| -> Vec<u32> {
            let first = [1000];
            let rest = (0..2).map(|_| one_of(draws, if may_be_barred { &[0, 500, 1000, 2000] } else { &[500, 1000, 1000, 2000] }));
            first.into_iter().chain(rest).collect()
        };
        let (twin, other) = (speeds(false), speeds(true));
        let mut world = Self {
            number,
            speeds: [twin.clone(), twin, other],
            other_may_be_stopped: chance(draws, 70),
            jobs: Vec::new(),
            late: one_of(draws, &[0.0, 0.0, 1.0, 2.0]),
            outages: Vec::new(),
        };
        let crowded = chance(draws, 50);
        let mut submit = 0;
        for _ in 0..12 + draws.below(13) {
            submit += QUARTER * (1 + draws.below(if crowded { 8 } else { 20 }) as i64);
            world.submit(draws, submit);
        }
        if chance(draws, 40) {
            let from = HOUR * draws.below(60) as i64;
            let until = from + HOUR * (1 + draws.below(12) as i64);
            let kind = if chance(draws, 60) { OutageKind::DataPlane } else { OutageKind::ControlPlane };
            world.outages.push((ClusterId::from(draws.below(3) as usize), kind, SimTime::from_ms(from), SimTime::from_ms(until)));
        }
        world
    }

    /// Up to three jobs that are equal but, perhaps, for the twin they come from.
    fn submit(&mut self, draws: &mut Draws, submit: i64) {
        let is_other = chance(draws, 25);
        let run = QUARTER * (1 + draws.below(60) as i64);
        let job = Job {
            workload: OTHER,
            submit: SimTime::from_ms(submit),
            run: Span::from_ms(run),
            estimate: Span::from_ms(one_of(draws, &[run, run, 2 * run, run / 2, 10 * HOUR])),
            gpus: one_of(draws, &[1, 1, 2, 2, 3, 4, 6, 8]),
            priority: one_of(draws, &[0, 0, 1, 2]),
            deadline: chance(draws, 50).then(|| Span::from_ms(HOUR * (1 + draws.below(40) as i64))),
        };
        for _ in 0..=draws.below(3) {
            let workload = if is_other { OTHER } else { draws.below(2) as usize };
            self.jobs.push(Job { workload, ..job });
        }
    }

    /// The same world, but that jobs of the two equal workloads may come from the other.
    pub fn relabelled(&self) -> Self {
        let draws = &mut draws(self.number, 1);
        let mut world = self.clone();
        for job in world.jobs.iter_mut().filter(|job| job.workload != OTHER) {
            job.workload = draws.below(2) as usize;
        }
        world
    }

    /// An instant, and a world that differs from this one from there on only, and that has jobs of
    /// the same sizes and lengths: when later ones are submitted, which of those that cannot have
    /// ended by then runs how long, when a later date is kept, which outages come.
    pub fn other_future(&self) -> (SimTime, Self) {
        let draws = &mut draws(self.number, 2);
        let cut = SimTime::from_ms(HOUR * (6 + draws.below(54) as i64));
        let mut world = self.clone();
        // No job runs faster than twice the reference.
        let is_open = |job: &Job, run: Span| job.submit >= cut || job.submit + Span::from_ms(run.ms() / 2) >= cut;
        for _ in 0..400 {
            let [one, other] = [0; 2].map(|_| draws.below(world.jobs.len() as u64) as usize);
            let (a, b) = (world.jobs[one], world.jobs[other]);
            if a.gpus == b.gpus && [a.run, b.run].iter().all(|&run| is_open(&a, run) && is_open(&b, run)) {
                (world.jobs[one].run, world.jobs[other].run) = (b.run, a.run);
            }
        }
        for job in world.jobs.iter_mut().filter(|job| job.submit >= cut) {
            job.submit = job.submit + Span::from_ms(QUARTER * (1 + draws.below(40) as i64));
        }
        world.jobs.sort_by_key(|job| job.submit);
        if cut <= GROWS {
            world.late = 3.0 - world.late;
        }
        world.outages.retain(|(_, _, from, _)| *from < cut);
        for (_, _, _, until) in &mut world.outages {
            if *until >= cut {
                *until = *until + Span::HOUR;
            }
        }
        (cut, world)
    }

    /// The world as the engine takes it.
    pub fn model(&self) -> Result<Model, String> {
        static BASE_MODEL: OnceLock<Result<Model, String>> = OnceLock::new();
        let mut model = BASE_MODEL.get_or_init(|| base().map_err(|error| error.to_string())).clone()?;
        for (index, workload) in model.workloads.iter_mut().enumerate() {
            workload.speed_milli.clone_from(&self.speeds[index]);
            workload.preemptible = index != OTHER || self.other_may_be_stopped;
            let own = self.jobs.iter().filter(|job| job.workload == index);
            let jobs = own.map(|job| ListedJob {
                estimate: job.estimate,
                deadline: job.deadline,
                priority: job.priority,
                ..ListedJob::new(job.submit, job.gpus, job.run)
            });
            workload.jobs = JobSource::Listed(Arc::new(JobList::numbered(jobs)));
        }
        if let Some(tranche) = model.clusters.last_mut().and_then(|cluster| cluster.ramp.last_mut()) {
            tranche.slip.days = Law::constant(self.late);
        }
        let outage = |(index, &(cluster, kind, from, until)): (usize, &(ClusterId, OutageKind, SimTime, SimTime))| Outage {
            name: format!("outage {index}"),
            kind,
            clusters: vec![cluster],
            maintenance: false,
            times: OutageTimes::Scheduled { from, until },
        };
        model.outages = self.outages.iter().enumerate().map(outage).collect();
        Ok(model)
    }
}
