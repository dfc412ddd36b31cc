//! Clauses of contracts in the program's files: columns where there are clauses, and a report that can be made again.

use crate::common::{Sheet, skyberth};

const TEXT: &str = r#"format = 2
[scenario]
start = 2026-01-01
end = 2026-06-30
replications = 2

[vendor.aws]
[vendor.azure]

[cluster.a]
vendor = "aws"
gpu = "H100"
region = "us-va"
price_usd_per_gpu_hour = 2.0
ramp = [{ date = 2026-01-01, gpus = 64 }, { date = 2026-02-01, gpus = 64, slip = { probability = 1.0, days = 30 } }]

[cluster.b]
vendor = "azure"
gpu = "H100"
region = "us-ia"
price_usd_per_gpu_hour = 3.0
ramp = [{ date = 2026-01-01, gpus = 64 }]

[contract.a]
vendor = "aws"
start = 2026-01-01
term = "1 y"
prepayment_usd = 500_000
delay_damages = { usd_per_gpu_day = 5 }

[contract.b]
vendor = "azure"
start = 2026-01-01
term = "1 y"
early_termination = { date = 2026-05-01, fee_share = 0.1 }
exclusivity = { until = 2026-03-01, waivers = [{ from = 2026-02-01, until = 2026-02-15, vendors = ["aws"] }] }

[workload.training]
jobs_per_day = 3
gpus = 8
duration = "12 h"
"#;

#[test]
fn clauses_have_columns_and_the_report_is_made_again_from_them() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("x.toml"), TEXT).expect("it is writable");
    let ended = skyberth(folder.path(), &["run", "x.toml", "-o", "out", "--focus"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stdout.contains("delay damages -9600"), "{}", ended.stdout);
    let sheet = Sheet::read(&folder.path().join("out/timeseries.csv"));
    let damages = sheet.column("cost_delay_damages_mean_usd");
    let february = sheet.rows.iter().find(|row| row[..3] == ["2026-02", "all", "aws"]).expect("a line");
    assert_eq!(february[damages], (-64.0 * 5.0 * 28.0).to_string());
    assert!(!sheet.head.iter().any(|head| head.starts_with("cost_outage_credit")), "nobody has that clause");
    let bill = Sheet::read(&folder.path().join("out/focus.csv"));
    let [category, billed, words] = ["x_LedgerCategory", "BilledCost", "ChargeCategory"].map(|name| bill.column(name));
    let credits: Vec<_> = bill.rows.iter().filter(|row| row[category] == "delay_damages").collect();
    assert!(!credits.is_empty() && credits.iter().all(|row| row[words] == "Credit"));
    let sum = credits.iter().map(|row| row[billed].parse::<f64>().expect("a number")).sum::<f64>();
    assert!((sum + 9600.0).abs() < 1e-6, "{sum}");
    let page = std::fs::read(folder.path().join("out/report.html")).expect("a page");
    std::fs::remove_file(folder.path().join("out/report.html")).expect("it is there");
    let ended = skyberth(folder.path(), &["report", "out"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(page == std::fs::read(folder.path().join("out/report.html")).expect("a page"), "the page is the same");
}

#[test]
fn a_vendor_that_is_dropped_leaves_the_waivers() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("x.toml"), TEXT).expect("it is writable");
    for vendor in ["aws", "azure"] {
        let ended = skyberth(folder.path(), &["run", "x.toml", "-o", "out", "--quiet", "--drop-vendor", vendor]);
        assert_eq!(ended.code, 0, "{}", ended.stderr);
    }
}
