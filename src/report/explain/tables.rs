//! Sums over jobs and clusters, for people.

use super::super::STYLE;
use super::super::number::Style;
use super::super::table::wrapped;
use super::{ExplainReport, hours, share};
use crate::metrics::{Cause, IdleCause};
use crate::study::WaitSum;
use crate::units::{GpuTime, SimTime};
use comfy_table::{CellAlignment, ContentArrangement, Table};

/// A table within 80 columns whose first columns hold text.
pub(super) fn new_table<const N: usize>(texts: usize, head: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(STYLE).set_content_arrangement(ContentArrangement::Dynamic).set_width(80).set_header(head);
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 1));
        if index >= texts {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
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
    pub(super) fn tables(&self) -> String {
        let mut text = self.heading();
        if self.explanation.all.jobs == 0 {
            return text + "No such job was submitted.\n" + &self.idle();
        }
        text.push_str(&format!("\nWaiting jobs\n{}\n", self.waits()));
        if self.explanation.all.waited == 0 {
            text.push_str("None of them waited.\n");
        } else {
            text.push_str(&format!("\nWhat they waited for\n{}\n", self.causes()));
            text.push_str(&wrapped(
                "Shares are of GPU-hours. First wait: up to the first start. Queue: that, and all waiting after failures and \
                preemptions. Jobs still waiting at the end count.",
            ));
        }
        text + &self.idle()
    }

    fn heading(&self) -> String {
        let model = self.model;
        let mut conditions = Vec::new();
        for (key, words) in [("workload", "of"), ("month", "submitted in"), ("cluster", "that started first on")] {
            if let Some(name) = self.selected()[key].as_str() {
                conditions.push(format!("{words} {name}"));
            }
        }
        let jobs = if conditions.is_empty() { "All jobs".to_owned() } else { format!("Jobs {}", conditions.join(", ")) };
        let mut text = self.title();
        text.push_str(&wrapped(&format!("{jobs}; replication {}, policy {}.", self.replication, model.policy.name)));
        if model.warm_up > SimTime::ZERO {
            text.push_str("The warm-up is included.\n");
        }
        text
    }

    /// Workloads, and all of them together where there are several.
    fn rows(&self) -> impl Iterator<Item = (&str, &WaitSum)> {
        let explanation = self.explanation;
        let all = (explanation.workloads.len() > 1).then_some(("all", &explanation.all));
        explanation.workloads.iter().map(|(id, sum)| (self.model.workloads[id.index()].name.as_str(), sum)).chain(all)
    }

    fn waits(&self) -> Table {
        let mut table = new_table(1, ["workload", "jobs", "waited", "first wait\nhours", "queue\nhours", "queue\nGPU-hours"]);
        for (name, sum) in self.rows() {
            table.add_row([
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
        let mut table = new_table(2, ["workload", "cause", "hours", "GPU-hours", "share %"]);
        for (name, sum) in self.rows() {
            let mut name = name;
            for cause in Cause::ALL.into_iter().filter(|cause| sum.by_cause_ms[*cause as usize] > 0) {
                let gpu_time = sum.gpu_time_by_cause[cause as usize];
                table.add_row([
                    name.to_owned(),
                    cause.text().to_owned(),
                    Style::Amount.show(hours(sum.by_cause_ms[cause as usize])),
                    Style::Amount.show(gpu_time.hours()),
                    percent(gpu_time, sum.gpu_time),
                ]);
                name = "";
            }
        }
        table
    }

    /// Idle GPUs, where clusters are asked about.
    fn idle(&self) -> String {
        let clusters = &self.explanation.clusters;
        if clusters.is_empty() {
            return String::new();
        }
        let head = ["cluster", "idle", "idle %", "outage", "policy", "quota", "frag-\nmented"];
        let [a, b, c, d, e, f, g] = head;
        let mut table = new_table(1, [a, b, c, d, e, f, g, "exclu-\nsivity", "too\nsmall", "no\ndemand"]);
        let mut all = crate::study::IdleSum::default();
        for (id, sum) in clusters {
            table.add_row(row(&self.model.clusters[id.index()].name, sum));
            all.active += sum.active;
            all.idle += sum.idle;
            for (all, part) in all.by_cause.iter_mut().zip(&sum.by_cause) {
                *all += *part;
            }
        }
        if clusters.len() > 1 {
            table.add_row(row("all", &all));
        }
        let notes = wrapped(
            "Idle in GPU-hours and in % of active ones; causes in % of idle. Policy: who waits fits, and is held. Too small: all \
            who wait for it want more than is free.",
        );
        format!("\nIdle GPUs (installed, not out, not allocated)\n{table}\n{notes}")
    }
}

fn row(name: &str, sum: &crate::study::IdleSum) -> Vec<String> {
    let mut cells = vec![name.to_owned(), Style::Amount.show(sum.idle.hours()), percent(sum.idle, sum.active)];
    cells.extend(IdleCause::ALL.map(|cause| percent(sum.by_cause[cause as usize], sum.idle)));
    cells
}
