//! Printing, to stdout and to stderr: the one place that does it.

use super::Exit;
use super::arguments::Format;
use super::refusal::failed;
use skyberth::kernel::names::visible;
use skyberth::report::output::Printed;
use std::fmt::Display;
use std::io::{self, Write};

/// Tells people something on stderr, hidden characters made visible. Where that cannot be, the program goes on.
pub(super) fn say(text: impl Display) {
    show(format_args!("{}\n", visible(&text.to_string())));
}

/// The same of a text that is clean and may have colours and its own line ends.
pub(super) fn show(text: impl Display) {
    let _ = write!(anstream::stderr(), "{text}");
}

/// Prints a result in a format.
pub(super) fn print(printed: &dyn Printed, format: Format) -> Exit {
    let output = format.output();
    if let Some(warning) = output.warning(printed) {
        say(format_args!("warning: {warning}"));
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
