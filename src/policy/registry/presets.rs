//! Presets: names for an order, a backfill rule and a preemption rule together.

use super::grammar::PartName;
use super::row::Takes;
use super::{Entry, Kind};
use crate::policy::{order, rounds};
use std::borrow::Cow;

/// A preset that is more than an order's name.
struct Preset {
    name: &'static str,
    order: &'static str,
    backfill: &'static str,
    preemption: &'static str,
    meaning: &'static str,
}

/// The parts that a preset stands for, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PresetParts<'a> {
    /// The order, with the preset's argument.
    pub order: PartName<'a>,
    /// The backfill rule.
    pub backfill: &'static str,
    /// The preemption rule.
    pub preemption: &'static str,
    /// The allocator of a preset by rounds: then the parts above have no say.
    pub allocator: Option<&'static str>,
}

const fn preset(name: &'static str, [order, backfill, preemption]: [&'static str; 3], meaning: &'static str) -> Preset {
    Preset { name, order, backfill, preemption, meaning }
}

/// The presets that are written out. Each order and each allocator for scenarios is a preset as well, and so is `ORDER-easy`.
const PRESETS: &[Preset] = &[
    preset("fifo", ["fifo", "none", "none"], "first come, first served; a job that does not fit blocks the queue"),
    preset("fifo-skip", ["fifo", "skip", "none"], "first come, first served; every job that fits starts, without reservations"),
    preset("easy", ["fifo", "easy", "none"], "first come, first served; a job may pass if it does not delay the head (EASY)"),
    preset("conservative", ["fifo", "conservative", "none"], "first come, first served; a job may pass if it delays no other"),
    preset("sjf", ["sjf", "none", "none"], "shortest estimate first; a job that does not fit blocks the queue"),
    preset("smallest-first", ["smallest", "none", "none"], "fewest GPUs first; a job that does not fit blocks the queue"),
    preset("largest-first", ["largest", "none", "none"], "most GPUs first; a job that does not fit blocks the queue"),
    preset("wfp3", ["wfp3", "none", "none"], "largest (wait / estimate)^3 x GPUs first; the head blocks the queue"),
    preset("f1", ["f1", "none", "none"], "least log10(estimate) x GPUs + 870 log10(submission) first; the head blocks"),
    preset("edf", ["edf", "none", "none"], "earliest deadline first; a job that does not fit blocks the queue"),
    preset("sjf-easy", ["sjf", "easy", "none"], "shortest estimate first, with EASY backfilling (any order: ORDER-easy)"),
    preset("smallest", ["smallest", "skip", "by_order"], "fewest GPUs first, running jobs included: re-packed at every event"),
    preset("largest", ["largest", "skip", "by_order"], "most GPUs first, running jobs included: re-packed at every event"),
    preset("srtf", ["srtf", "skip", "by_order"], "least time left first, running jobs included: re-packed at every event"),
    preset("srsf", ["srsf", "skip", "by_order"], "least time left x GPUs first, running jobs included: re-packed at every event"),
    preset("las", ["las", "skip", "by_order"], "least attained time first, in levels: re-packed at every event"),
    preset("las2d", ["las2d", "skip", "by_order"], "least attained GPU-time first, in levels (Tiresias): re-packed at every event"),
    preset("gittins", ["gittins", "skip", "by_order"], "greatest Gittins index of attained GPU-time first, in levels (Tiresias)"),
    preset("fair", ["fair", "skip", "by_order"], "the team with the least share of the GPUs first (DRF): re-packed at every event"),
    preset(
        "priority",
        ["priority", "easy", "priority"],
        "highest priority first, EASY backfilling, lower priorities are preempted",
    ),
];

/// The parts of a preset; none if the preset is unknown.
#[must_use]
pub fn preset_parts(name: PartName<'_>) -> Option<PresetParts<'_>> {
    if let Some(row) = rounds::ENTRIES.iter().find(|row| row.is_for_scenarios && PartName::parse(row.name) == name) {
        let order = PartName::of("fifo");
        return Some(PresetParts { order, backfill: "none", preemption: "none", allocator: Some(row.name) });
    }
    if let Some(row) = PRESETS.iter().find(|row| row.name == name.base) {
        let order = PartName { base: row.order, ..name };
        return Some(PresetParts { order, backfill: row.backfill, preemption: row.preemption, allocator: None });
    }
    let (order, backfill) = name.without_easy().map_or((name, "none"), |order| (order, "easy"));
    is_preset(order.base).then_some(PresetParts { order, backfill, preemption: "none", allocator: None })
}

/// Whether an order is a preset by its own name: all but the one by a formula, which is not a name.
fn is_preset(order: &str) -> bool {
    order::ROWS.iter().any(|row| row.name == order && row.takes != Takes::Formula)
}

/// All presets but `ORDER-easy`: those that are written out, other orders, and allocators.
pub(super) fn entries() -> impl Iterator<Item = Entry> {
    let entry = |name, meaning| Entry { part: Kind::Preset, name, meaning };
    let written = PRESETS.iter().map(move |row| entry(row.name, Cow::Borrowed(row.meaning)));
    let is_written = |name: &str| PRESETS.iter().any(|row| row.name == name);
    let others = order::ROWS.iter().filter(move |row| is_preset(row.name) && !is_written(row.name));
    let blocked = |meaning| Cow::Owned(format!("{meaning}; a job that does not fit blocks the queue"));
    let others = others.map(move |row| entry(row.name, blocked(row.meaning)));
    let by_rounds = rounds::ENTRIES.iter().filter(|row| row.is_for_scenarios);
    let by_rounds = by_rounds.map(move |row| entry(row.name, Cow::Owned(format!("by rounds: {}", row.meaning))));
    written.chain(others).chain(by_rounds)
}
