//! Names of parts and presets, and what each means.

use super::backfill::{Backfill, Blocked, Easy, Skip};
use super::broker::{Broker, Cheapest, CommittedFirst, Earliest, FirstFit, MostFree, PrimaryThenOverflow, Single};
use super::composite::Composite;
use super::order::{Fifo, Order, Priority, ShortestJobFirst};
use super::placement::{BestFit, PackDomain, Placement};
use super::preemption::{ByPriority, Never, Preemption};
use crate::model::{Model, PolicyChoice};
use crate::units::VendorId;

/// A registered name: what kind of part it is, and one line on what it does.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// `preset`, `order`, `backfill`, `broker`, `placement` or `preemption`.
    pub part: &'static str,
    /// The name in scenarios and on the command line.
    pub name: &'static str,
    /// What it does.
    pub meaning: &'static str,
}

const fn entry(part: &'static str, name: &'static str, meaning: &'static str) -> Entry {
    Entry { part, name, meaning }
}

/// All registered names. `single:` and `primary_then_overflow:` take a vendor's key after the colon.
pub const ENTRIES: &[Entry] = &[
    entry("preset", "fifo", "first come, first served; a job that does not fit blocks the queue"),
    entry("preset", "fifo-skip", "first come, first served; whatever fits starts, without reservations"),
    entry("preset", "easy", "first come, first served; others may pass if they do not delay the head (EASY)"),
    entry("preset", "sjf", "shortest estimate first; a job that does not fit blocks the queue"),
    entry("preset", "sjf-easy", "shortest estimate first, with EASY backfilling"),
    entry("preset", "priority", "highest priority first, EASY backfilling, lower priorities are preempted"),
    entry("order", "fifo", "by submission"),
    entry("order", "sjf", "by estimated time left, shortest first"),
    entry("order", "priority", "by priority, highest first"),
    entry("backfill", "none", "a head that does not fit blocks everybody"),
    entry("backfill", "skip", "whatever fits starts, in order; the head holds no reservation"),
    entry("backfill", "easy", "the head holds a reservation; others start if they do not delay it"),
    entry("broker", "first_fit", "the first cluster in the scenario's order"),
    entry("broker", "cheapest", "the least price of the work on idle reserved capacity, else on demand"),
    entry("broker", "most_free", "the most free GPUs"),
    entry("broker", "earliest", "where the job would end first by its estimate"),
    entry("broker", "committed_first", "open take-or-pay commitments, then idle reserved GPUs, then the rest"),
    entry("broker", "primary_then_overflow", "the named (else the first) vendor; the others when it has no room"),
    entry("broker", "single", "the named vendor only"),
    entry("placement", "best_fit", "the fullest node and domain that fit"),
    entry("placement", "pack_domain", "as few NVLink domains as possible"),
    entry("preemption", "none", "nobody is stopped"),
    entry("preemption", "priority", "preemptible jobs of lower priority are stopped, youngest first"),
];

/// The registered names of a kind of part.
pub fn names(part: &str) -> impl Iterator<Item = &'static str> + '_ {
    ENTRIES.iter().filter(move |entry| entry.part == part).map(|entry| entry.name)
}

/// Order, backfill and preemption of a preset; none where there is no such preset.
#[must_use]
pub fn preset(name: &str) -> Option<(&'static str, &'static str, &'static str)> {
    Some(match name {
        "fifo" => ("fifo", "none", "none"),
        "fifo-skip" => ("fifo", "skip", "none"),
        "easy" => ("fifo", "easy", "none"),
        "sjf" => ("sjf", "none", "none"),
        "sjf-easy" => ("sjf", "easy", "none"),
        "priority" => ("priority", "easy", "priority"),
        _ => return None,
    })
}

/// A name that is not registered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no {part} called '{name}'")]
pub struct UnknownPart {
    /// The kind of part.
    pub part: &'static str,
    /// The name asked for.
    pub name: String,
}

/// Composes a policy for a model.
///
/// # Errors
///
/// When a name is not registered, or a broker names a vendor that the model lacks.
pub fn compose(choice: &PolicyChoice, model: &Model) -> Result<Composite, UnknownPart> {
    let vendor = |key: &str| model.vendors.iter().position(|vendor| vendor.key == key).map(VendorId::from);
    Ok(Composite {
        order: order(&choice.order).ok_or_else(|| unknown("order", &choice.order))?,
        backfill: backfill(&choice.backfill).ok_or_else(|| unknown("backfill", &choice.backfill))?,
        broker: broker(&choice.broker, vendor).ok_or_else(|| unknown("broker", &choice.broker))?,
        placement: placement(&choice.placement).ok_or_else(|| unknown("placement", &choice.placement))?,
        preemption: preemption(&choice.preemption).ok_or_else(|| unknown("preemption", &choice.preemption))?,
    })
}

fn unknown(part: &'static str, name: &str) -> UnknownPart {
    UnknownPart { part, name: name.to_owned() }
}

fn order(name: &str) -> Option<Box<dyn Order>> {
    Some(match name {
        "fifo" => Box::new(Fifo),
        "sjf" => Box::new(ShortestJobFirst),
        "priority" => Box::new(Priority),
        _ => return None,
    })
}

fn backfill(name: &str) -> Option<Box<dyn Backfill>> {
    Some(match name {
        "none" => Box::new(Blocked),
        "skip" => Box::new(Skip),
        "easy" => Box::new(Easy),
        _ => return None,
    })
}

fn broker(name: &str, vendor: impl Fn(&str) -> Option<VendorId>) -> Option<Box<dyn Broker>> {
    let (kind, key) = name.split_once(':').map_or((name, None), |(kind, key)| (kind, Some(key)));
    if key.is_some() && !matches!(kind, "single" | "primary_then_overflow") {
        return None;
    }
    Some(match kind {
        "first_fit" => Box::new(FirstFit),
        "cheapest" => Box::new(Cheapest),
        "most_free" => Box::new(MostFree),
        "earliest" => Box::new(Earliest),
        "committed_first" => Box::new(CommittedFirst),
        "primary_then_overflow" => Box::new(PrimaryThenOverflow(key.map_or(Some(VendorId(0)), vendor)?)),
        "single" => Box::new(Single(vendor(key?)?)),
        _ => return None,
    })
}

fn placement(name: &str) -> Option<Box<dyn Placement>> {
    Some(match name {
        "best_fit" => Box::new(BestFit),
        "pack_domain" => Box::new(PackDomain),
        _ => return None,
    })
}

fn preemption(name: &str) -> Option<Box<dyn Preemption>> {
    Some(match name {
        "none" => Box::new(Never),
        "priority" => Box::new(ByPriority),
        _ => return None,
    })
}
