//! Scenarios described in code.
//!
//! A builder fills the same specs that a file is read into, writes them as that file, and loads it:
//! defaults, checks and messages are those of every scenario.

mod entry;
pub mod law;
mod setting;

pub use entry::Entry;
pub use setting::Setting;

use super::format::FORMAT;
use super::issue::{Issue, Issues};
use super::load::{Source, load};
use super::spec::{
    BudgetSpec, ClusterSpec, CohortSpec, ContractSpec, DateText, DurationText, GridSpec, OrLaw, OutageSpec, PolicySpec,
    ReplicaSpec, ScenarioSpec, ServiceSpec, ShockSpec, TeamSpec, VendorSpec, WorkloadSpec,
};
use crate::model::Model;
use crate::model::job_list::JobList;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Describes a scenario in code, and builds its model. What is not said has the default that it has
/// in a scenario file.
///
/// Entries are described by closures; see [`Entry`] for their methods. [`Entry::with`] and
/// [`ModelBuilder::with`] reach every key that has no method here.
///
/// ```
/// use skyberth::model::job_list::{JobList, ListedJob};
/// use skyberth::scenario::{ModelBuilder, law};
/// use skyberth::units::{SimTime, Span};
///
/// let urgent = JobList::numbered([ListedJob::new(SimTime::ZERO + Span::DAY, 64, Span::HOUR)]);
/// let model = ModelBuilder::new("2026-01-01", "2026-12-31")
///     .replications(4)
///     .vendor("aws")
///     .cluster("ohio", "H100", |cluster| cluster.region("us-oh").gpus(1024).gpus_from("2026-06-01", 512))
///     .workload("training", |workload| workload.jobs_per_day(40).gpus(64).duration(law::lognormal("6 h", 1.0).max("7 d")))
///     .jobs("urgent", urgent)
///     .policy("easy")
///     .build()?;
/// assert_eq!(model.workloads.len(), 2);
/// # Ok::<(), skyberth::scenario::BuildError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ModelBuilder {
    name: String,
    spec: ScenarioSpec,
    jobs: BTreeMap<String, Arc<JobList>>,
    issues: Issues,
}

/// What is wrong with a scenario that was described in code.
#[derive(Clone, Debug)]
pub struct BuildError {
    source: Box<Source>,
    issues: Issues,
}

impl BuildError {
    fn new(source: Source, issues: Issues) -> Self {
        Self { source: Box::new(source), issues }
    }

    /// Everything there is to say about it.
    #[must_use]
    pub fn issues(&self) -> &Issues {
        &self.issues
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.issues.render(&self.source, false).trim_end())
    }
}

impl std::error::Error for BuildError {}

impl ModelBuilder {
    /// A scenario from its first to its last simulated day: texts such as `"2026-12-31"`, or dates.
    pub fn new(start: impl Setting<DateText>, end: impl Setting<DateText>) -> Self {
        let (name, jobs, issues) = ("model".to_owned(), BTreeMap::new(), Issues::default());
        let mut builder = Self { name, spec: ScenarioSpec::default(), jobs, issues };
        builder.spec.scenario.start = builder.required("scenario.start", start);
        builder.spec.scenario.end = builder.required("scenario.end", end);
        builder
    }

    /// Names it, as a file's name would: results are put into a folder of this name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets the root of every random draw.
    pub fn seed(self, seed: u64) -> Self {
        self.with(|spec| spec.scenario.seed = Some(seed))
    }

    /// Sets how many futures are simulated.
    pub fn replications(self, replications: u32) -> Self {
        self.with(|spec| spec.scenario.replications = Some(replications))
    }

    /// Leaves jobs submitted in this time out of job metrics.
    pub fn warm_up(mut self, time: impl Setting<DurationText>) -> Self {
        self.spec.scenario.warm_up = Some(self.required("scenario.warm_up", time));
        self
    }

    /// Sets how often services are scaled.
    pub fn service_step(mut self, time: impl Setting<DurationText>) -> Self {
        self.spec.scenario.service_step = Some(self.required("scenario.service_step", time));
        self
    }

    /// Adds a vendor. Clusters and contracts that follow are of this vendor.
    pub fn vendor(self, key: impl Into<String>) -> Self {
        self.vendor_with(key, |vendor| vendor)
    }

    /// Adds a vendor with more than its key.
    pub fn vendor_with(mut self, key: impl Into<String>, describe: impl FnOnce(Entry<VendorSpec>) -> Entry<VendorSpec>) -> Self {
        let key = key.into();
        let spec = self.describe("vendor", &key, VendorSpec::default(), describe);
        self.spec.vendor.insert(key, spec);
        self
    }

    /// Adds a cluster of a GPU type of the catalog to the vendor added last.
    pub fn cluster(
        mut self,
        key: impl Into<String>,
        gpu: impl Into<String>,
        describe: impl FnOnce(Entry<ClusterSpec>) -> Entry<ClusterSpec>,
    ) -> Self {
        let key = key.into();
        let blank = ClusterSpec { vendor: self.vendor_of("cluster", &key), gpu: gpu.into(), ..ClusterSpec::default() };
        let spec = self.describe("cluster", &key, blank, describe);
        self.spec.cluster.insert(key, spec);
        self
    }

    /// Adds a contract with the vendor added last.
    pub fn contract(
        mut self,
        key: impl Into<String>,
        start: impl Setting<DateText>,
        term: impl Setting<DurationText>,
        describe: impl FnOnce(Entry<ContractSpec>) -> Entry<ContractSpec>,
    ) -> Self {
        let key = key.into();
        let blank = ContractSpec {
            vendor: self.vendor_of("contract", &key),
            start: self.required(&format!("contract.{key}.start"), start),
            term: self.required(&format!("contract.{key}.term"), term),
            ..ContractSpec::default()
        };
        let spec = self.describe("contract", &key, blank, describe);
        self.spec.contract.insert(key, spec);
        self
    }

    /// Adds a cap on the power of all clusters of a grid [MW].
    pub fn grid(mut self, key: impl Into<String>, max_mw: f64, describe: impl FnOnce(Entry<GridSpec>) -> Entry<GridSpec>) -> Self {
        let key = key.into();
        let blank = GridSpec { max_mw, ..GridSpec::default() };
        let spec = self.describe("grid", &key, blank, describe);
        self.spec.grid.insert(key, spec);
        self
    }

    /// Adds a cause of delay that tranches can share: its probability, and the delay, given that it
    /// happens [days].
    pub fn shock(mut self, key: impl Into<String>, probability: f64, days: impl Setting<OrLaw<f64>>) -> Self {
        let key = key.into();
        let days = self.required(&format!("shock.{key}.days"), days);
        self.spec.shock.insert(key, ShockSpec { probability, days, ..ShockSpec::default() });
        self
    }

    /// Adds an outage.
    pub fn outage(
        mut self,
        key: impl Into<String>,
        duration: impl Setting<OrLaw<DurationText>>,
        describe: impl FnOnce(Entry<OutageSpec>) -> Entry<OutageSpec>,
    ) -> Self {
        let key = key.into();
        let duration = self.required(&format!("outage.{key}.duration"), duration);
        let spec = self.describe("outage", &key, OutageSpec { duration, ..OutageSpec::default() }, describe);
        self.spec.outage.insert(key, spec);
        self
    }

    /// Adds a source of jobs.
    pub fn workload(mut self, key: impl Into<String>, describe: impl FnOnce(Entry<WorkloadSpec>) -> Entry<WorkloadSpec>) -> Self {
        let key = key.into();
        let blank = self.spec.workload.shift_remove(&key).unwrap_or_default();
        let spec = self.describe("workload", &key, blank, describe);
        self.spec.workload.insert(key, spec);
        self
    }

    /// Gives a workload its jobs one by one, instead of laws or a trace; adds the workload, if it
    /// is new.
    pub fn jobs(mut self, key: impl Into<String>, jobs: JobList) -> Self {
        let key = key.into();
        self.spec.workload.entry(key.clone()).or_default();
        self.jobs.insert(key, Arc::new(jobs));
        self
    }

    /// Adds an inference service, by the replica type of the catalog or what a replica was measured
    /// to do.
    pub fn service(
        mut self,
        key: impl Into<String>,
        replica: impl Setting<ReplicaSpec>,
        describe: impl FnOnce(Entry<ServiceSpec>) -> Entry<ServiceSpec>,
    ) -> Self {
        let key = key.into();
        let blank = ServiceSpec { replica: self.required(&format!("service.{key}.replica"), replica), ..ServiceSpec::default() };
        let spec = self.describe("service", &key, blank, describe);
        self.spec.service.insert(key, spec);
        self
    }

    /// Adds a team.
    pub fn team(mut self, key: impl Into<String>, describe: impl FnOnce(Entry<TeamSpec>) -> Entry<TeamSpec>) -> Self {
        let key = key.into();
        let spec = self.describe("team", &key, TeamSpec::default(), describe);
        self.spec.team.insert(key, spec);
        self
    }

    /// Adds teams that lend to each other.
    pub fn cohort(mut self, key: impl Into<String>, describe: impl FnOnce(Entry<CohortSpec>) -> Entry<CohortSpec>) -> Self {
        let key = key.into();
        let spec = self.describe("cohort", &key, CohortSpec::default(), describe);
        self.spec.cohort.insert(key, spec);
        self
    }

    /// Sets the speed of links between vendors [Gbit/s].
    pub fn links(self, gbps: f64) -> Self {
        self.with(|spec| spec.links.get_or_insert_default().default_gbps = Some(gbps))
    }

    /// Says what there is to pay with.
    pub fn budget(mut self, describe: impl FnOnce(Entry<BudgetSpec>) -> Entry<BudgetSpec>) -> Self {
        let blank = self.spec.budget.take().unwrap_or_default();
        self.spec.budget = Some(self.describe("budget", "", blank, describe));
        self
    }

    /// Chooses the policy by its preset.
    pub fn policy(self, preset: impl Into<String>) -> Self {
        let preset = preset.into();
        self.with(|spec| spec.policy.preset = Some(preset))
    }

    /// Chooses parts of the policy, which replace the preset's.
    pub fn policy_parts(mut self, describe: impl FnOnce(Entry<PolicySpec>) -> Entry<PolicySpec>) -> Self {
        let blank = std::mem::take(&mut self.spec.policy);
        self.spec.policy = self.describe("policy", "", blank, describe);
        self
    }

    /// Sets what has no method here: any key of the scenario.
    pub fn with(mut self, change: impl FnOnce(&mut ScenarioSpec)) -> Self {
        change(&mut self.spec);
        self
    }

    /// The scenario as a file: to write it down, to change it or to compare its variants. Listed
    /// jobs stand beside the text, in [`Source::jobs`].
    ///
    /// # Errors
    ///
    /// When a value means nothing, such as a duration without a unit.
    pub fn source(self) -> Result<Source, BuildError> {
        let mut issues = self.issues;
        // By way of a table: the serialiser of texts is large, and is compiled for every type that it meets.
        let spec = ScenarioSpec { format: Some(FORMAT), ..self.spec };
        let written = toml::Table::try_from(&spec).and_then(|table| toml::to_string(&table));
        let text = written.unwrap_or_else(|error| {
            issues.push(Issue::error(format!("the scenario cannot be written: {error}"), None));
            String::new()
        });
        let source = Source { jobs: self.jobs, ..Source::new(self.name, text) };
        if issues.has_errors() { Err(BuildError::new(source, issues)) } else { Ok(source) }
    }

    /// The model.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the scenario, in the words and at the places of the file that
    /// [`ModelBuilder::source`] writes.
    pub fn build(self) -> Result<Model, BuildError> {
        let source = self.source()?;
        let loaded = load(&source);
        loaded.model.ok_or_else(|| BuildError::new(source, loaded.issues))
    }

    /// An entry as it is described, its mistakes noted.
    fn describe<S>(&mut self, section: &str, key: &str, blank: S, describe: impl FnOnce(Entry<S>) -> Entry<S>) -> S {
        let path = if key.is_empty() { section.to_owned() } else { format!("{section}.{key}") };
        let entry = describe(Entry::new(path, self.spec.scenario.start, blank));
        let (spec, issues) = entry.into_parts();
        for issue in issues {
            self.issues.push(issue);
        }
        spec
    }

    /// A value that must be given; its mistake is noted.
    fn required<T: Default>(&mut self, path: &str, value: impl Setting<T>) -> T {
        value.setting().map_err(|what| self.issues.push(fault(path, &what))).unwrap_or_default()
    }

    /// The vendor added last.
    fn vendor_of(&mut self, section: &str, key: &str) -> String {
        let last = self.spec.vendor.keys().last().cloned();
        last.unwrap_or_else(|| {
            self.issues.push(fault(&format!("{section}.{key}"), "add a vendor before it"));
            String::new()
        })
    }
}

/// A mistake at a key that has no place in a text yet.
fn fault(path: &str, what: &str) -> Issue {
    Issue::error(format!("{path}: {what}"), None)
}

#[cfg(test)]
mod tests;
