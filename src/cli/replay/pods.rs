//! `skyberth replay pods`: pods on a list of nodes. They only come until a demand is reached, or come and go at their own times.

use super::common::{CommonArguments, interrupted, within};
use crate::cli::refusal::invalid;
use crate::cli::{Exit, progress};
use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use skyberth::policy::placement::SCORES;
use skyberth::replay::nodes::{NodeReplay, NodeTasks, Packing};
use skyberth::report::{PackingRow, ReplayRow};
use skyberth::workload::trace::{Node, Options, Pod, read_nodes, read_pods};
use std::path::PathBuf;

/// Arguments of `replay pods`.
#[derive(Debug, Args)]
pub struct PodsArguments {
    #[command(flatten)]
    common: CommonArguments,
    /// Format of the trace.
    #[arg(long, value_name = "FORMAT", default_value = "openb", value_parser = ["openb"])]
    trace_format: String,
    /// List of nodes: a csv file of CPU, memory, GPUs and GPU type, as beside an openb trace.
    #[arg(long, value_name = "FILE")]
    node_list: PathBuf,
    /// Placements to try, or `all`.
    #[arg(long, value_name = "NAME,...", default_value = "best_fit", value_delimiter = ',', value_parser = placements())]
    placement: Vec<String>,
    /// Order in which waiting pods start.
    #[arg(long, value_enum, default_value_t = QueueArgument::FifoSkip, conflicts_with = "demand")]
    policy: QueueArgument,
    /// Factor by which to divide the times between submissions; 3 is three times the load.
    #[arg(long, value_name = "X", default_value_t = 1.0, conflicts_with = "demand", value_parser = load)]
    load: f64,
    /// Pack pods that only come, shuffled and drawn again, until they ask for X times the GPUs of the nodes.
    #[arg(long, value_name = "X", value_parser = demand)]
    demand: Option<f64>,
    /// Number of orders of pods and nodes to try.
    #[arg(long, value_name = "N", default_value_t = 10, requires = "demand", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    shuffles: u32,
    /// Seed of orders, of drawn pods, and of the placement `random`.
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// Number of threads; 0 is one per processor. Results do not depend on it.
    #[arg(long, value_name = "T", default_value_t = 0)]
    threads: usize,
}

/// The order in which pods start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum QueueArgument {
    /// In order of submission, all that fit.
    FifoSkip,
    /// In order of submission, none before its predecessors.
    Fifo,
}

fn placements() -> PossibleValuesParser {
    PossibleValuesParser::new(SCORES.iter().map(|row| row.name).chain(["all"]))
}

fn load(text: &str) -> Result<f64, String> {
    within(text, 0.001, 1e9)
}

fn demand(text: &str) -> Result<f64, String> {
    within(text, 0.01, 100.0)
}

/// Replays pods on the nodes of a list.
pub(super) fn replay(arguments: &PodsArguments) -> Result<Exit, Exit> {
    let placements = arguments.placements();
    let (nodes, pods) = arguments.read()?;
    let work = NodeTasks::new(&nodes, &pods).map_err(invalid)?;
    Ok(match arguments.demand {
        Some(demand) => pack(work, demand, &placements, arguments),
        None => come_and_go(work, &pods, &placements, arguments)?,
    })
}

impl PodsArguments {
    /// The placements by name; `all` stands for every one.
    fn placements(&self) -> Vec<String> {
        let all = || SCORES.iter().map(|row| row.name.to_owned()).collect();
        let names = |name: &String| if name == "all" { all() } else { vec![name.clone()] };
        self.placement.iter().flat_map(names).collect()
    }

    fn read(&self) -> Result<(Vec<Node>, Vec<Pod>), Exit> {
        let options = Options { strict: self.common.strict, ..Options::default() };
        let nodes = read_nodes(&self.node_list, &options).map_err(invalid)?;
        let pods = read_pods(&self.common.trace, &options).map_err(invalid)?;
        let (nodes_file, pods_file) = (&self.node_list, &self.common.trace);
        for (file, notes) in [(nodes_file, &nodes.notes), (pods_file, &pods.notes)] {
            for note in notes {
                self.common.say(&format!("note: {}: {note}", file.display()));
            }
        }
        for (file, dropped) in [(nodes_file, &nodes.dropped), (pods_file, &pods.dropped)] {
            if !dropped.is_empty() {
                self.common.say(&format!("warning: {}: {dropped}", file.display()));
            }
        }
        Ok((nodes.records, pods.records))
    }
}

fn pack(work: NodeTasks, demand: f64, placements: &[String], arguments: &PodsArguments) -> Exit {
    let (shuffles, seed, threads) = (arguments.shuffles, arguments.seed, arguments.threads);
    let packing = Packing { work, demand, shuffles, seed, threads };
    let Some(packed) = packing.run(placements, &progress::stoppable()) else { return interrupted() };
    let rows: Vec<PackingRow> = placements.iter().zip(&packed).map(|(name, packed)| PackingRow::of(name, packed)).collect();
    arguments.common.print(&rows)
}

fn come_and_go(work: NodeTasks, pods: &[Pod], placements: &[String], arguments: &PodsArguments) -> Result<Exit, Exit> {
    let Some(mut replay) = NodeReplay::new(work, pods) else {
        let file = arguments.common.trace.display();
        return Err(invalid(format!(
            "{file}: the pods have no `creation_time` and `deletion_time`, so that they cannot come and go\nhelp: pack them with --demand X"
        )));
    };
    replay.skip = arguments.policy == QueueArgument::FifoSkip;
    (replay.seed, replay.threads) = (arguments.seed, arguments.threads);
    replay.speed_up(arguments.load);
    let Some(outcomes) = replay.run(placements, &progress::stoppable()) else { return Ok(interrupted()) };
    let rows = ReplayRow::of_each(&outcomes);
    Ok(arguments.common.print(&rows))
}
