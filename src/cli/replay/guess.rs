//! `skyberth replay TRACE`, where the options and the trace tell the kind.
//!
//! All options of all kinds are accepted at first, as text; then the kind is known, and its own struct takes them.

use super::ReplayKind;
use crate::cli::Exit;
use crate::cli::refusal::{invalid, usage, with_owners};
use clap::builder::{Resettable, ValueParser};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory, Parser, Subcommand};
use skyberth::workload::trace::{ColumnMap, Contents, Format, Limits, OpenTrace};
use std::ffi::{OsStr, OsString};
use std::path::Path;

/// A command line that names a kind.
#[derive(Debug, Parser)]
#[command(name = "replay", bin_name = "skyberth replay", max_term_width = 100)]
struct Sorted {
    #[command(subcommand)]
    kind: ReplayKind,
}

/// Options of a kind that is still to be guessed.
#[derive(Debug)]
pub struct Unsorted {
    trace: OsString,
    /// Names without dashes, each with the values given; a flag has one that is none.
    options: Vec<(String, Vec<Option<OsString>>)>,
}

/// The trace, and every option that a kind has, each once and hidden from help.
pub(super) fn every_option() -> Vec<Arg> {
    let kinds = ReplayKind::augment_subcommands(Command::new("replay"));
    let mut all = vec![Arg::new("trace").value_name("TRACE").required(true).value_parser(ValueParser::os_string()).hide(true)];
    for own in kinds.get_subcommands().flat_map(Command::get_arguments).filter(|own| !own.is_positional()) {
        if all.iter().all(|known| known.get_id() != own.get_id()) {
            all.push(as_text(own));
        }
    }
    all
}

/// An option that takes any text and has no default.
fn as_text(own: &Arg) -> Arg {
    let plain = own.clone().required(false).hide(true).default_value(Resettable::Reset).value_delimiter(Resettable::Reset);
    match own.get_action() {
        ArgAction::SetTrue => plain,
        _ => plain.action(ArgAction::Append).value_parser(ValueParser::os_string()),
    }
}

impl Unsorted {
    pub(super) fn of(matches: &ArgMatches) -> Self {
        let mut options = Vec::new();
        for option in every_option().iter().filter(|option| !option.is_positional()) {
            let id = option.get_id().as_str();
            if matches.value_source(id) != Some(ValueSource::CommandLine) {
                continue;
            }
            let values = match option.get_action() {
                ArgAction::SetTrue => vec![None],
                _ => matches.get_raw(id).into_iter().flatten().map(|value| Some(value.to_owned())).collect(),
            };
            options.push((option.get_long().unwrap_or_default().to_owned(), values));
        }
        Self { trace: matches.get_one::<OsString>("trace").cloned().unwrap_or_default(), options }
    }

    /// The last value of an option.
    fn value(&self, name: &str) -> Option<&OsStr> {
        let (_, values) = self.options.iter().find(|(known, _)| known == name)?;
        values.last()?.as_deref()
    }

    /// The kind with its options, and the trace if it had to be opened.
    pub(super) fn sort(&self) -> Result<(ReplayKind, Option<OpenTrace<'static>>), Exit> {
        let trace = Path::new(&self.trace);
        if self.value("node-list").is_some() {
            return Ok((self.parse("pods", "--node-list makes this a replay of pods")?, None));
        }
        if self.value("gpus").is_some_and(|gpus| gpus.as_encoded_bytes().contains(&b'=')) {
            return Ok((self.parse("rounds", "--gpus names GPU types, which makes this a replay by rounds")?, None));
        }
        let format = self.value("trace-format").map(|text| text.to_string_lossy().parse::<Format>());
        let format = format.transpose().map_err(invalid)?;
        // Names given for columns tell too; what is wrong with them is said by the kind that has them.
        let columns = self.value("columns").and_then(|text| text.to_string_lossy().parse::<ColumnMap>().ok());
        let open = match columns.and_then(|columns| columns.contents()) {
            Some(contents) => OpenTrace::open_as(trace, format, contents, Limits::default()),
            None => OpenTrace::open(trace, format, Limits::default()),
        };
        let open = open.map_err(invalid)?;
        let contents = open.format().contents();
        let kind = match contents {
            Contents::Jobs => "jobs",
            Contents::Requests => "requests",
        };
        Ok((self.parse(kind, &format!("{} holds {contents}", trace.display()))?, Some(open)))
    }

    /// The options as those of a kind. Says the reason for the kind where one of them belongs to another.
    fn parse(&self, kind: &str, reason: &str) -> Result<ReplayKind, Exit> {
        let mut words = vec![OsString::from("replay"), OsString::from(kind)];
        for (name, values) in &self.options {
            for value in values {
                let mut word = OsString::from(format!("--{name}"));
                if let Some(value) = value {
                    word.push("=");
                    word.push(value);
                }
                words.push(word);
            }
        }
        words.extend([OsString::from("--"), self.trace.clone()]);
        match Sorted::try_parse_from(words) {
            Ok(sorted) => Ok(sorted.kind),
            Err(error) => Err(usage(&with_owners(error, &Sorted::command(), Some(reason)))),
        }
    }
}
