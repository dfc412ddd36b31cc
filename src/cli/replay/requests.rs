//! `skyberth replay requests`: how many replicas a trace of inference requests needs.

use super::common::{CommonArguments, duration, unreadable, within};
use crate::cli::Exit;
use crate::cli::refusal::{invalid, unknown};
use clap::Args;
use clap::builder::PossibleValuesParser;
use jiff::civil::Date;
use skyberth::model::catalog::Catalog;
use skyberth::replay::requests::{Sizing, SizingError};
use skyberth::report::SizingReport;
use skyberth::units::Span;
use skyberth::workload::trace::{
    ColumnMap, Contents, Format as TraceFormat, OpenTrace, Options, Requests, TraceError, TraceRequest,
};

/// Arguments of `replay requests`.
#[derive(Debug, Args)]
pub struct RequestsArguments {
    #[command(flatten)]
    common: CommonArguments,
    /// Format of the trace [default: guessed from its first line and its name].
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(TraceFormat::names(Contents::Requests)))]
    trace_format: Option<String>,
    /// Columns of a table of requests under other names: time_s=Timestamp,input_tokens=In,output_tokens=Out. Times are seconds
    /// or dates, or milliseconds as time_ms.
    #[arg(long, value_name = "OURS=THEIRS,...", value_parser = columns)]
    columns: Option<ColumnMap>,
    /// Replica type that answers (see `skyberth catalog replicas`).
    #[arg(long, value_name = "NAME", default_value = "llama2-70b-h100")]
    replica: String,
    /// Length of the steps that replicas are sized for.
    #[arg(long, value_name = "DURATION", default_value = "10 min", value_parser = duration)]
    step: Span,
    /// Largest mean time per output token that meets the objective [ms].
    #[arg(long, value_name = "MS", default_value_t = 100.0, value_parser = objective_ms)]
    tpot_slo_ms: f64,
    /// First day of requests to keep.
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// Last day of requests to keep.
    #[arg(long, value_name = "DATE")]
    to: Option<Date>,
    /// Accepted and ignored: sizing takes one thread.
    #[arg(long, value_name = "T", default_value_t = 0, hide = true)]
    threads: usize,
}

fn columns(text: &str) -> Result<ColumnMap, TraceError> {
    ColumnMap::read_for(Contents::Requests, text)
}

fn objective_ms(text: &str) -> Result<f64, String> {
    within(text, 0.1, 1e6)
}

/// Sizes replicas for requests, and prints them.
pub(super) fn replay(arguments: &RequestsArguments, open: Option<OpenTrace>) -> Result<Exit, Exit> {
    let catalog = Catalog::builtin();
    let names = || catalog.replica_types.iter().map(|known| known.name.as_str());
    let Some(replica) = catalog.replica_type(&arguments.replica) else {
        return Err(unknown("replica type", &arguments.replica, names()));
    };
    let requests = read(arguments, open)?;
    for note in &requests.notes {
        arguments.common.say(&format!("note: {note}"));
    }
    let sizing = Sizing { replica, tpot_slo_s: arguments.tpot_slo_ms / 1e3, step: arguments.step };
    let sized = sizing.size(&requests).map_err(|error| refuse(&error, &sizing, catalog, arguments))?;
    let report = SizingReport { requests: &requests, sizing, sized: &sized };
    Ok(arguments.common.print(&report))
}

fn read(arguments: &RequestsArguments, open: Option<OpenTrace>) -> Result<Requests, Exit> {
    let format = arguments.trace_format.as_deref().map(str::parse).transpose().map_err(invalid)?;
    let columns = arguments.columns.clone().unwrap_or_default();
    let options = Options { strict: arguments.common.strict, columns, ..Options::default() };
    let file = &arguments.common.trace;
    let open = open.map_or_else(|| OpenTrace::open_as(file, format, Contents::Requests, options.limits), Ok);
    let open = open.map_err(invalid)?;
    let request = TraceRequest { options, from: arguments.from, to: arguments.to, ..TraceRequest::new(file.clone()) };
    request.read_requests(open).map_err(|error| unreadable(&error))
}

/// Says why no number of replicas will do, and which replica types would.
fn refuse(error: &SizingError, sizing: &Sizing, catalog: &Catalog, arguments: &RequestsArguments) -> Exit {
    if !matches!(error, SizingError::Unreachable { .. }) {
        return invalid(format!("{}: {error}", arguments.common.trace.display()));
    }
    let fit: Vec<&str> =
        (catalog.replica_types.iter()).filter(|known| known.fixed_s < sizing.tpot_slo_s).map(|known| known.name.as_str()).collect();
    let other = if fit.is_empty() { String::new() } else { format!(", or take {}", fit.join(" or ")) };
    invalid(format!("{error}\nhelp: allow more with --tpot-slo-ms{other}"))
}
