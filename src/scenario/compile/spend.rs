//! Kinds of contracts: orders of capacity and promises to spend, their terms, and what goes with one kind alone.

use super::Compiler;
use crate::model::calendar::Calendar;
use crate::model::contract::{AfterTerm, Contract, Payment, Shortfall, Spend};
use crate::scenario::spec::{AfterTermSpec, ContractKindSpec, ContractSpec, PaymentSpec, ShortfallSpec, TermsSpec};
use crate::units::{Cost, Price, SimTime, Span};

impl Compiler<'_, '_> {
    /// How a contract is paid. A promise to spend has no payment mode of its own: what it pays for is billed by use.
    pub(super) fn payment(&mut self, at: &str, spec: &ContractSpec) -> Payment {
        match (spec.kind(), spec.payment()) {
            (ContractKindSpec::Spend, _) => Payment::Usage { take_or_pay: 0.0 },
            (ContractKindSpec::Order, PaymentSpec::Capacity) => Payment::Capacity,
            (ContractKindSpec::Order, PaymentSpec::Usage(usage)) => {
                let share = self.within(&format!("{at}.payment.usage.take_or_pay"), usage.take_or_pay, 0.0, 1.0);
                Payment::Usage { take_or_pay: share.unwrap_or(1.0) }
            }
        }
    }

    /// Refuses what belongs to the other kind of contract.
    pub(super) fn kind_agrees(&mut self, at: &str, spec: &ContractSpec) {
        let (keys, title, help): (&[(&str, bool)], _, _) = match spec.kind() {
            ContractKindSpec::Order => (
                &[
                    ("milestones", !spec.milestones.is_empty()),
                    ("shortfall", spec.shortfall.is_some()),
                    ("other_spend_usd_per_year", spec.other_spend_usd_per_year.is_some()),
                    ("drawn_before_usd", spec.drawn_before_usd.is_some()),
                ],
                "belongs to a promise to spend, and this is an order of capacity",
                "write kind = \"spend\", or leave it out: what an order owes follows delivery (`payment`)",
            ),
            ContractKindSpec::Spend => (
                &[
                    ("payment", spec.payment.is_some()),
                    ("terms", spec.terms.is_some()),
                    ("after_term", spec.after_term.is_some()),
                    ("starts_with_delivery", spec.starts_with_delivery.is_some()),
                    ("prepayment_usd", spec.prepayment_usd.is_some()),
                    ("delay_damages", spec.delay_damages.is_some()),
                    ("termination", spec.termination.is_some()),
                    ("early_termination", spec.early_termination.is_some()),
                    ("expansion", spec.expansion.is_some()),
                    ("extension", spec.extension.is_some()),
                    ("outage_credit_share", spec.outage_credit_share.is_some()),
                ],
                "belongs to an order of capacity, and this is a promise to spend: what it pays for is billed by use, against milestones",
                "write kind = \"order\", or leave it out",
            ),
        };
        for (key, _) in keys.iter().filter(|(_, is_given)| *is_given) {
            self.error_help(&format!("{at}.{key}"), format!("`{key}` {title}"), help);
        }
        if spec.kind() == ContractKindSpec::Spend && spec.value_usd.is_none() {
            self.error_help(at, "a promise to spend needs its value", "give value_usd = .., the size of the pool");
        }
        let is_each = spec.kind() == ContractKindSpec::Order && spec.terms() == TermsSpec::Tranche;
        let needs_common = [("extension", spec.extension.is_some()), ("starts_with_delivery", spec.starts_with_delivery())];
        for (key, _) in needs_common.iter().filter(|&&(_, is_given)| is_given && is_each) {
            let title = format!("`{key}` is about a term that all tranches have in common, and here each has its own");
            self.error_help(&format!("{at}.{key}"), title, "write terms = \"common\", or leave it out");
        }
        if spec.extension.is_some() && spec.after_term.is_some() {
            let title = "an option to extend says what becomes of capacity after its term: leave out one of the two";
            self.error(&format!("{at}.after_term"), title);
        }
    }

    /// The term of each tranche, where each has its own, and what becomes of capacity after its term.
    pub(super) fn terms(&mut self, at: &str, spec: &ContractSpec) -> (Option<Span>, AfterTerm) {
        if spec.kind() == ContractKindSpec::Spend {
            return (None, AfterTerm::Continues(None));
        }
        let own = (spec.terms() == TermsSpec::Tranche).then(|| spec.term.span());
        let after = match spec.after_term() {
            AfterTermSpec::Leaves => AfterTerm::Leaves,
            AfterTermSpec::Continues => AfterTerm::Continues(None),
            AfterTermSpec::ContinuesAt(at_price) => {
                let path = format!("{at}.after_term.continues_at.usd_per_gpu_hour");
                AfterTerm::Continues(self.within(&path, at_price.usd_per_gpu_hour, 0.0, 1e6).map(Price::from_usd_per_gpu_hour))
            }
        };
        (own, after)
    }

    /// What was promised to be spent.
    pub(super) fn spend(&mut self, at: &str, spec: &ContractSpec, calendar: &Calendar) -> Option<Spend> {
        if spec.kind() == ContractKindSpec::Order {
            return None;
        }
        let (start, end) = (calendar.at(spec.start.0), calendar.at(spec.start.0).saturating_add(spec.term.span()));
        let value = spec.value_usd?;
        let mut milestones: Vec<(SimTime, Cost)> = Vec::new();
        for (index, milestone) in spec.milestones.iter().enumerate() {
            let at = format!("{at}.milestones[{index}]");
            let (date, usd) = (calendar.at(milestone.date.0), self.within(&format!("{at}.usd"), milestone.usd, 0.0, 1e14)?);
            if date <= start || date > end {
                let title = format!("this milestone ({}) lies outside the contract's term", milestone.date.0);
                let help = format!("a day after {} and not after {}", spec.start.0, calendar.date(end));
                self.error_help(&format!("{at}.date"), title, help);
            }
            if usd > value {
                let title =
                    format!("a milestone of {:.4} billion USD goes beyond the contract's value of {:.4}", usd / 1e9, value / 1e9);
                self.error_help(&format!("{at}.usd"), title, "at most value_usd must be drawn by any day");
            }
            if milestones.last().is_some_and(|&(before, least)| date <= before || Cost::from_usd(usd) < least) {
                let help = "write milestones in the order of their dates, each with what must have been drawn since the start";
                self.error_help(&at, "this milestone comes or asks for less than the one before it", help);
            }
            milestones.push((date, Cost::from_usd(usd)));
        }
        if milestones.is_empty() {
            milestones.push((end, Cost::from_usd(value)));
        }
        let shortfall = match spec.shortfall() {
            ShortfallSpec::Lost => Shortfall::Lost,
            ShortfallSpec::MakeUp => Shortfall::MakeUp,
            ShortfallSpec::Credit(credit) => Shortfall::Credit(credit.expires.span()),
        };
        let other = self.within(&format!("{at}.other_spend_usd_per_year"), spec.other_spend_usd_per_year(), 0.0, 1e14)?;
        let before = self.within(&format!("{at}.drawn_before_usd"), spec.drawn_before_usd(), 0.0, 1e14)?;
        if before > 0.0 && start >= SimTime::ZERO {
            let title = "nothing can be drawn before this contract begins, which is within the scenario";
            self.error(&format!("{at}.drawn_before_usd"), title);
        }
        Some(Spend { milestones, shortfall, other_usd_per_year: other, drawn_before: Cost::from_usd(before) })
    }

    /// Lets the contract run to the end of its last tranche's term, and says when the plan lets capacity leave.
    pub(super) fn plan_ends(model: &mut crate::model::Model, contract: &mut Contract) {
        if contract.tranche_term.is_some() {
            let reserved = |id: &crate::units::ClusterId| model.clusters[id.index()].reserved();
            let ends = contract.clusters.iter().flat_map(reserved).map(|tranche| contract.planned_term(tranche)[1]);
            if let Some(end) = ends.max().filter(|&end| end != SimTime::NEVER) {
                contract.term = contract.term.max(end - contract.start);
            }
        }
        if contract.after_term != AfterTerm::Leaves || contract.clauses.extension.is_some() {
            return;
        }
        for id in &contract.clusters {
            let ends: Vec<SimTime> =
                model.clusters[id.index()].ramp.iter().map(|tranche| contract.planned_term(tranche)[1]).collect();
            let ramp = model.clusters[id.index()].ramp.iter_mut().zip(ends);
            for (tranche, end) in ramp.filter(|(tranche, _)| tranche.kind == crate::model::ramp::CapacityKind::Reserved) {
                tranche.leaves = tranche.leaves.min(end);
            }
        }
    }
}
