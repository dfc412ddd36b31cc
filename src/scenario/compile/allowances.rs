//! What teams may use in a period: their budgets.

use super::Compiler;
use crate::model::allowance::{Allowance, AllowanceBorrowing, AllowancePeriod, AllowanceUnit};
use crate::model::calendar::Calendar;
use crate::scenario::spec::{BudgetBorrowingSpec, BudgetPeriodSpec, CohortSpec, TeamBudgetSpec, TeamSpec};
use crate::units::{Cost, SimTime};
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// More than any team has [GPU-hours or USD].
const MOST: f64 = 1e14;

impl Compiler<'_, '_> {
    /// The budgets of the teams that workloads and services name.
    pub(super) fn allowances(&mut self, teams: &[String], calendar: &Calendar) -> Vec<Allowance> {
        let cohorts: Vec<(String, Option<CohortSpec>)> = self.document.section("cohort", self.issues);
        let above: BTreeMap<&str, &str> =
            cohorts.iter().filter_map(|(name, spec)| Some((name.as_str(), spec.as_ref()?.parent.as_deref()?))).collect();
        let specs: Vec<(String, Option<TeamSpec>)> = self.document.section("team", self.issues);
        // By number: the highest cohort, the unit and the period that its teams have in common.
        let mut groups: Vec<(Option<&str>, AllowanceUnit, BudgetPeriodSpec)> = Vec::new();
        let mut allowances: Vec<Allowance> = Vec::new();
        for (name, spec) in specs.iter().filter_map(|(name, spec)| Some((name, spec.as_ref()?))) {
            let Some(budget) = &spec.budget else { continue };
            let at = format!("team.{name}.budget");
            let Some(place) = teams.iter().position(|team| team == name) else { continue };
            let Some((unit, amount)) = self.allowed(&at, budget) else { continue };
            let borrowing = match budget.borrowing() {
                BudgetBorrowingSpec::Never => AllowanceBorrowing::Never,
                BudgetBorrowingSpec::NextPeriod => AllowanceBorrowing::NextPeriod,
                BudgetBorrowingSpec::Cohort => AllowanceBorrowing::Group,
            };
            if borrowing == AllowanceBorrowing::Group && spec.cohort.is_none() {
                let help = "give the team a `cohort`, or borrow from the \"next_period\"";
                self.error_help(&format!("{at}.borrowing"), "a team borrows only within a cohort", help);
            }
            // Circles of cohorts are refused elsewhere.
            let top =
                spec.cohort.as_deref().map(|cohort| (0..above.len()).fold(cohort, |top, _| above.get(top).copied().unwrap_or(top)));
            let kind = (top, unit, budget.period());
            let group = groups.iter().position(|known| top.is_some() && *known == kind).unwrap_or_else(|| {
                groups.push(kind);
                groups.len() - 1
            });
            let periods = periods(calendar, budget.period(), amount);
            allowances.push(Allowance { team: place.into(), unit, borrowing, group, periods });
        }
        allowances
    }

    fn allowed(&mut self, at: &str, budget: &TeamBudgetSpec) -> Option<(AllowanceUnit, f64)> {
        match (budget.gpu_hours, budget.usd) {
            (Some(hours), None) => Some((AllowanceUnit::GpuHours, self.within(&format!("{at}.gpu_hours"), hours, 0.0, MOST)?)),
            (None, Some(usd)) => Some((AllowanceUnit::Usd, self.within(&format!("{at}.usd"), usd, 0.0, MOST)?)),
            _ => {
                self.error(at, "a budget is in GPU-hours or in USD: give one of `gpu_hours` and `usd`");
                None
            }
        }
    }
}

/// The periods of the scenario, each with its budget: a part of it where the scenario begins or ends within one.
fn periods(calendar: &Calendar, period: BudgetPeriodSpec, amount: f64) -> Vec<AllowancePeriod> {
    let mut periods = Vec::new();
    let mut from = SimTime::ZERO;
    while from < calendar.horizon() {
        let [begin, end] = around(calendar.date(from), period).map(|date| calendar.at(date));
        let until = end.min(calendar.horizon());
        let share = (until - from).seconds() / (end - begin).seconds();
        periods.push(AllowancePeriod { end: until, amount: Cost::from_usd(amount * share) });
        from = until.max(from + crate::units::Span::DAY);
    }
    periods
}

/// The first day of the period that a day is in, and the first day after it.
fn around(day: Date, period: BudgetPeriodSpec) -> [Date; 2] {
    let first = day.first_of_month();
    let (begin, months) = match period {
        BudgetPeriodSpec::Month => (first, 1),
        BudgetPeriodSpec::Quarter => (first.saturating_sub((i64::from(first.month() - 1) % 3).months()), 3),
        BudgetPeriodSpec::Year => (day.first_of_year(), 12),
    };
    [begin, begin.saturating_add(i64::from(months).months())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_those_of_the_calendar_and_cut_ones_have_their_part() {
        let calendar =
            Calendar::new("2026-02-15".parse().expect("a date"), "2027-02-28".parse().expect("a date")).expect("in order");
        let of = |period| {
            let of = |period: &AllowancePeriod| (calendar.date(period.end).to_string(), period.amount.usd());
            periods(&calendar, period, 90.0).iter().map(of).collect::<Vec<_>>()
        };
        let months = of(BudgetPeriodSpec::Month);
        assert_eq!(months.len(), 13);
        assert_eq!(months[0], ("2026-03-01".to_owned(), 45.0));
        assert_eq!(months[1], ("2026-04-01".to_owned(), 90.0));
        let quarters = of(BudgetPeriodSpec::Quarter);
        assert_eq!(
            quarters.iter().map(|(end, _)| end.as_str()).collect::<Vec<_>>(),
            ["2026-04-01", "2026-07-01", "2026-10-01", "2027-01-01", "2027-03-01"]
        );
        // 45 of the quarter's 90 days; 59 of 90 at the end.
        assert_eq!((quarters[0].1, quarters[4].1), (45.0, 59.0));
        let years = of(BudgetPeriodSpec::Year);
        assert_eq!(years.len(), 2);
        assert_eq!(years[0], ("2027-01-01".to_owned(), (90.0 * 320.0 / 365.0 * 1e6_f64).round() / 1e6));
    }
}
