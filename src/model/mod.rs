//! The nouns of a simulation, checked and resolved: what a scenario means once its text is understood.

pub mod allowance;
pub mod budget;
pub mod calendar;
pub mod catalog;
pub mod charge_back;
pub mod clauses;
pub mod cluster;
pub mod comparison;
pub mod confidence;
pub mod contract;
pub mod demand;
pub mod elastic;
pub mod eviction;
pub mod job;
pub mod job_list;
pub mod law;
pub mod outage;
pub mod policy;
pub mod power_cap;
pub mod prices;
pub mod quota;
pub mod ramp;
pub mod scaling;
pub mod service;
pub mod transfer;
pub mod vendor;
pub mod watch;

use crate::units::{self, ClusterId, Gpus, SimTime, Span, TeamId, VendorId};
use budget::Budget;
use calendar::Calendar;
use charge_back::ChargeBack;
use cluster::Cluster;
use comparison::ComparisonPlan;
use confidence::Confidence;
use contract::Contract;
use job::Workload;
use outage::Outage;
pub use policy::{Levels, PolicyChoice, Rounds};
use power_cap::PowerCap;
use quota::Quotas;
use ramp::Shock;
use serde::{Deserialize, Serialize};
use service::Service;
use std::sync::Arc;
use transfer::Transfers;
use vendor::Vendor;
use watch::Watch;

/// A whole scenario, ready to be simulated. Positions in the lists are the identifiers of `units`.
#[derive(Clone, Debug)]
pub struct Model {
    /// The scenario's name: the folder of its results.
    pub name: String,
    /// One line on what it is about.
    pub title: String,
    /// Dates of simulated time.
    pub calendar: Calendar,
    /// Jobs submitted before this are left out of job metrics, and integrals begin here [ms].
    pub warm_up: SimTime,
    /// Root of every random draw.
    pub seed: u64,
    /// How many futures are simulated.
    pub replications: u32,
    /// The vendors.
    pub vendors: Vec<Vendor>,
    /// Where GPUs are.
    pub clusters: Vec<Cluster>,
    /// What was signed.
    pub contracts: Vec<Contract>,
    /// Causes of delay that hit several tranches at once.
    pub shocks: Vec<Shock>,
    /// What takes clusters away for a while.
    pub outages: Vec<Outage>,
    /// Events that are looked at closely.
    pub watches: Vec<Watch>,
    /// Caps on the power of clusters and grids.
    pub power_caps: Vec<PowerCap>,
    /// Tenants.
    pub teams: Vec<String>,
    /// By tenant: its weight in sharing GPUs, if it has a `[team.KEY]`.
    pub team_weights: Vec<Option<f64>>,
    /// How teams are charged at a standard rate.
    pub charge_back: Option<ChargeBack>,
    /// What teams are entitled to, if the scenario says so.
    pub quotas: Option<Arc<Quotas>>,
    /// What teams may use in a period.
    pub allowances: Vec<allowance::Allowance>,
    /// Sources of jobs.
    pub workloads: Vec<Workload>,
    /// Inference services, highest priority first.
    pub services: Vec<Service>,
    /// Links between vendors and what moves over them; none where nothing does.
    pub transfers: Option<Arc<Transfers>>,
    /// How often services are scaled and their demand changes.
    pub service_step: Span,
    /// What there is to pay with, if the scenario says so.
    pub budget: Option<Budget>,
    /// The policy, resolved and checked.
    pub policy: PolicyChoice,
    /// What it is compared with.
    pub comparison: ComparisonPlan,
    /// What the result rests on.
    pub assumptions: Vec<Assumption>,
    /// Files that the scenario names and that were read, in its order.
    pub inputs: Vec<InputFile>,
}

/// A file that is part of a scenario without being in its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputFile {
    /// Its name, as the scenario writes it.
    pub file: String,
    /// Hash of its bytes (FNV-1a, 64 bits).
    pub hash: String,
}

/// A statement that the results rest on, for the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumption {
    /// The keys whose default it is, such as `cluster.repair`; empty for other statements.
    pub keys: Vec<String>,
    /// What it is about, in words or as a path in the scenario.
    pub about: String,
    /// The value used.
    pub value: String,
    /// The range it may lie in, where one is stated.
    pub range: Option<String>,
    /// How sure.
    pub confidence: Confidence,
    /// Where it comes from.
    pub source: Option<String>,
    /// Whether the program chose it because the scenario does not say.
    pub is_default: bool,
}

impl Model {
    /// Whether jobs ask for shares of GPUs.
    #[must_use]
    pub fn has_shares(&self) -> bool {
        self.workloads.iter().any(|workload| workload.gpu_milli < 1000)
    }

    /// The teams between which fairness is measured, in order: those with a `[team.KEY]` and workloads. Empty if there are fewer than two.
    /// O(teams x workloads).
    #[must_use]
    pub fn fair_teams(&self) -> Vec<TeamId> {
        let has_jobs = |team: &TeamId| self.workloads.iter().any(|workload| workload.team == *team);
        let weighted = (0..self.teams.len()).map(TeamId::from).filter(|team| self.weight(*team).is_some());
        let teams: Vec<TeamId> = weighted.filter(has_jobs).collect();
        if teams.len() < 2 { Vec::new() } else { teams }
    }

    /// The weight of a team in sharing GPUs, if it has a `[team.KEY]`.
    #[must_use]
    pub fn weight(&self, team: TeamId) -> Option<f64> {
        self.team_weights.get(team.index()).copied().flatten()
    }

    /// Whether jobs can run on more or fewer GPUs than they ask for.
    #[must_use]
    pub fn has_elastic(&self) -> bool {
        self.workloads.iter().any(|workload| workload.elastic.is_some())
    }

    /// The end of the simulation: the first instant that is not simulated.
    #[must_use]
    pub const fn horizon(&self) -> SimTime {
        self.calendar.horizon()
    }

    /// The clusters of a vendor, in order.
    pub fn clusters_of(&self, vendor: VendorId) -> impl Iterator<Item = (ClusterId, &Cluster)> {
        self.clusters
            .iter()
            .enumerate()
            .filter(move |(_, cluster)| cluster.vendor == vendor)
            .map(|(index, cluster)| (index.into(), cluster))
    }

    /// Whether a cluster's reserved capacity is paid as used, and not whether used or not.
    #[must_use]
    pub fn pays_by_use(&self, cluster: &Cluster) -> bool {
        cluster.contract.is_some_and(|id| matches!(self.contracts[id.index()].payment, contract::Payment::Usage { .. }))
    }

    /// What a cluster's reserved GPU-time costs at an instant after its term.
    #[must_use]
    pub fn price_after_term(&self, cluster: &Cluster, time: SimTime) -> units::Price {
        match cluster.contract.map(|id| self.contracts[id.index()].after_term) {
            Some(contract::AfterTerm::Continues(Some(price))) => price,
            _ => cluster.prices.at(time).reserved,
        }
    }

    /// Whether a user (workloads, then services) may run on a cluster at all.
    #[must_use]
    pub fn may_run(&self, user: usize, cluster: usize) -> bool {
        match self.workloads.get(user) {
            Some(workload) => workload.speed_milli[cluster] > 0,
            None => self.services[user - self.workloads.len()].speed[cluster] > 0.0,
        }
    }

    /// Whether a user's gangs must each stay inside one NVLink domain: replicas of services do.
    #[must_use]
    pub fn stays_in_domain(&self, user: usize) -> bool {
        self.workloads.get(user).is_none_or(|workload| workload.within_domain)
    }

    /// What a user's GPUs must be together in, of so many that are held at once: a replica, a bundle's gang, or all of them.
    #[must_use]
    pub fn gang(&self, user: usize, held: Gpus) -> Gpus {
        match self.workloads.get(user) {
            Some(workload) => workload.bundle_of.map_or(held, |gang| held.min(workload.amount(gang))),
            None => Gpus::whole(u64::from(self.services[user - self.workloads.len()].replica.gpus)),
        }
    }

    /// Whether the scenario says anything of what leaving a vendor takes: data that move, notice, early termination, or the lead of a
    /// replacement.
    #[must_use]
    pub fn states_exit(&self) -> bool {
        self.transfers.is_some()
            || self.contracts.iter().any(|contract| contract.notice.is_some() || contract.clauses.early_termination.is_some())
            || self.vendors.iter().any(|vendor| vendor.replacement_lead.is_some())
    }

    /// The vendors that have clusters, in order.
    pub fn vendors_with_clusters(&self) -> impl Iterator<Item = VendorId> {
        (0..self.vendors.len()).map(VendorId::from).filter(|&vendor| self.clusters_of(vendor).next().is_some())
    }

    /// Whether a vendor has neither a cluster nor a contract, so that nothing is known of it but its name.
    #[must_use]
    pub fn is_without_capacity(&self, vendor: VendorId) -> bool {
        self.clusters_of(vendor).next().is_none() && self.contracts.iter().all(|contract| contract.vendor != vendor)
    }

    /// Everything that uses GPUs, for charge-back: workloads, then services, each with its team.
    pub fn users(&self) -> impl Iterator<Item = (&str, TeamId)> {
        let workloads = self.workloads.iter().map(|workload| (workload.name.as_str(), workload.team));
        workloads.chain(self.services.iter().map(|service| (service.name.as_str(), service.team)))
    }

    /// When a user may not start with a vendor: while another vendor's contract with an exclusivity clause that binds it runs, until the clause
    /// ends, except during waivers. In order of beginning; each from the first instant to before the second.
    #[must_use]
    pub fn closed(&self, user: usize, vendor: VendorId) -> Vec<(SimTime, SimTime)> {
        let others = self.contracts.iter().filter(|contract| contract.vendor != vendor);
        let mut closed: Vec<(SimTime, SimTime)> = others.flat_map(|contract| contract.closes(self, user, vendor)).collect();
        closed.sort_unstable();
        closed
    }
}
