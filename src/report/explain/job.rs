//! How one job waited.

use super::super::csv::harmless;
use super::super::document::{Column, Document, Room, Table};
use super::super::number::{Style, exact};
use super::super::output::Rows;
use super::tables::percent;
use super::{ExplainReport, hours, state_text};
use crate::metrics::{Cause, Interval, JobWait};
use crate::units::{SimTime, WorkloadId};
use jiff::SignedDuration;
use jiff::civil::DateTime;
use serde_json::{Value, json};
use std::io;

/// More stretches than this are not listed on a terminal.
const LISTED: usize = 40;

impl ExplainReport<'_> {
    pub(super) fn job_document(&self, job: &JobWait, room: Room, document: &mut Document) {
        document.paragraph(format!(
            "{}: {} GPUs, submitted {} UTC; replication {}, policy {}.",
            self.name(job.workload, job.ordinal),
            exact(Some(job.amount.as_f64())),
            self.clock(job.submit),
            self.replication,
            self.model.policy.name
        ));
        let end = state_text(job.state);
        if job.queue_time.ms() == 0 {
            document.paragraph(format!("It never waited ({end})."));
            return;
        }
        let started =
            job.first_cluster.map_or_else(|| "never started".to_owned(), |id| format!("started first on {}", self.cluster(id)));
        document.paragraph(format!(
            "It waited {} before its first start and {} in all; {started}, {end}.",
            Style::Time.show(job.first_wait.seconds()),
            Style::Time.show(job.queue_time.seconds()),
        ));
        document.gap();
        let listed = if room == Room::Narrow { LISTED } else { usize::MAX };
        document.table(self.stretches(job, listed));
        let more = self.explanation.timeline.len().saturating_sub(listed);
        if more > 0 {
            document.paragraph(format!("{more} more stretches are not listed; --format csv gives all"));
        }
        document.gap();
        document.table(sums(job));
    }

    /// How it waited, stretch by stretch.
    fn stretches(&self, job: &JobWait, listed: usize) -> Table {
        let columns = ["from (UTC)", "for", "cause", "nearest", "waited for"].map(Column::text);
        let mut table = Table::new("Stretches of waiting", columns.to_vec());
        for interval in self.explanation.timeline.iter().take(listed) {
            table.row([
                self.clock(interval.from),
                Style::Time.show((interval.to - interval.from).seconds()),
                interval.cause.text().to_owned(),
                interval.cluster.map_or_else(|| "-".to_owned(), |id| self.cluster(id).to_owned()),
                self.waited_for(job, interval),
            ]);
        }
        table
    }

    pub(super) fn job_json(&self, job: &JobWait) -> Value {
        let timeline = self.explanation.timeline.iter().map(|interval| {
            json!({
                "from": self.clock(interval.from),
                "from_s": interval.from.seconds(),
                "to_s": interval.to.seconds(),
                "cause": interval.cause.word(),
                "cluster": interval.cluster.map(|id| self.cluster(id)),
                "room_gpus": interval.room,
                "waited_for": self.waited_for(job, interval),
            })
        });
        let ms = |span: crate::units::Span| hours(span.ms().unsigned_abs().into());
        json!({
            "name": self.name(job.workload, job.ordinal),
            "gpus": if job.amount.milli().is_multiple_of(1000) { json!(job.gpus) } else { json!(job.amount.as_f64()) },
            "submit": self.clock(job.submit),
            "submit_s": job.submit.seconds(),
            "first_wait_hours": ms(job.first_wait),
            "queue_time_hours": ms(job.queue_time),
            "first_cluster": job.first_cluster.map(|id| self.cluster(id)),
            "state": job.state.word(),
            "timeline": timeline.collect::<Vec<_>>(),
        })
    }

    pub(super) fn write_timeline(&self, job: &JobWait, csv: &mut Rows<'_>) -> io::Result<()> {
        csv.write_record(["from_s", "to_s", "gpu_hours", "cause", "cluster", "room_gpus", "waited_for"])?;
        for interval in &self.explanation.timeline {
            let gpu_hours = job.amount.over(interval.to - interval.from).hours();
            let [from, to, gpu_hours] = [interval.from.seconds(), interval.to.seconds(), gpu_hours].map(|value| exact(Some(value)));
            let cluster = interval.cluster.map_or_else(String::new, |id| harmless(self.cluster(id)));
            let (room, waited_for) = (interval.room.to_string(), harmless(&self.waited_for(job, interval)));
            csv.write_record([&from, &to, &gpu_hours, interval.cause.word(), &cluster, &room, &waited_for])?;
        }
        Ok(())
    }

    /// What a stretch of waiting was for, as it was at its beginning.
    fn waited_for(&self, job: &JobWait, interval: &Interval) -> String {
        let (gpus, room) = (job.gpus, interval.room);
        match (interval.cause, interval.ahead, interval.opens) {
            (Cause::NoCapacity, ..) => format!("{gpus} GPUs where {room} are installed"),
            (Cause::HeadOfLine, Some((workload, ordinal)), _) => format!("{}, ahead of it", self.name(workload, ordinal)),
            (Cause::HeadOfLine, None, _) => "its turn by the policy".to_owned(),
            (Cause::Quota, ..) => format!("quota for {gpus} GPUs; its team has {room} left"),
            (Cause::Budget, _, Some(opens)) => format!("its team's next budget, {}", self.model.calendar.date(opens)),
            (Cause::Budget, _, None) => "its team's next budget".to_owned(),
            (Cause::Outage, ..) => "the end of an outage".to_owned(),
            (Cause::Exclusivity, _, Some(opens)) => format!("the end of exclusivity, {}", self.model.calendar.date(opens)),
            (Cause::Exclusivity, _, None) => "the end of exclusivity".to_owned(),
            (Cause::Restriction, ..) => "leave to run there".to_owned(),
            (Cause::Topology, ..) => format!("{gpus} GPUs in one NVLink domain"),
            (Cause::Fragmentation, ..) => format!("{gpus} GPUs together; {room} are free"),
            (Cause::Busy, ..) => format!("{gpus} GPUs; {room} are free"),
        }
    }

    fn name(&self, workload: WorkloadId, ordinal: u64) -> String {
        format!("{}:{ordinal}", self.model.workloads[workload.index()].name)
    }

    fn cluster(&self, id: crate::units::ClusterId) -> &str {
        &self.model.clusters[id.index()].name
    }

    /// An instant as date and time of the scenario, to the second.
    fn clock(&self, at: SimTime) -> String {
        let start: DateTime = self.model.calendar.start().at(0, 0, 0, 0);
        let date = start.checked_add(SignedDuration::from_millis(at.ms()));
        date.map_or_else(|_| format!("{} s", at.seconds()), |date| date.strftime("%F %T").to_string())
    }
}

/// What it waited for, by cause.
fn sums(job: &JobWait) -> Table {
    let figures = [("hours", ""), ("GPU-hours", ""), ("share %", "")].map(|(header, unit)| Column::figures(header, unit));
    let mut table = Table::new("Waiting by cause", std::iter::once(Column::text("cause")).chain(figures).collect());
    let whole = job.amount.over(job.queue_time);
    for cause in Cause::ALL.into_iter().filter(|cause| job.by_cause[*cause as usize].ms() > 0) {
        let (span, gpu_time) = (job.by_cause[cause as usize], job.gpu_time(cause));
        let [hours, gpu_hours] = [span.hours(), gpu_time.hours()].map(|hours| Style::Amount.show(hours));
        table.row([cause.text().to_owned(), hours, gpu_hours, percent(gpu_time, whole)]);
    }
    let [hours, gpu_hours] = [job.queue_time.hours(), whole.hours()].map(|hours| Style::Amount.show(hours));
    table.row(["all".to_owned(), hours, gpu_hours, "100.0".to_owned()]);
    table
}
