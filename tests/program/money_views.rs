//! Cash, minima, bridges, services that are too small, and capacity without a price, on the command line.

use crate::common::{SMALL, Sheet, skyberth, text_of};
use std::path::Path;

/// A year with a minimum that use falls short of, and a service that GPUs are missing for.
fn scenario() -> String {
    format!(
        "{SMALL}\n[contract.c]\nvendor = \"aws\"\nstart = 2026-01-01\nterm = \"3 y\"\nterms = \"common\"\npayment = {{ usage = {{ take_or_pay = 0.99 }} }}\n\
         [service.chat]\ntokens_per_s = 60_000\nreplica = {{ type = \"llama3.1-70b-h100\" }}\n"
    )
    .replace("region = \"us-va\"", "region = \"us-va\"\nprice_usd_per_gpu_hour = 2.0")
}

fn run(folder: &Path, more: &[&str]) -> crate::common::Ended {
    std::fs::write(folder.join("x.toml"), scenario()).expect("it is writable");
    let arguments = [&["run", "x.toml", "-o", "out", "--replications", "2"], more].concat();
    let ended = skyberth(folder, &arguments);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    ended
}

#[test]
fn the_report_says_what_a_service_lacks_and_how_minima_were_used_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let ended = run(folder.path(), &[]);
    let flat = ended.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in
        ["chat needs ", " to hold its objective and has ", "It is too small in ", "Fleet at year ends", "Minima by contract"]
    {
        assert!(flat.contains(words), "`{words}` is missing from\n{}", ended.stdout);
    }
    assert!(ended.stdout.lines().all(|line| line.chars().count() <= 80), "{}", ended.stdout);
    let minima = Sheet::read(&folder.path().join("out/burn_down.csv"));
    let [due, used, short] =
        ["minimum_due_mean_usd", "minimum_used_mean_usd", "shortfall_mean_usd"].map(|name| minima.column(name));
    assert_eq!(minima.rows.len(), 12);
    for row in &minima.rows {
        let [due, used, short] = [due, used, short].map(|column| row[column].parse::<f64>().expect("a number"));
        assert!(due > 0.0 && used > 0.0 && short >= due - used - 1.0, "{row:?}");
    }
    // The page is made again from the files.
    let again = skyberth(folder.path(), &["report", "out"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
}

#[test]
fn cash_is_printed_and_written_where_it_is_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let ended = run(folder.path(), &["--cash", "--set", "service.chat.tokens_per_s=1000"]);
    for words in ["Cash by year", "Owed after the year's end", "All vendors by month"] {
        assert!(ended.stdout.contains(words), "`{words}` is missing from\n{}", ended.stdout);
    }
    assert!(ended.stdout.lines().all(|line| line.chars().count() <= 80), "{}", ended.stdout);
    let cash = Sheet::read(&folder.path().join("out/cash.csv"));
    let [accrued, paid, so_far, payable, owed] =
        ["accrued_mean_usd", "paid_mean_usd", "paid_so_far_mean_usd", "payable_mean_usd", "owed_within_1_year_mean_usd"]
            .map(|name| cash.column(name));
    let all: Vec<&Vec<String>> = cash.rows.iter().filter(|row| row[1] == "all").collect();
    assert_eq!(all.len(), 13, "twelve months and a year");
    let number = |row: &[String], column: usize| row[column].parse::<f64>().expect("a number");
    let months = || all.iter().filter(|row| row[0].contains('-'));
    let [accrued_sum, paid_sum]: [f64; 2] = [accrued, paid].map(|column| months().map(|row| number(row, column)).sum());
    // All is settled at the end; each month has nine digits.
    assert!((accrued_sum - paid_sum).abs() < 1e-7 * paid_sum, "{accrued_sum} {paid_sum}");
    let last = all[12];
    assert!((number(last, so_far) - paid_sum).abs() < 1e-7 * paid_sum);
    assert!(number(all[5], payable) > 0.0 && number(last, payable) == 0.0);
    // 128 GPUs at 2 USD for 365.25 days, less the first twelve months of the contract's plan, which has them all by then.
    assert!((number(last, owed) / (0.99 * 128.0 * 2.0 * 8766.0) - 1.0).abs() < 1e-3, "{last:?}");
    run(folder.path(), &[]);
    assert!(!folder.path().join("out/cash.csv").exists(), "what an earlier run left would pass for this one's");
}

#[test]
fn the_bridge_from_bill_to_bill_adds_up_to_the_cent() {
    let folder = tempfile::tempdir().expect("a folder");
    // Capacity is paid, used or not.
    let text = scenario().replace("payment = { usage = { take_or_pay = 0.99 } }\n", "");
    std::fs::write(folder.path().join("x.toml"), text).expect("it is writable");
    let variants = [
        "dear:cluster.a.price_usd_per_gpu_hour=2.31",
        "more:cluster.a.ramp=[{ date = 2026-01-01, gpus = 192 }]",
        "billed:cluster.a.electricity=\"billed\"",
    ];
    let arguments = ["compare", "x.toml", "-o", "out", "--replications", "3"].into_iter();
    let arguments: Vec<&str> = arguments.chain(variants.iter().flat_map(|one| ["--variant", one])).collect();
    let ended = skyberth(folder.path(), &arguments);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stdout.contains("From bill to bill"), "{}", ended.stdout);
    let text = std::fs::read_to_string(folder.path().join("out/comparison.json")).expect("it is written");
    let comparison: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let bridges = comparison["bridges"].as_array().expect("a list");
    assert_eq!(bridges.len(), 3);
    let usd = |bridge: &serde_json::Value, key: &str| {
        let value = &bridge[key];
        (value.as_f64().or_else(|| value["usd"].as_f64()).expect("an amount") * 100.0).round() as i64
    };
    for bridge in bridges {
        let effects: i64 = ["price", "volume", "mix", "other"].map(|key| usd(bridge, key)).iter().sum();
        assert_eq!(usd(bridge, "baseline_usd") + effects, usd(bridge, "variant_usd"), "{bridge}");
    }
    let largest = |bridge: &serde_json::Value| {
        let effects = ["price", "volume", "mix", "other"].map(|key| (usd(bridge, key).abs(), key));
        effects.into_iter().max().expect("four").1
    };
    assert_eq!(bridges.iter().map(largest).collect::<Vec<_>>(), ["price", "volume", "other"]);
    assert_eq!(usd(&bridges[0], "mix").abs().max(usd(&bridges[0], "volume").abs()), 0, "only the price is another");
}

#[test]
fn reserved_capacity_without_any_price_is_refused_by_all_that_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = SMALL.replace("[vendor.aws]", "[vendor.nimbus]").replace("\"aws\"", "\"nimbus\"");
    std::fs::write(folder.path().join("x.toml"), text).expect("it is writable");
    for command in ["check", "run", "compare", "rank"] {
        let ended = skyberth(folder.path(), &[command, "x.toml"]);
        assert_eq!(ended.code, 2, "{command}: {}", ended.stdout);
        assert_eq!(ended.stderr.matches("the cluster `a` has no price").count(), 1, "{command}: {}", ended.stderr);
    }
    assert!(text_of("docs/guide.md").contains("--cash"));
}
