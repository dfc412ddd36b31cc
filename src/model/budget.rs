//! What there is to pay with: revenue, discounting, and when commitments are cut back.

use super::law::Law;
use crate::kernel::math;
use crate::kernel::random::Address;
use crate::units::{SimTime, Span};

/// A year of 365.25 days, as everywhere.
pub const YEAR: Span = Span::from_ms(31_557_600_000);

/// The buyer's means.
#[derive(Clone, Debug, PartialEq)]
pub struct Budget {
    /// The path of revenue, if any.
    pub revenue: Option<Revenue>,
    /// What is earned by use, user by user of [`super::Model::users`]: by services [USD per million output tokens within the objective], by
    /// workloads [USD per useful H100e-hour].
    pub earnings: Vec<f64>,
    /// Revenue from subscribers, if any.
    pub subscriptions: Option<Subscriptions>,
    /// What a later USD is worth less, a year: 0.1 is 10 %.
    pub discount_rate: f64,
    /// When tranches are cancelled for want of revenue.
    pub rule: Option<CancelRule>,
    /// What bills are paid from besides revenue; none where cash is not followed.
    pub means: Option<Means>,
}

/// Subscribers that pay by the month.
///
/// In a month N' = N (1 - churn)^m + new m, with m its length in months of 30.44 days. The churn is that of a service that keeps its objective,
/// plus `churn_when_missed` times the share of demanded tokens that were not served within it. This is an assumption, and not a law from data: no
/// provider has published how churn depends on latency.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Subscriptions {
    /// The service that they use, by its number among services.
    pub service: usize,
    /// Their number at the scenario's start.
    pub subscribers: f64,
    /// What each pays [USD a month].
    pub usd_per_month: f64,
    /// New subscribers [a month].
    pub new_per_month: f64,
    /// Share that leaves in a month in which all is served within the objective, 0 to 1.
    pub churn_per_month: f64,
    /// What the share that leaves grows by where nothing is served within the objective, 0 to 1.
    pub churn_when_missed: f64,
}

/// Cash and debt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Means {
    /// Cash at the scenario's start [USD].
    pub opening: f64,
    /// What can be borrowed.
    pub debt: Option<Debt>,
    /// The most that can be raised beyond cash and debt before the buyer defaults [USD]; none where that is left open.
    pub raise_limit: Option<f64>,
}

/// What can be borrowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Debt {
    /// Interest a year: 0.1 is 10 %.
    pub rate: f64,
    /// The most that can be borrowed [USD].
    pub limit: f64,
}

/// How the means stand.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Balance {
    /// Cash [USD].
    pub cash: f64,
    /// Debt [USD].
    pub debt: f64,
    /// What had to be raised so far, because cash and debt did not cover it: the funding gap [USD].
    pub raised: f64,
    /// Interest of the last month [USD].
    pub interest: f64,
}

/// Revenue as an annual run rate over time.
///
/// Between two dates it grows by a constant factor (geometrically), or by a constant amount where one of the two is zero. Before the first
/// date it is as on it; after the last it grows by `growth_per_year`.
#[derive(Clone, Debug, PartialEq)]
pub struct Revenue {
    /// Run rates on dates, in order, at least one [USD a year].
    pub rates: Vec<(SimTime, f64)>,
    /// Factor a year after the last date; 1 stays.
    pub growth_per_year: f64,
    /// By what the whole path is multiplied: one draw a replication.
    pub factor: Law,
}

/// Cancels tranches at a month's end where commitments are projected to be too much for the revenue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CancelRule {
    /// Commitments of twelve months / run rate of revenue above which tranches are cancelled.
    pub coverage_above: f64,
    /// Tranches planned later than this from now do not bind yet.
    pub binding: Span,
    /// How far coverage is projected, month by month \[months\].
    pub window: u32,
    /// Share of what a cancelled tranche commits that is due at once, 0 to 1.
    pub fee_share: f64,
}

impl Budget {
    /// Whether there is any revenue.
    #[must_use]
    pub fn has_revenue(&self) -> bool {
        self.revenue.is_some() || self.subscriptions.is_some() || self.earnings.iter().any(|&price| price > 0.0)
    }

    /// What a USD at `time` is worth at the scenario's start: (1 + rate)^-years.
    #[must_use]
    pub fn discount(&self, time: SimTime) -> f64 {
        math::pow(1.0 + self.discount_rate, -years(time - SimTime::ZERO))
    }
}

impl Subscriptions {
    /// How many there are at the end of a month that had so many at its beginning, and in which this share of the demanded tokens was served
    /// within the objective.
    #[must_use]
    pub fn after(&self, subscribers: f64, within: f64, length: Span) -> f64 {
        let churn = (self.churn_per_month + self.churn_when_missed * (1.0 - within)).clamp(0.0, 1.0);
        subscribers * math::pow(1.0 - churn, months(length)) + self.new_per_month * months(length)
    }

    /// What they pay in a span of time in which there are so many in the mean [USD].
    #[must_use]
    pub fn pay(&self, subscribers: f64, length: Span) -> f64 {
        subscribers * self.usd_per_month * months(length)
    }
}

impl Means {
    /// The balance at the scenario's start.
    #[must_use]
    pub fn open(&self) -> Balance {
        Balance { cash: self.opening, ..Balance::default() }
    }

    /// The balance after a month in which so much came in, less what was paid. Interest is due on the debt of its beginning. What is left repays
    /// debt; what is missing is borrowed up to the limit, and raised beyond it.
    #[must_use]
    pub fn after(&self, before: Balance, flow: f64, length: Span) -> Balance {
        let (rate, limit) = self.debt.map_or((0.0, 0.0), |debt| (debt.rate, debt.limit));
        let interest = before.debt * rate * years(length);
        let left = before.cash + flow - interest;
        let borrowed = if left < 0.0 { (-left).min(limit - before.debt) } else { -left.min(before.debt) };
        let missing = (-(left + borrowed)).max(0.0);
        Balance { cash: left + borrowed + missing, debt: before.debt + borrowed, raised: before.raised + missing, interest }
    }
}

impl Revenue {
    /// What the path is multiplied by in a replication. It depends only on the seed and the replication.
    #[must_use]
    pub fn factor(&self, seed: u64, replication: u64) -> f64 {
        self.factor.sample(&mut Address::stream(seed, replication, "budget").name("revenue").draws(0))
    }

    /// The run rate at an instant, before the factor [USD a year].
    #[must_use]
    pub fn rate(&self, time: SimTime) -> f64 {
        let next = self.rates.partition_point(|&(date, _)| date <= time);
        let (Some(&before), after) = (self.rates.get(next.saturating_sub(1)), self.rates.get(next)) else { return 0.0 };
        match after {
            _ if time <= before.0 => before.1,
            None => before.1 * math::pow(self.growth_per_year, years(time - before.0)),
            Some(&after) => {
                let part = (time - before.0).ms() as f64 / (after.0 - before.0).ms() as f64;
                if is_geometric(before.1, after.1) {
                    before.1 * math::pow(after.1 / before.1, part)
                } else {
                    before.1 + (after.1 - before.1) * part
                }
            }
        }
    }

    /// Revenue of a span of time, before the factor [USD]: the integral of the run rate.
    #[must_use]
    pub fn between(&self, from: SimTime, to: SimTime) -> f64 {
        let dates = self.rates.iter().map(|&(date, _)| date).filter(|&date| from < date && date < to);
        let cuts: Vec<SimTime> = std::iter::once(from).chain(dates).chain([to.max(from)]).collect();
        let piece = |cut: &[SimTime]| {
            let (low, high) = (self.rate(cut[0]), self.rate(cut[1]));
            // The mean of a geometric path is the logarithmic mean of its ends.
            let growth = if is_geometric(low, high) && self.is_geometric_at(cut[0]) { math::ln(high / low) } else { 0.0 };
            let mean = if growth.abs() < 1e-9 { f64::midpoint(low, high) } else { (high - low) / growth };
            mean * years(cut[1] - cut[0])
        };
        cuts.windows(2).map(piece).sum()
    }

    /// Whether the path after an instant, up to its next date, is geometric.
    fn is_geometric_at(&self, time: SimTime) -> bool {
        let next = self.rates.partition_point(|&(date, _)| date <= time);
        match (next.checked_sub(1).and_then(|last| self.rates.get(last)), self.rates.get(next)) {
            (Some(before), Some(after)) => is_geometric(before.1, after.1),
            _ => true,
        }
    }
}

fn is_geometric(before: f64, after: f64) -> bool {
    before > 0.0 && after > 0.0
}

/// Months of 30.44 days, twelve to a year.
fn months(span: Span) -> f64 {
    12.0 * years(span)
}

/// Years of 365.25 days.
pub(crate) fn years(span: Span) -> f64 {
    span.ms() as f64 / YEAR.ms() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn revenue(rates: &[(f64, f64)], growth_per_year: f64) -> Revenue {
        let at = |years: f64| SimTime::from_ms((years * YEAR.ms() as f64) as i64);
        let rates = rates.iter().map(|&(years, rate)| (at(years), rate)).collect();
        Revenue { rates, growth_per_year, factor: Law::constant(1.0) }
    }

    #[track_caller]
    fn close(value: f64, wanted: f64) {
        assert!((value - wanted).abs() <= 1e-9 * wanted.abs().max(1.0), "{value} against {wanted}");
    }

    #[test]
    fn the_run_rate_grows_by_a_constant_factor_between_dates() {
        let at = |years: f64| SimTime::from_ms((years * YEAR.ms() as f64) as i64);
        let path = revenue(&[(1.0, 100.0), (3.0, 400.0)], 1.5);
        for (years, rate) in [(0.0, 100.0), (1.0, 100.0), (2.0, 200.0), (3.0, 400.0), (4.0, 600.0), (5.0, 900.0)] {
            close(path.rate(at(years)), rate);
        }
        // The integral of 100 x 2^t over two years is 300 / ln 2.
        close(path.between(at(1.0), at(3.0)), 300.0 / math::ln(2.0));
        close(path.between(at(0.0), at(1.0)), 100.0);
        close(path.between(at(3.0), at(4.0)), 200.0 / math::ln(1.5));
        close(path.between(at(0.0), at(4.0)), 100.0 + 300.0 / math::ln(2.0) + 200.0 / math::ln(1.5));
        close(path.between(at(2.0), at(2.0)), 0.0);
    }

    #[test]
    fn from_nothing_it_grows_by_a_constant_amount() {
        let at = |years: f64| SimTime::from_ms((years * YEAR.ms() as f64) as i64);
        let path = revenue(&[(0.0, 0.0), (2.0, 400.0)], 1.0);
        close(path.rate(at(1.0)), 200.0);
        close(path.between(at(0.0), at(2.0)), 400.0);
        close(path.between(at(1.0), at(2.0)), 300.0);
        close(path.between(at(2.0), at(3.0)), 400.0);
    }

    #[test]
    fn what_cash_and_debt_do_not_cover_is_raised() {
        let debt = Some(Debt { rate: 0.12, limit: 50.0 });
        let means = Means { opening: 100.0, debt, raise_limit: None };
        let month = Span::from_ms(YEAR.ms() / 12);
        let mut balance = means.open();
        // 100 - 120 borrows 20; 0.2 of interest and 40 more go beyond the limit by 10.2; 25 then repay debt, less 0.5 of interest.
        for (flow, [cash, debt, raised, interest]) in [
            (-120.0, [0.0, 20.0, 0.0, 0.0]),
            (-40.0, [0.0, 50.0, 10.2, 0.2]),
            (25.0, [0.0, 25.5, 10.2, 0.5]),
            (30.755, [5.0, 0.0, 10.2, 0.255]),
        ] {
            balance = means.after(balance, flow, month);
            close(balance.cash, cash);
            close(balance.debt, debt);
            close(balance.raised, raised);
            close(balance.interest, interest);
        }
    }

    #[test]
    fn subscribers_leave_faster_where_the_objective_is_missed() {
        let month = Span::from_ms(YEAR.ms() / 12);
        let subscriptions = Subscriptions {
            service: 0,
            subscribers: 1000.0,
            usd_per_month: 20.0,
            new_per_month: 50.0,
            churn_per_month: 0.03,
            churn_when_missed: 0.2,
        };
        close(subscriptions.after(1000.0, 1.0, month), 1020.0);
        close(subscriptions.after(1000.0, 0.5, month), 920.0);
        close(subscriptions.after(1000.0, 0.0, month + month), 1000.0 * 0.77 * 0.77 + 100.0);
        close(subscriptions.pay(900.0, month), 18_000.0);
    }

    #[test]
    fn a_later_usd_is_worth_less() {
        let budget =
            Budget { revenue: None, earnings: Vec::new(), subscriptions: None, discount_rate: 0.1, rule: None, means: None };
        close(budget.discount(SimTime::ZERO), 1.0);
        close(budget.discount(SimTime::ZERO + YEAR + YEAR), 1.0 / 1.21);
    }
}
