//! The command line: one file a subcommand. The only place that prints.

mod arguments;
mod catalog;
mod check;
mod compare;
mod explain;
mod generate;
mod packing;
mod print;
mod progress;
mod rank;
mod refusal;
mod replay;
mod report;
mod rounds;
mod run;
mod scenario;
mod sizing;

pub use arguments::Arguments;

use clap::parser::ValueSource;
use clap::{ArgMatches, Command, CommandFactory, FromArgMatches};

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Something failed that is not the input's fault.
    Failed = 1,
    /// Wrong usage or invalid input.
    Invalid = 2,
    /// Stopped by the user.
    Interrupted = 130,
}

/// Runs the program on the process's arguments.
#[must_use]
pub fn main() -> Exit {
    let command = Arguments::command();
    let matches = command.clone().get_matches();
    let arguments = Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    match arguments.command {
        arguments::Command::Run(arguments) => run::run(&arguments),
        arguments::Command::Compare(arguments) => compare::compare(&arguments),
        arguments::Command::Rank(arguments) => rank::rank(&arguments),
        arguments::Command::Replay(arguments) => replay::replay(&arguments, &written(&command, &matches)),
        arguments::Command::Explain(arguments) => explain::explain(&arguments),
        arguments::Command::Check(arguments) => check::check(&arguments),
        arguments::Command::Catalog(arguments) => catalog::catalog(&arguments),
        arguments::Command::Report(arguments) => report::report(&arguments),
        arguments::Command::Schema(arguments) => generate::schema(&arguments),
        arguments::Command::Completions(arguments) => generate::completions(&arguments),
        arguments::Command::Man => generate::manual(),
    }
}

/// The arguments of the subcommand that were written, not left to their defaults, in the order in which it has them.
fn written(command: &Command, matches: &ArgMatches) -> Vec<String> {
    let Some((name, matches)) = matches.subcommand() else { return Vec::new() };
    // Arguments are asked for by name: among what matched are the names of groups, too.
    let known = command.find_subcommand(name).into_iter().flat_map(Command::get_arguments).map(|known| known.get_id().as_str());
    let is_written =
        |id: &&str| matches!(matches.try_contains_id(id), Ok(true)) && matches.value_source(id) == Some(ValueSource::CommandLine);
    known.filter(is_written).map(str::to_owned).collect()
}
