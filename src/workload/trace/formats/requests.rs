//! Skyberth's own form of requests: a table with a header, one request a line.
//!
//! | column | |
//! |---|---|
//! | `time_s` | when it came: seconds from any zero, or a date and time (UTC where no offset stands behind) |
//! | `time_ms` | the same in milliseconds, instead of `time_s` |
//! | `input_tokens` | length of the prompt, a whole number |
//! | `output_tokens` | length of the answer, a whole number |
//!
//! Other columns are not read. The first request is the zero.

use super::request_table::{COLUMNS, Names, read};
use super::{Reader, has_columns};
use crate::workload::trace::header_table::header_names;

const NAMES: Names = Names { format: "requests", time_s: "time_s", input_tokens: "input_tokens", output_tokens: "output_tokens" };

pub(super) const READER: Reader = Reader {
    is_line: |line| has_columns(line, &COLUMNS[2..]) && COLUMNS[..2].iter().any(|time| has_columns(line, &[time])),
    // A table with a column of tokens or prompts is of requests, whatever it calls the rest.
    is_name: |ending, line| {
        let names = header_names(line);
        let tells = |name: &&str| ["token", "prompt"].iter().any(|word| name.to_ascii_lowercase().contains(word));
        ["csv", "tsv", "psv"].contains(&ending) && names.len() > 1 && names.iter().any(tells)
    },
    read: super::Read::Requests(|lines, options| read(lines, options, &NAMES)),
};
