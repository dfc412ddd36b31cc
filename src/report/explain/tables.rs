//! Sums over jobs and clusters, for people.

use super::super::document::{Column, Document, Kind, Table};
use super::super::number::Style;
use super::{ExplainReport, hours, share};
use crate::metrics::{Cause, IdleCause};
use crate::study::WaitSum;
use crate::units::{GpuTime, SimTime};

/// A table whose first columns hold text.
fn new_table(title: &str, texts: &[&str], figures: &[&str]) -> Table {
    let texts = texts.iter().map(|head| Column::text(*head));
    Table::new(title, texts.chain(figures.iter().map(|head| Column::figures(*head, ""))).collect())
}

/// A part in percent of a whole.
pub(super) fn percent(part: GpuTime, whole: GpuTime) -> String {
    share(part, whole).map_or_else(|| "-".to_owned(), |share| Style::Percent.show(share))
}

/// A number of jobs: whole where it is small.
fn count(jobs: u64) -> String {
    if jobs < 10_000 { jobs.to_string() } else { Style::Amount.show(jobs as f64) }
}

impl ExplainReport<'_> {
    pub(super) fn sums(&self, document: &mut Document) {
        self.heading(document);
        if self.explanation.all.jobs == 0 {
            document.paragraph("No such job was submitted.");
            return self.idle(document);
        }
        document.heading("Waiting jobs");
        document.table(self.waits());
        if self.explanation.all.waited == 0 {
            document.paragraph("None of them waited.");
        } else {
            document.heading("What they waited for");
            document.table(self.causes());
            document.paragraph(
                "Shares are of GPU-hours. First wait: up to the first start. Queue: that, and all waiting after failures and \
                preemptions. Jobs still waiting at the end count.",
            );
        }
        self.idle(document);
    }

    fn heading(&self, document: &mut Document) {
        let model = self.model;
        let mut conditions = Vec::new();
        for (key, words) in [("workload", "of"), ("month", "submitted in"), ("cluster", "that started first on")] {
            if let Some(name) = self.selected()[key].as_str() {
                conditions.push(format!("{words} {name}"));
            }
        }
        let jobs = if conditions.is_empty() { "All jobs".to_owned() } else { format!("Jobs {}", conditions.join(", ")) };
        document.paragraph(format!("{jobs}; replication {}, policy {}.", self.replication, model.policy.name));
        if model.warm_up > SimTime::ZERO {
            document.paragraph("The warm-up is included.");
        }
    }

    /// Workloads, and all of them together where there are several.
    fn rows(&self) -> impl Iterator<Item = (&str, &WaitSum)> {
        let explanation = self.explanation;
        let all = (explanation.workloads.len() > 1).then_some(("all", &explanation.all));
        explanation.workloads.iter().map(|(id, sum)| (self.model.workloads[id.index()].name.as_str(), sum)).chain(all)
    }

    fn waits(&self) -> Table {
        let figures = ["jobs", "waited", "first wait\nhours", "queue\nhours", "queue\nGPU-hours"];
        let mut table = new_table("Waiting jobs", &["workload"], &figures);
        for (name, sum) in self.rows() {
            table.row([
                name.to_owned(),
                count(sum.jobs),
                count(sum.waited),
                Style::Amount.show(hours(sum.first_wait_ms)),
                Style::Amount.show(hours(sum.queue_time_ms)),
                Style::Amount.show(sum.gpu_time.hours()),
            ]);
        }
        table
    }

    fn causes(&self) -> Table {
        let mut table = new_table("What they waited for", &["workload", "cause"], &["hours", "GPU-hours", "share %"]);
        table.columns[0].kind = Kind::Group;
        for (name, sum) in self.rows() {
            for cause in Cause::ALL.into_iter().filter(|cause| sum.by_cause_ms[*cause as usize] > 0) {
                let gpu_time = sum.gpu_time_by_cause[cause as usize];
                table.row([
                    name.to_owned(),
                    cause.text().to_owned(),
                    Style::Amount.show(hours(sum.by_cause_ms[cause as usize])),
                    Style::Amount.show(gpu_time.hours()),
                    percent(gpu_time, sum.gpu_time),
                ]);
            }
        }
        table
    }

    /// Idle GPUs, where clusters are asked about.
    fn idle(&self, document: &mut Document) {
        let clusters = &self.explanation.clusters;
        if clusters.is_empty() {
            return;
        }
        let has_any = |cause: &IdleCause| clusters.iter().any(|(_, sum)| sum.by_cause[*cause as usize] > GpuTime::ZERO);
        let causes: Vec<IdleCause> = IdleCause::ALL.into_iter().filter(has_any).collect();
        let heads: Vec<&str> = ["idle", "idle %"].into_iter().chain(causes.iter().copied().map(head)).collect();
        let mut table = new_table("Idle GPUs", &["cluster"], &heads);
        let mut all = crate::study::IdleSum::default();
        for (id, sum) in clusters {
            table.row(row(&self.model.clusters[id.index()].name, sum, &causes));
            all.active += sum.active;
            all.idle += sum.idle;
            for (all, part) in all.by_cause.iter_mut().zip(&sum.by_cause) {
                *all += *part;
            }
        }
        if clusters.len() > 1 {
            table.row(row("all", &all, &causes));
        }
        document.heading("Idle GPUs (installed, not out, not allocated)");
        document.table(table);
        document.paragraph(
            "Idle in GPU-hours and in % of active ones; causes in % of idle. Policy: a waiting job fits, and is held back. Autoscaler: \
            a replica that a service lacks fits, and was not asked for. Too small: all jobs and replicas that wait for it want more \
            than is free. Restricted: what waits would fit, and may not run there.",
        );
    }
}

/// A cause above its column.
const fn head(cause: IdleCause) -> &'static str {
    match cause {
        IdleCause::Outage => "outage",
        IdleCause::Held => "policy",
        IdleCause::Quota => "quota",
        IdleCause::Budget => "budget",
        IdleCause::Autoscaler => "auto\u{ad}\nscaler",
        IdleCause::Fragmentation => "frag\u{ad}\nmented",
        IdleCause::Exclusivity => "exclu\u{ad}\nsivity",
        IdleCause::TooSmall => "too\nsmall",
        IdleCause::Restriction => "re\u{ad}\nstricted",
        IdleCause::NoDemand => "no\ndemand",
    }
}

fn row(name: &str, sum: &crate::study::IdleSum, causes: &[IdleCause]) -> Vec<String> {
    let mut cells = vec![name.to_owned(), Style::Amount.show(sum.idle.hours()), percent(sum.idle, sum.active)];
    cells.extend(causes.iter().map(|cause| percent(sum.by_cause[*cause as usize], sum.idle)));
    cells
}
