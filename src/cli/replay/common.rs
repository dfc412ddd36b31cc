//! What the kinds of replay share.

use crate::cli::Exit;
use crate::cli::arguments::Format;
use crate::cli::print::{print, say};
use crate::cli::refusal::invalid;
use clap::Args;
use skyberth::report::output::Printed;
use skyberth::scenario::spec::DurationText;
use skyberth::units::Span;
use skyberth::workload::trace::{Contents, Format as TraceFormat, RequestError, TraceError};
use std::path::PathBuf;

/// Arguments of every replay.
#[derive(Debug, Args)]
pub struct CommonArguments {
    /// Trace to replay; gzip is recognised.
    #[arg(value_name = "TRACE")]
    pub trace: PathBuf,
    /// Stop at the first unusable line [default: drop such lines and count them].
    #[arg(long)]
    pub strict: bool,
    /// Format to print.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Print nothing but errors.
    #[arg(short, long)]
    pub quiet: bool,
}

impl CommonArguments {
    /// Prints to stderr, unless asked to be quiet.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            say(format_args!("{text}"));
        }
    }

    /// Prints the result in the format asked for, unless asked to be quiet.
    pub fn print(&self, printed: &dyn Printed) -> Exit {
        if self.quiet { Exit::Done } else { print(printed, self.format) }
    }
}

/// Says that a replay was interrupted.
pub fn interrupted() -> Exit {
    say(format_args!("interrupted: nothing was written"));
    Exit::Interrupted
}

/// Says why a trace cannot be read, and how to give columns their names where some are missing.
pub fn unreadable(error: &RequestError) -> Exit {
    let help = match &error.error {
        TraceError::Header { format, .. } if ["csv", "sacct"].contains(format) => {
            "\nhelp: other names are given by --columns, such as submit_s=Submitted,gpus=Accelerators"
        }
        TraceError::Header { format, .. } if format.parse::<TraceFormat>().is_ok_and(|it| it.contents() == Contents::Requests) => {
            "\nhelp: other names are given by --columns, such as time_s=Timestamp,input_tokens=In,output_tokens=Out"
        }
        _ => "",
    };
    invalid(format!("{error}{help}"))
}

/// A number between two bounds, both included.
pub fn within(text: &str, least: f64, most: f64) -> Result<f64, String> {
    let value = text.parse::<f64>().map_err(|_| "not a number".to_owned())?;
    if (least..=most).contains(&value) { Ok(value) } else { Err(format!("must lie between {least} and {most}")) }
}

/// A length of time above zero: `10 min`, `1 h`, and `10m` as well.
pub fn duration(text: &str) -> Result<Span, String> {
    let text = text.trim();
    let minutes = text.strip_suffix('m').filter(|number| number.trim_end().ends_with(|c: char| c.is_ascii_digit()));
    let span = match minutes {
        Some(number) => format!("{number} min").parse::<DurationText>(),
        None => text.parse::<DurationText>(),
    }?
    .span();
    if span > Span::ZERO { Ok(span) } else { Err("must be 1 ms or longer".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_length() {
        for (text, ms) in [("10m", 600_000), ("10 min", 600_000), ("1.5h", 5_400_000), ("250 ms", 250), ("30 m", 1_800_000)] {
            assert_eq!(duration(text).map(Span::ms), Ok(ms), "{text}");
        }
        for text in ["", "m", "10", "0 s", "-1m", "0.1 ms"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
