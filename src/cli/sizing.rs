//! `skyberth replay` with a trace of inference requests: how many replicas it needs.

use super::arguments::{Format, ReplayArguments};
use super::refusal::{invalid, unknown};
use super::replay::say;
use super::{Exit, scenario};
use skyberth::model::catalog::Catalog;
use skyberth::report::SizingReport;
use skyberth::scenario::spec::DurationText;
use skyberth::study::{Sizing, SizingError};
use skyberth::units::Span;
use skyberth::workload::trace::Requests;

/// Options that are for traces of requests alone.
const FOR_REQUESTS: [&str; 3] = ["replica", "step", "tpot_slo_ms"];
/// Options that are for every trace. All others are for traces of jobs.
const FOR_ALL: [&str; 8] = ["trace", "trace_format", "from", "to", "strict", "threads", "format", "quiet"];

/// A step's length as it is written: `10 min`, `1 h`, and `10m` as well.
pub(super) fn duration(text: &str) -> Result<Span, String> {
    let text = text.trim();
    let minutes = text.strip_suffix('m').filter(|number| number.trim_end().ends_with(|c: char| c.is_ascii_digit()));
    let span = match minutes {
        Some(number) => format!("{number} min").parse::<DurationText>(),
        None => text.parse::<DurationText>(),
    }?
    .span();
    if span > Span::ZERO { Ok(span) } else { Err("a step has a length of 1 ms or more".to_owned()) }
}

/// An error where options were written that are for jobs.
pub(super) fn refuse_options_for_jobs(written: &[String], arguments: &ReplayArguments) -> Result<(), Exit> {
    let file = arguments.trace.display();
    let help = format!("for requests there are {}", flags(FOR_REQUESTS.iter().chain(&FOR_ALL[1..]).copied()));
    refuse(
        written,
        |option| !FOR_REQUESTS.contains(&option) && !FOR_ALL.contains(&option),
        |options, verb| format!("{options} {verb} for traces of jobs, and {file} holds inference requests\nhelp: {help}"),
    )
}

/// An error where options were written that are for requests.
pub(super) fn refuse_options_for_requests(written: &[String], arguments: &ReplayArguments) -> Result<(), Exit> {
    let file = arguments.trace.display();
    refuse(
        written,
        |option| FOR_REQUESTS.contains(&option),
        |options, verb| format!("{options} {verb} for traces of inference requests (azure_llm), and {file} holds jobs"),
    )
}

fn refuse(written: &[String], wrong: impl Fn(&str) -> bool, message: impl Fn(&str, &str) -> String) -> Result<(), Exit> {
    let wrong: Vec<&str> = written.iter().map(String::as_str).filter(|option| wrong(option)).collect();
    if wrong.is_empty() {
        return Ok(());
    }
    Err(invalid(message(&flags(wrong.iter().copied()), if wrong.len() == 1 { "is" } else { "are" })))
}

/// Options as they are written on the command line.
pub(super) fn flags<'a>(options: impl Iterator<Item = &'a str>) -> String {
    options.map(|option| format!("--{}", option.replace('_', "-"))).collect::<Vec<_>>().join(", ")
}

/// Sizes replicas for requests, and prints them.
pub(super) fn size(requests: &Requests, arguments: &ReplayArguments) -> Result<Exit, Exit> {
    let options = &arguments.sizing;
    let catalog = Catalog::builtin();
    let names = || catalog.replica_types.iter().map(|known| known.name.as_str());
    let Some(replica) = catalog.replica_type(&options.replica) else {
        return Err(unknown("replica type", &options.replica, names()));
    };
    if !(0.1..=1e6).contains(&options.tpot_slo_ms) {
        return Err(invalid("--tpot-slo-ms lies between 0.1 and 10^6 ms"));
    }
    let sizing = Sizing { replica, tpot_slo_s: options.tpot_slo_ms / 1e3, step: options.step };
    let sized = sizing.size(requests).map_err(|error| match error {
        SizingError::Unreachable { .. } => {
            let fit: Vec<&str> = (catalog.replica_types.iter())
                .filter(|known| known.fixed_s < sizing.tpot_slo_s)
                .map(|known| known.name.as_str())
                .collect();
            let other = if fit.is_empty() { String::new() } else { format!(", or take {}", fit.join(" or ")) };
            invalid(format!("{error}\nhelp: allow more with --tpot-slo-ms{other}"))
        }
        other => invalid(format!("{}: {other}", arguments.trace.display())),
    })?;
    if arguments.quiet {
        return Ok(Exit::Done);
    }
    let report = SizingReport { requests, sizing, sized: &sized };
    let text = match arguments.format {
        // The table tells what was dropped, and so does JSON; a csv file has no place for it.
        Format::Table => report.table(),
        Format::Json => serde_json::to_string_pretty(&report.json()).unwrap_or_default() + "\n",
        Format::Csv => {
            if !requests.dropped.is_empty() {
                say(arguments, &format!("warning: {}", requests.dropped.told("request")));
            }
            scenario::written(|out| report.write_csv(out))?
        }
    };
    Ok(scenario::print(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_durations() {
        for (text, ms) in [("10m", 600_000), ("10 min", 600_000), ("1.5h", 5_400_000), ("250 ms", 250), ("30 m", 1_800_000)] {
            assert_eq!(duration(text).map(Span::ms), Ok(ms), "{text}");
        }
        for text in ["", "m", "10", "0 s", "-1m", "0.1 ms"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
