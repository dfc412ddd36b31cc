//! Replicas that a trace of requests needs: the trace, one line per step, and the totals.

use crate::model::catalog::ReplicaType;
use crate::replay::requests::{Sized, Sizing};
use crate::report::document::{Column, Document, Room, Table};
use crate::report::number::{Style, exact};
use crate::report::output::{Printed, Rows, pretty};
use crate::units::SimTime;
use crate::workload::trace::Requests;
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::io::{self, Write};

/// With more steps than this, the terminal lists ...
const LISTED: usize = 40;
/// ... only so many, the busiest.
const BUSIEST: usize = 20;
/// A last step filled less than this gets a note.
const NOTED_SHARE: f64 = 0.95;

/// A trace of requests and the replicas it needs.
#[derive(Clone, Copy, Debug)]
pub struct SizingReport<'a> {
    /// The requests.
    pub requests: &'a Requests,
    /// What replicas were sized for.
    pub sizing: Sizing<'a>,
    /// The replicas.
    pub sized: &'a Sized,
}

impl Printed for SizingReport<'_> {
    /// The trace, the steps and the totals. With more than 40 steps, a narrow document lists the 20 busiest.
    fn document(&self, room: Room) -> Document {
        let all = self.sized.steps.len();
        let is_long = room == Room::Narrow && all > LISTED;
        let listed = if is_long { self.sized.busiest(BUSIEST) } else { (0..all).collect() };
        let mut document = Document::default();
        document.lines(self.head());
        document.table(self.steps(listed));
        if is_long {
            document.lines(format!("the {BUSIEST} busiest of {all} steps, busiest first; --format csv gives all"));
        }
        document.lines(self.foot());
        document
    }

    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        pretty(&self.value(), out)
    }

    /// A row per step, all of them.
    fn rows(&self, rows: &mut Rows<'_>) -> io::Result<()> {
        rows.write_record(["start_s", "requests_per_s", "output_tokens_per_s", "replicas", "gpus"])?;
        for step in &self.sized.steps {
            let [start, requests, tokens] =
                [step.start.seconds(), step.requests_per_s, step.output_tokens_per_s].map(|value| exact(Some(value)));
            rows.write_record([start, requests, tokens, step.replicas.to_string(), self.gpus(step.replicas).to_string()])?;
        }
        Ok(())
    }

    /// The lines that were dropped: the other formats list them.
    fn left_out(&self) -> Option<String> {
        let dropped = &self.requests.dropped;
        (!dropped.is_empty()).then(|| dropped.told("request"))
    }
}

impl SizingReport<'_> {
    fn steps(&self, listed: Vec<usize>) -> Table {
        let heads = ["requests/s", "output tokens/s", "replicas", "GPUs"].map(|head| Column::figures(head, ""));
        let start = if self.requests.epoch.is_some() { "start (UTC)" } else { "start" };
        let mut table = Table::new("Steps", std::iter::once(Column::text(start)).chain(heads).collect());
        for step in listed.into_iter().map(|index| self.sized.steps[index]) {
            table.row([
                self.clock(step.start),
                Style::Amount.show(step.requests_per_s),
                Style::Amount.show(step.output_tokens_per_s),
                step.replicas.to_string(),
                self.gpus(step.replicas).to_string(),
            ]);
        }
        table
    }

    /// The trace, and how a replica of this type serves it.
    fn head(&self) -> String {
        let (requests, sized, replica) = (self.requests, self.sized, self.sizing.replica);
        let mut text = format!("{} requests within {}", requests.requests.len(), Style::Time.show(requests.span().seconds()));
        if requests.epoch.is_some() {
            text.push_str(&format!(", from {} UTC", self.clock(SimTime::ZERO)));
        }
        let (input, output) = (sized.input_tokens_mean, sized.output_tokens_mean);
        text.push_str(&format!("\n{input:.1} tokens in and {output:.1} out on average\n{}", self.dropped()));
        let ReplicaType { name, gpus, gpu_type, .. } = replica;
        text.push_str(&format!("{name} on {gpus} {gpu_type}, time per output token up to {} ms:\n", self.tpot_slo_ms()));
        text.push_str(&format!(
            "  {} ms of work a request, load up to {:.3}, {} requests/s a replica\n",
            three(sized.work_s * 1e3),
            sized.load_at_objective,
            three(sized.rate_per_replica),
        ));
        text
    }

    fn dropped(&self) -> String {
        let dropped = &self.requests.dropped;
        if dropped.is_empty() {
            return "no line was dropped\n".to_owned();
        }
        let mut text = format!("{} of {} lines dropped:\n", dropped.count(), dropped.lines);
        for reason in &dropped.by_reason {
            text.push_str(&format!("  {}: {} (first at {}:{})\n", reason.count, reason.reason, reason.line, reason.column));
        }
        text
    }

    /// Totals.
    fn foot(&self) -> String {
        let sized = self.sized;
        let (fixed, following) = (sized.static_gpu_hours(), sized.following_gpu_hours());
        let mut text = String::new();
        if let Some(share) = self.last_share().filter(|share| *share < NOTED_SHARE) {
            let percent = share * 100.0;
            text.push_str(&format!("the trace ends {percent:.0} % into the last step, whose rates are lower for that\n"));
        }
        text.push_str(&format!("replicas: {} at the peak, {:.2} on average\n", sized.peak_replicas(), sized.mean_replicas()));
        text.push_str(&format!("GPU-hours: {} sized for the peak throughout\n", three(fixed)));
        text.push_str(&format!("           {} following demand", three(following)));
        if fixed > 0.0 {
            text.push_str(&format!(" ({:.1} %)", following / fixed * 100.0));
        }
        text + "\n"
    }

    /// Everything as one object, figures with their units.
    fn value(&self) -> Value {
        let (requests, sized) = (self.requests, self.sized);
        let dropped = requests.dropped.by_reason.iter().map(|dropped| {
            let place = [dropped.line, dropped.column];
            json!({ "reason": dropped.reason.to_string(), "lines": dropped.count, "first_line": place[0], "first_column": place[1] })
        });
        let steps = sized.steps.iter().map(|step| {
            json!({
                "start_s": step.start.seconds(),
                "requests_per_s": step.requests_per_s,
                "output_tokens_per_s": step.output_tokens_per_s,
                "replicas": step.replicas,
                "gpus": self.gpus(step.replicas),
            })
        });
        json!({
            "requests": requests.requests.len(),
            "start": requests.epoch.map(|epoch| epoch.to_string()),
            "span_s": requests.span().seconds(),
            "input_tokens_mean": sized.input_tokens_mean,
            "output_tokens_mean": sized.output_tokens_mean,
            "lines": requests.dropped.lines,
            "dropped": dropped.collect::<Vec<_>>(),
            "replica": self.sizing.replica.name,
            "replica_gpus": sized.replica_gpus,
            "tpot_slo_ms": self.tpot_slo_ms(),
            "work_s": sized.work_s,
            "load_at_objective": sized.load_at_objective,
            "requests_per_s_per_replica": sized.rate_per_replica,
            "peak_replicas": sized.peak_replicas(),
            "mean_replicas": sized.mean_replicas(),
            "static_peak_gpu_hours": sized.static_gpu_hours(),
            "following_gpu_hours": sized.following_gpu_hours(),
            "step_s": sized.step.seconds(),
            "steps": steps.collect::<Vec<_>>(),
        })
    }

    /// The share of the last step up to the last request; none without a step.
    fn last_share(&self) -> Option<f64> {
        let last = self.sized.steps.last()?;
        Some((SimTime::ZERO + self.requests.span() - last.start).seconds() / self.sized.step.seconds())
    }

    fn gpus(&self, replicas: u64) -> u64 {
        replicas.saturating_mul(u64::from(self.sized.replica_gpus))
    }

    /// The objective [ms], without the digits that dividing by a thousand adds.
    fn tpot_slo_ms(&self) -> f64 {
        (self.sizing.tpot_slo_s * 1e9).round() / 1e6
    }

    /// An instant as date and time of the trace, to the second; as seconds where it has no dates.
    fn clock(&self, at: SimTime) -> String {
        let date = self.requests.epoch.and_then(|epoch| epoch.checked_add(SignedDuration::from_millis(at.ms())).ok());
        date.map_or_else(|| format!("{} s", at.seconds()), |date| date.strftime("%F %T").to_string())
    }
}

/// A figure with three significant digits at least, and all before the point.
fn three(value: f64) -> String {
    match value.abs() {
        magnitude if magnitude >= 100.0 || magnitude == 0.0 => format!("{value:.0}"),
        magnitude if magnitude >= 10.0 => format!("{value:.1}"),
        magnitude if magnitude >= 1.0 => format!("{value:.2}"),
        _ => exact(Some(format!("{value:.2e}").parse().unwrap_or(value))),
    }
}
