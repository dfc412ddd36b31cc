//! Azure's inference requests: `TIMESTAMP,ContextTokens,GeneratedTokens`.
//!
//! Source: P. Patel et al., "Splitwise: Efficient Generative LLM Inference Using Phase Splitting", ISCA 2024
//! (github.com/Azure/AzurePublicDataset, AzureLLMInferenceTrace).
//!
//! Times are dates, taken as UTC, to the nearest millisecond; the first request is the zero.

use super::request_table::{Names, read};
use super::{Reader, has_columns};

const NAMES: Names =
    Names { format: "azure_llm", time_s: "TIMESTAMP", input_tokens: "ContextTokens", output_tokens: "GeneratedTokens" };

pub(super) const READER: Reader = Reader {
    is_line: |line| has_columns(line, &NAMES.all()),
    is_name: |_, _| false,
    read: super::Read::Requests(|lines, options| read(lines, options, &NAMES)),
};
