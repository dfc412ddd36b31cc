//! Presets: names for parts together.

use super::{half_life, names};
use crate::policy::rounds;

/// What stands for the scenario's own policy among the names of policies.
pub const SCENARIO: &str = "scenario";

/// The parts that a preset stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preset {
    /// The order, with its quirk (`las2d:tiresias`).
    pub order: String,
    /// The backfill rule.
    pub backfill: &'static str,
    /// The preemption rule.
    pub preemption: &'static str,
    /// Who shares the GPUs out by rounds, where it is a preset of that kind: then the parts above say nothing.
    pub allocator: Option<&'static str>,
}

/// The parts of a preset; none where there is no such preset. `ORDER-easy` is one for every order, `las`, `las2d` and `gittins` may have a
/// quirk after a colon, and `fair` and `fair-easy` a half-life of usage (`fair:7d`, `fair-easy:7d`).
#[must_use]
pub fn preset(name: &str) -> Option<Preset> {
    let parts = |order: &str, backfill, preemption| Some(Preset { order: order.to_owned(), backfill, preemption, allocator: None });
    if let Some(allocator) = rounds::ENTRIES.iter().find(|entry| entry.is_for_scenarios && entry.name == name) {
        return parts("fifo", "none", "none").map(|parts| Preset { allocator: Some(allocator.name), ..parts });
    }
    if let Some((base @ ("fair" | "fair-easy"), usage)) = name.split_once(':') {
        half_life(usage)?;
        let backfill_and_preemption = if base == "fair" { ("skip", "by_order") } else { ("easy", "none") };
        return parts(&format!("fair:{usage}"), backfill_and_preemption.0, backfill_and_preemption.1);
    }
    if let Some(order) = name.strip_suffix("-easy") {
        // A formula is no name.
        return names("order").find(|known| *known == order && *known != "expr").and_then(|order| parts(order, "easy", "none"));
    }
    match name.split_once(':').map_or(name, |(base, _)| base) {
        "las" | "las2d" | "gittins" => return parts(name, "skip", "by_order"),
        _ => {}
    }
    match name {
        "fifo" => parts("fifo", "none", "none"),
        "fifo-skip" => parts("fifo", "skip", "none"),
        "easy" => parts("fifo", "easy", "none"),
        "conservative" => parts("fifo", "conservative", "none"),
        "smallest-first" => parts("smallest", "none", "none"),
        "largest-first" => parts("largest", "none", "none"),
        "sjf" | "wfp3" | "f1" | "edf" => parts(name, "none", "none"),
        "smallest" | "largest" | "srtf" | "srsf" | "fair" => parts(name, "skip", "by_order"),
        "priority" => parts("priority", "easy", "priority"),
        _ => None,
    }
}
