//! How a job ended, in words: ours, and those of Slurm's accounting.

use crate::model::job::Outcome;
use crate::workload::trace::cell::Cell;
use crate::workload::trace::dropped::{Bad, Reason};

/// States, as they are written and read.
pub(in crate::workload::trace) const STATES: [(&str, Outcome); 3] =
    [("finished", Outcome::Completes), ("failed", Outcome::Fails), ("cancelled", Outcome::Cancelled)];
/// States of Slurm besides, as `sacct` writes them; behind `CANCELLED` it says by whom.
const SLURM_STATES: [(&str, Outcome); 11] = [
    ("completed", Outcome::Completes),
    ("timeout", Outcome::Fails),
    ("node_fail", Outcome::Fails),
    ("out_of_memory", Outcome::Fails),
    ("preempted", Outcome::Fails),
    ("boot_fail", Outcome::Fails),
    ("deadline", Outcome::Fails),
    ("launch_failed", Outcome::Fails),
    ("reconfig_fail", Outcome::Fails),
    ("special_exit", Outcome::Fails),
    ("revoked", Outcome::Cancelled),
];
/// States of Slurm that jobs have before they end.
const OPEN_STATES: [&str; 13] = [
    "pending",
    "configuring",
    "running",
    "suspended",
    "completing",
    "requeued",
    "requeue_fed",
    "requeue_hold",
    "resizing",
    "resv_del_hold",
    "signaling",
    "stage_out",
    "stopped",
];
/// Letters that a word which was cut off must still have.
const LEAST_LETTERS: usize = 4;

/// How a job ended, in any case of letters. A job that has not ended is left out by rule.
pub(super) fn outcome(cell: Cell) -> Result<Outcome, Bad> {
    let text = cell.trimmed();
    // Slurm says by whom a job was cancelled.
    let word = text.split(' ').next().unwrap_or_default();
    let is_whole = word.len() == text.len() || word.eq_ignore_ascii_case("cancelled");
    let is_word = |name: &str| is_whole && is_same(word, name);
    if OPEN_STATES.iter().any(|name| is_word(name)) {
        return Err(cell.bad(Reason::NotEnded));
    }
    let known = STATES.iter().chain(&SLURM_STATES).find(|(name, _)| is_word(name));
    known.map(|&(_, outcome)| outcome).ok_or_else(|| cell.bad(Reason::BadState))
}

/// Whether a word is a name, or its beginning with a `+`, as `sacct` cuts words off that do not fit (`OUT_OF_ME+`).
fn is_same(word: &str, name: &str) -> bool {
    match word.strip_suffix('+') {
        Some(begun) => begun.len() >= LEAST_LETTERS && name.get(..begun.len()).is_some_and(|part| part.eq_ignore_ascii_case(begun)),
        None => word.eq_ignore_ascii_case(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_read_in_any_case_and_cut_off() {
        let of = |text: &str| outcome(Cell { text, at: 0 }).map_err(|bad| bad.reason);
        let failed = "failed TIMEOUT NODE_FAIL OUT_OF_MEMORY out_of_memory OUT_OF_ME+ Preempted BOOT_FAIL DEADLINE node_fail";
        for text in failed.split(' ') {
            assert_eq!(of(text), Ok(Outcome::Fails), "{text}");
        }
        for text in ["CANCELLED by 1000", "cancelled", "CANCELLED+", " Cancelled by root ", "REVOKED"] {
            assert_eq!(of(text), Ok(Outcome::Cancelled), "{text}");
        }
        for text in ["COMPLETED", "completed", "finished", "Finished"] {
            assert_eq!(of(text), Ok(Outcome::Completes), "{text}");
        }
        for text in ["RUNNING", "pending", "SUSPENDED", "REQUEUED"] {
            assert_eq!(of(text), Err(Reason::NotEnded), "{text}");
        }
        for text in ["done", "TIMEOUT by 5", "FAI+", "+", "", "é+"] {
            assert_eq!(of(text), Err(Reason::BadState), "{text}");
        }
    }
}
