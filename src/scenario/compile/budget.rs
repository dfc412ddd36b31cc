//! The budget: revenue, means, and when commitments are cut back.

use super::{Compiler, Names};
use crate::model::budget::{Budget, CancelRule, Debt, Means, Revenue, Subscriptions, YEAR};
use crate::model::calendar::Calendar;
use crate::model::confidence::Confidence;
use crate::scenario::spec::{BudgetSpec, RevenueSpec, SubscriptionsSpec};
use crate::units::{SimTime, Span};

impl Compiler<'_, '_> {
    /// `users` are the names of workloads and of services.
    pub(super) fn budget(&mut self, calendar: Option<&Calendar>, users: [&Names; 2]) -> Option<Budget> {
        let spec: BudgetSpec = self.document.table("budget", self.issues)?;
        self.grade("budget", spec.note.clone().unwrap_or_default(), spec.confidence, spec.source.as_ref());
        let discount_rate = self.within("budget.discount_rate", spec.discount_rate(), 0.0, 10.0);
        let growth_per_year = self.within("budget.growth_per_year", spec.growth_per_year(), 0.01, 1000.0);
        let factor = self.law("budget.factor", &spec.factor(), 0.0, 1000.0);
        let rule = self.cancel_rule(&spec);
        let earnings = self.earnings(&spec, users);
        let subscriptions = spec.subscriptions.as_ref().map(|spec| self.subscriptions(spec, users[1]));
        let has_revenue = spec.revenue.is_some() || subscriptions.is_some() || earnings.iter().any(|&price| price > 0.0);
        self.without_revenue(&spec, has_revenue);
        let means = self.means(&spec);
        let rates = match (&spec.revenue, calendar) {
            (Some(rates), Some(calendar)) => Some(self.rates(rates, calendar)?),
            (Some(_), None) => return None,
            (None, _) => None,
        };
        let revenue = match rates {
            Some(rates) => Some(Revenue { rates, growth_per_year: growth_per_year?, factor: factor? }),
            None => None,
        };
        if spec.discount_rate.is_none() {
            let value = format!("{}: a later USD is worth as much", spec.discount_rate());
            self.default_at("budget.discount_rate", "discount rate of the budget", value, "", Confidence::Assumption);
        }
        let subscriptions = match subscriptions {
            Some(found) => Some(found?),
            None => None,
        };
        Some(Budget { revenue, earnings, subscriptions, discount_rate: discount_rate?, rule, means })
    }

    /// What is earned by use, user by user.
    fn earnings(&mut self, spec: &BudgetSpec, [workloads, services]: [&Names; 2]) -> Vec<f64> {
        let mut earnings = vec![0.0; workloads.known.len() + services.known.len()];
        let by_use = [
            ("usd_per_useful_h100e_hour", &spec.usd_per_useful_h100e_hour, "workload", workloads, 0),
            ("usd_per_million_tokens", &spec.usd_per_million_tokens, "service", services, workloads.known.len()),
        ];
        for (key, prices, what, names, first) in by_use {
            for (name, &price) in prices.iter().flatten() {
                let at = format!("budget.{key}.{name}");
                let price = self.within(&at, price, 0.0, 1e6);
                if let Some((user, price)) = self.resolve(&at, what, name, names).zip(price) {
                    earnings[first + user] = price;
                }
            }
        }
        earnings
    }

    fn subscriptions(&mut self, spec: &SubscriptionsSpec, services: &Names) -> Option<Subscriptions> {
        let at = |key: &str| format!("budget.subscriptions.{key}");
        let service = self.resolve(&at("service"), "service", &spec.service, services);
        let subscribers = self.within(&at("subscribers"), spec.subscribers, 0.0, 1e11);
        let usd_per_month = self.within(&at("usd_per_month"), spec.usd_per_month, 0.0, 1e6);
        let new_per_month = self.within(&at("new_per_month"), spec.new_per_month(), 0.0, 1e11);
        let churn_per_month = self.within(&at("churn_per_month"), spec.churn_per_month, 0.0, 1.0);
        let churn_when_missed = self.within(&at("churn_when_missed"), spec.churn_when_missed(), 0.0, 1.0);
        if spec.churn_when_missed.is_none() {
            let about = "churn of subscribers where nothing is served within the objective";
            self.default_at(&at("churn_when_missed"), about, "as where all is", "", Confidence::Assumption);
        }
        Some(Subscriptions {
            service: service?,
            subscribers: subscribers?,
            usd_per_month: usd_per_month?,
            new_per_month: new_per_month?,
            churn_per_month: churn_per_month?,
            churn_when_missed: churn_when_missed?,
        })
    }

    fn means(&mut self, spec: &BudgetSpec) -> Option<Means> {
        let Some(opening) = spec.opening_cash_usd else {
            for (key, _) in [("debt", spec.debt.is_some()), ("raise_limit_usd", spec.raise_limit_usd.is_some())]
                .into_iter()
                .filter(|&(_, is_given)| is_given)
            {
                let help = "give the cash at the scenario's start, 0 included";
                self.error_help(&format!("budget.{key}"), format!("`{key}` needs `opening_cash_usd`"), help);
            }
            return None;
        };
        let opening = self.within("budget.opening_cash_usd", opening, 0.0, 1e15);
        let debt = match spec.debt {
            Some(debt) => {
                let rate = self.within("budget.debt.rate", debt.rate, 0.0, 10.0);
                let limit = self.within("budget.debt.limit_usd", debt.limit_usd, 0.0, 1e15);
                Some(Debt { rate: rate?, limit: limit? })
            }
            None => None,
        };
        let raise_limit = spec.raise_limit_usd.and_then(|limit| self.within("budget.raise_limit_usd", limit, 0.0, 1e15));
        Some(Means { opening: opening?, debt, raise_limit })
    }

    fn rates(&mut self, specs: &[RevenueSpec], calendar: &Calendar) -> Option<Vec<(SimTime, f64)>> {
        if specs.is_empty() {
            let help = "give a date and a run rate: revenue = [{ date = 2026-01-01, usd_per_year = 20e9 }]; or leave the key out";
            self.error_help("budget.revenue", "`revenue` is empty", help);
            return None;
        }
        let mut is_sound = true;
        let mut rates: Vec<(SimTime, f64)> = Vec::new();
        for (index, spec) in specs.iter().enumerate() {
            let at = format!("budget.revenue[{index}]");
            let date = calendar.at(spec.date.0);
            if let Some(&(before, _)) = rates.last().filter(|&&(before, _)| date <= before) {
                let title =
                    format!("this date ({}) does not come after the one before it ({})", spec.date.0, calendar.date(before));
                self.error_help(&format!("{at}.date"), title, "write revenue in the order of its dates, one run rate a day");
                is_sound = false;
            }
            let rate = self.within(&format!("{at}.usd_per_year"), spec.usd_per_year, 0.0, 1e15);
            is_sound &= rate.is_some();
            rates.push((date, rate.unwrap_or(0.0)));
        }
        is_sound.then_some(rates)
    }

    /// Without revenue, or without its path, what needs it means nothing.
    fn without_revenue(&mut self, spec: &BudgetSpec, has_revenue: bool) {
        let needing = [
            ("growth_per_year", spec.growth_per_year.is_some(), spec.revenue.is_some()),
            ("factor", spec.factor.is_some(), spec.revenue.is_some()),
            ("cancel_when_coverage_above", spec.cancel_when_coverage_above.is_some(), has_revenue),
            ("opening_cash_usd", spec.opening_cash_usd.is_some(), has_revenue),
        ];
        for (key, ..) in needing.into_iter().filter(|&(_, is_given, has)| is_given && !has) {
            let help = "give revenue = [{ date = .., usd_per_year = .. }]";
            self.error_help(&format!("budget.{key}"), format!("`{key}` needs `revenue`"), help);
        }
    }

    fn cancel_rule(&mut self, spec: &BudgetSpec) -> Option<CancelRule> {
        let days = self.within("budget.binding_days", spec.binding_days(), 0.0, 36_525.0);
        let window = self.within("budget.window_months", f64::from(spec.window_months()), 1.0, 1200.0);
        let fee_share = self.within("budget.cancel_fee_share", spec.cancel_fee_share(), 0.0, 1.0);
        let Some(above) = spec.cancel_when_coverage_above else {
            let needing = [
                ("binding_days", spec.binding_days.is_some()),
                ("window_months", spec.window_months.is_some()),
                ("cancel_fee_share", spec.cancel_fee_share.is_some()),
            ];
            for (key, _) in needing.into_iter().filter(|&(_, is_given)| is_given) {
                let help = "give the coverage above which tranches are cancelled";
                self.error_help(&format!("budget.{key}"), format!("`{key}` needs `cancel_when_coverage_above`"), help);
            }
            return None;
        };
        let coverage_above = self.within("budget.cancel_when_coverage_above", above, 0.0, 1e6)?;
        let (days, window, fee_share) = (days?, window?, fee_share?);
        let reach = window * YEAR.days() / 12.0;
        if reach < days {
            let key = if spec.window_months.is_some() { "window_months" } else { "binding_days" };
            let title = format!("the window of {window} months ends before tranches may be cancelled, in {days} days");
            self.error_help(&format!("budget.{key}"), title, "let `window_months` reach beyond `binding_days`");
            return None;
        }
        let mut note = |key: &str, is_given: bool, about: &str, value: String| {
            if !is_given {
                self.default_at(&format!("budget.{key}"), about, value, "", Confidence::Assumption);
            }
        };
        let about = "time before its date from which on a tranche binds";
        note("binding_days", spec.binding_days.is_some(), about, format!("{days} d"));
        note("window_months", spec.window_months.is_some(), "how far coverage is projected", format!("{window} months"));
        let about = "fee for cancelling a tranche that does not bind yet";
        note("cancel_fee_share", spec.cancel_fee_share.is_some(), about, format!("{fee_share} of what it commits"));
        let binding = Span::from_seconds(days * 86_400.0);
        Some(CancelRule { coverage_above, binding, window: window as u32, fee_share })
    }
}
