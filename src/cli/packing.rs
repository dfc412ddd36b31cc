//! `skyberth replay` of pods on a list of nodes: they only come until the GPUs are asked for so many times over, or come and go at their own times.

use super::arguments::{Format, ReplayArguments};
use super::refusal::{invalid, unknown};
use super::replay::say;
use super::sizing::flags;
use super::{Exit, progress, scenario};
use serde::Serialize;
use skyberth::policy::placement::SCORES;
use skyberth::report::{PackingRow, ReplayRow, packing_csv, packing_table, replay_csv, replay_table};
use skyberth::study::{NodeReplay, NodeTasks, Packing};
use skyberth::workload::trace::{Node, Options, Pod, read_nodes, read_pods};
use std::io;
use std::path::Path;

/// Options for lists of nodes.
const FOR_NODES: [&str; 11] =
    ["trace", "trace_format", "node_list", "placement", "demand", "shuffles", "seed", "strict", "threads", "format", "quiet"];
/// Of them, those that mean nothing without a list.
const ONLY_FOR_NODES: [&str; 3] = ["demand", "shuffles", "seed"];

/// An error where options were written that need a list of nodes, and there is none.
pub(super) fn refuse_options_for_nodes(written: &[String]) -> Result<(), Exit> {
    let wrong: Vec<&str> = ONLY_FOR_NODES.into_iter().filter(|option| written.iter().any(|written| written == option)).collect();
    if wrong.is_empty() {
        return Ok(());
    }
    let verb = if wrong.len() == 1 { "needs" } else { "need" };
    Err(invalid(format!("{} {verb} a list of nodes\nhelp: give one with --node-list FILE", flags(wrong.into_iter()))))
}

/// Replays pods on the nodes of a list.
pub(super) fn replay(list: &Path, arguments: &ReplayArguments, written: &[String]) -> Result<Exit, Exit> {
    let own = arguments.demand.is_none();
    let is_wrong = |option: &&str| match *option {
        "shuffles" => own,
        "policy" | "load" => !own,
        option => !FOR_NODES.contains(&option),
    };
    let wrong: Vec<&str> = written.iter().map(String::as_str).filter(is_wrong).collect();
    if !wrong.is_empty() {
        let verb = if wrong.len() == 1 { "has" } else { "have" };
        let why = if own { "with --node-list and without --demand" } else { "with --node-list and --demand" };
        return Err(invalid(format!("{} {verb} no meaning {why}", flags(wrong.into_iter()))));
    }
    if arguments.trace_format.as_deref().is_some_and(|format| format != "openb") {
        return Err(invalid("a list of nodes goes with a trace of the format openb"));
    }
    let skip = match arguments.policy.as_str() {
        "fifo" => false,
        // The default of other replays reserves by counts of GPUs, which means nothing here.
        "fifo-skip" => true,
        _ if !written.iter().any(|option| option == "policy") => true,
        name => return Err(unknown("preset for a list of nodes", name, ["fifo", "fifo-skip"].into_iter())),
    };
    let placements = placements(arguments)?;
    let (nodes, pods) = read(list, arguments)?;
    let work = NodeTasks::new(&nodes, &pods).map_err(invalid)?;
    match arguments.demand {
        Some(demand) => pack(work, demand, &placements, arguments),
        None => come_and_go(work, &pods, skip, &placements, arguments),
    }
}

fn placements(arguments: &ReplayArguments) -> Result<Vec<String>, Exit> {
    let known = || SCORES.iter().map(|row| row.name);
    let mut names = Vec::new();
    for name in &arguments.placement {
        if name == "all" {
            names.extend(known().map(str::to_owned));
        } else if known().any(|known| known == name) {
            names.push(name.clone());
        } else {
            return Err(unknown("placement for a list of nodes", name, known().chain(["all"])));
        }
    }
    Ok(names)
}

fn read(list: &Path, arguments: &ReplayArguments) -> Result<(Vec<Node>, Vec<Pod>), Exit> {
    let options = Options { strict: arguments.strict, ..Options::default() };
    let nodes = read_nodes(list, &options).map_err(invalid)?;
    let pods = read_pods(&arguments.trace, &options).map_err(invalid)?;
    for (file, dropped) in [(list, &nodes.dropped), (&arguments.trace, &pods.dropped)] {
        if !dropped.is_empty() {
            say(arguments, &format!("warning: {}: {dropped}", file.display()));
        }
    }
    Ok((nodes.records, pods.records))
}

fn pack(work: NodeTasks, demand: f64, placements: &[String], arguments: &ReplayArguments) -> Result<Exit, Exit> {
    if !(0.01..=100.0).contains(&demand) {
        return Err(invalid("--demand lies between 0.01 and 100 times the GPUs of the nodes"));
    }
    let (shuffles, seed, threads) = (arguments.shuffles, arguments.seed, arguments.threads);
    let packing = Packing { work, demand, shuffles, seed, threads };
    let Some(packed) = packing.run(placements, &progress::stoppable()) else { return Ok(interrupted()) };
    let rows: Vec<PackingRow> = placements.iter().zip(&packed).map(|(name, packed)| PackingRow::of(name, packed)).collect();
    print(arguments, &rows, packing_table(&rows), |out| packing_csv(&rows, out))
}

fn come_and_go(
    work: NodeTasks,
    pods: &[Pod],
    skip: bool,
    placements: &[String],
    arguments: &ReplayArguments,
) -> Result<Exit, Exit> {
    let mut replay = NodeReplay::new(work, pods);
    (replay.skip, replay.seed, replay.threads) = (skip, arguments.seed, arguments.threads);
    if !(0.001..=1e9).contains(&arguments.load) {
        return Err(invalid("--load lies between 0.001 and 10^9"));
    }
    replay.speed_up(arguments.load);
    let Some(outcomes) = replay.run(placements, &progress::stoppable()) else { return Ok(interrupted()) };
    let rows = ReplayRow::of_nodes(&outcomes);
    print(arguments, &rows, replay_table(&rows), |out| replay_csv(&rows, out))
}

fn print(
    arguments: &ReplayArguments,
    rows: &[impl Serialize],
    table: String,
    csv: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> Result<Exit, Exit> {
    if arguments.quiet {
        return Ok(Exit::Done);
    }
    let text = match arguments.format {
        Format::Table => table,
        Format::Json => serde_json::to_string_pretty(rows).unwrap_or_default() + "\n",
        Format::Csv => scenario::written(csv)?,
    };
    Ok(scenario::print(&text))
}

fn interrupted() -> Exit {
    anstream::eprintln!("interrupted: nothing was written");
    Exit::Interrupted
}
