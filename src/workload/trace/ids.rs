//! The jobs' ids as their trace writes them.

use crate::model::job_list::JobIds;
use indexmap::IndexSet;
use std::collections::BTreeSet;

/// A job's id on its line.
#[derive(Clone, Copy, Debug)]
pub(super) enum Id<'a> {
    /// The number of its row, which no other job has.
    Row(u32),
    /// Text that another line may have too.
    Text(&'a str),
}

/// Ids while a trace is read. They are numbers until the first one that is not.
#[derive(Debug)]
pub(super) enum IdSet {
    Numbers { prefix: &'static str, digits: usize, seen: BTreeSet<u32> },
    Texts(IndexSet<Box<str>>),
}

impl IdSet {
    /// Ids without a prefix or zeros before them.
    pub fn new() -> Self {
        Self::numbered("", 1)
    }

    /// Ids with a prefix, and zeros up to so many digits.
    pub fn numbered(prefix: &'static str, digits: usize) -> Self {
        Self::Numbers { prefix, digits, seen: BTreeSet::new() }
    }

    /// What the job holds for its id; none where another job has it. When the first text comes, `renumber` is given what
    /// turns the numbers of the jobs so far into positions, in their order.
    pub fn insert(&mut self, id: Id, renumber: impl FnOnce(&mut dyn FnMut(u32) -> u32)) -> Option<u32> {
        let text = match id {
            Id::Row(row) => return Some(row),
            Id::Text(text) => text,
        };
        if let Self::Numbers { seen, .. } = self {
            if let Some(number) = plain_number(text) {
                return seen.insert(number).then_some(number);
            }
            let mut texts = IndexSet::new();
            renumber(&mut |number| position(texts.insert_full(number.to_string().into_boxed_str()).0));
            *self = Self::Texts(texts);
        }
        match self {
            Self::Texts(texts) if !texts.contains(text) => Some(position(texts.insert_full(text.into()).0)),
            _ => None,
        }
    }

    /// Whether a number is there.
    pub fn has(&self, number: u32) -> bool {
        match self {
            Self::Numbers { seen, .. } => seen.contains(&number),
            Self::Texts(texts) => texts.contains(number.to_string().as_str()),
        }
    }

    pub fn finish(self) -> JobIds {
        match self {
            Self::Numbers { prefix, digits, .. } => JobIds::Numbers { prefix, digits },
            Self::Texts(texts) => {
                let mut arena = String::with_capacity(texts.iter().map(|text| text.len()).sum());
                let mut ends = Vec::with_capacity(texts.len());
                for text in texts {
                    arena.push_str(&text);
                    ends.push(arena.len());
                }
                JobIds::Texts { arena, ends }
            }
        }
    }
}

/// A file of 4 GiB has fewer lines than a position can be.
fn position(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// The number that a text is, if it is written as numbers are printed: `007` is a text.
fn plain_number(text: &str) -> Option<u32> {
    let number: u32 = text.parse().ok()?;
    let plain = text.starts_with(|c: char| c.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    plain.then_some(number)
}
