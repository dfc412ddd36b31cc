//! Laws of the ledger, under a scenario that has every clause at once.

use super::contracts::{CHAT, JOBS, SIXTY_FOUR, ledger, world};
use super::{close, mean, model, summary};
use skyberth::metrics::ledger::Category;
use skyberth::units::Cost;

/// Everything at once, with all money multiplied.
fn everything(times: f64) -> String {
    let (price, on_demand, reserved) = (2.35 * times, 3.11 * times, 3.07 * times);
    let contract = format!(
        "start = 2026-01-01\nterm = \"400 d\"\npayment = {{ usage = {{ take_or_pay = 0.77 }} }}\nprepayment_usd = {}\n\
        delay_damages = {{ usd_per_gpu_day = {}, cap_usd = {}, after_days = 3 }}\ntermination = {{ late_days = 30, times = 2 }}\n\
        early_termination = {{ date = 2026-10-13, fee_share = 0.37 }}\n\
        expansion = {{ cluster = \"a\", gpus = 8, exercise_until = 2026-09-30, lead_days = 11, when_allocation_above = 0.2 }}",
        54_321.7 * times,
        7.77 * times,
        9_999.9 * times,
    );
    let late = "slip = { probability = 1.0, days = 41 }";
    let ramp = format!(
        "{SIXTY_FOUR}, {{ date = 2026-02-01, gpus = 24, {late} }}, {{ date = 2026-02-01, gpus = 16, kind = \"on_demand\" }}, \
        {{ date = 2026-04-01, gpus = 40, {late} }}, {{ date = 2026-11-01, gpus = 64 }}"
    );
    let azure = "[contract.x]\nvendor = \"azure\"\nstart = 2025-12-01\nterm = \"2 y\"\noutage_credit_share = 0.3\n\
        first_refusal = { until = 2026-03-01, days = 5 }\n[outage.o]\nregion = \"us-ia\"\nstart = 2026-03-26\nduration = \"10 d\"\n";
    world(&ramp, &contract, &format!("{JOBS}{CHAT}{azure}"))
        .replace(
            "price_usd_per_gpu_hour = 2.0",
            &format!("price_usd_per_gpu_hour = {price}\non_demand_usd_per_gpu_hour = {on_demand}"),
        )
        .replace("price_usd_per_gpu_hour = 3.0", &format!("price_usd_per_gpu_hour = {reserved}"))
}

#[test]
fn doubling_all_money_doubles_the_cost_and_moves_nothing() {
    let (once, twice) = (model(&everything(1.0)), model(&everything(2.0)));
    let ((before, single), (after, double)) = (ledger(&once), ledger(&twice));
    let [jobs, same] =
        [before.records, after.records].map(|records| records.expect("they were asked for").iter().collect::<Vec<_>>());
    assert_eq!(jobs, same);
    assert_eq!(before.clusters, after.clusters);
    let absent = [Category::Spot, Category::Power, Category::Colocation, Category::Egress, Category::ShortfallCredit];
    for category in Category::ALL {
        let [one, two] = [&single, &double].map(|ledger| ledger.sum(|line| line.category == category));
        assert_eq!(one + one, two, "{}", category.word());
        let lines = single.lines.iter().filter(|line| line.category == category).count();
        assert_eq!(lines == 0, absent.contains(&category) || category == Category::PrepaymentLost, "{}", category.word());
    }
    assert_eq!(single.sum(|_| true) + single.sum(|_| true), double.sum(|_| true));
}

#[test]
fn lines_add_up_by_vendor_by_category_and_by_workload() {
    let model = model(&everything(1.0));
    let (_, ledger) = ledger(&model);
    let all = ledger.sum(|_| true);
    assert_eq!((0..2).map(|vendor| ledger.sum(|line| line.vendor.index() == vendor)).sum::<Cost>(), all);
    assert_eq!(Category::ALL.into_iter().map(|category| ledger.sum(|line| line.category == category)).sum::<Cost>(), all);
    let users = [Some(0), Some(1), None].map(|user| ledger.sum(|line| line.user == user));
    assert_eq!(users.into_iter().sum::<Cost>(), all);
    let summary = summary(&model);
    let costs: f64 = (summary.rows.iter())
        .filter(|row| row.scope == "all" && row.period == "total" && row.metric.starts_with("cost_") && row.metric != "cost_usd")
        .filter_map(|row| row.mean)
        .sum();
    // Figures have nine digits.
    close(costs, all.usd(), 1e-8);
    close(mean(&summary, "cost_usd", "all", "all"), all.usd(), 1e-8);
    let unused: Vec<_> =
        summary.rows.iter().filter(|row| row.metric == "cost_unused_usd" && row.name == "b" && row.is_monthly()).collect();
    assert_eq!(unused.len(), 12);
    for row in unused {
        assert!(row.mean > Some(0.0), "idle commitment in {}", row.period);
    }
}

#[test]
fn figures_of_clauses_are_there_only_where_a_contract_has_them() {
    let plain = summary(&model(&world(SIXTY_FOUR, "start = 2026-01-01\nterm = \"1 y\"", "")));
    assert!(plain.get("cost_prepayment_usd", "all", "all", "total").is_none());
    assert!(plain.get("cost_power_usd", "all", "all", "total").is_some());
}
