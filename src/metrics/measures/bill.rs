//! The bill by how what is paid for stands to its contract, and why reserved capacity is paid and not used.

use super::sums::is_in;
use super::{Collector, Scope, Time};
use crate::metrics::ledger::{Category, Ledger, Line, Standing};
use crate::metrics::{Observation, catalog};
use crate::model::Model;
use crate::units::Cost;

type Pick = fn(&Line) -> bool;

/// Parts of the bill; the first three add up to all of it.
static PARTS: [(&catalog::Metric, Pick); 7] = [
    (&catalog::BILLED_IN_TERM_USD, |line| line.standing == Standing::InTerm),
    (&catalog::BILLED_AFTER_TERM_USD, |line| line.standing == Standing::AfterTerm),
    (&catalog::BILLED_WITHOUT_CONTRACT_USD, |line| line.standing == Standing::WithoutContract),
    (&catalog::UNUSED_IDLE_USD, |line| is_idle(line) && line.standing == Standing::InTerm),
    (&catalog::UNUSED_WITHOUT_CONTRACT_USD, |line| is_idle(line) && line.standing == Standing::WithoutContract),
    (&catalog::UNUSED_AFTER_TERM_USD, |line| is_idle(line) && line.standing == Standing::AfterTerm),
    (&catalog::UNUSED_SHORTFALL_USD, |line| line.category == Category::Unused && line.cluster.is_none()),
];

/// Capacity that was paid and stood idle, and no settlement of a contract.
fn is_idle(line: &Line) -> bool {
    line.category == Category::Unused && line.cluster.is_some()
}

impl Collector {
    /// O(lines of the ledger).
    pub(super) fn parts_of_bill(&mut self, model: &Model, observation: &Observation, ledger: &Ledger, time: Time) {
        let mut sums = vec![[Cost::ZERO; PARTS.len()]; model.vendors.len()];
        for line in ledger.lines.iter().filter(|line| is_in(model, &observation.periods[line.period], time)) {
            for ((_, pick), sum) in PARTS.iter().zip(&mut sums[line.vendor.index()]) {
                if pick(line) {
                    *sum += line.cost;
                }
            }
        }
        for (part, (metric, _)) in PARTS.iter().enumerate() {
            let all: Cost = sums.iter().map(|sums| sums[part]).sum();
            self.record(metric, Scope::All, time, all.usd());
            for (vendor, sums) in sums.iter().enumerate() {
                self.record(metric, Scope::Vendor(vendor), time, sums[part].usd());
            }
        }
    }
}
