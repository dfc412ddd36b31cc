//! The `skyberth` program.

#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::panic))]

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(cli::main() as u8)
}
