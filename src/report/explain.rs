//! Why jobs waited and GPUs stood idle.

mod job;
mod tables;

use super::csv::harmless;
use super::document::{Document, Room};
use super::number::exact;
use super::output::{Printed, Rows, pretty};
use crate::metrics::{Cause, IdleCause, JobState};
use crate::model::Model;
use crate::study::{Explanation, IdleSum, Selection, WaitSum};
use crate::units::GpuTime;
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// One replication explained.
#[derive(Clone, Copy, Debug)]
pub struct ExplainReport<'a> {
    /// The scenario.
    pub model: &'a Model,
    /// The variant of it, where it is one.
    pub variant: Option<&'a str>,
    /// What else the questions change, in words.
    pub what_ifs: &'a [String],
    /// Which future of it.
    pub replication: u32,
    /// What was asked for.
    pub selection: Selection,
    /// The answer.
    pub explanation: &'a Explanation,
}

impl Printed for ExplainReport<'_> {
    /// Waits by workload and cause, idle GPUs by cluster and cause; for a job how it waited, stretch by stretch.
    fn document(&self, room: Room) -> Document {
        let mut document = Document::default();
        self.title(&mut document);
        match &self.explanation.job {
            Some(job) => self.job_document(job, room, &mut document),
            None => self.sums(&mut document),
        }
        document
    }

    /// Everything as one object, figures with their units.
    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        pretty(&self.value(), out)
    }

    /// A row for each workload or cluster and cause; for a job a row for each stretch of its waiting.
    fn rows(&self, rows: &mut Rows<'_>) -> io::Result<()> {
        match &self.explanation.job {
            Some(job) => self.write_timeline(job, rows),
            None => self.write_sums(rows),
        }
    }
}

impl ExplainReport<'_> {
    fn value(&self) -> Value {
        let explanation = self.explanation;
        let workloads = explanation.workloads.iter().map(|(id, sum)| wait_json(&self.model.workloads[id.index()].name, sum));
        let clusters = (explanation.clusters.iter()).map(|(id, sum)| idle_json(&self.model.clusters[id.index()].name, sum));
        let mut object = json!({
            "scenario": self.model.name,
            "variant": self.variant,
            "what_if": self.what_ifs,
            "replication": self.replication,
            "seed": self.model.seed,
            "policy": self.model.policy.name,
            "selection": self.selected(),
            "waits": { "workloads": workloads.collect::<Vec<_>>(), "all": wait_json("all", &explanation.all) },
            "idle": clusters.collect::<Vec<_>>(),
        });
        if let Some(job) = &explanation.job {
            object["job"] = self.job_json(job);
        }
        object
    }

    fn write_sums(&self, csv: &mut Rows<'_>) -> io::Result<()> {
        csv.write_record(["scope", "name", "cause", "jobs", "waited", "hours", "gpu_hours", "share"])?;
        let workloads = self.explanation.workloads.iter().map(|(id, sum)| (self.model.workloads[id.index()].name.as_str(), sum));
        for (name, sum) in workloads.chain([("all", &self.explanation.all)]) {
            let name = harmless(name);
            let counts = [sum.jobs.to_string(), sum.waited.to_string()];
            for (word, ms) in [("first_wait", sum.first_wait_ms), ("queue_time", sum.queue_time_ms)] {
                let gpu_hours = if word == "queue_time" { exact(Some(sum.gpu_time.hours())) } else { String::new() };
                csv.write_record(["waiting", &name, word, &counts[0], &counts[1], &exact(Some(hours(ms))), &gpu_hours, ""])?;
            }
            for cause in Cause::ALL {
                let (ms, gpu_time) = (sum.by_cause_ms[cause as usize], sum.gpu_time_by_cause[cause as usize]);
                let cells = [Some(hours(ms)), Some(gpu_time.hours()), share(gpu_time, sum.gpu_time)].map(exact);
                csv.write_record(["waiting", &name, cause.word(), &counts[0], &counts[1], &cells[0], &cells[1], &cells[2]])?;
            }
        }
        for (id, sum) in &self.explanation.clusters {
            let name = harmless(&self.model.clusters[id.index()].name);
            for cause in IdleCause::ALL {
                let gpu_time = sum.by_cause[cause as usize];
                let cells = [Some(gpu_time.hours()), share(gpu_time, sum.idle)].map(exact);
                csv.write_record(["idle", &name, cause.word(), "", "", "", &cells[0], &cells[1]])?;
            }
        }
        Ok(())
    }

    /// The title, and what differs from the scenario.
    fn title(&self, document: &mut Document) {
        let variant = self.variant.map(|name| format!("variant {name}"));
        let changes: Vec<String> = variant.into_iter().chain(self.what_ifs.iter().cloned()).collect();
        document.paragraph(&self.model.title);
        if !changes.is_empty() {
            document.paragraph(format!("With {}.", changes.join(", ")));
        }
    }

    /// What was selected, by name.
    fn selected(&self) -> Value {
        let Selection { job, workload, month, cluster } = self.selection;
        let name = |id: crate::units::WorkloadId| self.model.workloads[id.index()].name.clone();
        json!({
            "job": job.map(|(workload, ordinal)| format!("{}:{ordinal}", name(workload))),
            "workload": workload.map(name),
            "month": month.map(|month| self.model.calendar.months()[month].label()),
            "cluster": cluster.map(|id| self.model.clusters[id.index()].name.clone()),
        })
    }
}

fn wait_json(name: &str, sum: &WaitSum) -> Value {
    let cause = |cause: Cause| {
        let (ms, gpu_time) = (sum.by_cause_ms[cause as usize], sum.gpu_time_by_cause[cause as usize]);
        let value = json!({ "hours": hours(ms), "gpu_hours": gpu_time.hours(), "share": share(gpu_time, sum.gpu_time) });
        (cause.word().to_owned(), value)
    };
    json!({
        "name": name,
        "jobs": sum.jobs,
        "waited": sum.waited,
        "first_wait_hours": hours(sum.first_wait_ms),
        "queue_time_hours": hours(sum.queue_time_ms),
        "queue_time_gpu_hours": sum.gpu_time.hours(),
        "causes": Cause::ALL.map(cause).into_iter().collect::<Map<_, _>>(),
    })
}

fn idle_json(name: &str, sum: &IdleSum) -> Value {
    let cause = |cause: IdleCause| {
        let gpu_time = sum.by_cause[cause as usize];
        (cause.word().to_owned(), json!({ "gpu_hours": gpu_time.hours(), "share": share(gpu_time, sum.idle) }))
    };
    json!({
        "name": name,
        "active_gpu_hours": sum.active.hours(),
        "idle_gpu_hours": sum.idle.hours(),
        "causes": IdleCause::ALL.map(cause).into_iter().collect::<Map<_, _>>(),
    })
}

fn hours(ms: u128) -> f64 {
    ms as f64 / 3.6e6
}

/// A part of a whole; none of nothing.
fn share(part: GpuTime, whole: GpuTime) -> Option<f64> {
    (whole > GpuTime::ZERO).then(|| part.hours() / whole.hours())
}

/// How a job stood at the end, in a sentence.
const fn state_text(state: JobState) -> &'static str {
    match state {
        JobState::Rejected(reason) => reason.text(),
        JobState::CensoredRunning => "still running at the end of the scenario",
        JobState::CensoredQueued => "still waiting at the end of the scenario",
        JobState::Ended(_) => state.word(),
    }
}
