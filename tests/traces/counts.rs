//! Rows, first and last ones, and what is left out.

use crate::common_traces::{read, shared, text};
use skyberth::model::job::Outcome;
use skyberth::units::{Gpus, SimTime, Span};
use skyberth::workload::trace::{
    self, Format, JobKind, Options, Reason, Shares, ThroughputTable, Trace, TraceError, read_nodes, read_pods, read_requests,
};
use std::sync::Arc;

/// A job in seconds: id, submission, run time, GPUs, group.
fn row(trace: &Trace, index: usize) -> (String, f64, f64, u64, &str) {
    let job = &trace.jobs[index];
    let group = trace.groups[job.group as usize].as_str();
    (trace.ids.text(job.id).into_owned(), job.submit.seconds(), job.run.seconds(), job.gpus, group)
}

#[test]
fn philly() {
    let Some(trace) = read("traces/philly/philly.csv.gz", Format::Philly, &Options::default()) else { return };
    assert_eq!((trace.jobs.len(), trace.groups.len(), trace.dropped.count()), (82_247, 15, 0));
    assert_eq!(trace.epoch.map(|epoch| epoch.to_string()).as_deref(), Some("2017-09-04T10:30:41"));
    assert_eq!(trace.jobs[0].submit, SimTime::ZERO);
    let last = trace.jobs[82_246].submit.ms();
    assert_eq!(last, (((108 * 24 + 21) * 60 + 31) * 60 + 30) * 1000, "2017-12-22 08:02:11");
    let gpu_seconds: u128 = trace.jobs.iter().map(|job| u128::from(job.gpus) * job.run.ms() as u128 / 1000).sum();
    assert_eq!(trace.demands().gpu_time.milli_gpu_ms(), gpu_seconds * 1_000_000);
    assert_eq!(trace.demands().largest_gpus, 128);
}

#[test]
fn philly_jobs_are_those_of_the_published_schedules() {
    for group in ["2869ce", "e13805"] {
        let Some(file) = shared(&format!("reference/helios/helios_fifo_consolidate_{group}_log.csv")) else { return };
        let Some(mut trace) = read("traces/philly/philly.csv.gz", Format::Philly, &Options::default()) else { return };
        trace.keep_group(&[group]).expect("a group");
        let (from, to) = ("2017-10-01".parse().expect("a date"), "2017-12-01".parse().expect("a date"));
        trace.between(from, to).expect("it has dates");
        trace.rebase();
        let expected = std::fs::read_to_string(file).expect("text");
        let number = |cell: &str| cell.parse::<f64>().expect("a number");
        let mut known: Vec<_> = (expected.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>()))
            .map(|cells| (cells[0].to_owned(), number(cells[2]), number(cells[3]), number(cells[1]) as u64, group))
            .collect();
        let mut rows: Vec<_> = (0..trace.jobs.len()).map(|index| row(&trace, index)).collect();
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        known.sort_by(|a, b| a.0.cmp(&b.0));
        let differs = rows.iter().zip(&known).find(|(row, known)| row != known);
        assert_eq!((differs, rows.len()), (None, known.len()));
    }
}
