//! `skyberth replay rounds`: jobs in steps on GPUs of several types.

use super::common::{CommonArguments, duration, interrupted};
use crate::cli::refusal::{failed, invalid, unknown};
use crate::cli::{Exit, progress};
use clap::Args;
use clap::builder::PossibleValuesParser;
use skyberth::policy::rounds::{GpuType, allocator, names};
use skyberth::replay::gavel::{LEAST_APART_S, RoundReplay, RoundRules};
use skyberth::report::{ReplayRow, RoundJobsCsv, write_file};
use skyberth::units::Span;
use skyberth::workload::trace::{Options, ThroughputTable, read_steps};
use std::path::PathBuf;

/// Most types of a machine.
const MOST_TYPES: usize = 32;
/// Most GPUs of a type.
const MOST_GPUS: u64 = 999_999_999;

/// Arguments of `replay rounds`.
#[derive(Debug, Args)]
pub struct RoundsArguments {
    #[command(flatten)]
    common: CommonArguments,
    /// Format of the trace.
    #[arg(long, value_name = "FORMAT", default_value = "gavel", value_parser = ["gavel"])]
    trace_format: String,
    /// GPUs of each type, such as v100=4,p100=4,k80=4.
    #[arg(long, value_name = "TYPE=N,...", value_parser = gpu_types)]
    gpus: GpuTypes,
    /// Table of throughputs: steps per second of every kind of job on every GPU type.
    #[arg(long, value_name = "FILE")]
    throughputs: PathBuf,
    /// Policy that shares out the GPUs.
    #[arg(long, value_name = "NAME", default_value = "maxmin", value_parser = PossibleValuesParser::new(names()))]
    policy: String,
    /// Length of a round.
    #[arg(long, value_name = "DURATION", default_value = "360 s", value_parser = duration)]
    round: Span,
    /// Csv file to write every job to: submission, start, end, GPU type, preemptions.
    #[arg(long, value_name = "FILE")]
    jobs: Option<PathBuf>,
    /// Accepted and ignored: rounds are played on one thread.
    #[arg(long, value_name = "T", default_value_t = 0, hide = true)]
    threads: usize,
}

/// GPU types, each with its number of GPUs, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
struct GpuTypes(Vec<(String, u64)>);

fn gpu_types(text: &str) -> Result<GpuTypes, String> {
    let mut types: Vec<(String, u64)> = Vec::new();
    for part in text.split(',') {
        let (name, gpus) = part.split_once('=').ok_or_else(|| format!("`{part}` is not like v100=4: a GPU type and a number"))?;
        let name = name.trim();
        if name.is_empty() || types.iter().any(|(known, _)| known == name) {
            return Err(format!("`{part}`: every GPU type needs a different name"));
        }
        types.push((name.to_owned(), count(gpus.trim())?));
    }
    if types.len() > MOST_TYPES { Err(format!("at most {MOST_TYPES} GPU types")) } else { Ok(GpuTypes(types)) }
}

fn count(text: &str) -> Result<u64, String> {
    let count = text.parse::<u64>().ok().filter(|gpus| (1..=MOST_GPUS).contains(gpus));
    count.ok_or_else(|| format!("`{text}` is not a number of GPUs from 1 to {MOST_GPUS}"))
}

/// Replays a trace by rounds.
pub(super) fn replay(arguments: &RoundsArguments) -> Result<Exit, Exit> {
    let common = &arguments.common;
    let Some(mut allocator) = allocator(&arguments.policy) else { return Err(unknown("policy", &arguments.policy, names())) };
    let table = ThroughputTable::read(&arguments.throughputs).map_err(invalid)?;
    let rules = arguments.rules(&table)?;
    let options = Options { strict: common.strict, ..Options::default() };
    let trace = read_steps(&common.trace, &options).map_err(invalid)?;
    if !trace.dropped.is_empty() {
        common.say(&format!("warning: {}", trace.dropped));
    }
    let replay = RoundReplay { jobs: &trace.records, table: &table, rules };
    if let Some(endless) = replay.endless() {
        return Err(invalid(format!("{}: {endless}", common.trace.display())));
    }
    let Some(fates) = replay.run(&mut *allocator, &progress::stoppable()) else { return Ok(interrupted()) };
    if let Some(path) = &arguments.jobs {
        let jobs = RoundJobsCsv { replay: &replay, fates: &fates };
        write_file(path, |out| jobs.write(out)).map_err(failed)?;
    }
    let rows = vec![ReplayRow::of(&replay.outcome(&fates))];
    Ok(common.print(&rows))
}

impl RoundsArguments {
    /// The types, which the table must have, and the times.
    fn rules(&self, table: &ThroughputTable) -> Result<RoundRules, Exit> {
        let known: Vec<&str> = table.worker_types().collect();
        let GpuTypes(types) = &self.gpus;
        if let Some((wrong, _)) = types.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            return Err(unknown("GPU type of the table of throughputs", wrong, known.into_iter()));
        }
        let gpu_type = |(name, gpus): &(String, u64)| GpuType { name: name.clone(), gpus: *gpus as f64, price: 1.0 };
        let types = types.iter().map(gpu_type).collect();
        Ok(RoundRules { types, round: self.round.seconds(), least_apart: LEAST_APART_S })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gpu_types_have_names_and_numbers() {
        let types = [("v100", 4), ("k80", 2)].map(|(name, gpus)| (name.to_owned(), gpus)).to_vec();
        assert_eq!(gpu_types("v100=4, k80=2"), Ok(GpuTypes(types)));
        for text in ["", "4", "v100", "v100=", "v100=0", "v100=-1", "=4", "v100=4,v100=5", "v100=4,k80", "v100=1000000000"] {
            assert!(gpu_types(text).is_err(), "{text}");
        }
    }
}
