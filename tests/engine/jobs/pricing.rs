//! Prices that change, by hand arithmetic: written steps, reviews by the market, most-favoured clauses, and charge-backs.

use super::contracts::{CHAT, DAY, JOBS, SIXTY_FOUR, by_month, ledger, of_aws, world};
use super::{close, mean, model, records, summary};
use skyberth::metrics::ledger::Category;
use skyberth::model::prices::Prices;
use skyberth::units::SimTime;

/// The world with more keys of cluster `a`.
fn priced(contract: &str, keys: &str, more: &str) -> String {
    let text = world(SIXTY_FOUR, &format!("start = 2026-01-01\nterm = \"365 d\"\n{contract}"), more);
    text.replace("price_usd_per_gpu_hour = 2.0\n", &format!("price_usd_per_gpu_hour = 2.0\n{keys}\n"))
}

/// The reserved price of a cluster on days of 2026, counted from 0.
fn prices_on(text: &str, cluster: &str, days: &[i64]) -> Vec<f64> {
    let model = model(text);
    let prices: &Prices = &model.clusters.iter().find(|known| known.name == cluster).expect("it is there").prices;
    days.iter().map(|day| prices.at(SimTime::from_ms(day * 86_400_000)).reserved.usd_per_gpu_hour()).collect()
}

#[test]
fn prices_change_on_their_day_within_a_month_too() {
    let text = priced("", "price_steps = [{ date = 2026-04-16, price_usd_per_gpu_hour = 1.0 }]", "");
    let days = [31.0, 28.0, 31.0, 30.0, 31.0, 30.0, 31.0, 31.0, 30.0, 31.0, 30.0, 31.0];
    // April has fifteen days at each price.
    let paid = |month: usize| [days[month], 22.5, days[month] / 2.0][usize::from(month >= 3) + usize::from(month > 3)] * DAY;
    by_month(&text, Category::Unused, &(0..12).map(|month| (month, paid(month))).collect::<Vec<_>>());
    // The value of the contract follows from both prices, and so does the vendor's price.
    let summary = summary(&model(&text));
    close(mean(&summary, "committed_usd", "vendor", "aws"), (105.0 + 260.0 / 2.0) * DAY, 1e-8);
    close(mean(&summary, "contract_price_usd_per_h100e_hour", "vendor", "aws"), 2.0 * (105.0 + 130.0) / 365.0, 1e-8);
}

#[test]
fn a_minimum_counts_use_at_the_price_of_its_day() {
    let clause = "value_usd = 1_121_280\npayment = { usage = { take_or_pay = 0.8 } }";
    let steps = "price_steps = [{ date = 2026-07-01, price_usd_per_gpu_hour = 1.9 }]";
    let text = priced(clause, steps, CHAT);
    // Seven eighths are used: more than 80 % before the change, and at a twentieth less afterwards.
    let used = 7.0 / 8.0 * DAY * (181.0 + 0.95 * 184.0);
    let summary = summary(&model(&text));
    let due = mean(&summary, "cost_usd", "vendor", "aws").max(0.8 * 1_121_280.0);
    close(mean(&summary, "cost_usd", "vendor", "aws"), used.max(due), 1e-3);
}

#[test]
fn work_goes_where_it_is_cheaper_by_the_prices_of_the_day() {
    let steps = "on_demand_usd_per_gpu_hour = 2.0\nprice_steps = [{ date = 2026-07-01, on_demand_usd_per_gpu_hour = 4.0 }]";
    let jobs = format!("{JOBS}[policy]\nbroker = \"cheapest\"\n");
    let text = priced("", steps, &jobs).replace("gpus = 64 }", "gpus = 64, kind = \"on_demand\" }");
    let text = text.replace("[contract.c]\nvendor = \"aws\"\nstart = 2026-01-01\nterm = \"365 d\"\n", "");
    let text = text.replace("price_usd_per_gpu_hour = 3.0", "price_usd_per_gpu_hour = 3.0\non_demand_usd_per_gpu_hour = 3.0");
    let (observation, _) = ledger(&model(&text));
    let july = SimTime::from_ms(181 * 86_400_000);
    let mut seen = [0, 0];
    for job in records(&observation) {
        let (Some(start), Some(cluster)) = (job.start, job.cluster) else { continue };
        let is_late = start >= july;
        assert_eq!(cluster.index(), usize::from(!is_late), "cheapest at {start:?}");
        seen[usize::from(is_late)] += 1;
    }
    assert!(seen.iter().all(|&jobs| jobs > 100), "{seen:?}");
}

#[test]
fn a_review_follows_the_market_within_its_bounds() {
    let market = |date: &str, usd: f64| {
        format!("on_demand_usd_per_gpu_hour = 4.0\nprice_steps = [{{ date = {date}, on_demand_usd_per_gpu_hour = {usd} }}]")
    };
    let on = |review: &str, steps: &str| {
        let text = priced(&format!("price_review = {{ dates = [2026-07-01], {review} }}"), steps, "");
        prices_on(&text, "a", &[0, 180, 181, 364])
    };
    assert_eq!(on("floor_share = 0", &market("2026-05-01", 3.0)), [2.0, 2.0, 1.5, 1.5]);
    assert_eq!(on("floor_share = 0.8", &market("2026-05-01", 3.0)), [2.0, 2.0, 1.6, 1.6]);
    assert_eq!(on("cap_share = 1.5", &market("2026-05-01", 8.0)), [2.0, 2.0, 3.0, 3.0]);
    // What the market does after the review is for the next one.
    assert_eq!(on("floor_share = 0", &market("2026-08-01", 3.0)), [2.0; 4]);
    let text = priced("price_review = { dates = [2026-07-01] }", &market("2026-05-01", 3.0), "");
    close(of_aws(&text, "cost_usd"), (181.0 + 0.75 * 184.0) * DAY, 1e-8);
}

#[test]
fn a_review_follows_an_index_as_far_as_it_is_passed_through() {
    let index = "[index.cpi]\nvalues = [{ date = 2025-01-01, value = 80 }, { date = 2025-12-01, value = 100 }, { date = 2026-04-01, value = 120 }]\n";
    // The market falls to a quarter meanwhile: it is not what the price follows.
    let market = "on_demand_usd_per_gpu_hour = 4.0\nprice_steps = [{ date = 2026-05-01, on_demand_usd_per_gpu_hour = 1.0 }]";
    let on = |review: &str| {
        let text = priced(&format!("price_review = {{ dates = [2026-07-01], index = \"cpi\", {review} }}"), market, index);
        prices_on(&text, "a", &[0, 180, 181, 364])
    };
    assert_eq!(on("floor_share = 0"), [2.0, 2.0, 2.4, 2.4]);
    assert_eq!(on("pass_through = 0.5"), [2.0, 2.0, 2.2, 2.2]);
    assert_eq!(on("cap_share = 1.05"), [2.0, 2.0, 2.1, 2.1]);
    assert_eq!(on("pass_through = 0"), [2.0; 4]);
    // Between reviews it may do what it will; each compares with the contract's start.
    let two = priced("price_review = { dates = [2026-03-01, 2026-07-01], index = \"cpi\" }", market, index);
    assert_eq!(prices_on(&two, "a", &[58, 59, 90, 181]), [2.0, 2.0, 2.0, 2.4]);
    let text = priced("price_review = { dates = [2026-07-01], index = \"cpi\" }", market, index);
    close(of_aws(&text, "cost_usd"), (181.0 + 1.2 * 184.0) * DAY, 1e-8);
}

#[test]
fn a_most_favoured_price_only_falls_and_compares_like_with_like() {
    let other = |gpu: &str, vendor: &str| {
        format!(
            "[cluster.c]\nvendor = \"{vendor}\"\ngpu = \"{gpu}\"\nregion = \"us-va\"\nprice_usd_per_gpu_hour = 1.5\n\
            price_steps = [{{ date = 2026-08-01, price_usd_per_gpu_hour = 2.5 }}]\nramp = [{{ date = 2026-05-01, gpus = 64 }}]\n"
        )
    };
    let on = |more: &str| prices_on(&priced("most_favoured = true\nclusters = [\"a\"]", "", more), "a", &[119, 120, 250]);
    assert_eq!(on(&other("H100", "aws")), [2.0, 1.5, 1.5]);
    assert_eq!(on(&other("H200", "aws")), [2.0; 3], "another type");
    assert_eq!(on(&other("H100", "azure")), [2.0; 3], "another vendor");
    let without = priced("clusters = [\"a\"]", "", &other("H100", "aws"));
    assert_eq!(prices_on(&without, "a", &[119, 120]), [2.0; 2]);
    // A step of its own on the day on which the term begins is kept.
    let steps = "price_steps = [{ date = 2026-03-01, price_usd_per_gpu_hour = 1.9 }]";
    let later = priced("most_favoured = true\nclusters = [\"a\"]", steps, &other("H100", "aws"))
        .replace("start = 2026-01-01\nterm", "start = 2026-03-01\nterm");
    assert_eq!(prices_on(&later, "a", &[58, 59, 119, 120, 250]), [2.0, 1.9, 1.9, 1.5, 1.5]);
}

#[test]
fn the_variance_of_a_charge_back_is_what_is_billed_beyond_it() {
    let teams = "[team.w]\nquota_gpus = 32\n[team.chat]\n";
    let text = |by: &str| {
        let charge = format!("[charge_back]\nusd_per_gpu_hour = 2.5\nby = \"{by}\"\nowner = \"chat\"\n");
        priced("", "", &format!("{JOBS}{CHAT}{teams}{charge}"))
    };
    for by in ["use", "quota"] {
        let summary = summary(&model(&text(by)));
        let of = |metric: &str, scope: &str, name: &str| mean(&summary, metric, scope, name);
        let used = |team: &str| 2.5 * of("allocated_gpu_hours", "team", team);
        let charged = if by == "use" { used("w") } else { 2.5 * 32.0 * 365.0 * 24.0 };
        close(of("charge_back_usd", "team", "w"), charged, 1e-8);
        close(of("charge_back_usd", "team", "chat"), used("chat"), 1e-8);
        let variance = of("cost_usd", "all", "all") - of("charge_back_usd", "all", "all");
        close(of("charge_back_variance_usd", "team", "chat"), variance, 1e-8);
        close(of("charge_back_variance_usd", "all", "all"), variance, 1e-8);
        assert!(variance > 0.0, "what stands idle is in it");
    }
}
