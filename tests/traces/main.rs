//! Trace readers against the published traces, where those lie beside the repository.

mod common_traces;
mod counts;
mod swf;
