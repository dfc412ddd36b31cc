//! `skyberth replay` of a gavel trace on GPUs of several types, by rounds.

use super::arguments::{Format, ReplayArguments};
use super::refusal::{failed, invalid, unknown};
use super::replay::say;
use super::{Exit, progress, scenario};
use skyberth::policy::rounds::{GpuType, allocator, names};
use skyberth::report::{RoundsReport, replay_csv, replay_table, write_file};
use skyberth::sim::RoundRules;
use skyberth::study::{LEAST_APART_S, RoundReplay};
use skyberth::workload::trace::{Format as TraceFormat, Options, ThroughputTable, TraceError, read_steps};

/// Options that a replay by rounds knows. All others are for machines whose GPUs are all alike.
const FOR_ROUNDS: [&str; 11] =
    ["trace", "trace_format", "gpus", "policy", "round", "throughputs", "strict", "jobs", "threads", "format", "quiet"];
/// The policy where none is named.
const DEFAULT_POLICY: &str = "maxmin";

/// An error where options were written that are for a replay by rounds alone.
pub(super) fn refuse_options_for_rounds(written: &[String]) -> Result<(), Exit> {
    if written.iter().any(|option| option == "round") {
        return Err(invalid("--round is for GPUs of several types\nhelp: name them, as in --gpus v100=4,p100=4,k80=4"));
    }
    Ok(())
}

/// Replays a trace on GPUs of types, each with their number. `written` are the options that were not left to defaults.
pub(super) fn replay(types: &[(String, u64)], arguments: &ReplayArguments, written: &[String]) -> Result<Exit, Exit> {
    check_options(arguments, written)?;
    let policy = if written.iter().any(|option| option == "policy") { arguments.policy.as_str() } else { DEFAULT_POLICY };
    let Some(mut allocator) = allocator(policy) else { return Err(unknown("policy by rounds", policy, names())) };
    let Some(file) = &arguments.throughputs else {
        return Err(invalid("GPUs of several types need a table of throughputs\nhelp: give --throughputs FILE"));
    };
    let table = ThroughputTable::read(file).map_err(invalid)?;
    let known: Vec<&str> = table.worker_types().collect();
    if let Some((wrong, _)) = types.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        return Err(unknown("GPU type in the table of throughputs", wrong, known.into_iter()));
    }
    let options = Options { strict: arguments.strict, ..Options::default() };
    let trace = read_steps(&arguments.trace, &options).map_err(|error: TraceError| invalid(error))?;
    if !trace.dropped.is_empty() {
        say(arguments, &format!("warning: {}", trace.dropped));
    }
    let rules = RoundRules {
        types: types.iter().map(|(name, gpus)| GpuType { name: name.clone(), gpus: *gpus as f64, price: 1.0 }).collect(),
        round: arguments.round.seconds(),
        least_apart: LEAST_APART_S,
    };
    let progress = progress::stoppable();
    let replay = RoundReplay { jobs: &trace.records, table: &table, rules };
    let Some(outcome) = replay.run(&mut *allocator, &progress) else {
        anstream::eprintln!("interrupted: nothing was written");
        return Ok(Exit::Interrupted);
    };
    let report = RoundsReport { replay: &replay, outcome: &outcome };
    if let Some(path) = &arguments.jobs {
        write_file(path, |out| report.write_jobs(out)).map_err(failed)?;
    }
    if arguments.quiet {
        return Ok(Exit::Done);
    }
    let rows = [report.row()];
    let text = match arguments.format {
        Format::Table => replay_table(&rows),
        Format::Json => serde_json::to_string_pretty(&rows).unwrap_or_default() + "\n",
        Format::Csv => scenario::written(|out| replay_csv(&rows, out))?,
    };
    Ok(scenario::print(&text))
}

fn check_options(arguments: &ReplayArguments, written: &[String]) -> Result<(), Exit> {
    if let Some(format) = &arguments.trace_format
        && !matches!(format.parse(), Ok(TraceFormat::Gavel))
    {
        return Err(invalid(format!(
            "GPUs of several types need a gavel trace, and --trace-format says {format}\nhelp: give one number, as in --gpus 12"
        )));
    }
    let wrong: Vec<String> = (written.iter())
        .filter(|option| !FOR_ROUNDS.contains(&option.as_str()))
        .map(|option| format!("--{}", option.replace('_', "-")))
        .collect();
    if wrong.is_empty() {
        return Ok(());
    }
    let verb = if wrong.len() == 1 { "is" } else { "are" };
    Err(invalid(format!("{} {verb} for GPUs that are all alike\nhelp: give one number, as in --gpus 12", wrong.join(", "))))
}
