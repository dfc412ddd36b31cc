//! `skyberth replay jobs`: jobs on equal nodes, or on one pool for each virtual cluster.

use super::common::{CommonArguments, interrupted, unreadable};
use super::job_options::{MachineArguments, PolicyArguments, ReadingArguments, SelectionArguments};
use crate::cli::refusal::{failed, invalid};
use crate::cli::{Exit, progress};
use clap::Args;
use jiff::civil::{DateTime, date};
use skyberth::model::PolicyChoice;
use skyberth::replay::Outcome;
use skyberth::replay::pools::{Pool, PoolOutcome, PoolReplay, VirtualClusters};
use skyberth::report::{JobsCsv, ReplayRow, write_file};
use skyberth::workload::trace::{Contents, OpenTrace, Trace, TraceRequest};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Arguments of `replay jobs`.
#[derive(Debug, Args)]
pub struct JobsArguments {
    #[command(flatten)]
    common: CommonArguments,
    /// Csv file to write every job to: submission, start, end, cluster, preemptions.
    #[arg(long, value_name = "FILE")]
    jobs: Option<PathBuf>,
    /// File to write the trace to, in Skyberth's own csv format and after all filters; nothing is simulated.
    #[arg(long, value_name = "FILE")]
    convert: Option<PathBuf>,
    /// Number of threads; 0 is one per processor. Results do not depend on it.
    #[arg(long, value_name = "T", default_value_t = 0)]
    threads: usize,
    #[command(flatten)]
    machine: MachineArguments,
    #[command(flatten)]
    policy: PolicyArguments,
    #[command(flatten)]
    selection: SelectionArguments,
    #[command(flatten)]
    reading: ReadingArguments,
}

/// Replays jobs, or converts their trace.
pub(super) fn replay(arguments: &JobsArguments, open: Option<OpenTrace>) -> Result<Exit, Exit> {
    let policy = arguments.policy.choice()?;
    let trace = arguments.read(open)?;
    for note in &trace.notes {
        arguments.common.say(&format!("note: {note}"));
    }
    if !trace.dropped.is_empty() {
        arguments.common.say(&format!("warning: {}", trace.dropped));
    }
    match &arguments.convert {
        Some(file) => arguments.convert(&trace, file),
        None => arguments.simulate(&arguments.replay(&trace, policy)?),
    }
}

impl JobsArguments {
    fn read(&self, open: Option<OpenTrace>) -> Result<Trace, Exit> {
        let file = &self.common.trace;
        let options = self.reading.options(self.common.strict, self.machine.gpus);
        let format = self.reading.format()?;
        let open = open.map_or_else(|| OpenTrace::open_as(file, format, Contents::Jobs, options.limits), Ok).map_err(invalid)?;
        let request = TraceRequest { format, options, ..TraceRequest::new(file.clone()) };
        let request = self.selection.apply(self.reading.with_table(request));
        request.read_jobs(open).map_err(|error| unreadable(&error))
    }

    fn convert(&self, trace: &Trace, file: &Path) -> Result<Exit, Exit> {
        let path = write_file(file, |out| trace.write_csv(out)).map_err(failed)?;
        self.common.say(&format!("{} jobs in {}", trace.jobs.len(), path.display()));
        Ok(Exit::Done)
    }

    fn replay(&self, trace: &Trace, policy: PolicyChoice) -> Result<PoolReplay, Exit> {
        Ok(PoolReplay {
            pools: self.pools(trace)?,
            policy,
            pass: self.policy.pass(),
            start: trace.epoch.map_or(date(2000, 1, 1), DateTime::date),
            records: self.jobs.is_some(),
            threads: self.threads,
        })
    }

    /// The pools, each with its jobs.
    fn pools(&self, trace: &Trace) -> Result<Vec<Pool>, Exit> {
        let pools = match &self.machine.vc_nodes {
            Some(file) => self.virtual_clusters(trace, file)?,
            None => vec![self.machine(trace)?],
        };
        let sizes: Vec<(String, u64)> = pools.iter().map(|pool| (pool.name.clone(), pool.gpus())).collect();
        for warning in trace.warnings(&sizes) {
            self.common.say(&format!("warning: {warning}"));
        }
        Ok(pools)
    }

    fn machine(&self, trace: &Trace) -> Result<Pool, Exit> {
        let Some((nodes, node_gpus)) = self.machine.size(trace) else {
            return Err(invalid(
                "the trace does not give the size of its machine\nhelp: add --gpus N, or --nodes N --gpus-per-node G",
            ));
        };
        let name = match &self.selection.vc[..] {
            [name] => name.as_str(),
            _ => "machine",
        };
        Ok(Pool { name: name.to_owned(), nodes, node_gpus, jobs: Arc::new(trace.list(|_| true)) })
    }

    fn virtual_clusters(&self, trace: &Trace, file: &Path) -> Result<Vec<Pool>, Exit> {
        let clusters = VirtualClusters::read(file).map_err(invalid)?;
        let pools = clusters.pools(trace, &self.selection.vc, self.machine.gpus_per_node).map_err(invalid)?;
        let placed: usize = pools.iter().map(|pool| pool.jobs.jobs.len()).sum();
        if placed < trace.jobs.len() {
            let text =
                format!("{} jobs belong to virtual clusters that {} does not name", trace.jobs.len() - placed, file.display());
            self.common.say(&format!("warning: {text}; they are left out"));
        }
        Ok(pools)
    }

    fn simulate(&self, replay: &PoolReplay) -> Result<Exit, Exit> {
        let progress = progress::stoppable();
        let last = |pool: &Pool| pool.jobs.jobs.last().map_or(0, |job| job.submit.ms().unsigned_abs());
        let total = replay.pools.iter().map(last).sum();
        let done = progress::watch_total(total, &progress, self.common.quiet, || replay.run(&progress)).map_err(failed)?;
        let Some(pools) = done else { return Ok(interrupted()) };
        if let Some(file) = &self.jobs {
            write_jobs(file, &pools).map_err(failed)?;
        }
        let outcomes: Vec<Outcome> = pools.into_iter().map(|pool| pool.outcome).collect();
        let rows = ReplayRow::of_parts(&outcomes);
        Ok(self.common.print(&rows))
    }
}

fn write_jobs(file: &Path, pools: &[PoolOutcome]) -> std::io::Result<()> {
    let replications: Vec<_> = pools.iter().map(|pool| (0, &pool.model, &pool.records)).collect();
    write_file(file, |out| JobsCsv { replications: &replications }.write(out)).map(|_| ())
}
