//! Clauses of contracts, and what contradicts them.

use super::capacity::{Clusters, Vendors};
use super::{Compiler, Names};
use crate::model::Model;
use crate::model::calendar::Calendar;
use crate::model::clauses::{
    BreachExit, Clauses, DelayDamages, EarlyTermination, Expansion, Extension, FirstRefusal, ServiceCredits, Termination,
};
use crate::model::contract::{Contract, Exclusivity, Waiver};
use crate::model::ramp::CapacityKind;
use crate::model::vendor::DefaultLaw;
use crate::scenario::spec::{
    ContractSpec, DelayDamagesSpec, DurationText, ExpansionSpec, ExtensionSpec, PaymentSpec, ServiceCreditsSpec, VendorSpec,
    WaiverSpec,
};
use crate::units::{ClusterId, Cost, Price, SimTime, Span, VendorId};

/// No clause waits longer than a hundred years [days].
const MOST_DAYS: f64 = 36_525.0;

impl Compiler<'_, '_> {
    /// When a vendor defaults.
    pub(super) fn default_of(&mut self, key: &str, spec: &VendorSpec, calendar: Option<&Calendar>) -> Option<SimTime> {
        let (date, calendar) = (spec.defaults_on?.0, calendar?);
        let at = calendar.at(date);
        if at <= SimTime::ZERO || at >= calendar.horizon() {
            let help = format!("a day after {} and not after {}", calendar.start(), calendar.last_day());
            self.error_help(
                &format!("vendor.{key}.defaults_on"),
                format!("the vendor defaults on {date}, outside the scenario"),
                help,
            );
            return None;
        }
        Some(at)
    }

    /// A default that each future draws for itself.
    pub(super) fn default_law(&mut self, key: &str, spec: &VendorSpec, calendar: Option<&Calendar>) -> Option<DefaultLaw> {
        let at = format!("vendor.{key}");
        let path = format!("{at}.default_probability_per_year");
        if let (Some(date), Some(_)) = (spec.defaults_on, spec.default_probability_per_year) {
            let title = format!("the vendor defaults on {} for certain: it has no probability besides", date.0);
            self.error_help(&path, title, "leave out one of the two");
            return None;
        }
        let per_year = self.within(&path, spec.default_probability_per_year(), 0.0, 0.999_999)?;
        let outcome = spec.default_outcome.unwrap_or_default();
        if spec.default_outcome.is_some() && spec.defaults_on.is_none() && per_year == 0.0 {
            let help = "give `default_probability_per_year` or `defaults_on`";
            self.error_help(&format!("{at}.default_outcome"), "the outcome of a default that never happens", help);
        }
        let continues = self.within(&format!("{at}.default_outcome.continues"), outcome.continues(), 0.0, 1.0)?;
        let winds_down = self.within(&format!("{at}.default_outcome.winds_down"), outcome.winds_down(), 0.0, 1.0)?;
        if continues + winds_down > 1.0 + 1e-9 {
            let title = format!("the outcomes of a default add up to {}, more than 1", continues + winds_down);
            self.error(&format!("{at}.default_outcome"), title);
        }
        let certain = spec.defaults_on.and_then(|date| Some(calendar?.at(date.0))).filter(|_| spec.default_outcome.is_some());
        let law = DefaultLaw { at: certain, per_year, continues, winds_down, notice: outcome.notice().span() };
        (certain.is_some() || per_year > 0.0).then_some(law)
    }

    pub(super) fn exclusivity(
        &mut self,
        at: &str,
        spec: &ContractSpec,
        vendor: Option<usize>,
        calendar: &Calendar,
        vendors: &Vendors,
        users: &Names,
    ) -> Option<Exclusivity> {
        let spec = spec.exclusivity.as_ref()?;
        let at = format!("{at}.exclusivity");
        let bound = self.user_ids(&format!("{at}.workloads"), &spec.workloads, users);
        let until = calendar.at(spec.until.0);
        let mut waivers = Vec::new();
        for (index, waiver) in spec.waivers.iter().enumerate() {
            let at = format!("{at}.waivers[{index}]");
            waivers.extend(self.waiver(&at, waiver, vendor, until, calendar, vendors, users));
        }
        Some(Exclusivity { until, users: bound, waivers })
    }

    #[allow(clippy::too_many_arguments, reason = "a waiver names everything there is")]
    fn waiver(
        &mut self,
        at: &str,
        spec: &WaiverSpec,
        holder: Option<usize>,
        exclusive_until: SimTime,
        calendar: &Calendar,
        vendors: &Vendors,
        users: &Names,
    ) -> Option<Waiver> {
        let (from, until) = (calendar.at(spec.from.0), calendar.at(spec.until.0));
        if until <= from {
            self.error(
                &format!("{at}.until"),
                format!("this waiver ends on {}, before it begins on {}", spec.until.0, spec.from.0),
            );
            return None;
        }
        if from >= exclusive_until {
            let ended = calendar.date(exclusive_until);
            self.error(&format!("{at}.from"), format!("the waiver begins after exclusivity ends on {ended}"));
            return None;
        }
        let mut let_in: Vec<VendorId> = Vec::new();
        for (index, name) in spec.vendors.iter().flatten().enumerate() {
            let path = format!("{at}.vendors[{index}]");
            let found = self.resolve(&path, "vendor", name, &vendors.names);
            if found.is_some() && found == holder {
                self.error(&path, format!("exclusivity does not keep `{name}` out: it is this contract's vendor"));
            }
            let_in.extend(found.map(VendorId::from));
        }
        let named = spec.workloads.as_deref().unwrap_or_default();
        let may_leave = self.user_ids(&format!("{at}.workloads"), named, users);
        for (key, list) in [("vendors", &spec.vendors), ("workloads", &spec.workloads)] {
            if list.as_ref().is_some_and(Vec::is_empty) {
                self.error(&format!("{at}.{key}"), format!("`{key}` is empty: leave it out to mean all"));
            }
        }
        Some(Waiver { from, until, vendors: let_in, users: may_leave })
    }

    /// The numbers of workloads and services, among all of both. A name that a workload and a service share means both.
    fn user_ids(&mut self, at: &str, names: &[String], users: &Names) -> Vec<usize> {
        let mut found = Vec::new();
        for (index, name) in names.iter().enumerate() {
            if self.resolve(&format!("{at}[{index}]"), "workload or service", name, users).is_some() {
                found.extend(users.known.iter().enumerate().filter(|(_, known)| *known == name).map(|(index, _)| index));
            }
        }
        found
    }

    /// The clauses of a contract, each by itself.
    pub(super) fn clauses(
        &mut self,
        at: &str,
        spec: &ContractSpec,
        covered: &[ClusterId],
        calendar: &Calendar,
        clusters: &Clusters,
    ) -> Clauses {
        let prepayment = self.within(&format!("{at}.prepayment_usd"), spec.prepayment_usd(), 0.0, 1e14);
        let damages = spec.delay_damages.and_then(|spec| self.damages(&format!("{at}.delay_damages"), spec));
        let termination = spec.termination.and_then(|spec| {
            let at = format!("{at}.termination");
            if spec.times == 0 {
                self.error(&format!("{at}.times"), "`times` must be at least 1");
            }
            Some(Termination { late: self.days(&format!("{at}.late_days"), spec.late_days)?, times: spec.times.max(1) })
        });
        let early_termination = spec.early_termination.and_then(|spec| {
            let fee_share = self.within(&format!("{at}.early_termination.fee_share"), spec.fee_share(), 0.0, 1.0)?;
            Some(EarlyTermination { at: calendar.at(spec.date.0), fee_share })
        });
        let first_refusal = spec.first_refusal.and_then(|spec| {
            let wait = self.days(&format!("{at}.first_refusal.days"), spec.days)?;
            Some(FirstRefusal { until: calendar.at(spec.until.0), wait })
        });
        let expansion =
            spec.expansion.as_ref().and_then(|spec| self.expansion(&format!("{at}.expansion"), spec, covered, calendar, clusters));
        let extension = spec.extension.and_then(|spec| self.extension(&format!("{at}.extension"), spec));
        if extension.is_some() && early_termination.is_some() {
            let title = "a contract that is ended early cannot be extended: leave out one of the two";
            self.error(&format!("{at}.extension"), title);
        }
        let credit = self.within(&format!("{at}.outage_credit_share"), spec.outage_credit_share(), 0.0, 1.0);
        if spec.outage_credit_share.is_some() && matches!(spec.payment, Some(PaymentSpec::Usage(_))) {
            let help = "what is out is not used, and costs nothing; leave `outage_credit_share` out, or pay by capacity";
            self.error_help(
                &format!("{at}.outage_credit_share"),
                "a contract paid by use has no bill that an outage could lower",
                help,
            );
        }
        if spec.service_credits.is_some() && spec.outage_credit_share.is_some() {
            let help = "leave out one of `outage_credit_share` and `service_credits`";
            self.error_help(
                &format!("{at}.service_credits"),
                "an outage is credited by the hour or by the month, not by both",
                help,
            );
        }
        if spec.expansion.as_ref().is_some_and(|option| option.take_or_pay.is_some())
            && !matches!(spec.payment, Some(PaymentSpec::Usage(_)))
        {
            let help = "leave `take_or_pay` out, or pay by use: `payment = { usage = { take_or_pay = .. } }`";
            self.error_help(&format!("{at}.expansion.take_or_pay"), "capacity that is paid used or not has no minimum", help);
        }
        let service_credits =
            spec.service_credits.as_ref().map(|spec| self.service_credits(&format!("{at}.service_credits"), spec));
        Clauses {
            starts_with_delivery: spec.starts_with_delivery(),
            prepayment: prepayment.map_or(Cost::ZERO, Cost::from_usd),
            delay_damages: damages,
            termination,
            early_termination,
            first_refusal,
            expansion,
            extension,
            outage_credit_share: credit.unwrap_or(0.0),
            service_credits,
        }
    }

    fn service_credits(&mut self, at: &str, spec: &ServiceCreditsSpec) -> ServiceCredits {
        let mut bands: Vec<(f64, f64)> = Vec::new();
        if spec.bands.is_empty() {
            self.error(&format!("{at}.bands"), "service credits need at least one band");
        }
        for (index, band) in spec.bands.iter().enumerate() {
            let at = format!("{at}.bands[{index}]");
            let below = self.within(&format!("{at}.below"), band.below, 0.0, 1.0);
            let share = self.within(&format!("{at}.credit_share"), band.credit_share, 0.0, 1.0);
            let (Some(below), Some(share)) = (below, share) else { continue };
            if bands.last().is_some_and(|&(before, least)| below >= before || share < least) {
                let help = "from the mildest band to the gravest: `below` falls, `credit_share` does not";
                self.error_help(&at, "this band contradicts the one before it", help);
            }
            bands.push((below, share));
        }
        let cap = spec.cap_usd.and_then(|usd| self.within(&format!("{at}.cap_usd"), usd, 0.0, 1e14)).map(Cost::from_usd);
        let exit = spec.exit.and_then(|exit| {
            let at = format!("{at}.exit");
            let below = self.within(&format!("{at}.below"), exit.below, 0.0, 1.0)?;
            let within = exit.within_months();
            if exit.months == 0 || exit.months > within {
                self.error(&format!("{at}.months"), format!("from 1 to `within_months`, which is {within}"));
            }
            Some(BreachExit { below, months: exit.months.max(1), within: within.max(1) })
        });
        ServiceCredits { bands, cap, exit }
    }

    fn days(&mut self, path: &str, days: f64) -> Option<Span> {
        self.within(path, days, 0.0, MOST_DAYS).map(|days| Span::from_seconds(days * 86_400.0))
    }

    fn damages(&mut self, at: &str, spec: DelayDamagesSpec) -> Option<DelayDamages> {
        let usd = self.within(&format!("{at}.usd_per_gpu_day"), spec.usd_per_gpu_day, 0.0, 1e6);
        let cap = spec.cap_usd.map(|usd| self.within(&format!("{at}.cap_usd"), usd, 0.0, 1e14).map(Cost::from_usd));
        let after = self.days(&format!("{at}.after_days"), spec.after_days());
        let long_stop = spec.long_stop_days.and_then(|days| self.days(&format!("{at}.long_stop_days"), days));
        if long_stop.is_some_and(|stop| after.is_some_and(|after| stop <= after)) {
            let title = "the long-stop date is not after the days of grace: no damages would ever be due";
            self.error(&format!("{at}.long_stop_days"), title);
        }
        Some(DelayDamages { per_gpu_day: Price::from_usd_per_gpu_hour(usd?), cap: cap.flatten(), after: after?, long_stop })
    }

    fn expansion(
        &mut self,
        at: &str,
        spec: &ExpansionSpec,
        covered: &[ClusterId],
        calendar: &Calendar,
        clusters: &Clusters,
    ) -> Option<Expansion> {
        let found = self.resolve(&format!("{at}.cluster"), "cluster", &spec.cluster, &clusters.names);
        let lead = self.days(&format!("{at}.lead_days"), spec.lead_days);
        let above = self.within(&format!("{at}.when_allocation_above"), spec.when_allocation_above, 0.0, 1.0);
        let exercise_until = calendar.at(spec.exercise_until.0).saturating_add(Span::DAY);
        let exercise_from = spec.exercise_from.map_or(SimTime::ZERO, |from| calendar.at(from.0));
        if !calendar.months().iter().any(|month| month.end > exercise_from && month.end <= exercise_until) {
            let until = spec.exercise_until.0;
            let title = match spec.exercise_from {
                Some(from) => {
                    format!("no month of the scenario ends from {} to {until}: the option could never be exercised", from.0)
                }
                None => format!("no month of the scenario ends by {until}: the option could never be exercised"),
            };
            self.error(&format!("{at}.exercise_until"), title);
        }
        let cluster = ClusterId::from(found?);
        if !covered.contains(&cluster) {
            self.error(
                &format!("{at}.cluster"),
                format!("the contract does not cover `{}`: its price would not hold there", spec.cluster),
            );
            return None;
        }
        let node = u64::from(clusters.list[cluster.index()].node_gpus);
        if spec.gpus == 0 || !spec.gpus.is_multiple_of(node) || spec.gpus > 1_000_000_000 {
            let title = format!("an expansion by {} GPUs is not a number of nodes of {node}", spec.gpus);
            self.error_help(&format!("{at}.gpus"), title, "whole nodes, at least one and at most 1,000,000,000 GPUs");
            return None;
        }
        let term = spec.term.map(DurationText::span);
        if term.is_some_and(|term| term < Span::DAY) {
            self.error(&format!("{at}.term"), "what an option adds must last at least a day");
        }
        let share = |share| self.within(&format!("{at}.take_or_pay"), share, 0.0, 1.0);
        let take_or_pay = spec.take_or_pay.and_then(share);
        let (lead, when_allocation_above) = (lead?, above?);
        Some(Expansion { cluster, gpus: spec.gpus, exercise_from, exercise_until, lead, when_allocation_above, term, take_or_pay })
    }

    fn extension(&mut self, at: &str, spec: ExtensionSpec) -> Option<Extension> {
        let above = spec.when_allocation_above();
        let when_allocation_above = self.within(&format!("{at}.when_allocation_above"), above, 0.0, 1.0)?;
        let term = spec.term.span();
        if term <= Span::ZERO {
            self.error(&format!("{at}.term"), "an extension must have a positive term");
        }
        Some(Extension { term, when_allocation_above })
    }

    /// Holds clauses against the value, the term and the ramp, and lets a right of first refusal hold up the tranches of others.
    pub(super) fn clauses_agree(&mut self, model: &mut Model, contract: &Contract) {
        let at = format!("contract.{}", contract.name);
        let date = |time: SimTime| model.calendar.date(time).to_string();
        let clauses = &contract.clauses;
        if clauses.prepayment > contract.value && self.issues.errors() == 0 {
            let title = format!(
                "{:.4} billion USD are paid in advance, more than the {:.4} billion that the contract is worth",
                clauses.prepayment.usd() / 1e9,
                contract.value.usd() / 1e9
            );
            self.error(&format!("{at}.prepayment_usd"), title);
        }
        if let Some(clause) = clauses.early_termination {
            let (from, to) = (contract.start.max(SimTime::ZERO), contract.end());
            if clause.at <= from || clause.at >= to {
                let title = format!("the contract cannot be ended early on {}", date(clause.at));
                let help = format!("a day after {} and before {}, when its term is over", date(from), date(to));
                self.error_help(&format!("{at}.early_termination.date"), title, help);
            }
        }
        if let Some(option) = clauses.expansion.filter(|option| option.exercise_until > contract.end().saturating_add(Span::DAY)) {
            let last = date(SimTime::from_ms(option.exercise_until.ms() - Span::DAY.ms()));
            let title = format!("the option may be exercised until {last}, after the term ends on {}", date(contract.end()));
            self.error_help(&format!("{at}.expansion.exercise_until"), title, "a day within the term");
        }
        if clauses.starts_with_delivery {
            let reserved = contract.clusters.iter().flat_map(|id| &model.clusters[id.index()].ramp);
            let first = reserved
                .filter(|tranche| tranche.kind == CapacityKind::Reserved && tranche.planned >= contract.start)
                .map(|tranche| tranche.planned)
                .min();
            if first != Some(contract.start) {
                let title = first.map_or_else(
                    || "no reserved tranche is planned from this day on, so that the term would never begin".to_owned(),
                    |first| {
                        format!("the term begins with the first tranche, which is planned for {}, not for this day", date(first))
                    },
                );
                let help = "with `starts_with_delivery`, `start` is the day planned for the first tranche";
                self.error_help(&format!("{at}.start"), title, help);
            }
        }
        if let Some(clause) = clauses.first_refusal {
            let exclusive = contract.exclusivity.as_ref().map(|exclusivity| exclusivity.until);
            let from = exclusive.map_or(contract.start, |until| until.max(contract.start));
            if clause.until <= from {
                let title = format!("first refusal ends on {}, before it begins on {}", date(clause.until), date(from));
                self.error(&format!("{at}.first_refusal.until"), title);
            }
            for cluster in model.clusters.iter_mut().filter(|cluster| cluster.vendor != contract.vendor) {
                for tranche in cluster.ramp.iter_mut().filter(|tranche| (from..clause.until).contains(&tranche.planned)) {
                    tranche.held = tranche.held.max(clause.wait);
                }
            }
        }
    }
}
