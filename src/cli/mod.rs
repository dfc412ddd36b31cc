//! The command line: one file a subcommand. The only place that prints.

mod arguments;
mod catalog;
mod check;
mod compare;
mod explain;
mod generate;
mod print;
mod progress;
mod rank;
mod refusal;
mod replay;
mod report;
mod run;
mod scenario;

pub use arguments::Arguments;

use clap::{CommandFactory, Parser};

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
    progress::listen();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return refusal::wrong_usage(error, &Arguments::command()),
    };
    match arguments.command {
        arguments::Command::Run(arguments) => run::run(&arguments),
        arguments::Command::Compare(arguments) => compare::compare(&arguments),
        arguments::Command::Rank(arguments) => rank::rank(&arguments),
        arguments::Command::Replay(arguments) => replay::replay(&arguments),
        arguments::Command::Explain(arguments) => explain::explain(&arguments),
        arguments::Command::Check(arguments) => check::check(&arguments),
        arguments::Command::Catalog(arguments) => catalog::catalog(&arguments),
        arguments::Command::Report(arguments) => report::report(&arguments),
        arguments::Command::Schema(arguments) => generate::schema(&arguments),
        arguments::Command::Completions(arguments) => generate::completions(&arguments),
        arguments::Command::Man => generate::manual(),
    }
}
