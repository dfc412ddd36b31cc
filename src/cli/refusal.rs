//! How the program says that it cannot go on.

use super::Exit;
use skyberth::scenario::nearest;
use std::fmt::Display;

/// Wrong usage or input.
pub(super) fn invalid(error: impl Display) -> Exit {
    anstream::eprintln!("error: {error}");
    Exit::Invalid
}

/// Something that is not the input's fault.
pub(super) fn failed(error: impl Display) -> Exit {
    anstream::eprintln!("error: {error}");
    Exit::Failed
}

/// A name that is none of those that are known.
pub(super) fn unknown<'a>(kind: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Exit {
    let known: Vec<&str> = known.collect();
    let hint = nearest(name, &known).map_or(String::new(), |near| format!("did you mean `{near}`? "));
    invalid(format!("there is no {kind} `{name}`\nhelp: {hint}allowed: {}", known.join(", ")))
}
