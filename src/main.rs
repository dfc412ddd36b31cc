//! The `skyberth` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(skyberth::cli::main() as u8)
}
