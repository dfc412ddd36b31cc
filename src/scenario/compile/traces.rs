//! Jobs that come from traces: read once, when the scenario is, and shared by all replications.

use super::Compiler;
use crate::model::calendar::Calendar;
use crate::model::cluster::Cluster;
use crate::model::confidence::Confidence;
use crate::model::job::JobSource;
use crate::model::job_list::JobList;
use crate::model::{Assumption, InputFile, Model};
use crate::scenario::Issue;
use crate::scenario::spec::{DateText, TraceSpec, WorkloadSpec};
use crate::units::{SimTime, Span};
use crate::workload::trace::{ColumnMap, Contents, RequestError, Trace, TraceError, TraceRequest};
use indexmap::IndexMap;
use std::sync::Arc;

/// What the clusters that a workload may use have for it.
pub(super) struct Rooms {
    /// Name, and GPUs that one gang can have in the end.
    gangs: Vec<(String, u64)>,
    /// All GPUs in the end, as GPUs of the reference type.
    reference_gpus: f64,
}

impl Rooms {
    /// The clusters where the speed is not 0.
    pub fn of(speeds: &[f64], clusters: &[Cluster], within_domain: bool) -> Self {
        let usable = || clusters.iter().zip(speeds).filter(|&(_, &speed)| speed > 0.0);
        let planned = |cluster: &Cluster| cluster.planned_maximum().whole_floor();
        let gang = |cluster: &Cluster| {
            let planned = planned(cluster);
            if within_domain { planned.min(u64::from(cluster.domain_gpus)) } else { planned }
        };
        Self {
            gangs: usable().map(|(cluster, _)| (cluster.name.clone(), gang(cluster))).collect(),
            reference_gpus: usable().map(|(cluster, speed)| planned(cluster) as f64 * speed).sum(),
        }
    }
}

impl Compiler<'_, '_> {
    /// The jobs of a workload's trace that are submitted within the scenario.
    pub(super) fn listed(&mut self, name: &str, spec: &TraceSpec, calendar: &Calendar, rooms: &Rooms) -> Option<Arc<JobList>> {
        let at = format!("workload.{name}.trace");
        self.refuse_laws(name, "come from a trace");
        let begin = self.begin(&at, spec, calendar);
        let request = self.request(&at, spec)?;
        let found = match request.read() {
            Ok(found) => found,
            Err(error) => {
                self.refuse_trace(&at, spec, &error);
                return None;
            }
        };
        self.inputs.push(InputFile { file: spec.file.clone(), hash: found.hash.to_string() });
        if let (Some(file), Some(hash)) = (&spec.throughputs, found.throughputs_hash) {
            self.inputs.push(InputFile { file: file.clone(), hash: hash.to_string() });
        }
        let begin = begin?;
        let mut trace = found.trace;
        if spec.at.is_none() {
            let own =
                trace.epoch.map_or(String::new(), |epoch| format!("; in the trace that is {} {}", epoch.date(), epoch.time()));
            let value = format!("at the scenario's start, {}{own}", calendar.start());
            self.default(&format!("first job of the trace of {name}"), value, "", Confidence::Assumption);
        }
        let jobs = trace.jobs.len();
        trace.within(calendar.horizon() - begin);
        let late = jobs - trace.jobs.len();
        // What is left ends with the scenario, so it can be moved.
        if let Err(error) = trace.shift(begin - SimTime::ZERO) {
            self.error_help(&format!("{at}.shift"), "the trace cannot be moved", error.to_string());
            return None;
        }
        self.tell(&at, spec, &trace, rooms);
        if late > 0 {
            let title = format!("{late} of {jobs} jobs would be submitted after the scenario's end and are left out");
            self.warn_also(&at, title, "end the scenario later, or choose days of the trace with `from` and `to`");
        }
        let list = trace.list(|_| true);
        self.weak.push(Assumption {
            keys: Vec::new(),
            about: format!("jobs of workload {name}"),
            value: list.summary(),
            range: None,
            confidence: Confidence::Derived,
            source: Some(spec.file.clone()),
            is_default: false,
        });
        Some(Arc::new(list))
    }

    /// The jobs that a workload was given one by one.
    pub(super) fn given(&mut self, name: &str, list: &Arc<JobList>, calendar: &Calendar) -> Option<Arc<JobList>> {
        let at = format!("workload.{name}");
        self.refuse_laws(name, "are listed");
        if self.document.has(&format!("{at}.trace")) {
            self.error(&format!("{at}.trace"), format!("the jobs of `{name}` are listed: they do not come from a trace"));
        }
        if let Some(what) = list.fault() {
            self.error(&at, format!("in the list of jobs, {what}"));
            return None;
        }
        let within = list.jobs.partition_point(|job| job.submit < calendar.horizon());
        let late = list.jobs.len() - within;
        if late == 0 {
            return Some(list.clone());
        }
        let title =
            format!("{late} of {} listed jobs would be submitted after the scenario's end and are left out", list.jobs.len());
        self.warn_also(&at, title, "end the scenario later");
        Some(Arc::new(JobList { jobs: list.jobs[..within].to_vec(), ids: list.ids.clone() }))
    }

    /// Refuses the keys of the other kind of workload, each at its place.
    fn refuse_laws(&mut self, name: &str, theirs: &str) {
        for key in WorkloadSpec::DRAWN_BY {
            let path = format!("workload.{name}.{key}");
            if self.document.has(&path) {
                let title = format!("`{key}` is for jobs that are drawn; those of `{name}` {theirs}");
                let issue = Issue::error(title, self.document.key_span(&path)).label("not with `trace`");
                let help = match key {
                    "jobs_per_day" | "busy_gpus" | "factor" => "the trace's `load` makes its jobs come faster or slower",
                    "duration" => "the trace's `scale_runs` multiplies run times",
                    "gpus" | "gpus_multiple_of" => "the trace's `scale_gpus` multiplies gangs",
                    _ => "take it out, or take the trace out",
                };
                self.issues.push(issue.help(help));
            }
        }
    }

    /// When the first job is submitted.
    fn begin(&mut self, at: &str, spec: &TraceSpec, calendar: &Calendar) -> Option<SimTime> {
        let last = calendar.date(calendar.horizon() - Span::from_ms(1));
        let allowed = format!("the scenario is from {} to {last}", calendar.start());
        if let Some(DateText(day)) = spec.at
            && !(calendar.start()..=last).contains(&day)
        {
            self.error_help(&format!("{at}.at"), format!("the trace would begin on {day}, outside the scenario"), allowed);
            return None;
        }
        let day = spec.at.map_or(SimTime::ZERO, |day| calendar.at(day.0));
        let begin = day.saturating_add(spec.shift().span());
        if begin >= calendar.horizon() {
            self.error_help(&format!("{at}.shift"), "no job of the trace would be submitted within the scenario", allowed);
            return None;
        }
        Some(begin)
    }

    /// The names given for columns; none where one of them cannot be given.
    pub(super) fn columns(&mut self, at: &str, given: Option<&IndexMap<String, String>>, contents: Contents) -> Option<ColumnMap> {
        let mut columns = ColumnMap::default();
        let mut is_sound = true;
        for (ours, theirs) in given.into_iter().flatten() {
            if let Err(error) = columns.add_for(contents, ours, theirs) {
                self.error(&format!("{at}.columns.{ours}"), error.to_string());
                is_sound = false;
            }
        }
        is_sound.then_some(columns)
    }

    /// What the keys ask for.
    fn request(&mut self, at: &str, spec: &TraceSpec) -> Option<TraceRequest> {
        let mut request = TraceRequest::new(self.folder.join(&spec.file));
        let columns = self.columns(at, spec.columns.as_ref(), Contents::Jobs);
        let is_sound = columns.is_some();
        let options = &mut request.options;
        options.columns = columns.unwrap_or_default();
        options.strict = spec.strict();
        options.least_run = spec.least_run().span();
        options.swf.processors = spec.processors();
        options.swf.kill_at_estimate = spec.kill_at_estimate();
        options.shares = spec.shares();
        options.gavel.worker = spec.worker();
        let request = TraceRequest {
            format: spec.format,
            throughputs: spec.throughputs.as_ref().map(|file| self.folder.join(file)),
            groups: spec.groups.clone().unwrap_or_default(),
            from: spec.from.map(|day| day.0),
            to: spec.to.map(|day| day.0),
            rebase: true,
            load: spec.load(),
            scale_runs: spec.scale_runs(),
            scale_gpus: spec.scale_gpus(),
            ..request
        };
        is_sound.then_some(request)
    }

    /// Says at its key why a trace is not to be had.
    fn refuse_trace(&mut self, at: &str, spec: &TraceSpec, error: &RequestError) {
        let key = error.key;
        let mut help = error.to_string();
        let title = match key {
            "file" => format!("`{}` cannot be used as a trace", spec.file),
            "throughputs" => "this cannot be used as a table of throughputs".to_owned(),
            _ => format!("`{key}` does not fit the trace"),
        };
        if matches!(error.error, TraceError::Io { .. }) {
            help.push_str("\nfiles are named from the folder that the scenario is in");
        }
        let mut path = format!("{at}.{key}");
        if let (TraceError::Name { written, .. }, Some(groups)) = (&error.error, &spec.groups)
            && let Some(index) = groups.iter().position(|group| group == written)
        {
            path = format!("{path}[{index}]");
        }
        self.error_help(&path, title, help);
    }

    /// Tells what reading did to the jobs, and what the clusters cannot give them.
    fn tell(&mut self, at: &str, spec: &TraceSpec, trace: &Trace, rooms: &Rooms) {
        if !trace.notes.is_empty() {
            self.warn_also(at, format!("notes on reading `{}`", spec.file), trace.notes.join("\n"));
        }
        if !trace.dropped.is_empty() {
            let help = "with `strict = true` the first line that cannot be used is an error; lines left out by rule never are";
            self.warn_also(at, trace.dropped.to_string(), help);
        }
        for warning in trace.warnings_at_speed(&rooms.gangs, rooms.reference_gpus) {
            self.warn_also(at, warning, "see `load`, `scale_gpus`, `groups`, `from` and `to`, or plan more capacity");
        }
    }

    /// A warning beside others at the same place.
    pub(super) fn warn_also(&mut self, at: &str, title: String, help: impl Into<String>) {
        self.issues.push_also(Issue::warning(title, self.document.key_span(at)).help(help));
    }

    /// Says that a trace is one sample, however many futures it is simulated in.
    pub(super) fn same_jobs(&mut self, model: &Model) {
        let is_listed = |jobs: &JobSource| matches!(jobs, JobSource::Listed(_));
        let Some(first) = model.workloads.iter().find(|workload| is_listed(&workload.jobs)) else { return };
        if model.replications <= 1 {
            return;
        }
        let everything = model.services.is_empty() && model.workloads.iter().all(|workload| is_listed(&workload.jobs));
        let what = if everything { "slips and failures" } else { "slips, failures, and the other workloads" };
        let title = format!("the jobs of `{}` are the same in every replication", first.name);
        let help = format!(
            "replications differ only by {what}: the intervals do not say how other jobs would fare; with replications = 1 there is one run"
        );
        self.warn_also(&format!("workload.{}.trace", first.name), title, help);
    }
}
