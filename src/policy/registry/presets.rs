//! Presets: names for parts together.

use super::{half_life, names};
use crate::model::{Levels, PolicyChoice, Rounds};
use crate::policy::{elastic, rounds};

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

impl Preset {
    /// Puts its parts into a policy, whose broker, placement and elastic part stay.
    pub fn put_into(self, choice: &mut PolicyChoice) {
        choice.order = self.order;
        self.backfill.clone_into(&mut choice.backfill);
        self.preemption.clone_into(&mut choice.preemption);
        choice.rounds.allocator = self.allocator.map(str::to_owned);
    }
}

/// A preset as a policy, on the first cluster and the fullest nodes that fit; sizes of jobs are left alone. None where there is no such preset.
#[must_use]
pub fn choice(name: &str) -> Option<PolicyChoice> {
    let parts = preset(name)?;
    let mut choice = PolicyChoice {
        name: name.to_owned(),
        order: String::new(),
        backfill: String::new(),
        broker: "first_fit".to_owned(),
        placement: "best_fit".to_owned(),
        preemption: String::new(),
        elastic: elastic::RIGID.to_owned(),
        elastic_interval: elastic::INTERVAL,
        levels: Levels::default(),
        usage_half_life: None,
        rounds: Rounds::default(),
    };
    parts.put_into(&mut choice);
    Some(choice)
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
