//! Inference services.

use super::Compiler;
use super::capacity::{Clusters, Vendors};
use super::demand::{Limits, Path};
use super::workloads::team;
use crate::model::calendar::Calendar;
use crate::model::confidence::Confidence;
use crate::model::demand::Demand;
use crate::model::service::{Autoscaler, Replica, Service, StaticSize};
use crate::scenario::Issue;
use crate::scenario::spec::{AutoscalerSpec, ReplicaSpec, ServiceSpec, StaticSpec};
use crate::units::Span;

impl Compiler<'_, '_> {
    /// The services as they are written: the highest priority first, equal ones in the scenario's order.
    pub(super) fn service_specs(&mut self) -> Vec<(String, Option<ServiceSpec>)> {
        let mut entries: Vec<(String, Option<ServiceSpec>)> = self.document.section("service", self.issues);
        entries.sort_by_key(|(_, spec)| std::cmp::Reverse(spec.as_ref().map(ServiceSpec::priority)));
        entries
    }

    pub(super) fn services(
        &mut self,
        calendar: &Calendar,
        entries: Vec<(String, Option<ServiceSpec>)>,
        vendors: &Vendors,
        clusters: &Clusters,
        teams: &mut Vec<String>,
        step: Span,
    ) -> Vec<Service> {
        let mut list = Vec::new();
        for (name, spec) in entries {
            let Some(spec) = spec else { continue };
            list.extend(self.service(name, &spec, calendar, vendors, clusters, teams, step));
        }
        list
    }

    #[allow(clippy::too_many_arguments, reason = "a service refers to everything")]
    fn service(
        &mut self,
        name: String,
        spec: &ServiceSpec,
        calendar: &Calendar,
        vendors: &Vendors,
        clusters: &Clusters,
        teams: &mut Vec<String>,
        step: Span,
    ) -> Option<Service> {
        let at = format!("service.{name}");
        let (replica, reference) = self.replica(&at, &spec.replica)?;
        let limits = Limits {
            gpus: spec.only_gpus.as_ref(),
            vendors: spec.only_vendors.as_ref(),
            clusters: spec.only_clusters.as_ref(),
            only_jurisdictions: spec.only_jurisdictions.as_ref(),
            not_jurisdictions: spec.not_jurisdictions.as_ref(),
        };
        if spec.speed.is_none() {
            let path = format!("{at}.speed");
            self.default_at(
                &path,
                "speed of replicas on other GPU types",
                "in proportion to dense BF16",
                "",
                Confidence::Assumption,
            );
        }
        let traced = match &spec.trace {
            Some(trace) => Some(self.requests(&name, spec, trace, calendar, step)?),
            None => None,
        };
        let [input, output] = [
            spec.input_tokens.or(traced.as_ref().map(|traced| traced.input_tokens)).unwrap_or_else(|| spec.input_tokens()),
            spec.output_tokens.or(traced.as_ref().map(|traced| traced.output_tokens)).unwrap_or_else(|| spec.output_tokens()),
        ];
        let input_tokens = self.within(&format!("{at}.input_tokens"), input, 0.0, 1e7)?;
        let output_tokens = self.within(&format!("{at}.output_tokens"), output, 1.0, 1e7)?;
        let tpot_slo_s = self.within(&format!("{at}.tpot_slo_ms"), spec.tpot_slo_ms(), 0.1, 1e6)? / 1e3;
        let mut speed = self.speeds(&at, &limits, &spec.speed(), &reference, vendors, clusters);
        for (speed, cluster) in speed.iter_mut().zip(&clusters.list) {
            let reaches = replica.load_at_objective(input_tokens, output_tokens, tpot_slo_s, speed.max(1e-9)) > 0.0;
            if !reaches || replica.gpus > cluster.domain_gpus {
                *speed = 0.0;
            }
        }
        let demand = match traced {
            Some(traced) => traced.demand,
            None => self.path(&at, spec, calendar)?,
        };
        if spec.cold_start.is_none() {
            let value = spec.cold_start().to_string();
            let source = "SageServe (arXiv 2502.14617)";
            self.default_at(&format!("{at}.cold_start"), "cold start of replicas", value, source, Confidence::Sourced);
        }
        if spec.patience.is_none() {
            let about = "time after which waiting requests leave (patience)";
            self.default_at(&format!("{at}.patience"), about, spec.patience().to_string(), "", Confidence::Assumption);
        }
        self.grade(&format!("service {name}"), spec.note.clone().unwrap_or_default(), spec.confidence, spec.source.as_ref());
        let cold_start = spec.cold_start().span();
        if cold_start.ms() / step.ms().max(1) > 1000 {
            self.error(&format!("{at}.cold_start"), "the cold start is longer than 1,000 service steps");
            return None;
        }
        self.label(&format!("{at}.team"), spec.team.as_deref());
        Some(Service {
            team: team(teams, spec.team.as_deref().unwrap_or(&name)),
            demand,
            input_tokens,
            output_tokens,
            replica,
            tpot_slo_s,
            autoscaler: self.autoscaler(&at, spec)?,
            cold_start,
            patience: spec.patience().span(),
            priority: spec.priority(),
            speed,
            name,
        })
    }

    /// Demand as the keys describe it.
    fn path(&mut self, at: &str, spec: &ServiceSpec, calendar: &Calendar) -> Option<Demand> {
        if spec.daily.is_none() {
            self.default_at(
                &format!("{at}.daily"),
                "hourly rhythm of services",
                "chat (ServeGen m-small)",
                "",
                Confidence::Derived,
            );
        }
        let path = Path { factor: spec.factor(), growth: spec.growth, daily: spec.daily(), weekend: spec.weekend() };
        let Some(level) = spec.tokens_per_s else {
            // Where it is written it was refused already.
            if !self.document.has(&format!("{at}.tokens_per_s")) && !self.document.has(&format!("{at}.trace")) {
                let issue = Issue::error("the key `tokens_per_s` is missing", self.document.span(at));
                self.issues.push_also(issue.label("`tokens_per_s` belongs here, or a `trace`"));
            }
            return None;
        };
        let level = self.within(&format!("{at}.tokens_per_s"), level, 0.0, 1e15)?;
        Some(self.demand(at, level, &path, calendar))
    }

    fn autoscaler(&mut self, at: &str, spec: &ServiceSpec) -> Option<Autoscaler> {
        let autoscaler = self.scaled(at, spec.autoscaler())?;
        if let (None, Autoscaler::Reactive { headroom, hold_steps }) = (spec.autoscaler, &autoscaler) {
            let headroom = if *headroom == 0.0 { "no headroom".to_owned() } else { format!("headroom {headroom}") };
            let value = format!("reactive, {headroom}, hold of {hold_steps} steps");
            self.default_at(&format!("{at}.autoscaler"), "autoscaler of services", value, "", Confidence::Assumption);
        }
        Some(autoscaler)
    }

    fn scaled(&mut self, at: &str, spec: AutoscalerSpec) -> Option<Autoscaler> {
        Some(match spec {
            AutoscalerSpec::Static(size) => Autoscaler::Static(match size {
                StaticSpec::Peak => StaticSize::Peak,
                StaticSpec::Mean => StaticSize::Mean,
                StaticSpec::Replicas(count) => StaticSize::Replicas(count.min(1_000_000_000)),
            }),
            AutoscalerSpec::Reactive(reactive) => {
                let hold_steps = reactive.hold_steps();
                let at = format!("{at}.autoscaler.reactive");
                self.within(&format!("{at}.hold_steps"), f64::from(hold_steps), 0.0, 10_000.0)?;
                let headroom = self.within(&format!("{at}.headroom"), reactive.headroom(), 0.0, 100.0)?;
                Autoscaler::Reactive { headroom, hold_steps }
            }
        })
    }

    fn replica(&mut self, at: &str, spec: &ReplicaSpec) -> Option<(Replica, String)> {
        match spec {
            ReplicaSpec::Type(name) => {
                let Some(found) = self.catalog.replica_type(name) else {
                    let span = self.document.span(&format!("{at}.replica.type"));
                    let types = self.catalog.replica_types.iter().map(|known| known.name.as_str());
                    let issue = self.issues.unknown("replica type", name, span, types);
                    self.issues.push(issue);
                    return None;
                };
                self.default(
                    &format!("replica type {name}"),
                    format!("a = {:.1} ms on {} {}", found.fixed_s * 1e3, found.gpus, found.gpu_type),
                    &found.source,
                    found.confidence,
                );
                Some((Replica::from(found), found.gpu_type.clone()))
            }
            ReplicaSpec::Measured {
                gpu,
                gpus,
                fixed_ms,
                per_prefill_token_ms,
                per_decode_sequence_ms,
                per_context_token_ms,
                max_in_flight,
            } => {
                let at = format!("{at}.replica.measured");
                self.check_gpu(&format!("{at}.gpu"), gpu);
                let gpus = self.within(&format!("{at}.gpus"), f64::from(*gpus), 1.0, 65_536.0)? as u32;
                let mut seconds =
                    |key: &str, ms: f64, low: f64| self.within(&format!("{at}.{key}"), ms, low, 1e6).map(|ms| ms / 1e3);
                let replica = Replica {
                    gpus,
                    fixed_s: seconds("fixed_ms", *fixed_ms, 1e-6)?,
                    per_prefill_token_s: seconds("per_prefill_token_ms", *per_prefill_token_ms, 0.0)?,
                    per_decode_sequence_s: seconds("per_decode_sequence_ms", *per_decode_sequence_ms, 1e-9)?,
                    per_context_token_s: seconds("per_context_token_ms", *per_context_token_ms, 0.0)?,
                    max_in_flight: self.within(&format!("{at}.max_in_flight"), *max_in_flight, 1.0, 1e6)?,
                };
                Some((replica, gpu.clone()))
            }
        }
    }
}
