//! Promises to spend: what milestones were missed by, and what that pays for later.

use super::{Category, Ledger, Line, Standing};
use crate::metrics::Observation;
use crate::metrics::timeline::Timeline;
use crate::model::Model;
use crate::model::contract::{Contract, Shortfall, Spend};
use crate::units::{Cost, SimTime};

/// A shortfall that was paid and can still be used.
struct Credit {
    left: Cost,
    expires: SimTime,
}

impl Ledger {
    /// All spending with the vendor draws on the pool, from the term's first day to its last one. At each milestone what was drawn is held
    /// against what had to be; a shortfall counts as drawn once it is paid. Credits pay the bills that come next, the one that expires first
    /// before the others, and what they pay draws nothing.
    pub(super) fn draw(
        &mut self,
        model: &Model,
        observation: &Observation,
        contract: &Contract,
        spend: &Spend,
        timeline: &Timeline,
    ) {
        let bills = self.bills_of(observation, contract);
        let mut drawn = spend.drawn_before;
        let mut credits: Vec<Credit> = Vec::new();
        let mut due = spend.milestones.iter().enumerate().skip_while(|(_, milestone)| milestone.0 <= SimTime::ZERO).peekable();
        for (index, period) in observation.periods.iter().enumerate() {
            if period.begin >= timeline.start && period.end <= timeline.end {
                let mut bill = bills[index];
                credits.retain(|credit| credit.left > Cost::ZERO && credit.expires >= period.end);
                for credit in &mut credits {
                    let paid = credit.left.min(bill);
                    credit.left = credit.left - paid;
                    bill = bill - paid;
                    self.push(contract, index, Category::ShortfallCredit, -paid);
                }
                drawn += bill;
            }
            while let Some((number, &(date, least))) = due.next_if(|(_, milestone)| milestone.0 <= period.end) {
                let is_last = number + 1 == spend.milestones.len();
                let missing = least - (drawn + spend.other_by(timeline.start, date));
                if missing <= Cost::ZERO || date > model.horizon() || date > timeline.end {
                    continue;
                }
                match spend.shortfall {
                    Shortfall::MakeUp if !is_last => continue,
                    Shortfall::Credit(lasts) => credits.push(Credit { left: missing, expires: date.saturating_add(lasts) }),
                    Shortfall::Lost | Shortfall::MakeUp => {}
                }
                drawn += missing;
                self.push(contract, index, Category::Unused, missing);
            }
        }
    }

    /// By period, what the vendor bills besides the settlement of this contract.
    fn bills_of(&self, observation: &Observation, contract: &Contract) -> Vec<Cost> {
        let mut bills = vec![Cost::ZERO; observation.periods.len()];
        for line in self.lines.iter().filter(|line| line.vendor == contract.vendor) {
            bills[line.period] += line.cost;
        }
        bills
    }

    fn push(&mut self, contract: &Contract, period: usize, category: Category, cost: Cost) {
        if cost != Cost::ZERO {
            self.lines.push(Line {
                period,
                vendor: contract.vendor,
                cluster: None,
                category,
                standing: Standing::InTerm,
                user: None,
                cost,
            });
        }
    }
}
