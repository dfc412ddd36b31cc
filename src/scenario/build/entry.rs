//! Entries of a scenario while they are described.

use super::fault;
use super::setting::Setting;
use crate::scenario::issue::Issue;
use crate::scenario::spec::{
    AutoscalerSpec, BudgetSpec, CheckpointSpec, ClusterSpec, CohortSpec, ColocationSpec, ContractSpec, DateText, DebtSpec,
    DurationText, ElasticSpec, ElectricitySpec, EstimateSpec, EvictionSpec, FormulaSpec, GpusSpec, GridSpec, GrowthSpec, KindSpec,
    MomentText, OrLaw, OrderSpec, OutageKindSpec, OutageSpec, OutcomesSpec, PaymentSpec, PolicySpec, PowerRiskSpec, PowerStepSpec,
    ProfileSpec, ReclaimSpec, RevenueSpec, ServiceSpec, SlipSpec, SpeedSpec, StaticSpec, SubscriptionsSpec, TeamSpec, TraceSpec,
    TrancheSpec, UsageSpec, VendorSpec, WorkloadSpec,
};

/// An entry of a scenario while it is described: a vendor, a cluster, a workload and so on.
#[derive(Clone, Debug)]
#[must_use]
pub struct Entry<S> {
    /// Where it stands in the scenario.
    path: String,
    /// The scenario's first day.
    start: DateText,
    spec: S,
    issues: Vec<Issue>,
}

impl<S> Entry<S> {
    pub(super) fn new(path: String, start: DateText, spec: S) -> Self {
        Self { path, start, spec, issues: Vec::new() }
    }

    pub(super) fn into_parts(self) -> (S, Vec<Issue>) {
        (self.spec, self.issues)
    }

    /// Sets what has no method here: any key of the entry.
    pub fn with(mut self, change: impl FnOnce(&mut S)) -> Self {
        change(&mut self.spec);
        self
    }

    /// Sets a key, or notes what is wrong with its value.
    fn set<T>(mut self, key: &str, value: impl Setting<T>, put: impl FnOnce(&mut S, T)) -> Self {
        match value.setting() {
            Ok(value) => put(&mut self.spec, value),
            Err(what) => self.issues.push(fault(&format!("{}.{key}", self.path), &what)),
        }
        self
    }
}

/// Methods that set the key of their name.
macro_rules! setters {
    ($spec:ident { $($key:ident: $type:ty,)* }) => {
        impl Entry<$spec> {$(
            #[doc = concat!("Sets [`", stringify!($key), "`](field@", stringify!($spec), "::", stringify!($key), ").")]
            pub fn $key(self, value: impl Setting<$type>) -> Self {
                self.set(stringify!($key), value, |spec, value| spec.$key = Some(value))
            }
        )*}
    };
}

setters! { VendorSpec {
    name: String,
    commitment_unknown: bool,
    commitment_range_usd: [f64; 2],
    power_unknown: bool,
    replacement_lead: DurationText,
    egress_usd_per_gb: f64,
    pue_annual: f64,
    pue_peak: f64,
    defaults_on: DateText,
}}

setters! { ClusterSpec {
    region: String,
    jurisdiction: String,
    supplier: String,
    developer: String,
    grid: String,
    node_gpus: u32,
    domain_gpus: u32,
    price_usd_per_gpu_hour: f64,
    on_demand_usd_per_gpu_hour: f64,
    spot_usd_per_gpu_hour: f64,
    it_kw_per_gpu: f64,
    facility_kw_per_gpu_peak: f64,
    idle_power_share: f64,
    pue_annual: f64,
    pue_peak: f64,
    carbon_g_per_kwh: f64,
    max_mw: f64,
    electricity_usd_per_kwh: f64,
    electricity: ElectricitySpec,
    power_risk: PowerRiskSpec,
    colocation: ColocationSpec,
    failures_per_gpu_day: f64,
    repair: DurationText,
    eviction: EvictionSpec,
    slip: SlipSpec,
}}

setters! { ContractSpec {
    value_usd: f64,
    notice: DurationText,
    clusters: Vec<String>,
    payment: PaymentSpec,
    starts_with_delivery: bool,
    prepayment_usd: f64,
    outage_credit_share: f64,
}}

setters! { OutageSpec {
    vendor: String,
    region: String,
    clusters: Vec<String>,
    kind: OutageKindSpec,
    start: MomentText,
    per_year: f64,
}}

setters! { WorkloadSpec {
    team: String,
    trace: TraceSpec,
    jobs_per_day: f64,
    busy_gpus: f64,
    factor: f64,
    growth: GrowthSpec,
    daily: ProfileSpec,
    weekend: f64,
    gpus: OrLaw<f64>,
    gpus_multiple_of: u64,
    elastic: ElasticSpec,
    bundle_of: u64,
    duration: OrLaw<DurationText>,
    outcomes: OutcomesSpec,
    estimate: EstimateSpec,
    priority: i32,
    weight: f64,
    preemptible: bool,
    restart: OrLaw<DurationText>,
    software_failures_per_day: f64,
    deadline: DurationText,
    within_domain: bool,
    only_gpus: Vec<String>,
    only_vendors: Vec<String>,
    only_clusters: Vec<String>,
    only_jurisdictions: Vec<String>,
    not_jurisdictions: Vec<String>,
    reference_gpu: String,
    speed: SpeedSpec,
}}

setters! { ServiceSpec {
    team: String,
    tokens_per_s: f64,
    factor: f64,
    growth: GrowthSpec,
    daily: ProfileSpec,
    weekend: f64,
    input_tokens: f64,
    output_tokens: f64,
    tpot_slo_ms: f64,
    autoscaler: AutoscalerSpec,
    cold_start: DurationText,
    patience: DurationText,
    priority: i32,
    only_gpus: Vec<String>,
    only_vendors: Vec<String>,
    only_clusters: Vec<String>,
    only_jurisdictions: Vec<String>,
    not_jurisdictions: Vec<String>,
    speed: SpeedSpec,
}}

setters! { TeamSpec {
    weight: f64,
    quota_gpus: GpusSpec,
    cohort: String,
    borrowing_limit_gpus: GpusSpec,
    lending_limit_gpus: GpusSpec,
    reclaim: ReclaimSpec,
}}

setters! { CohortSpec {
    parent: String,
    quota_gpus: GpusSpec,
    borrowing_limit_gpus: GpusSpec,
    lending_limit_gpus: GpusSpec,
}}

setters! { BudgetSpec {
    growth_per_year: f64,
    factor: OrLaw<f64>,
    discount_rate: f64,
    cancel_when_coverage_above: f64,
    binding_days: f64,
    window_months: u32,
    cancel_fee_share: f64,
    subscriptions: SubscriptionsSpec,
    opening_cash_usd: f64,
    debt: DebtSpec,
    raise_limit_usd: f64,
}}

setters! { PolicySpec {
    preset: String,
    order: OrderSpec,
    backfill: String,
    broker: String,
    placement: String,
    preemption: String,
    elastic: String,
    elastic_interval: DurationText,
    level_limits_s: Vec<f64>,
    promote_after: f64,
    usage_half_life: DurationText,
    round: DurationText,
    shares_apart: DurationText,
}}

impl Entry<ClusterSpec> {
    /// Names a vendor other than the one added last.
    pub fn vendor(self, key: impl Into<String>) -> Self {
        let key = key.into();
        self.with(|spec| spec.vendor = key)
    }

    /// Adds reserved GPUs that are there from the scenario's first day on.
    pub fn gpus(self, gpus: u64) -> Self {
        let start = self.start;
        self.gpus_from(start, gpus)
    }

    /// Adds reserved GPUs that arrive on a day.
    pub fn gpus_from(self, date: impl Setting<DateText>, gpus: u64) -> Self {
        self.tranche(date, gpus, |_| ())
    }

    /// Adds GPUs that are there from the scenario's first day on, paid in another way than by
    /// reservation.
    pub fn gpus_of(self, kind: KindSpec, gpus: u64) -> Self {
        let start = self.start;
        self.tranche(start, gpus, |tranche| tranche.kind = Some(kind))
    }

    /// Adds GPUs that arrive on a day, with more to say about them.
    pub fn tranche(self, date: impl Setting<DateText>, gpus: u64, change: impl FnOnce(&mut TrancheSpec)) -> Self {
        let key = format!("ramp[{}].date", self.spec.ramp.len());
        self.set(&key, date, |spec, date| {
            let mut tranche = TrancheSpec { date, gpus: Some(gpus), ..TrancheSpec::default() };
            change(&mut tranche);
            spec.ramp.push(tranche);
        })
    }

    /// Says what delays a tranche that does not say so itself: the probability, and the delay
    /// [days].
    pub fn slips(self, probability: f64, days: impl Setting<OrLaw<f64>>) -> Self {
        self.set("slip.days", days, |spec, days| {
            spec.slip = Some(SlipSpec { probability, days: Some(days), cancelled: None, shocks: Vec::new() });
        })
    }

    /// Raises the cap on power [MW] on a day.
    pub fn max_mw_from(self, date: impl Setting<DateText>, max_mw: f64) -> Self {
        let key = format!("max_mw_steps[{}].date", self.spec.max_mw_steps.len());
        self.set(&key, date, |spec, date| spec.max_mw_steps.push(PowerStepSpec { date, max_mw }))
    }
}

impl Entry<GridSpec> {
    /// Raises the cap on power [MW] on a day.
    pub fn max_mw_from(self, date: impl Setting<DateText>, max_mw: f64) -> Self {
        let key = format!("max_mw_steps[{}].date", self.spec.max_mw_steps.len());
        self.set(&key, date, |spec, date| spec.max_mw_steps.push(PowerStepSpec { date, max_mw }))
    }
}

impl Entry<ContractSpec> {
    /// Names a vendor other than the one added last.
    pub fn vendor(self, key: impl Into<String>) -> Self {
        let key = key.into();
        self.with(|spec| spec.vendor = key)
    }

    /// Pays for used GPU-time, with a minimum: this share of a contract-year's commitment.
    pub fn take_or_pay(self, share: f64) -> Self {
        self.with(|spec| spec.payment = Some(PaymentSpec::Usage(UsageSpec { take_or_pay: share })))
    }
}

impl Entry<WorkloadSpec> {
    /// Saves state each time a job has computed for `interval`; its gang stands still for
    /// `blocking`. An interval of zero saves none.
    pub fn checkpoint(self, interval: impl Setting<DurationText>, blocking: impl Setting<DurationText>) -> Self {
        let blank = |spec: &mut WorkloadSpec, interval| {
            spec.checkpoint = Some(CheckpointSpec { interval, blocking: None, size_gb_per_gpu: None });
        };
        let entry = self.set("checkpoint.interval", interval, blank);
        entry.set("checkpoint.blocking", blocking, |spec, blocking| {
            if let Some(checkpoint) = &mut spec.checkpoint {
                checkpoint.blocking = Some(blocking);
            }
        })
    }

    /// Sets the size of a checkpoint [GB of 10^9 bytes per GPU of the job]; say first how often
    /// there is one.
    pub fn checkpoint_gb_per_gpu(mut self, size: f64) -> Self {
        match &mut self.spec.checkpoint {
            Some(checkpoint) => checkpoint.size_gb_per_gpu = Some(size),
            None => self.issues.push(fault(&format!("{}.checkpoint", self.path), "say first how often there is one")),
        }
        self
    }
}

impl Entry<ServiceSpec> {
    /// Keeps this many replicas.
    pub fn replicas(self, replicas: u64) -> Self {
        self.with(|spec| spec.autoscaler = Some(AutoscalerSpec::Static(StaticSpec::Replicas(replicas))))
    }
}

impl Entry<BudgetSpec> {
    /// Adds the annual run rate of revenue on a day [USD a year].
    pub fn revenue(self, date: impl Setting<DateText>, usd_per_year: f64) -> Self {
        let key = format!("revenue[{}].date", self.spec.revenue.as_ref().map_or(0, Vec::len));
        self.set(&key, date, |spec, date| {
            spec.revenue.get_or_insert_default().push(RevenueSpec { date, usd_per_year });
        })
    }

    /// Says what a service earns [USD per million output tokens served within the objective].
    pub fn usd_per_million_tokens(mut self, service: &str, usd: f64) -> Self {
        self.spec.usd_per_million_tokens.get_or_insert_default().insert(service.to_owned(), usd);
        self
    }

    /// Says what useful work of a workload is worth [USD per useful H100e-hour].
    pub fn usd_per_useful_h100e_hour(mut self, workload: &str, usd: f64) -> Self {
        self.spec.usd_per_useful_h100e_hour.get_or_insert_default().insert(workload.to_owned(), usd);
        self
    }
}

impl Entry<PolicySpec> {
    /// Orders jobs by a formula over their fields, the largest value first.
    pub fn order_by(self, formula: impl Into<String>) -> Self {
        let expr = formula.into();
        self.with(|spec| spec.order = Some(OrderSpec::Formula(FormulaSpec { expr })))
    }
}
