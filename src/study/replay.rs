//! A list of jobs on simple pools of GPUs, once: no scenario, no laws, no replications.

use super::runner::{Progress, checked, pool_of};
use crate::metrics::{JobRecords, JobStatistics};
use crate::model::calendar::Calendar;
use crate::model::cluster::{Cluster, FailureLaw, Power, Prices};
use crate::model::comparison::ComparisonPlan;
use crate::model::job::{Checkpoint, JobSource, Workload};
use crate::model::job_list::JobList;
use crate::model::law::Law;
use crate::model::ramp::{CapacityKind, Slip, Tranche};
use crate::model::vendor::Vendor;
use crate::model::{Model, PolicyChoice};
use crate::policy::registry;
use crate::sim::{Control, Failure, Options, Pass, simulate};
use crate::units::{GpuTime, Gpus, SimTime, Span};
use jiff::civil::Date;
use rayon::prelude::*;
use std::sync::Arc;

/// Equal nodes with a queue of their own: a cluster, or a virtual cluster of one.
#[derive(Clone, Debug)]
pub struct Pool {
    /// Its name.
    pub name: String,
    /// How many nodes there are.
    pub nodes: u64,
    /// GPUs of a node; 1 where any GPUs do.
    pub node_gpus: u32,
    /// Its jobs.
    pub jobs: Arc<JobList>,
}

/// What to replay, and how.
#[derive(Clone, Debug)]
pub struct Replay {
    /// The pools; each is simulated by itself.
    pub pools: Vec<Pool>,
    /// Who decides.
    pub policy: PolicyChoice,
    /// When.
    pub pass: Pass,
    /// The date of time 0.
    pub start: Date,
    /// Keep every job.
    pub records: bool,
    /// Threads; 0 means one per processor. It changes no result.
    pub threads: usize,
}

/// What became of a pool's jobs.
#[derive(Clone, Debug)]
pub struct PoolOutcome {
    /// The pool's name.
    pub name: String,
    /// Its GPUs.
    pub gpus: u64,
    /// Its jobs, counted.
    pub statistics: JobStatistics,
    /// Allocated GPU-time.
    pub allocated: GpuTime,
    /// First submission.
    pub first_submit: SimTime,
    /// The last event.
    pub end: SimTime,
    /// Events handled.
    pub events: u64,
    /// Every job, in order of the list, if asked for.
    pub records: JobRecords,
    /// The model that was simulated, for names.
    pub model: Model,
}

impl PoolOutcome {
    /// GPU-time that was there from the first submission to the last event.
    #[must_use]
    pub fn offered(&self) -> GpuTime {
        Gpus::whole(self.gpus).over(self.end - self.first_submit)
    }
}

impl Replay {
    /// Simulates all pools until their last jobs are done. None where it was stopped.
    ///
    /// # Errors
    ///
    /// When the policy does what no policy may, or the accounts of a pool do not balance, which is a defect of the program.
    pub fn run(&self, progress: &Progress) -> Result<Option<Vec<PoolOutcome>>, Failure> {
        let one = |pool: &Pool| self.replay(pool, progress);
        let outcomes: Vec<Result<PoolOutcome, Failure>> = match pool_of(self.threads) {
            Some(threads) => threads.install(|| self.pools.par_iter().with_max_len(1).map(one).collect()),
            None => self.pools.iter().map(one).collect(),
        };
        let mut finished = Vec::with_capacity(outcomes.len());
        for outcome in outcomes {
            match outcome {
                Ok(outcome) => finished.push(outcome),
                Err(Failure::Stopped) => return Ok(None),
                Err(failure) => return Err(failure),
            }
        }
        Ok(Some(finished))
    }

    fn replay(&self, pool: &Pool, progress: &Progress) -> Result<PoolOutcome, Failure> {
        let model = self.model(pool);
        checked(&model)?;
        let mut policy = registry::compose(&model.policy, &model);
        let control = Control { stop: &progress.stop, progress: &progress.simulated_ms };
        let options = Options { records: self.records, waiting: None, pass: self.pass, until_drained: true };
        let observation = simulate(&model, 0, &mut policy, options, control)?;
        Ok(PoolOutcome {
            name: pool.name.clone(),
            gpus: pool.nodes * u64::from(pool.node_gpus),
            statistics: observation.jobs.into_iter().next().unwrap_or_default(),
            allocated: observation.clusters.iter().flatten().map(|cell| cell.allocated).sum(),
            first_submit: pool.jobs.jobs.first().map_or(SimTime::ZERO, |job| job.submit),
            end: observation.periods.last().map_or(SimTime::ZERO, |period| period.end),
            events: observation.events,
            records: observation.records.unwrap_or_default(),
            model,
        })
    }

    fn model(&self, pool: &Pool) -> Model {
        let gpus = pool.nodes * u64::from(pool.node_gpus);
        let no_slip = Slip { probability: 0.0, days: Law::constant(0.0), cancelled: 0.0, shocks: Vec::new() };
        let cluster = Cluster {
            name: pool.name.clone(),
            vendor: 0.into(),
            gpu_type: "GPU".to_owned(),
            h100_equivalents: 1.0,
            node_gpus: pool.node_gpus,
            domain_gpus: pool.node_gpus,
            region: String::new(),
            jurisdiction: String::new(),
            supplier: String::new(),
            developer: String::new(),
            grid: String::new(),
            prices: Prices::default(),
            contract: None,
            power: Power {
                it_kw_per_gpu: 0.0,
                idle_share: 0.0,
                pue_annual: 1.0,
                pue_peak: 1.0,
                carbon_g_per_kwh: 0.0,
                usd_per_kwh: 0.0,
                buyer_pays: false,
            },
            failures: FailureLaw { per_gpu_day: 0.0, repair: Span::ZERO },
            evictions: None,
            most_powered: u64::MAX,
            ramp: vec![Tranche::new(SimTime::ZERO, gpus, CapacityKind::Reserved, no_slip)],
        };
        let workload = Workload {
            name: pool.name.clone(),
            team: 0.into(),
            jobs: JobSource::Listed(Arc::clone(&pool.jobs)),
            priority: 0,
            weight: 1.0,
            preemptible: true,
            checkpoint: Checkpoint { interval: Span::ZERO, blocking: Span::ZERO, megabytes_per_gpu: 0 },
            data: None,
            restart: Law::constant(0.0),
            bundle_of: None,
            software_failures_per_day: 0.0,
            deadline: None,
            within_domain: false,
            gpu_milli: 1000,
            speed_milli: vec![1000],
            elastic: None,
        };
        Model {
            name: pool.name.clone(),
            title: String::new(),
            calendar: self.calendar(&pool.jobs),
            warm_up: SimTime::ZERO,
            seed: 0,
            replications: 1,
            vendors: vec![Vendor {
                key: "trace".to_owned(),
                name: "trace".to_owned(),
                commitment_unknown: true,
                power_unknown: true,
                replacement_lead: None,
                defaults_at: None,
            }],
            clusters: vec![cluster],
            contracts: Vec::new(),
            shocks: Vec::new(),
            outages: Vec::new(),
            watches: Vec::new(),
            teams: vec![pool.name.clone()],
            team_weights: Vec::new(),
            quotas: None,
            workloads: vec![workload],
            services: Vec::new(),
            transfers: None,
            power_caps: Vec::new(),
            service_step: Span::from_ms(600_000),
            budget: None,
            policy: self.policy.clone(),
            comparison: ComparisonPlan::default(),
            assumptions: Vec::new(),
            inputs: Vec::new(),
        }
    }

    /// Days enough for all jobs one after the other, up to 200 years: no policy that starts somebody on an empty machine needs more.
    fn calendar(&self, list: &JobList) -> Calendar {
        const MOST_DAYS: i64 = 200 * 366;
        let last = list.jobs.last().map_or(0, |job| job.submit.ms());
        let work: i128 = list.jobs.iter().map(|job| i128::from(job.run.ms())).sum();
        let days = ((i128::from(last) + work) / i128::from(Span::DAY.ms()) + 1).min(i128::from(MOST_DAYS)) as i64;
        let end = self.start.checked_add(jiff::Span::new().days(days)).unwrap_or(Date::MAX);
        Calendar::new(self.start, end).unwrap_or_else(|| Calendar::whole_day(self.start))
    }
}
