//! `skyberth replay`.

use super::arguments::{Format, GpusArgument, PassArgument, ProcessorsArgument, ReplayArguments};
use super::refusal::{failed, invalid, misnamed};
use super::{Exit, packing, progress, rounds, scenario, sizing};
use jiff::civil::{DateTime, date};
use skyberth::model::{Levels, PolicyChoice};
use skyberth::policy::registry::Kind;
use skyberth::report::{JobsCsv, ReplayRow, replay_csv, replay_table, write_file};
use skyberth::sim::Pass;
use skyberth::study::{Pool, PoolOutcome, Replay};
use skyberth::units::Span;
use skyberth::workload::trace::{
    ColumnMap, Contents, Format as TraceFormat, GavelOptions, Options, Processors, Shares, SwfOptions, Trace, TraceRequest,
};
use std::path::Path;
use std::sync::Arc;

/// Replays a trace, or sizes replicas for it where it is one of requests. `written` are the options that were not left to defaults.
pub(super) fn replay(arguments: &ReplayArguments, written: &[String]) -> Exit {
    execute(arguments, written).unwrap_or_else(|exit| exit)
}

fn execute(arguments: &ReplayArguments, written: &[String]) -> Result<Exit, Exit> {
    if let Some(list) = &arguments.node_list {
        return packing::replay(list, arguments, written);
    }
    packing::refuse_options_for_nodes(written)?;
    if let Some(types) = arguments.gpus.as_ref().and_then(GpusArgument::types) {
        return rounds::replay(types, arguments, written);
    }
    rounds::refuse_options_for_rounds(written)?;
    let policy = policy(arguments)?;
    let trace = match read(arguments)? {
        Contents::Jobs(trace) => trace,
        Contents::Requests(requests) => {
            sizing::refuse_options_for_jobs(written, arguments)?;
            return sizing::size(&requests, arguments);
        }
    };
    sizing::refuse_options_for_requests(written, arguments)?;
    for note in &trace.notes {
        say(arguments, &format!("note: {note}"));
    }
    if !trace.dropped.is_empty() {
        say(arguments, &format!("warning: {}", trace.dropped));
    }
    if let Some(file) = &arguments.convert {
        let path = write_file(file, |out| trace.write_csv(out)).map_err(failed)?;
        say(arguments, &format!("{} jobs in {}", trace.jobs.len(), path.display()));
        return Ok(Exit::Done);
    }
    let pools = pools(&trace, arguments)?;
    let replay = Replay {
        pools,
        policy,
        pass: match arguments.pass {
            PassArgument::Onepass => Pass::OncePerInstant,
            PassArgument::Perevent => Pass::AfterEveryEvent,
        },
        start: trace.epoch.map_or(date(2000, 1, 1), DateTime::date),
        records: arguments.jobs.is_some(),
        threads: arguments.threads,
    };
    drop(trace);
    simulate(&replay, arguments)
}

fn simulate(replay: &Replay, arguments: &ReplayArguments) -> Result<Exit, Exit> {
    let progress = progress::stoppable();
    let last = |pool: &Pool| pool.jobs.jobs.last().map_or(0, |job| job.submit.ms().unsigned_abs());
    let total = replay.pools.iter().map(last).sum();
    let outcome = progress::watch_total(total, &progress, arguments.quiet, || replay.run(&progress)).map_err(failed)?;
    let Some(pools) = outcome else {
        anstream::eprintln!("interrupted: nothing was written");
        return Ok(Exit::Interrupted);
    };
    if let Some(file) = &arguments.jobs {
        write_jobs(file, &pools).map_err(failed)?;
    }
    let rows = ReplayRow::of_pools(&pools);
    if arguments.quiet {
        return Ok(Exit::Done);
    }
    let text = match arguments.format {
        Format::Table => replay_table(&rows),
        Format::Json => serde_json::to_string_pretty(&rows).unwrap_or_default() + "\n",
        Format::Csv => scenario::written(|out| replay_csv(&rows, out))?,
    };
    Ok(scenario::print(&text))
}

fn write_jobs(file: &Path, pools: &[PoolOutcome]) -> std::io::Result<()> {
    let replications: Vec<_> = pools.iter().map(|pool| (0, &pool.model, &pool.records)).collect();
    write_file(file, |out| JobsCsv { replications: &replications }.write(out)).map(|_| ())
}

/// The trace that the arguments ask for.
fn read(arguments: &ReplayArguments) -> Result<Contents, Exit> {
    let format = arguments.trace_format.as_deref().map(str::parse::<TraceFormat>).transpose().map_err(invalid)?;
    if !(0.0..=1e9).contains(&arguments.least_run) {
        return Err(invalid("--least-run lies between 0 and 10^9 s"));
    }
    let options = Options {
        strict: arguments.strict,
        least_run: Span::from_seconds(arguments.least_run),
        swf: SwfOptions {
            processors: match arguments.processors {
                ProcessorsArgument::Allocated => Processors::Allocated,
                ProcessorsArgument::Requested => Processors::Requested,
            },
            machine: arguments.gpus.as_ref().and_then(GpusArgument::any),
            kill_at_estimate: !arguments.no_kill,
        },
        gavel: GavelOptions { table: None, worker: arguments.worker.clone() },
        shares: if arguments.round_up_shares { Shares::RoundUp } else { Shares::Drop },
        columns: match &arguments.columns {
            Some(text) => text.parse::<ColumnMap>().map_err(invalid)?,
            None => ColumnMap::default(),
        },
        ..Options::default()
    };
    let request = TraceRequest {
        format,
        options,
        throughputs: arguments.throughputs.clone(),
        groups: arguments.vc.clone(),
        from: arguments.from,
        to: arguments.to,
        load: arguments.load,
        scale_runs: arguments.scale_runs,
        scale_gpus: arguments.scale_gpus,
        ..TraceRequest::new(arguments.trace.clone())
    };
    request.read_contents().map_err(invalid)
}

/// The pools that the arguments describe, each with its jobs.
fn pools(trace: &Trace, arguments: &ReplayArguments) -> Result<Vec<Pool>, Exit> {
    if let Some(file) = &arguments.vc_nodes {
        return virtual_clusters(trace, file, arguments);
    }
    let (nodes, node_gpus) = match (arguments.gpus.as_ref().and_then(GpusArgument::any), arguments.nodes, trace.machine_gpus) {
        (Some(gpus), _, _) | (None, None, Some(gpus)) => (gpus, 1),
        (None, Some(nodes), _) => (nodes, arguments.gpus_per_node),
        (None, None, None) => {
            return Err(invalid(
                "the trace does not say how large its machine is\nhelp: give --gpus N, or --nodes N --gpus-per-node G",
            ));
        }
    };
    let name = arguments.vc.first().filter(|_| arguments.vc.len() == 1).map_or("machine", String::as_str);
    warn(trace, &[(name.to_owned(), nodes.saturating_mul(u64::from(node_gpus)))], arguments);
    Ok(vec![Pool { name: name.to_owned(), nodes, node_gpus, jobs: Arc::new(trace.list(|_| true)) }])
}

fn virtual_clusters(trace: &Trace, file: &Path, arguments: &ReplayArguments) -> Result<Vec<Pool>, Exit> {
    let mut pools = Vec::new();
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_path(file)
        .map_err(|error| invalid(format!("{}: {error}", file.display())))?;
    for (index, record) in reader.records().enumerate() {
        let at = format!("{}:{}", file.display(), index + 2);
        let record = record.map_err(|error| invalid(format!("{at}: {error}")))?;
        let name = record.get(0).unwrap_or_default().trim();
        let nodes = record.get(1).and_then(|text| text.trim().parse::<u64>().ok()).filter(|nodes| *nodes < 1_000_000_000);
        let Some(nodes) = nodes else {
            return Err(invalid(format!("{at}: a line is a virtual cluster's name and its number of nodes")));
        };
        if !arguments.vc.is_empty() && !arguments.vc.iter().any(|vc| vc == name) {
            continue;
        }
        let Some(group) = trace.groups.iter().position(|group| group == name) else { continue };
        let list = trace.list(|job| job.group as usize == group);
        if !list.jobs.is_empty() {
            pools.push(Pool { name: name.to_owned(), nodes, node_gpus: arguments.gpus_per_node, jobs: Arc::new(list) });
        }
    }
    if pools.is_empty() {
        return Err(invalid(format!("{}: none of its virtual clusters has jobs in the trace", file.display())));
    }
    let placed: usize = pools.iter().map(|pool| pool.jobs.jobs.len()).sum();
    if placed < trace.jobs.len() {
        let text = format!("{} jobs belong to virtual clusters that {} does not name", trace.jobs.len() - placed, file.display());
        say(arguments, &format!("warning: {text}; they are left out"));
    }
    let sizes: Vec<(String, u64)> =
        pools.iter().map(|pool| (pool.name.clone(), pool.nodes.saturating_mul(u64::from(pool.node_gpus)))).collect();
    warn(trace, &sizes, arguments);
    Ok(pools)
}

fn warn(trace: &Trace, clusters: &[(String, u64)], arguments: &ReplayArguments) {
    for warning in trace.warnings(clusters) {
        say(arguments, &format!("warning: {warning}"));
    }
}

fn policy(arguments: &ReplayArguments) -> Result<PolicyChoice, Exit> {
    let preset = PolicyChoice::preset(&arguments.policy).map_err(|error| misnamed(&error, None))?;
    let [placement] = &arguments.placement[..] else {
        return Err(invalid("several placements need a list of nodes\nhelp: give one with --node-list FILE"));
    };
    let mut choice = preset.with(Kind::Placement, placement, &|_| None).map_err(|error| misnamed(&error, None))?;
    let mut levels = Levels::default();
    if let Some(limits) = &arguments.level_limits {
        if !Levels::are_limits(limits) {
            return Err(invalid("--level-limits are up to 32 numbers, ascending, each between 0.001 and 10^12"));
        }
        levels.limits_s.clone_from(limits);
    }
    if let Some(promote) = arguments.promote_after {
        if !(0.0..=1e9).contains(&promote) {
            return Err(invalid("--promote-after lies between 0 and 10^9"));
        }
        levels.promote_after = Some(promote);
    }
    (choice.levels, choice.rounds.round) = (levels, arguments.round);
    Ok(choice)
}

/// Prints to stderr, unless asked to be quiet.
pub(super) fn say(arguments: &ReplayArguments, text: &str) {
    if !arguments.quiet {
        anstream::eprintln!("{text}");
    }
}
