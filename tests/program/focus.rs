//! `focus.csv`: its columns, charges by hand arithmetic, and the law that they add up to the replication's cost to the last nano-USD.

use crate::common::{Sheet, skyberth};
use skyberth::metrics::ledger::Category;
use skyberth::model::Model;
use skyberth::report::FocusCsv;
use skyberth::scenario;
use skyberth::study::{self, Accounts, Progress, Run, Scope, Time};
use skyberth::units::Cost;
use std::collections::BTreeMap;

/// 64 reserved GPUs at 2 USD (3 USD on demand), of which a service uses 32 all year: 8,760 hours.
fn world(payment: &str) -> String {
    format!(
        r#"format = 2
[scenario]
start = 2026-01-01
end = 2026-12-31
[vendor.aws]
name = "=AWS"
[cluster.a]
vendor = "aws"
gpu = "H100"
region = "us-va"
price_usd_per_gpu_hour = 2.0
on_demand_usd_per_gpu_hour = 3.0
ramp = [{{ date = 2026-01-01, gpus = 64 }}]
[contract.c]
vendor = "aws"
start = 2026-01-01
term = "365 d"
payment = {payment}
[service.chat]
tokens_per_s = 100
team = "product"
replica = {{ type = "llama3.1-70b-h100" }}
autoscaler = {{ static = {{ replicas = 4 }} }}
"#
    )
}

const USAGE: &str = "{ usage = { take_or_pay = 0.8 } }";

/// The first replication of a text: its model, accounts, cost as the figures have it, and bill.
fn billed(text: &str) -> (Model, Box<Accounts>, f64, Bill) {
    let source = scenario::Source::new("world", text);
    let loaded = scenario::load(&source);
    let mut model = loaded.model.unwrap_or_else(|| panic!("{}", loaded.issues.render(&source, false)));
    model.replications = 1;
    let run = Run { accounts: true, ..Run::default() };
    let mut finished = study::run(&model, run, &Progress::default()).expect("the accounts balance");
    let cost = finished[0].measures.get("cost_usd", Scope::All, Time::Total).expect("a cost");
    let accounts = finished[0].accounts.take().expect("they were asked for");
    let mut bytes = Vec::new();
    FocusCsv { model: &model, accounts: &accounts }.write(&mut bytes).expect("memory is writable");
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let head = reader.headers().expect("a head").iter().map(str::to_owned).collect();
    let rows = reader.records().map(|row| row.expect("a record").iter().map(str::to_owned).collect()).collect();
    (model, accounts, cost, Bill(Sheet { head, rows }))
}

struct Bill(Sheet);

impl Bill {
    fn cell<'a>(&self, row: &'a [String], column: &str) -> &'a str {
        &row[self.0.column(column)]
    }

    /// The rows with these texts in these columns.
    fn rows(&self, wanted: &[(&str, &str)]) -> Vec<&Vec<String>> {
        self.0.rows.iter().filter(|row| wanted.iter().all(|(column, text)| self.cell(row, column) == *text)).collect()
    }

    /// The one row with these texts in these columns, and what it says in others.
    #[track_caller]
    fn says(&self, wanted: &[(&str, &str)], cells: &[(&str, &str)]) {
        let rows = self.rows(wanted);
        assert_eq!(rows.len(), 1, "{wanted:?}");
        for (column, text) in cells {
            assert_eq!(self.cell(rows[0], column), *text, "{column} of {wanted:?}");
        }
    }

    /// A column's sum over rows [10^-18 USD], exactly.
    fn sum(&self, column: &str, pick: impl Fn(&[String]) -> bool) -> i128 {
        self.0.rows.iter().filter(|row| pick(row)).map(|row| atto(self.cell(row, column))).sum()
    }
}

fn atto(text: &str) -> i128 {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    assert!(part.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-')), "{text}");
    let digits: i128 = format!("{whole}{part:0<18}").parse().unwrap_or_else(|_| panic!("`{text}` is not a number"));
    digits
}

/// Rounded to nano-USD.
fn nano(atto: i128) -> i128 {
    (atto + 500_000_000).div_euclid(1_000_000_000)
}

fn nano_of(cost: Cost) -> i128 {
    // 3.6 x 10^18 units are a USD, so 3.6 x 10^9 a nano-USD.
    (cost.raw() + 1_800_000_000).div_euclid(3_600_000_000)
}

#[test]
fn the_columns_are_those_of_focus() {
    let (_, _, _, bill) = billed(&world("\"capacity\""));
    let asked = "BilledCost EffectiveCost ListCost ContractedCost BillingAccountId BillingCurrency BillingPeriodStart BillingPeriodEnd \
                 ChargePeriodStart ChargePeriodEnd ChargeCategory ChargeClass ChargeDescription ChargeFrequency CommitmentDiscountId \
                 CommitmentDiscountName CommitmentDiscountCategory CommitmentDiscountType CommitmentDiscountStatus ConsumedQuantity \
                 ConsumedUnit ContractedUnitPrice InvoiceIssuerName ListUnitPrice PricingCategory PricingQuantity PricingUnit ProviderName \
                 PublisherName RegionId RegionName ResourceId ResourceName ResourceType ServiceCategory ServiceName SkuId SkuPriceId \
                 SubAccountId SubAccountName Tags";
    for column in asked.split_whitespace() {
        bill.0.column(column);
    }
    let mut names = bill.0.head.clone();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names, bill.0.head, "in order, and none twice");
}

#[test]
fn capacity_is_billed_used_and_unused_month_by_month() {
    let (_, _, _, bill) = billed(&world("\"capacity\""));
    assert_eq!(bill.0.rows.len(), 24, "a used and an unused line a month");
    let january = ("BillingPeriodStart", "2026-01-01T00:00:00Z");
    // 32 GPUs for 744 hours.
    bill.says(
        &[january, ("CommitmentDiscountStatus", "Used")],
        &[
            ("BilledCost", "47616"),
            ("EffectiveCost", "47616"),
            ("ContractedCost", "47616"),
            ("ContractedUnitPrice", "2"),
            ("ListCost", "71424"),
            ("ListUnitPrice", "3"),
            ("PricingQuantity", "23808"),
            ("ConsumedQuantity", "23808"),
            ("ConsumedUnit", "GPU-Hours"),
            ("BillingPeriodEnd", "2026-02-01T00:00:00Z"),
            ("ChargePeriodStart", "2026-01-01T00:00:00Z"),
            ("ChargePeriodEnd", "2026-02-01T00:00:00Z"),
            ("ChargeCategory", "Usage"),
            ("ChargeFrequency", "Usage-Based"),
            ("PricingCategory", "Committed"),
            ("CommitmentDiscountId", "c"),
            ("CommitmentDiscountCategory", "Usage"),
            ("ProviderName", "'=AWS"),
            ("SubAccountName", "product"),
            ("Tags", r#"{"service":"chat","team":"product"}"#),
        ],
    );
    bill.says(
        &[january, ("CommitmentDiscountStatus", "Unused")],
        &[
            ("BilledCost", "47616"),
            ("ListCost", "71424"),
            ("PricingQuantity", "23808"),
            ("ConsumedQuantity", ""),
            ("ConsumedUnit", ""),
            ("SubAccountId", ""),
            ("Tags", "{}"),
            ("ChargeFrequency", "Recurring"),
        ],
    );
}

#[test]
fn a_settlement_is_billed_at_the_end_and_effective_all_year() {
    let (_, _, _, bill) = billed(&world(USAGE));
    // 80 % of 64 x 2 x 8760 is due, half is used.
    bill.says(
        &[("ChargeCategory", "Purchase")],
        &[
            ("BilledCost", "336384"),
            ("EffectiveCost", "0"),
            ("ListCost", "336384"),
            ("BillingPeriodStart", "2026-12-01T00:00:00Z"),
            ("BillingPeriodEnd", "2027-01-01T00:00:00Z"),
            ("CommitmentDiscountId", "c"),
            ("CommitmentDiscountCategory", "Spend"),
            ("CommitmentDiscountStatus", ""),
            ("PricingQuantity", "1"),
            ("ResourceId", ""),
        ],
    );
    assert_eq!(bill.rows(&[("CommitmentDiscountStatus", "Unused")]).len(), 12);
    // 31 of 365 days.
    bill.says(
        &[("BillingPeriodStart", "2026-01-01T00:00:00Z"), ("CommitmentDiscountStatus", "Unused")],
        &[("BilledCost", "0"), ("ListCost", "0"), ("ConsumedQuantity", ""), ("ChargeCategory", "Usage")],
    );
    let january = bill.rows(&[("BillingPeriodStart", "2026-01-01T00:00:00Z"), ("CommitmentDiscountStatus", "Unused")]);
    let effective = atto(bill.cell(january[0], "EffectiveCost"));
    assert!((effective as f64 / 1e18 - 336_384.0 * 31.0 / 365.0).abs() < 1e-4, "{effective}");
    assert_eq!(nano(bill.sum("EffectiveCost", |_| true)), nano(bill.sum("BilledCost", |_| true)));
}

/// Everything at once: four vendors, three kinds of capacity, billed electricity, two take-or-pay contracts of one vendor that settle on
/// one day, a warm-up, contract-years that end within months.
fn portfolio() -> String {
    let quickstart = include_str!("../../scenarios/quickstart.toml");
    let at = |part: &str, by: &str, text: &str| {
        assert_eq!(text.matches(part).count(), 1, "`{part}` is there once");
        text.replacen(part, by, 1)
    };
    let text = at("term = \"4 y\",", "term = \"4 y\", payment = { usage = { take_or_pay = 0.95 } },", quickstart);
    at(
        "[contract] #",
        r#"[cluster.reno]
vendor = "coreweave"
gpu = "H100"
region = "us-nv"
electricity = "billed"
price_usd_per_gpu_hour = 1.9
ramp = [{ date = 2026-01-01, gpus = 64 }, { date = 2026-03-01, gpus = 64, kind = "spot" }]

[contract.reno]
vendor = "coreweave"
clusters = ["reno"]
start = 2025-11-17
term = "3 y"
payment.usage.take_or_pay = 1.0

[contract.texas]
vendor = "coreweave"
clusters = ["texas"]
value_usd = 100e6
start = 2025-11-17
term = "3 y"
payment.usage.take_or_pay = 1.0

[contract] #"#,
        &text,
    )
}

#[test]
fn charges_add_up_to_the_cost_of_the_replication_to_the_last_nano_usd() {
    for text in [world("\"capacity\""), world(USAGE), portfolio()] {
        let (model, accounts, cost, bill) = billed(&text);
        let measured = |period: usize| accounts.observation.periods[period].measured;
        let total = accounts.ledger.sum(|line| measured(line.period));
        assert_eq!(nano(bill.sum("BilledCost", |_| true)), nano_of(total));
        assert_eq!(nano(bill.sum("EffectiveCost", |_| true)), nano_of(total));
        assert!((total.usd() / cost - 1.0).abs() < 1e-12, "{} against {cost}", total.usd());
        for (index, vendor) in model.vendors.iter().enumerate() {
            let lines = accounts.ledger.sum(|line| measured(line.period) && line.vendor.index() == index);
            for column in ["BilledCost", "EffectiveCost"] {
                let sum = bill.sum(column, |row| bill.cell(row, "BillingAccountId") == vendor.key);
                assert_eq!(nano(sum), nano_of(lines), "{column} of {}", vendor.key);
            }
        }
        for category in Category::ALL {
            let lines = accounts.ledger.sum(|line| measured(line.period) && line.category == category);
            for column in ["BilledCost", "EffectiveCost"] {
                let sum = bill.sum(column, |row| bill.cell(row, "x_LedgerCategory") == category.word());
                assert_eq!(nano(sum), nano_of(lines), "{column} of {}", category.word());
            }
        }
    }
}

#[test]
fn every_line_keeps_the_rules_of_the_specification() {
    let (model, _, _, bill) = billed(&portfolio());
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for row in &bill.0.rows {
        let cell = |column: &str| bill.cell(row, column);
        let number = |column: &str| cell(column).parse::<f64>().unwrap_or_else(|_| panic!("{column}: `{}`", cell(column)));
        *seen
            .entry(format!("{} {} {}", cell("ChargeCategory"), cell("PricingCategory"), cell("CommitmentDiscountStatus")))
            .or_default() += 1;
        for start in ["BillingPeriodStart", "ChargePeriodStart"] {
            let end = start.replace("Start", "End");
            assert!(cell(start) < cell(&end) && cell(&end).ends_with(":00Z"), "{} to {}", cell(start), cell(&end));
        }
        assert!(cell("BillingPeriodStart") <= cell("ChargePeriodStart") && cell("ChargePeriodEnd") <= cell("BillingPeriodEnd"));
        // A quantity times a price is a cost.
        for (price, cost) in [("ListUnitPrice", "ListCost"), ("ContractedUnitPrice", "ContractedCost")] {
            let product = if cell(price).is_empty() { number("BilledCost") } else { number("PricingQuantity") * number(price) };
            assert!((product - number(cost)).abs() <= 1e-8 * product.max(1.0), "{cost}: {} against {product}", cell(cost));
        }
        let is_usage = cell("ChargeCategory") == "Usage";
        let status = cell("CommitmentDiscountStatus");
        assert_eq!(cell("ConsumedQuantity").is_empty(), !is_usage || status == "Unused");
        assert_eq!(!status.is_empty(), is_usage && !cell("CommitmentDiscountId").is_empty());
        assert_eq!(cell("ChargeCategory") == "Purchase", number("EffectiveCost") == 0.0 && number("BilledCost") > 0.0);
        let tags: serde_json::Value = serde_json::from_str(cell("Tags")).expect("JSON");
        assert_eq!(tags.as_object().is_some_and(serde_json::Map::is_empty), cell("SubAccountId").is_empty());
    }
    let kinds: Vec<&str> = seen.keys().map(String::as_str).collect();
    assert_eq!(
        kinds,
        ["Purchase Standard ", "Usage Committed Unused", "Usage Committed Used", "Usage Dynamic ", "Usage Standard "]
    );
    // Both contracts of one vendor settle on one day, each under its own name.
    let settled: Vec<&str> = bill
        .rows(&[("ChargeCategory", "Purchase"), ("BillingAccountId", "coreweave")])
        .iter()
        .map(|row| bill.cell(row, "CommitmentDiscountId"))
        .collect();
    assert!(settled.contains(&"reno") && settled.contains(&"texas"), "{settled:?}");
    // Idle capacity has its line in every month in which there is some.
    let months = model.calendar.months().len();
    assert_eq!(bill.rows(&[("ResourceId", "virginia"), ("CommitmentDiscountStatus", "Unused")]).len(), months);
}

#[test]
fn a_bill_is_written_on_request_and_never_left_of_an_earlier_run() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("x.toml"), world(USAGE)).expect("writable");
    let run = |more: &[&str]| {
        let arguments = [&["run", "x.toml", "-o", "out", "--quiet", "--replications", "2"], more].concat();
        assert_eq!(skyberth(folder.path(), &arguments).code, 0);
        std::fs::read(folder.path().join("out/focus.csv")).ok()
    };
    let bill = run(&["--focus"]).expect("it was asked for");
    assert_eq!(run(&["--focus", "--threads", "1"]).as_ref(), Some(&bill), "the same for any number of threads");
    assert_eq!(run(&[]), None);
}
