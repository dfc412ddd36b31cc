//! Printing to stdout: the one place that does it.

use super::Exit;
use super::arguments::Format;
use super::refusal::failed;
use skyberth::report::output::Printed;
use std::io::{self, Write};

/// Prints a result in a format.
pub(super) fn print(printed: &dyn Printed, format: Format) -> Exit {
    let output = format.output();
    if let Some(warning) = output.warning(printed) {
        anstream::eprintln!("warning: {warning}");
    }
    output.text(printed).map_or_else(failed, |result| text(&result))
}

/// Prints text; a reader that has gone away is not an error.
pub(super) fn text(text: &str) -> Exit {
    let mut out = anstream::stdout();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => failed(format!("cannot print: {error}")),
        _ => Exit::Done,
    }
}
