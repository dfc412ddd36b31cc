//! Requests to ChatGPT and GPT-4: `Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type`.
//!
//! Source: Y. Wang et al., "BurstGPT: A Real-World Workload Dataset to Optimize LLM Serving Systems", KDD 2025
//! (github.com/HPMLL/BurstGPT).
//!
//! `Timestamp` is in seconds from a zero of the trace's own; the first request becomes the zero. Requests that failed have no response
//! tokens and count as requests. The model is not read.

use super::request_table::{Names, read};
use super::{Reader, has_columns};

const NAMES: Names =
    Names { format: "burst_gpt", time_s: "Timestamp", input_tokens: "Request tokens", output_tokens: "Response tokens" };

pub(super) const READER: Reader = Reader {
    is_line: |line| has_columns(line, &NAMES.all()),
    is_name: |_, _| false,
    read: super::Read::Requests(|lines, options| read(lines, options, &NAMES)),
};
