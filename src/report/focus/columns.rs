//! The columns: each by its name in FOCUS, and what it says of a charge.

use super::charge::{Charge, Kind, kind_of_capacity};
use super::decimal;
use crate::metrics::ledger::{Category, Standing};
use crate::model::Model;
use crate::model::calendar::Calendar;
use crate::model::cluster::Cluster;
use crate::model::contract::Payment;
use crate::report::csv::harmless;
use crate::units::{Price, SimTime, Span};

/// A charge about to be written.
pub(super) struct Line<'a> {
    pub model: &'a Model,
    pub charge: &'a Charge,
    /// What is billed and what is effective [USD], rounded within their columns.
    pub costs: [String; 2],
}

/// A column: its name, and its text for a charge. An empty text is FOCUS's null.
type Column = (&'static str, fn(&Line) -> String);

/// The columns of the file: those of FOCUS 1.1 that a simulation can fill, in alphabetical order, then one of our own.
pub(super) const COLUMNS: [Column; 45] = [
    ("BilledCost", |line| line.costs[0].clone()),
    ("BillingAccountId", |line| line.vendor().0),
    ("BillingAccountName", |line| line.vendor().1),
    ("BillingCurrency", |_| "USD".to_owned()),
    ("BillingPeriodEnd", |line| line.billing_period().1),
    ("BillingPeriodStart", |line| line.billing_period().0),
    ("ChargeCategory", |line| line.charge_category().to_owned()),
    ("ChargeClass", |_| String::new()),
    ("ChargeDescription", |line| line.description()),
    ("ChargeFrequency", |line| line.frequency().to_owned()),
    ("ChargePeriodEnd", |line| instant(&line.model.calendar, line.month().end)),
    ("ChargePeriodStart", |line| instant(&line.model.calendar, line.month().begin.max(line.model.warm_up))),
    ("CommitmentDiscountCategory", |line| line.of_commitment(|line| if line.is_spend() { "Spend" } else { "Usage" })),
    ("CommitmentDiscountId", |line| line.commitment().unwrap_or_default()),
    ("CommitmentDiscountName", |line| line.commitment().unwrap_or_default()),
    ("CommitmentDiscountStatus", |line| line.status().to_owned()),
    ("CommitmentDiscountType", |line| line.of_commitment(|line| if line.is_spend() { "Take-or-pay" } else { "Reserved capacity" })),
    ("ConsumedQuantity", |line| if line.is_consumed() { line.quantity() } else { String::new() }),
    ("ConsumedUnit", |line| if line.is_consumed() { line.unit().to_owned() } else { String::new() }),
    ("ContractedCost", |line| line.cost_at(line.contracted())),
    ("ContractedUnitPrice", |line| line.unit_price(line.contracted())),
    ("EffectiveCost", |line| line.costs[1].clone()),
    ("InvoiceIssuerName", |line| line.vendor().1),
    ("ListCost", |line| line.cost_at(line.list())),
    ("ListUnitPrice", |line| line.unit_price(line.list())),
    ("PricingCategory", |line| line.pricing_category().to_owned()),
    ("PricingQuantity", |line| line.quantity()),
    ("PricingUnit", |line| line.unit().to_owned()),
    ("ProviderName", |line| line.vendor().1),
    ("PublisherName", |line| line.vendor().1),
    ("RegionId", |line| line.of_cluster(|cluster| harmless(&cluster.region))),
    ("RegionName", |line| line.of_cluster(|cluster| harmless(&cluster.region))),
    ("ResourceId", |line| line.of_cluster(|cluster| cluster.name.clone())),
    ("ResourceName", |line| line.of_cluster(|cluster| cluster.name.clone())),
    ("ResourceType", |line| line.of_cluster(|_| "GPU cluster".to_owned())),
    ("ServiceCategory", |line| if line.is_of_a_building() { "Other" } else { "Compute" }.to_owned()),
    ("ServiceName", |line| line.service().to_owned()),
    ("ServiceSubcategory", |line| if line.is_of_a_building() { "Other (Other)" } else { "Virtual Machines" }.to_owned()),
    ("SkuId", |line| line.of_cluster(|cluster| harmless(&cluster.gpu_type))),
    ("SkuPriceId", |line| line.of_cluster(|cluster| format!("{}/{}", cluster.name, line.charge.category.word()))),
    ("SubAccountId", |line| line.team()),
    ("SubAccountName", |line| line.team()),
    ("Tags", |line| line.tags()),
    ("x_LedgerCategory", |line| line.charge.category.word().to_owned()),
    ("x_VendorId", |line| line.vendor().0),
];

impl Line<'_> {
    fn vendor(&self) -> (String, String) {
        let vendor = &self.model.vendors[self.charge.vendor.index()];
        (vendor.key.clone(), harmless(&vendor.name))
    }

    fn cluster(&self) -> Option<&Cluster> {
        self.charge.cluster.map(|id| &self.model.clusters[id.index()])
    }

    fn of_cluster(&self, value: impl Fn(&Cluster) -> String) -> String {
        self.cluster().map(value).unwrap_or_default()
    }

    fn month(&self) -> &crate::model::calendar::Month {
        &self.model.calendar.months()[self.charge.month]
    }

    /// The calendar month, whole even where the scenario begins or ends in it.
    fn billing_period(&self) -> (String, String) {
        let first = self.model.calendar.date(self.month().begin).first_of_month();
        let next = first.checked_add(jiff::Span::new().months(1)).unwrap_or(first);
        (format!("{first}T00:00:00Z"), format!("{next}T00:00:00Z"))
    }

    fn charge_category(&self) -> &'static str {
        match self.charge.kind {
            Kind::Capacity | Kind::Spread => "Usage",
            Kind::Settlement => "Purchase",
            Kind::Other if self.charge.billed.raw() < 0 => "Credit",
            Kind::Other => "Adjustment",
        }
    }

    fn frequency(&self) -> &'static str {
        match self.charge.kind {
            Kind::Settlement => "Recurring",
            Kind::Other => "One-Time",
            _ if matches!(self.charge.category, Category::Unused | Category::Colocation) => "Recurring",
            _ => "Usage-Based",
        }
    }

    fn pricing_category(&self) -> &'static str {
        match (self.charge.kind, self.charge.category) {
            (Kind::Settlement, _) => "Standard",
            (Kind::Other, _) => "",
            (_, Category::Committed | Category::Unused) => "Committed",
            (_, Category::Spot) => "Dynamic",
            _ => "Standard",
        }
    }

    fn is_power(&self) -> bool {
        self.charge.category == Category::Power
    }

    /// Whether it pays for a building and what it draws, and not for GPUs.
    fn is_of_a_building(&self) -> bool {
        matches!(self.charge.category, Category::Power | Category::Colocation)
    }

    fn service(&self) -> &'static str {
        match self.charge.category {
            Category::Power => "Electricity",
            Category::Colocation => "Colocation",
            _ => "GPU capacity",
        }
    }

    fn is_consumed(&self) -> bool {
        self.charge.kind == Kind::Capacity && !matches!(self.charge.category, Category::Unused | Category::Colocation)
    }

    /// The commitment that a charge draws on or pays: its contract, or the cluster's reserved capacity where no contract covers it.
    fn commitment(&self) -> Option<String> {
        let is_committed = matches!(self.charge.category, Category::Committed | Category::Unused);
        let names: Vec<&str> = self.charge.contracts.iter().map(|id| self.model.contracts[id.index()].name.as_str()).collect();
        match (is_committed, names.is_empty()) {
            (false, _) => None,
            (true, false) => Some(names.join(" or ")),
            (true, true) => self.cluster().map(|cluster| format!("{}/reserved", cluster.name)),
        }
    }

    fn of_commitment(&self, value: impl Fn(&Self) -> &'static str) -> String {
        self.commitment().map(|_| value(self).to_owned()).unwrap_or_default()
    }

    /// Whether the commitment is an amount of money rather than of capacity.
    fn is_spend(&self) -> bool {
        self.charge.contracts.iter().any(|id| matches!(self.model.contracts[id.index()].payment, Payment::Usage { .. }))
    }

    fn status(&self) -> &'static str {
        match (self.charge.kind, self.charge.category) {
            (Kind::Settlement | Kind::Other, _) => "",
            (_, Category::Committed) => "Used",
            (_, Category::Unused) => "Unused",
            _ => "",
        }
    }

    /// What a GPU-hour costs under the contract; none for electricity and settlements.
    fn contracted(&self) -> Option<Price> {
        let prices = self.cluster()?.prices.at(self.charge.priced_since);
        let reserved = match self.charge.standing {
            Standing::AfterTerm => self.model.price_after_term(self.cluster()?, self.charge.priced_since),
            Standing::InTerm | Standing::WithoutContract => prices.reserved,
        };
        kind_of_capacity(self.charge.category).map(|kind| [reserved, prices.on_demand, prices.spot][kind])
    }

    /// What it costs by the list; none where the contract has no price.
    fn list(&self) -> Option<Price> {
        self.contracted().and(self.cluster()).map(|cluster| cluster.prices.at(self.charge.priced_since).on_demand)
    }

    /// A unit price; that of electricity is the same in a contract and in a list.
    fn unit_price(&self, price: Option<Price>) -> String {
        match self.cluster() {
            Some(cluster) if self.is_power() => decimal::amount(cluster.power.usd_per_kwh),
            _ => price.map(decimal::price).unwrap_or_default(),
        }
    }

    /// The quantity at a price; what is billed where it has none.
    fn cost_at(&self, price: Option<Price>) -> String {
        match price {
            Some(price) => decimal::cost(price.of(self.charge.quantity)),
            None => decimal::cost(self.charge.billed),
        }
    }

    fn unit(&self) -> &'static str {
        match self.charge.kind {
            Kind::Capacity if self.is_power() => "kWh",
            Kind::Capacity if self.contracted().is_some() => "GPU-Hours",
            Kind::Capacity => "Charges",
            Kind::Settlement | Kind::Spread => "Settlements",
            Kind::Other => "",
        }
    }

    fn quantity(&self) -> String {
        match (self.charge.kind, self.cluster()) {
            (Kind::Capacity, Some(cluster)) if self.is_power() => {
                // The ledger prices electricity by the GPU-hour: the energy is what the cost pays for.
                decimal::amount(self.charge.billed.usd() / cluster.power.usd_per_kwh)
            }
            (Kind::Capacity, _) if self.contracted().is_some() => decimal::gpu_hours(self.charge.quantity),
            (Kind::Capacity, _) => "1".to_owned(),
            (Kind::Settlement | Kind::Spread, _) => decimal::amount(self.charge.share),
            (Kind::Other, _) => String::new(),
        }
    }

    /// Workload or service, and its team.
    fn user(&self) -> Option<(&str, &str)> {
        let (name, team) = self.model.users().nth(self.charge.user?)?;
        Some((name, self.model.teams[team.index()].as_str()))
    }

    fn team(&self) -> String {
        self.user().map(|(_, team)| harmless(team)).unwrap_or_default()
    }

    fn tags(&self) -> String {
        let Some((name, team)) = self.user() else { return "{}".to_owned() };
        let is_workload = self.charge.user.is_some_and(|user| user < self.model.workloads.len());
        let key = if is_workload { "workload" } else { "service" };
        serde_json::json!({ key: name, "team": team }).to_string()
    }

    fn description(&self) -> String {
        let what = match self.charge.category {
            Category::Committed => "Reserved capacity that was used",
            Category::Unused => "Reserved capacity that was not used",
            Category::Power => "Electricity",
            Category::Colocation => "Contracted power",
            other => &other.word().replace('_', "-"),
        };
        let commitment = || self.commitment().unwrap_or_default();
        match (self.charge.kind, self.cluster(), self.user()) {
            (Kind::Settlement, ..) => format!("What the use of {} fell short of its minimum", commitment()),
            (Kind::Spread, ..) => format!("This month's part of what the use of {} fell short of its minimum", commitment()),
            (_, Some(cluster), Some((user, _))) => format!("{what}: {} on {} for {user}", cluster.gpu_type, cluster.name),
            (_, Some(cluster), None) => format!("{what}: {} on {}", cluster.gpu_type, cluster.name),
            (_, None, _) => what.to_owned(),
        }
    }
}

/// An instant in UTC: `2026-07-01T00:00:00Z`.
fn instant(calendar: &Calendar, time: SimTime) -> String {
    let seconds = time.ms().rem_euclid(Span::DAY.ms()) / 1000;
    format!("{}T{:02}:{:02}:{:02}Z", calendar.date(time), seconds / 3600, seconds / 60 % 60, seconds % 60)
}
