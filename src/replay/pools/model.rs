//! A pool as a model: one vendor, one cluster, one workload, no money and no failures.

use super::{Pool, PoolReplay};
use crate::model::Model;
use crate::model::calendar::Calendar;
use crate::model::cluster::{Cluster, FailureLaw, Power};
use crate::model::comparison::ComparisonPlan;
use crate::model::job::{Checkpoint, JobSource, Workload};
use crate::model::job_list::JobList;
use crate::model::law::Law;
use crate::model::prices::Prices;
use crate::model::ramp::{CapacityKind, Slip, Tranche};
use crate::model::vendor::Vendor;
use crate::units::{SimTime, Span};
use jiff::civil::Date;
use std::sync::Arc;

impl PoolReplay {
    pub(super) fn model(&self, pool: &Pool) -> Model {
        Model {
            name: pool.name.clone(),
            title: String::new(),
            calendar: calendar(self.start, &pool.jobs),
            warm_up: SimTime::ZERO,
            seed: 0,
            replications: 1,
            vendors: vec![vendor()],
            clusters: vec![cluster(pool)],
            contracts: Vec::new(),
            shocks: Vec::new(),
            outages: Vec::new(),
            watches: Vec::new(),
            teams: vec![pool.name.clone()],
            team_weights: Vec::new(),
            quotas: None,
            allowances: Vec::new(),
            workloads: vec![workload(pool)],
            services: Vec::new(),
            transfers: None,
            power_caps: Vec::new(),
            service_step: Span::from_ms(600_000),
            budget: None,
            charge_back: None,
            policy: self.policy.clone(),
            comparison: ComparisonPlan::default(),
            assumptions: Vec::new(),
            inputs: Vec::new(),
        }
    }
}

fn vendor() -> Vendor {
    Vendor {
        key: "trace".to_owned(),
        name: "trace".to_owned(),
        commitment_unknown: true,
        commitment_range: None,
        power_unknown: true,
        replacement_lead: None,
        defaults_at: None,
        stops_at: None,
        default_law: None,
    }
}

fn cluster(pool: &Pool) -> Cluster {
    let no_slip = Slip { probability: 0.0, days: Law::constant(0.0), cancelled: 0.0, shocks: Vec::new() };
    Cluster {
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
        power: no_power(),
        failures: FailureLaw { per_gpu_day: 0.0, repair: Span::ZERO },
        evictions: None,
        most_powered: u64::MAX,
        colocation: None,
        ramp: vec![Tranche::new(SimTime::ZERO, pool.gpus(), CapacityKind::Reserved, no_slip)],
    }
}

fn no_power() -> Power {
    Power {
        it_kw_per_gpu: 0.0,
        idle_share: 0.0,
        pue_annual: 1.0,
        pue_peak: 1.0,
        carbon_g_per_kwh: 0.0,
        usd_per_kwh: 0.0,
        buyer_pays: false,
        dark_is_billed: false,
    }
}

fn workload(pool: &Pool) -> Workload {
    Workload {
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
    }
}

/// Enough days for all jobs one after the other, up to 200 years. A policy that starts a job on an empty machine needs no more.
fn calendar(start: Date, list: &JobList) -> Calendar {
    const MOST_DAYS: i64 = 200 * 366;
    let last = list.jobs.last().map_or(0, |job| job.submit.ms());
    let work: i128 = list.jobs.iter().map(|job| i128::from(job.run.ms())).sum();
    let days = ((i128::from(last) + work) / i128::from(Span::DAY.ms()) + 1).min(i128::from(MOST_DAYS)) as i64;
    let end = start.checked_add(jiff::Span::new().days(days)).unwrap_or(Date::MAX);
    Calendar::new(start, end).unwrap_or_else(|| Calendar::whole_day(start))
}
