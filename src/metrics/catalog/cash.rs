//! What is paid and when, against what is received, and what contracts still ask for.

use super::PeriodKind::{Month, Total, Year};
use super::ScopeKind::{self, All, Contract, Vendor};
use super::Table::{self, Timeseries};
use super::{Futures, family};

const BY_VENDOR: &[ScopeKind] = &[All, Vendor];
const BY_SITE: &[Table] = &[Timeseries];
const LEVEL: &[super::PeriodKind] = &[Month, Year];
const CONTRACT: &[ScopeKind] = &[Contract];
const MINIMUM: &str = "a contract with a minimum";

family! { "Cash":
    /// Cost of what was received, whenever it is paid: prepayments count as they are used up or lost, take-or-pay shortfalls as they build
    /// up, and come off again where an outage or late capacity lowers the minimum. What is paid is the cost of the period.
    ACCRUED_USD("accrued_usd", "accrued, USD", Usd, Lower, Accrual, BY_VENDOR) { tables: BY_SITE };
    /// Take-or-pay shortfalls that have built up by the end of the period and are not settled yet.
    PAYABLE_USD("payable_usd", "accrued and not paid, USD", Usd, Lower, NonNegative, BY_VENDOR) {
        periods: LEVEL, tables: BY_SITE, only_with: MINIMUM,
    };
    /// What is left of prepayments at the end of the period.
    PREPAID_USD("prepaid_usd", "paid and not used up, USD", Usd, Neither, NonNegative, BY_VENDOR) {
        periods: LEVEL, tables: BY_SITE, only_with: "prepayments",
    };
    /// What contracts ask for within a year after the year's end, whatever is used: reserved capacity by its plan at its price, or the
    /// minimum.
    OWED_WITHIN_1_YEAR_USD("owed_within_1_year_usd", "owed within 1 year, USD", Usd, Lower, NonNegative, BY_VENDOR) {
        periods: &[Year], only_with: "a contract",
    };
    /// The same from one to three years after it.
    OWED_1_TO_3_YEARS_USD("owed_1_to_3_years_usd", "owed in 1 to 3 years, USD", Usd, Lower, NonNegative, BY_VENDOR) {
        periods: &[Year], only_with: "a contract",
    };
    /// The same from three to five years after it.
    OWED_3_TO_5_YEARS_USD("owed_3_to_5_years_usd", "owed in 3 to 5 years, USD", Usd, Lower, NonNegative, BY_VENDOR) {
        periods: &[Year], only_with: "a contract",
    };
    /// The same later than five years after it.
    OWED_AFTER_5_YEARS_USD("owed_after_5_years_usd", "owed after 5 years, USD", Usd, Lower, NonNegative, BY_VENDOR) {
        periods: &[Year], only_with: "a contract",
    };
    /// Of the difference of two bills, what prices make: the other bill's billed H100e-hours at their prices less the same at the first
    /// bill's prices, by cluster and kind of capacity. Where the first bill has none of them, the price is not another.
    BRIDGE_PRICE_USD("bridge_price_usd", "price effect, USD", Usd, Lower, Signed, &[All]) {
        futures: Futures::Pairs, periods: &[Total], tables: &[Table::Comparison], only_with: "a comparison",
    };
    /// Of the difference of two bills, what the volume makes: H100e-hours billed more or less, at the first bill's mean price.
    BRIDGE_VOLUME_USD("bridge_volume_usd", "volume effect, USD", Usd, Lower, Signed, &[All]) {
        futures: Futures::Pairs, periods: &[Total], tables: &[Table::Comparison], only_with: "a comparison",
    };
    /// Of the difference of two bills, what the mix makes: H100e-hours that moved to dearer or cheaper clusters and kinds of capacity.
    BRIDGE_MIX_USD("bridge_mix_usd", "mix effect, USD", Usd, Lower, Signed, &[All]) {
        futures: Futures::Pairs, periods: &[Total], tables: &[Table::Comparison], only_with: "a comparison",
    };
    /// Of the difference of two bills, what is not capacity: electricity, egress, prepayments, settled minima, damages, fees and credits.
    BRIDGE_OTHER_USD("bridge_other_usd", "effect of what is not capacity, USD", Usd, Lower, Signed, &[All]) {
        futures: Futures::Pairs, periods: &[Total], tables: &[Table::Comparison], only_with: "a comparison",
    };
    /// What at least is due under a contract for its contract-year so far. Of a calendar year or the whole run: for contract-years that are
    /// settled in it.
    MINIMUM_DUE_USD("minimum_due_usd", "minimum due so far, USD", Usd, Neither, NonNegative, CONTRACT) {
        tables: &[Table::BurnDown], only_with: MINIMUM,
    };
    /// Use of reserved capacity under a contract in its contract-year so far, at its price. Of a calendar year or the whole run: in
    /// contract-years that are settled in it.
    MINIMUM_USED_USD("minimum_used_usd", "used so far, USD", Usd, Neither, NonNegative, CONTRACT) {
        tables: &[Table::BurnDown], only_with: MINIMUM,
    };
    /// What use falls short of the minimum so far: owed if it were settled now. Of a calendar year or the whole run: what is paid for it.
    SHORTFALL_USD("shortfall_usd", "shortfall, USD", Usd, Lower, NonNegative, CONTRACT) {
        tables: &[Table::BurnDown], only_with: MINIMUM,
    };
    /// Share of futures in which use falls short of the minimum so far. Of a calendar year or the whole run: in which a shortfall is paid.
    SHORTFALL_FUTURES_SHARE("shortfall_futures_share", "futures with a shortfall %", Share, Lower, Share, CONTRACT) {
        futures: Futures::Share, tables: &[Table::BurnDown], only_with: MINIMUM,
    };
}
