//! What is paid, what is committed, and whether revenue carries it.

use super::PeriodKind::{Month, Total, Year};
use super::ScopeKind::{self, All, Service, Team, Vendor, Workload};
use super::Table::{DependencyVendors, Expiry, Teams, Timeseries, Workloads};
use super::capacity::SITES;
use super::{Futures, Table, USEFUL_H100E_HOURS, family};

const BY_SITE: &[Table] = &[Timeseries];
/// Egress belongs to a vendor and to none of its clusters.
const LEAVING: &[ScopeKind] = &[All, Vendor];

family! { "Money":
    /// Bills less credits: all lines of the ledger.
    COST_USD("cost_usd", "cost, USD", Usd, Lower, Bill, SITES) { tables: BY_SITE, headline: Some(100), stands_alone: false };
    /// Paid for reserved capacity that was used.
    COST_COMMITTED_USED_USD("cost_committed_used_usd", "used commitments, USD", Usd, Lower, NonNegative, SITES) { tables: BY_SITE, stands_alone: false };
    /// Paid for reserved capacity that was not used, with shortfalls of take-or-pay minimums.
    COST_UNUSED_USD("cost_unused_usd", "unused, USD", Usd, Lower, NonNegative, SITES) { tables: BY_SITE, headline: Some(110), stands_alone: false };
    /// Paid for on-demand capacity, which is billed while allocated.
    COST_ON_DEMAND_USD("cost_on_demand_usd", "on-demand, USD", Usd, Lower, NonNegative, SITES) { tables: BY_SITE, stands_alone: false };
    /// Paid for spot capacity.
    COST_SPOT_USD("cost_spot_usd", "spot, USD", Usd, Lower, NonNegative, SITES) { tables: BY_SITE, stands_alone: false };
    /// Paid for electricity billed on top.
    COST_POWER_USD("cost_power_usd", "power, USD", Usd, Lower, NonNegative, SITES) { tables: BY_SITE, stands_alone: false };
    /// Paid for space and power that are contracted for one's own GPUs.
    COST_COLOCATION_USD("cost_colocation_usd", "colocation, USD", Usd, Lower, NonNegative, SITES) {
        tables: BY_SITE, only_with: "colocation", stands_alone: false,
    };
    /// Paid for data that left for another vendor.
    COST_EGRESS_USD("cost_egress_usd", "egress, USD", Usd, Lower, NonNegative, LEAVING) {
        tables: BY_SITE, only_with: "transfers between vendors", stands_alone: false,
    };
    /// Data that left for another vendor.
    EGRESS_GB("egress_gb", "egress, GB", Gigabytes, Neither, NonNegative, LEAVING) {
        tables: BY_SITE, only_with: "transfers between vendors",
    };
    /// Paid in advance, less what was credited against bills and what was lost.
    COST_PREPAYMENT_USD("cost_prepayment_usd", "prepayments, USD", Usd, Lower, Signed, SITES) {
        tables: BY_SITE, only_with: "prepayments", stands_alone: false,
    };
    /// Paid in advance and not used up when the contract ended.
    COST_PREPAYMENT_LOST_USD("cost_prepayment_lost_usd", "lost prepayments, USD", Usd, Lower, NonNegative, SITES) {
        tables: BY_SITE, only_with: "prepayments", stands_alone: false,
    };
    /// Credit that vendors owe for late tranches, as a negative cost.
    COST_DELAY_DAMAGES_USD("cost_delay_damages_usd", "delay damages, USD", Usd, Lower, NonPositive, SITES) {
        tables: BY_SITE, only_with: "delay damages", stands_alone: false,
    };
    /// Fees for ending contracts early, and for tranches cancelled for want of revenue.
    COST_TERMINATION_FEE_USD("cost_termination_fee_usd", "termination fees, USD", Usd, Lower, NonNegative, SITES) {
        tables: BY_SITE, only_with: "early termination, or a fee for cancelling", stands_alone: false,
    };
    /// Credit for reserved capacity that was out, as a negative cost.
    COST_OUTAGE_CREDIT_USD("cost_outage_credit_usd", "outage credits, USD", Usd, Lower, NonPositive, SITES) {
        tables: BY_SITE, only_with: "outage credits", stands_alone: false,
    };
    /// Missed milestones of promises to spend that were paid and are credited against later bills, as a negative cost.
    COST_SHORTFALL_CREDIT_USD("cost_shortfall_credit_usd", "credits for shortfalls, USD", Usd, Lower, NonPositive, SITES) {
        tables: BY_SITE, only_with: "promises to spend with credits",
    };
    /// Billed for reserved capacity within its term, with what clauses of its contract add.
    BILLED_IN_TERM_USD("billed_in_term_usd", "billed in term, USD", Usd, Neither, Bill, LEAVING) { periods: &[Total, Year] };
    /// Billed for reserved capacity that goes on after its term.
    BILLED_AFTER_TERM_USD("billed_after_term_usd", "billed after term, USD", Usd, Neither, NonNegative, LEAVING) { periods: &[Total, Year] };
    /// Billed without a contract: reserved capacity that none covers, or not yet; on-demand and spot capacity; electricity on top; egress.
    BILLED_WITHOUT_CONTRACT_USD("billed_without_contract_usd", "billed without contract, USD", Usd, Neither, NonNegative, LEAVING) { periods: &[Total, Year] };
    /// Paid for reserved capacity that nothing used, without a contract that is known: taken as paid at its stated price.
    UNUSED_WITHOUT_CONTRACT_USD("unused_without_contract_usd", "idle without contract, USD", Usd, Lower, NonNegative, LEAVING) { periods: &[Total, Year] };
    /// Paid for reserved capacity that nothing used, within its term.
    UNUSED_IDLE_USD("unused_idle_usd", "idle in term, USD", Usd, Lower, NonNegative, LEAVING) { periods: &[Total, Year] };
    /// Paid for reserved capacity that nothing used, after its term.
    UNUSED_AFTER_TERM_USD("unused_after_term_usd", "idle after term, USD", Usd, Lower, NonNegative, LEAVING) { periods: &[Total, Year] };
    /// Paid because use fell short of a minimum or of a milestone.
    UNUSED_SHORTFALL_USD("unused_shortfall_usd", "shortfalls, USD", Usd, Lower, NonNegative, LEAVING) { periods: &[Total, Year] };
    /// Cost / useful H100e-hours, all in: of a vendor or a cluster, it also measures how much work the policy sends there.
    USD_PER_USEFUL_H100E_HOUR("usd_per_useful_h100e_hour", "USD per useful H100e-hour", UsdPerH100eHour, Lower, Bill, SITES) {
        ratio: Some([&COST_USD, &USEFUL_H100E_HOURS]), futures: Futures::RatioOfTotals, tables: BY_SITE, headline: Some(120), stands_alone: false,
    };
    /// Price of planned reserved capacity, whatever is done with it: planned GPU-hours of the simulated span at their prices, per H100e-hour. For
    /// capacity under a contract that is its value over its planned H100e-hours.
    CONTRACT_PRICE_USD_PER_H100E_HOUR("contract_price_usd_per_h100e_hour", "contract price, USD per H100e-hour", UsdPerH100eHour, Lower,
        NonNegative, &[All, Vendor]) {
        futures: Futures::Exact, periods: &[Total], stands_alone: false,
    };
    /// Unit cost at risk: cost per useful H100e-hour in the worst futures.
    UNIT_COST_AT_RISK_USD_PER_H100E_HOUR("unit_cost_at_risk_usd_per_h100e_hour", "unit cost at risk, USD per H100e-hour",
        UsdPerH100eHour, Lower, Bill, &[All]) {
        futures: Futures::WorstMean { of: &USD_PER_USEFUL_H100E_HOUR, share: 0.05 }, periods: &[Total, Month],
        tables: &[DependencyVendors], stands_alone: false,
    };
    /// Charged to what used the capacity: allocated GPU-hours at their price, electricity and egress. What stood idle is charged to nothing.
    CHARGED_USD("charged_usd", "charged, USD", Usd, Lower, NonNegative, &[All, Workload, Service, Team]) {
        tables: &[Workloads, Teams], stands_alone: false,
    };
    /// Charged to a team at the standard rate of the charge-back, for its use or its quota.
    CHARGE_BACK_USD("charge_back_usd", "charged back, USD", Usd, Neither, NonNegative, &[All, Team]) {
        only_with: "a charge-back", stands_alone: false,
    };
    /// The bill less what is charged back: idle capacity, shortfalls and prices above the standard rate, less what the rate is above prices. Of the
    /// team that owns the commitments, or of all.
    CHARGE_BACK_VARIANCE_USD("charge_back_variance_usd", "variance of the charge-back, USD", Usd, Neither, Signed, &[All, Team]) {
        only_with: "a charge-back", stands_alone: false,
    };
    /// Value of the contracts with a vendor.
    COMMITTED_USD("committed_usd", "committed, USD", Usd, Neither, NonNegative, &[Vendor]) {
        futures: Futures::Exact, periods: &[Total],
    };
    /// GPUs that options would add and that are in no plan.
    OPTION_GPUS("option_gpus", "GPUs of options", Gpus, Neither, NonNegative, &[Vendor]) {
        futures: Futures::Exact, periods: &[Total], only_with: "options to expand",
    };
    /// What options would add to the committed value: their GPUs at the contract's price, from the first delivery possible to the end of their term.
    OPTION_USD("option_usd", "options, USD", Usd, Neither, NonNegative, &[Vendor]) {
        futures: Futures::Exact, periods: &[Total], only_with: "options to expand",
    };
    /// What is due to a vendor whatever it delivers: milestones of promises to spend, and prepayments.
    FIRM_MINIMUM_USD("firm_minimum_usd", "firm minimum, USD", Usd, Neither, NonNegative, &[Vendor]) {
        futures: Futures::Exact, periods: &[Total],
    };
    /// What is due to a vendor as far as it delivers: of orders paid by capacity the value, of those paid by use the minimum, less prepayments.
    DUE_ON_DELIVERY_USD("due_on_delivery_usd", "due on delivery, USD", Usd, Neither, NonNegative, &[Vendor]) {
        futures: Futures::Exact, periods: &[Total],
    };
    /// Value of the contracts with a vendor, each divided by its term; where each tranche has its own, by that.
    COMMITTED_USD_PER_YEAR("committed_usd_per_year", "committed, USD per year", UsdPerYear, Neither, NonNegative, &[Vendor]) {
        futures: Futures::Exact, periods: &[Total],
    };
    /// Years of their binding terms that commitments still last at the scenario's start, weighted by their value.
    TENOR_YEARS("tenor_years", "tenor, years", Years, Neither, NonNegative, &[All]) { futures: Futures::Exact, periods: &[Total] };
    /// Planned reserved GPUs whose contract's binding term ends in the year, also after the horizon; `expiry.csv` has it by month.
    EXPIRING_GPUS("expiring_gpus", "expiring GPUs", Gpus, Neither, NonNegative, &[All, Vendor]) {
        futures: Futures::Exact, periods: &[Year], tables: &[Expiry],
    };
    /// IT power of the planned reserved GPUs whose contract's binding term ends in the year, also after the horizon; `expiry.csv` has it by
    /// month.
    EXPIRING_IT_MW("expiring_it_mw", "expiring IT power, MW", Mw, Neither, NonNegative, &[All, Vendor]) {
        futures: Futures::Exact, periods: &[Year], tables: &[Expiry],
    };
    /// H100 equivalents of the planned reserved GPUs whose contract's binding term ends in the year, also after the horizon; `expiry.csv`
    /// has it by month.
    EXPIRING_H100E("expiring_h100e", "expiring H100e", H100e, Neither, NonNegative, &[All, Vendor]) {
        futures: Futures::Exact, periods: &[Year], tables: &[Expiry],
    };
    /// Share of the planned reserved capacity under contract at the end of the calendar year, in H100e, whose binding term ends in the
    /// twelve months after it.
    EXPIRING_12_MONTHS_SHARE("expiring_12_months_share", "expiring within 12 months %", Share, Neither, Share, &[All, Vendor]) {
        futures: Futures::Exact, periods: &[Year],
    };
    /// What the twelve months after the end of the period cost by contract, used or not.
    COMMITMENTS_NEXT_12_MONTHS_USD("commitments_next_12_months_usd", "commitments of the next 12 months, USD", Usd, Neither,
        NonNegative, &[All]) { tables: BY_SITE, only_with: "a budget" };
    /// Forecast of what reserved capacity without a contract, or outside its term, will cost at its price in the twelve months after the end of
    /// the period. It is not a commitment.
    UNCONTRACTED_NEXT_12_MONTHS_USD("uncontracted_next_12_months_usd", "uncontracted in the next 12 months, USD", Usd, Neither,
        NonNegative, &[All]) { tables: BY_SITE, only_with: "a budget" };
    /// Cost discounted to the scenario's start.
    NET_PRESENT_VALUE_USD("net_present_value_usd", "present value of cost, USD", Usd, Lower, Bill, &[All]) {
        tables: BY_SITE, only_with: "a budget", stands_alone: false,
    };
    /// GPUs of tranches cancelled because revenue does not carry them.
    CANCELLED_GPUS("cancelled_gpus", "cancelled GPUs", Gpus, Neither, NonNegative, &[All]) {
        tables: BY_SITE, only_with: "a budget with a rule that cancels",
    };
    /// Revenue of the period: the path, what services and workloads earn by use, and what subscribers pay.
    REVENUE_USD("revenue_usd", "revenue, USD", Usd, Higher, NonNegative, &[All, Workload, Service]) {
        tables: BY_SITE, only_with: "revenue",
    };
    /// Revenue less cost, discounted to the scenario's start.
    MARGIN_NET_PRESENT_VALUE_USD("margin_net_present_value_usd", "NPV of margin, USD", Usd, Higher, Signed, &[All]) {
        tables: BY_SITE, only_with: "revenue", headline: Some(140),
    };
    /// Subscribers at the end of the period.
    SUBSCRIBERS("subscribers", "subscribers", Count, Higher, NonNegative, &[Service]) { only_with: "subscriptions" };
    /// Commitments of the next twelve months / run rate of revenue, at the end of the period. What is earned by use counts as in the last three
    /// months.
    COVERAGE_RATIO("coverage_ratio", "coverage", Ratio, Lower, NonNegative, &[All]) { tables: BY_SITE, only_with: "revenue" };
    /// Largest coverage at the end of a month.
    COVERAGE_RATIO_PEAK("coverage_ratio_peak", "coverage at its peak", Ratio, Lower, NonNegative, &[All]) {
        periods: &[Total], only_with: "revenue", headline: Some(130),
    };
    /// First month at whose end commitments exceed the run rate of revenue, counted from 1, in futures that have one.
    FIRST_MONTH_OVER("first_month_over", "first month over revenue", Month, Higher, NonNegative, &[All]) {
        periods: &[Total], only_with: "revenue",
    };
    /// Share of futures in which commitments exceed the run rate of revenue at the end of a month.
    FIRST_MONTH_OVER_SHARE("first_month_over_share", "futures over revenue %", Share, Lower, Share, &[All]) {
        periods: &[Total], only_with: "revenue", futures: Futures::Share,
    };
    /// Cash at the end of the period.
    CASH_USD("cash_usd", "cash, USD", Usd, Higher, NonNegative, &[All]) { tables: BY_SITE, only_with: "opening cash" };
    /// Debt at the end of the period.
    DEBT_USD("debt_usd", "debt, USD", Usd, Lower, NonNegative, &[All]) { tables: BY_SITE, only_with: "opening cash" };
    /// Interest on debt. It is paid in cash and stands in no bill.
    INTEREST_USD("interest_usd", "interest, USD", Usd, Lower, NonNegative, &[All]) { tables: BY_SITE, only_with: "opening cash" };
    /// Funding gap: what had to be raised by the end of the period because cash and debt did not cover it.
    FUNDING_GAP_USD("funding_gap_usd", "funding gap, USD", Usd, Lower, NonNegative, &[All]) {
        tables: BY_SITE, only_with: "opening cash", headline: Some(135),
    };
    /// Funding gap at the end of a run that ends well.
    FUNDING_GAP_P10_USD("funding_gap_p10_usd", "funding gap at 10 %, USD", Usd, Lower, NonNegative, &[All]) {
        futures: Futures::Quantile { of: &FUNDING_GAP_USD, at: 0.1 }, periods: &[Total], only_with: "opening cash",
    };
    /// Funding gap at the end of a run that ends badly.
    FUNDING_GAP_P90_USD("funding_gap_p90_usd", "funding gap at 90 %, USD", Usd, Lower, NonNegative, &[All]) {
        futures: Futures::Quantile { of: &FUNDING_GAP_USD, at: 0.9 }, periods: &[Total], only_with: "opening cash",
    };
    /// Share of futures with a funding gap by the end of the period.
    FUNDING_GAP_SHARE("funding_gap_share", "futures with a funding gap %", Share, Lower, Share, &[All]) {
        futures: Futures::Share, tables: BY_SITE, only_with: "opening cash",
    };
    /// First month with a funding gap, counted from 1, in futures that have one.
    FUNDING_GAP_FIRST_MONTH("funding_gap_first_month", "first month with a funding gap", Month, Higher, NonNegative, &[All]) {
        periods: &[Total], only_with: "opening cash",
    };
    /// Share of futures in which the buyer defaults by the end of the period: the funding gap is more than can be raised.
    BUYER_DEFAULT_SHARE("buyer_default_share", "futures with a default %", Share, Lower, Share, &[All]) {
        futures: Futures::Share, tables: BY_SITE, only_with: "a limit of what can be raised",
    };
}
