//! `skyberth replay`: one file per kind of trace, each with its options and its run.

mod common;
mod guess;
mod job_options;
mod jobs;
mod pods;
mod requests;
mod rounds;

use super::Exit;
use clap::{ArgMatches, Args, Command, FromArgMatches, Subcommand};
use guess::Unsorted;
use skyberth::workload::trace::OpenTrace;

/// The kinds of replay.
#[derive(Debug, Subcommand)]
pub enum ReplayKind {
    /// Replay jobs on equal nodes or interchangeable GPUs under a scheduling policy.
    Jobs(Box<jobs::JobsArguments>),
    /// Place pods, which may ask for shares of a GPU, on a list of nodes.
    Pods(pods::PodsArguments),
    /// Replay jobs in steps on GPUs of several types, by rounds.
    Rounds(rounds::RoundsArguments),
    /// Size replicas for inference requests, step by step.
    Requests(requests::RequestsArguments),
}

/// Arguments of `replay`: a kind and its options, or a trace and options whose kind is guessed.
#[derive(Debug)]
pub enum ReplayArguments {
    Named(ReplayKind),
    Guessed(Unsorted),
}

impl Args for ReplayArguments {
    fn augment_args(command: Command) -> Command {
        ReplayKind::augment_subcommands(command)
            .args(guess::every_option())
            .args_conflicts_with_subcommands(true)
            .subcommand_negates_reqs(true)
            .override_usage("skyberth replay <KIND> <TRACE> [OPTIONS]\n       skyberth replay <TRACE> [OPTIONS of its kind]")
            .subcommand_value_name("KIND")
            .subcommand_help_heading("Kinds")
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for ReplayArguments {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        match matches.subcommand_name() {
            Some(_) => ReplayKind::from_arg_matches(matches).map(Self::Named),
            None => Ok(Self::Guessed(Unsorted::of(matches))),
        }
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Replays a trace.
pub(super) fn replay(arguments: &ReplayArguments) -> Exit {
    let exit = match arguments {
        ReplayArguments::Named(kind) => run(kind, None),
        ReplayArguments::Guessed(unsorted) => unsorted.sort().and_then(|(kind, open)| run(&kind, open)),
    };
    exit.unwrap_or_else(|exit| exit)
}

/// Runs a replay. `open` is its trace if a look at its first line has told the kind: it may be a pipe, which opens only once.
fn run(kind: &ReplayKind, open: Option<OpenTrace>) -> Result<Exit, Exit> {
    match kind {
        ReplayKind::Jobs(arguments) => jobs::replay(arguments, open),
        ReplayKind::Pods(arguments) => pods::replay(arguments),
        ReplayKind::Rounds(arguments) => rounds::replay(arguments),
        ReplayKind::Requests(arguments) => requests::replay(arguments, open),
    }
}
