//! Power that comes late, and what can be said of its tail.

use crate::{close, mean, model, summary};

const WORLD: &str = r#"
[scenario]
start = 2026-01-01
end = 2026-12-31
replications = 4
[vendor.aws]
[vendor.azure]
[cluster.late]
vendor = "aws"
gpu = "H100"
region = "us-va"
it_kw_per_gpu = 1.5
slip = { probability = 1.0, days = 61 }
ramp = [{ date = 2026-01-01, gpus = 800 }, { date = 2026-03-01, gpus = 1600 }, { date = 2026-12-01, gpus = 400 }]
[cluster.never]
vendor = "azure"
gpu = "H100"
region = "us-ia"
it_kw_per_gpu = 2.0
slip = { probability = 0.0, cancelled = 1.0 }
ramp = [{ date = 2025-01-01, gpus = 80 }, { date = 2026-10-01, gpus = 160 }]
[workload.w]
jobs_per_day = 1
gpus = 8
duration = "1 h"
"#;

#[test]
fn late_power_counts_until_it_is_there_or_the_horizon_comes() {
    let month = 365.25 / 12.0;
    let found = summary(&model(WORLD));
    // What is there at the start is not late; the last tranche is late by the 31 days that are left.
    close(mean(&found, "late_mw_months", "cluster", "late"), 1.6 * 1.5 * 61.0 / month + 0.4 * 1.5 * 31.0 / month, 1e-8);
    close(mean(&found, "late_mw_months", "vendor", "azure"), 0.16 * 2.0 * 92.0 / month, 1e-8);
    let tail = found.get("ramp_at_risk_p95_mw_months", "all", "all", "total").expect("a row");
    assert_eq!((tail.mean, tail.method.as_str()), (None, "not estimable at n = 4"));
}

#[test]
fn tails_are_told_where_there_are_enough_futures() {
    let mut world = model(&WORLD.replace("days = 61", "days = { uniform = { min = 0, max = 100 } }"));
    world.replications = 400;
    let found = summary(&world);
    let row = |metric: &str| found.get(metric, "vendor", "aws", "total").expect("a row").clone();
    let (quantile, worst) = (row("ramp_at_risk_p95_mw_months"), row("ramp_at_risk_tail_mw_months"));
    let (low, at, high) = (quantile.low.expect("estimable"), quantile.mean.expect("estimable"), quantile.high.expect("estimable"));
    assert!(low < at && at < high && at < worst.mean.expect("estimable"), "{quantile:?} {worst:?}");
    // The second tranche alone: 1.6 MW x 1.5 at the 95 % quantile of 0 to 100 days; the third adds up to 31 days of 0.4 x 1.5.
    let month = 365.25 / 12.0;
    assert!(at > 2.4 * 90.0 / month && at < 2.4 * 100.0 / month + 0.6 * 31.0 / month, "{at}");
}
