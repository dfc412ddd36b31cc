//! Promises to spend by hand: 64 GPUs on demand and reserved, billed by use, against milestones.

use super::contracts::{JOBS, SIXTY_FOUR, ledger, world};
use super::{mean, model, summary};
use skyberth::metrics::ledger::Category;

/// By month from January: what AWS is paid in a category [USD].
fn by_month(text: &str, category: Category) -> Vec<f64> {
    let (observation, ledger) = ledger(&model(text));
    let of = |month: usize| {
        let is_in = |period: usize| observation.periods[period].month == month;
        ledger.sum(|line| line.vendor.index() == 1 && line.category == category && is_in(line.period)).usd()
    };
    (0..12).map(of).collect()
}

fn pool(more: &str, jobs: &str) -> String {
    let contract = format!("kind = \"spend\"\nvalue_usd = 1_000_000\nstart = 2026-01-01\nterm = \"365 d\"\n{more}");
    world(SIXTY_FOUR, &contract, jobs)
}

const MILESTONES: &str = "milestones = [{ date = 2026-04-01, usd = 100_000 }, { date = 2026-10-01, usd = 300_000 }]";

#[test]
fn a_shortfall_that_is_lost_is_paid_at_its_milestone() {
    // Nothing is used: reserved capacity of a promise to spend is billed by use.
    let text = pool(MILESTONES, "");
    let paid = by_month(&text, Category::Unused);
    assert_eq!((paid[2], paid[8], paid.iter().sum::<f64>()), (100_000.0, 200_000.0, 300_000.0));
    // Other spending draws too: 36,525 USD a year are 100 USD a day.
    let other = pool(&format!("{MILESTONES}\nother_spend_usd_per_year = 36_525"), "");
    let paid = by_month(&other, Category::Unused);
    assert!((paid[2] - (100_000.0 - 9_000.0)).abs() < 1e-3 && (paid[8] - (200_000.0 - 18_300.0)).abs() < 1e-3, "{paid:?}");
    let firm = summary(&model(&text));
    assert_eq!(mean(&firm, "firm_minimum_usd", "vendor", "aws"), 300_000.0);
    assert_eq!(mean(&firm, "due_on_delivery_usd", "vendor", "aws"), 0.0);
}

#[test]
fn what_must_be_made_up_is_due_at_the_last_milestone() {
    let paid = by_month(&pool(&format!("{MILESTONES}\nshortfall = \"make_up\""), ""), Category::Unused);
    assert_eq!((paid[2], paid[8]), (0.0, 300_000.0));
}

#[test]
fn a_credit_pays_later_bills_until_it_expires() {
    let jobs = JOBS.replace("checkpoint", "only_clusters = [\"a\"]\ncheckpoint");
    let month = |text: &str, category| by_month(text, category);
    let lost = pool(MILESTONES, &jobs);
    let used = month(&lost, Category::Committed);
    let quarter: f64 = used[..3].iter().sum();
    let missing = 100_000.0 - quarter;
    assert!(missing > 20_000.0 && used[3] > 1000.0, "{used:?}");
    let close = |value: f64, wanted: f64| assert!((value - wanted).abs() < 0.01, "{value} against {wanted}");
    close(month(&lost, Category::Unused)[2], missing);
    close(month(&lost, Category::Unused)[8], 200_000.0 - used[3..9].iter().sum::<f64>());
    let credit = |expires: &str| pool(&format!("{MILESTONES}\nshortfall = {{ credit = {{ expires = \"{expires}\" }} }}"), &jobs);
    // For two months the bills are paid by it, and draw nothing.
    let short = credit("61 d");
    close(month(&short, Category::ShortfallCredit)[3], -used[3]);
    close(month(&short, Category::ShortfallCredit)[..9].iter().sum::<f64>(), -(used[3] + used[4]).min(missing));
    close(month(&short, Category::Unused)[8], 200_000.0 - used[5..9].iter().sum::<f64>());
    // In time enough, all of it is used.
    let long = month(&credit("1 y"), Category::ShortfallCredit);
    close(long[..9].iter().sum::<f64>(), -missing.min(used[3..].iter().sum()));
}

#[test]
fn a_milestone_that_must_be_burnt_draws_work_to_its_vendor() {
    // The other vendor is cheaper; a milestone that all work of two clusters cannot fill makes this one free.
    let jobs = JOBS.to_owned() + "[policy]\npreset = \"easy\"\nbroker = \"cheapest\"\n";
    let share = |more: &str| {
        let text = pool(more, &jobs).replace("price_usd_per_gpu_hour = 3.0", "price_usd_per_gpu_hour = 1.0");
        let text = text.replace(
            "[vendor.aws]",
            "[vendor.aws]\n[contract.x]\nvendor = \"azure\"\nkind = \"spend\"\nvalue_usd = 1\nstart = 2026-01-01\nterm = \"1 y\"",
        );
        let summary = summary(&model(&text));
        mean(&summary, "allocated_gpu_hours", "cluster", "a") / mean(&summary, "allocated_gpu_hours", "all", "all")
    };
    let (idle, burnt) = (share("milestones = [{ date = 2026-04-01, usd = 1 }]"), share(""));
    assert!(idle < 0.1 && burnt > 0.9, "{idle} {burnt}");
}
