//! Sources of jobs.

use super::Compiler;
use super::capacity::{Clusters, Vendors};
use super::demand::{Limits, Path};
use super::traces::Rooms;
use crate::kernel::names::plain;
use crate::model::calendar::Calendar;
use crate::model::confidence::Confidence;
use crate::model::job::{Checkpoint, EstimateLaw, GangLaw, JobLaws, JobSource, Outcomes, Workload};
use crate::model::law::{Law, Shape};
use crate::scenario::Issue;
use crate::scenario::spec::{DurationText, EstimateSpec, OrLaw, OutcomesSpec, WorkloadSpec};
use crate::units::{SimTime, Span, TeamId};
use std::sync::Arc;

/// The most submissions a day that a source may have: some 90,000 a second.
const MOST_JOBS_PER_DAY: f64 = 8e9;
/// The most jobs of a source in a replication: some half an hour of computing.
const MOST_JOBS: f64 = 1e9;
/// Durations are held within 200 years [s].
const LONGEST_S: f64 = 200.0 * 31_557_600.0;

impl Compiler<'_, '_> {
    pub(super) fn workloads(
        &mut self,
        calendar: Option<&Calendar>,
        entries: Vec<(String, Option<WorkloadSpec>)>,
        vendors: &Vendors,
        clusters: &Clusters,
        teams: &mut Vec<String>,
    ) -> Vec<Workload> {
        let mut list = Vec::new();
        for (name, spec) in entries {
            let (Some(spec), Some(calendar)) = (spec, calendar) else { continue };
            list.extend(self.workload(name, &spec, calendar, vendors, clusters, teams));
        }
        list
    }

    fn workload(
        &mut self,
        name: String,
        spec: &WorkloadSpec,
        calendar: &Calendar,
        vendors: &Vendors,
        clusters: &Clusters,
        teams: &mut Vec<String>,
    ) -> Option<Workload> {
        let at = format!("workload.{name}");
        let reference = self.reference_gpu(&at, spec);
        let limits = Limits {
            gpus: spec.only_gpus.as_ref(),
            vendors: spec.only_vendors.as_ref(),
            clusters: spec.only_clusters.as_ref(),
            only_jurisdictions: spec.only_jurisdictions.as_ref(),
            not_jurisdictions: spec.not_jurisdictions.as_ref(),
        };
        if spec.speed.is_none() {
            self.default_at(
                &format!("{at}.speed"),
                "speed of jobs on other GPU types",
                "in proportion to dense BF16",
                "",
                Confidence::Assumption,
            );
        }
        let speeds = self.speeds(&at, &limits, &spec.speed(), &reference, vendors, clusters);
        let restart = self.restart(&at, spec);
        if spec.bundle_of == Some(0) {
            self.error(&format!("{at}.bundle_of"), "a gang of a bundle has at least one GPU");
        }
        let jobs = match (self.source.jobs.get(&name), &spec.trace) {
            (Some(list), _) => self.given(&name, list, calendar).map(JobSource::Listed),
            (None, Some(trace)) => {
                let rooms = Rooms::of(&speeds, &clusters.list, spec.within_domain());
                self.listed(&name, trace, calendar, &rooms).map(JobSource::Listed)
            }
            // What was written and could not be understood is not missing.
            (None, None) if self.document.has(&format!("{at}.trace")) => None,
            (None, None) => self.drawn(&at, spec, calendar).map(|laws| JobSource::Drawn(Box::new(laws))),
        };
        let (jobs, restart) = (jobs?, restart?);
        let elastic = spec.elastic.as_ref().and_then(|elastic| self.elastic(&at, spec, elastic, &jobs, clusters));
        self.grade(&format!("workload {name}"), spec.note.clone().unwrap_or_default(), spec.confidence, spec.source.as_ref());
        let software = self.within(&format!("{at}.software_failures_per_day"), spec.software_failures_per_day(), 0.0, 1e5)?;
        self.label(&format!("{at}.team"), spec.team.as_deref());
        Some(Workload {
            team: team(teams, spec.team.as_deref().unwrap_or(&name)),
            jobs,
            priority: spec.priority(),
            weight: self.within(&format!("{at}.weight"), spec.weight(), 1e-3, 1e3)?,
            preemptible: spec.preemptible(),
            checkpoint: self.checkpoint(&at, spec),
            data: spec.data.as_ref().and_then(|data| self.data_set(&at, data, vendors, clusters)),
            restart,
            bundle_of: spec.bundle_of.filter(|&gpus| gpus > 0),
            software_failures_per_day: software,
            deadline: spec.deadline.map(DurationText::span),
            within_domain: spec.within_domain(),
            gpu_milli: share(spec).unwrap_or(1000),
            elastic: elastic.map(Arc::new),
            speed_milli: speeds.iter().map(|speed| (speed * 1000.0).round().clamp(0.0, 1e6) as u32).collect(),
            name,
        })
    }

    /// The laws that jobs are drawn from.
    fn drawn(&mut self, at: &str, spec: &WorkloadSpec, calendar: &Calendar) -> Option<JobLaws> {
        for (key, is_given) in [("gpus", spec.gpus.is_some()), ("duration", spec.duration.is_some())] {
            // What was written and could not be understood is not missing.
            if !is_given && !self.document.has(&format!("{at}.{key}")) {
                let issue = Issue::error(format!("the key `{key}` is missing"), self.document.span(at));
                self.issues.push_also(issue.label(format!("`{key}` belongs here, or jobs from a `trace`")));
            }
        }
        let share = share(spec);
        self.check_share(at, spec, share);
        let gpus = spec.gpus.as_ref().and_then(|gpus| self.law(&format!("{at}.gpus"), gpus, 0.0, 1e9));
        // A share of a GPU is a gang of one.
        let gpus = if share.is_some() { Some(Law::constant(1.0)) } else { gpus };
        let duration = spec.duration.as_ref().and_then(|duration| self.law(&format!("{at}.duration"), duration, 0.0, LONGEST_S));
        let multiple_of = spec.gpus_multiple_of();
        if multiple_of == 0 || multiple_of > 1_000_000 {
            self.error(&format!("{at}.gpus_multiple_of"), "`gpus_multiple_of` lies between 1 and 1,000,000");
        }
        let (gpus, mut duration) = (gpus?, duration?);
        if matches!(gpus.shape, Shape::Constant(_) | Shape::Table(_) | Shape::Uniform(..)) && gpus.least() < 1.0 {
            let help = "a share of one GPU is a number between 0.001 and 0.999, in a workload of its own: gpus = 0.5";
            self.error_help(&format!("{at}.gpus"), "a job needs at least one GPU, or a share of one", help);
            return None;
        }
        let whole = |gpus: &f64| gpus.fract() == 0.0;
        let are_whole = match &gpus.shape {
            Shape::Constant(gpus) => whole(gpus),
            Shape::Table(rows) => rows.iter().all(|(gpus, _)| whole(gpus)),
            _ => true,
        };
        if !are_whole {
            let help = "write a whole number, or a share of one GPU below 1";
            self.error_help(&format!("{at}.gpus"), "a job asks for whole GPUs", help);
            return None;
        }
        // A law without a bound of its own still has the program's.
        duration.max = duration.max.min(LONGEST_S);
        let gpus = GangLaw { law: gpus, multiple_of: multiple_of.clamp(1, 1_000_000) };
        let rate = self.rate(at, spec, mean_gang(&gpus) * (f64::from(share.unwrap_or(1000)) / 1000.0), &duration)?;
        let path = Path { factor: spec.factor(), growth: spec.growth, daily: spec.daily(), weekend: spec.weekend() };
        let rate = self.demand(at, rate, &path, calendar);
        let bound = rate.bound(SimTime::ZERO, calendar.horizon());
        if bound > MOST_JOBS_PER_DAY {
            let title = format!("the rate reaches {bound:.3e} jobs a day");
            self.error_help(at, title, format!("allowed: up to {MOST_JOBS_PER_DAY:.0e}"));
            return None;
        }
        let expected = bound * (calendar.horizon() - SimTime::ZERO).days();
        if expected > MOST_JOBS {
            let title = format!("up to {expected:.1e} jobs would be submitted in a replication");
            self.error_help(at, title, format!("allowed: up to {MOST_JOBS:.0e}; let one job stand for many (see bundle_of)"));
            return None;
        }
        let outcomes = self.outcomes(at, spec.outcomes.as_ref());
        let estimate = self.estimate(at, spec);
        Some(JobLaws { rate, gpus, duration, outcomes, estimate })
    }

    /// Refuses what means nothing for jobs that ask for a share of a GPU.
    fn check_share(&mut self, at: &str, spec: &WorkloadSpec, share: Option<u32>) {
        let wrong = [
            ("gpus_multiple_of", spec.gpus_multiple_of.is_some_and(|gpus| gpus > 1)),
            ("bundle_of", spec.bundle_of.is_some()),
            ("within_domain", spec.within_domain == Some(true)),
        ];
        for (key, _) in wrong.into_iter().filter(|&(_, is_given)| is_given && share.is_some()) {
            self.error(&format!("{at}.{key}"), format!("`{key}` means nothing where a job asks for a share of one GPU"));
        }
    }

    fn reference_gpu(&mut self, at: &str, spec: &WorkloadSpec) -> String {
        let reference = spec.reference_gpu();
        self.check_gpu(&format!("{at}.reference_gpu"), &reference);
        reference
    }

    /// Submissions a day, given or derived.
    fn rate(&mut self, at: &str, spec: &WorkloadSpec, mean_gpus: f64, duration: &Law) -> Option<f64> {
        match (spec.jobs_per_day, spec.busy_gpus) {
            (Some(rate), None) => self.within(&format!("{at}.jobs_per_day"), rate, 0.0, MOST_JOBS_PER_DAY),
            (None, Some(busy)) => {
                let busy = self.within(&format!("{at}.busy_gpus"), busy, 0.0, 1e9)?;
                let outcomes = self.outcomes(at, spec.outcomes.as_ref());
                let early = (outcomes.failed + outcomes.cancelled) * (1.0 - outcomes.run_share.mean());
                let work = mean_gpus * duration.mean() * (1.0 - early);
                if work <= 0.0 {
                    self.error(&format!("{at}.duration"), "no rate keeps GPUs busy with jobs that take no time");
                    return None;
                }
                let rate = busy * 86_400.0 / work;
                let about = format!("submissions of {}", at.trim_start_matches("workload."));
                self.default(&about, format!("{rate:.3} jobs a day"), "busy_gpus over mean size and duration", Confidence::Derived);
                self.within(&format!("{at}.busy_gpus"), rate, 0.0, MOST_JOBS_PER_DAY)
            }
            (Some(_), Some(_)) => {
                self.error(&format!("{at}.busy_gpus"), "give either `jobs_per_day` or `busy_gpus`, not both");
                None
            }
            // A rate that was written and could not be understood is not missing.
            (None, None) if self.document.has(&format!("{at}.jobs_per_day")) || self.document.has(&format!("{at}.busy_gpus")) => {
                None
            }
            (None, None) => {
                self.error(at, "this workload needs `jobs_per_day` or `busy_gpus`");
                None
            }
        }
    }

    fn outcomes(&mut self, at: &str, spec: Option<&OutcomesSpec>) -> Outcomes {
        let spec = spec.cloned().unwrap_or_else(OutcomesSpec::none);
        let failed = self.within(&format!("{at}.outcomes.failed"), spec.failed, 0.0, 1.0).unwrap_or(0.0);
        let cancelled = self.within(&format!("{at}.outcomes.cancelled"), spec.cancelled, 0.0, 1.0).unwrap_or(0.0);
        if failed + cancelled > 1.0 {
            self.error(&format!("{at}.outcomes"), "`failed` and `cancelled` are shares: together they cannot be above 1");
        }
        let run_share = self.law(&format!("{at}.outcomes.run_share"), &spec.run_share(), 0.0, 1.0);
        Outcomes { failed, cancelled, run_share: run_share.unwrap_or(Law::constant(0.0)) }
    }

    fn estimate(&mut self, at: &str, spec: &WorkloadSpec) -> EstimateLaw {
        if spec.estimate.is_none() {
            let path = format!("{at}.estimate");
            self.default_at(&path, "users' estimates of run times", "exact", "", Confidence::Assumption);
        }
        match spec.estimate() {
            EstimateSpec::Exact => EstimateLaw::Exact,
            EstimateSpec::Factor(factor) => {
                if factor.min > factor.max || factor.max > 1e4 {
                    self.error(&format!("{at}.estimate.factor"), "a factor needs min <= max <= 10,000");
                }
                EstimateLaw::Factor(factor.min, factor.max)
            }
            EstimateSpec::Classes(limits) => {
                let limits: Vec<f64> = limits.iter().map(|limit| limit.seconds).collect();
                if limits.is_empty() || !limits.is_sorted() {
                    self.error(&format!("{at}.estimate.classes"), "classes are a list of durations, shortest first");
                }
                EstimateLaw::Classes(limits)
            }
        }
    }

    fn restart(&mut self, at: &str, spec: &WorkloadSpec) -> Option<Law> {
        let path = format!("{at}.restart");
        // The default is within its range, and the mean of a law takes a millisecond.
        let law = if spec.restart.is_none() { spec.restart().law().ok() } else { self.law(&path, &spec.restart(), 0.0, LONGEST_S) };
        if let (None, Some(&Law { shape: Shape::Lognormal { median, sigma }, .. })) = (&spec.restart, law.as_ref()) {
            let value = format!("lognormal, median {}, sigma {sigma}", DurationText::of_seconds(median));
            let about = "time to compute again after an interruption (restart)";
            self.default_at(&path, about, value, "", Confidence::Assumption);
        }
        law
    }

    fn checkpoint(&mut self, at: &str, spec: &WorkloadSpec) -> Checkpoint {
        let checkpoint = spec.checkpoint();
        if spec.checkpoint.is_none() {
            let value = format!("every {}, blocking for {}", checkpoint.interval, checkpoint.blocking());
            self.default_at(&format!("{at}.checkpoint"), "checkpoints", value, "", Confidence::Assumption);
        }
        let interval = checkpoint.interval.span();
        if interval > Span::ZERO && interval < Span::SECOND {
            self.error(&format!("{at}.checkpoint.interval"), "checkpoints are at least a second apart (\"0 s\" means none)");
        }
        let size = self.megabytes(&format!("{at}.checkpoint.size_gb_per_gpu"), checkpoint.size_gb_per_gpu());
        Checkpoint { interval, blocking: checkpoint.blocking().span(), megabytes_per_gpu: size.unwrap_or(0) }
    }
}

/// What a job asks for of one GPU [thousandths of a GPU], where it asks for less than a whole one.
pub(super) fn share(spec: &WorkloadSpec) -> Option<u32> {
    let Some(OrLaw::Value(gpus)) = spec.gpus.as_ref().filter(|_| spec.trace.is_none()) else { return None };
    (*gpus >= 0.001 && *gpus < 1.0).then(|| ((gpus * 1000.0).round() as u32).min(999))
}

/// The team of that name, added where it is new.
pub(super) fn team(teams: &mut Vec<String>, name: &str) -> TeamId {
    let name: String = plain(name);
    let index = teams.iter().position(|team| *team == name).unwrap_or_else(|| {
        teams.push(name);
        teams.len() - 1
    });
    index.into()
}

fn mean_gang(gpus: &GangLaw) -> f64 {
    if let Shape::Table(rows) = &gpus.law.shape {
        let mut before = 0.0;
        return rows
            .iter()
            .map(|&(value, cumulated)| {
                let share = cumulated - before;
                before = cumulated;
                share * gpus.round(value) as f64
            })
            .sum();
    }
    // Rounding up to a multiple adds half of it on average.
    gpus.law.mean().max(gpus.least() as f64) + (gpus.multiple_of - 1) as f64 / 2.0
}
