//! Concentration by money that is planned, billed or not public, by hand arithmetic.

use super::{close, mean, model, summary};
use skyberth::metrics::dependency::{Bounds, Concentration};
use skyberth::study::Summary;

/// 100 GPUs with one vendor and, from July on, 50 with another at the same price: both are paid used or not. A third one whose commitment
/// and power are not public has none.
fn world(azure: &str, google: &str) -> String {
    let cluster = |name: &str, vendor: &str, more: &str| {
        format!(
            "[cluster.{name}]\nvendor = \"{vendor}\"\ngpu = \"H100\"\nregion = \"us-va\"\nnode_gpus = 1\nfailures_per_gpu_day = 0\n\
             it_kw_per_gpu = 1\nprice_usd_per_gpu_hour = 2\n{more}\n"
        )
    };
    format!(
        "format = 2\n[scenario]\nstart = 2026-01-01\nend = 2026-12-31\nreplications = 2\n[vendor.aws]\n[vendor.azure]\n\
         [vendor.google]\ncommitment_unknown = true\npower_unknown = true\n{google}\n{}{}\
         [contract.a]\nvendor = \"aws\"\nstart = 2026-01-01\nterm = \"365 d\"\n\
         [contract.b]\nvendor = \"azure\"\nstart = 2026-01-01\nterm = \"730 d\"\nterms = \"common\"\n\
         [workload.w]\njobs_per_day = 1\ngpus = 8\nduration = \"2 h\"\n",
        cluster("a", "aws", "ramp = [{ date = 2026-01-01, gpus = 100 }]"),
        cluster("b", "azure", &format!("ramp = [{{ date = 2026-07-01, gpus = 50 }}]\n{azure}")),
    )
}

fn of(summary: &Summary, metric: &str, base: &str, period: &str) -> f64 {
    summary
        .get(metric, "base", base, period)
        .and_then(|row| row.mean)
        .unwrap_or_else(|| panic!("no {metric} by {base} in {period}"))
}

fn hhi(amounts: &[f64]) -> f64 {
    Concentration::of(amounts).expect("shares").hhi
}

#[test]
fn what_is_planned_and_billed_in_the_span_has_shares() {
    let planned = [100.0 * 365.0, 50.0 * 184.0];
    let punctual = summary(&model(&world("", "")));
    for base in ["planned_usd", "billed_usd"] {
        close(of(&punctual, "hhi", base, "total"), hhi(&planned), 1e-6);
        close(mean(&punctual, &format!("{base}_share"), "vendor", "azure"), planned[1] / (planned[0] + planned[1]), 1e-6);
        close(of(&punctual, "hhi", base, "2026-03"), 10_000.0, 1e-6);
        close(of(&punctual, "hhi", base, "2026-08"), hhi(&[2.0, 1.0]), 1e-6);
    }
    // Late by 30 days: as much is planned, and less is billed.
    let late = summary(&model(&world("slip = { probability = 1, days = 30 }", "")));
    close(of(&late, "hhi", "planned_usd", "total"), hhi(&planned), 1e-6);
    close(of(&late, "hhi", "billed_usd", "total"), hhi(&[100.0 * 365.0, 50.0 * 154.0]), 1e-6);
    // A vendor of which nothing is known has no share, and is not one with nothing.
    assert_eq!(punctual.get("billed_usd_share", "vendor", "google", "total").and_then(|row| row.mean), None);
    assert_eq!(punctual.unknown_bills, ["Google Cloud"]);
}

#[test]
fn unknown_vendors_bound_the_concentration() {
    let found = summary(&model(&world("", "")));
    // Values follow from prices: a year of 100 GPUs, and 549 days of 50 within two years.
    let [aws, azure] = [100.0 * 48.0 * 365.0, 50.0 * 48.0 * 549.0];
    let check = |found: &Summary, base: &str, known: [f64; 2], unknown: [f64; 2]| {
        let bounds = Bounds::of(&[[known[0]; 2], [known[1]; 2], unknown]).expect("bounds");
        close(of(found, "hhi", base, "total"), hhi(&known), 1e-6);
        close(of(found, "hhi_lower_bound", base, "total"), bounds.hhi[0], 1e-6);
        close(of(found, "hhi_upper_bound", base, "total"), bounds.hhi[1], 1e-6);
        close(of(found, "cr1_lower_bound_share", base, "total"), bounds.cr1[0], 1e-6);
        close(of(found, "cr1_upper_bound_share", base, "total"), bounds.cr1[1], 1e-6);
    };
    let power = [100.0 * 365.0, 50.0 * 184.0];
    let per_year = [aws, azure / 2.0];
    check(&found, "committed_usd", [aws, azure], [0.0, aws]);
    check(&found, "committed_usd_per_year", per_year, [0.0, aws]);
    check(&found, "it_mw", power, [0.0, power[0]]);
    check(&found, "billed_usd", power, [0.0, power[0]]);
    // On bases that know all vendors there is nothing to bound.
    assert!(found.get("hhi_lower_bound", "base", "active_gpu_hours", "total").is_none());
    assert!(found.get("hhi_lower_bound", "base", "it_mw_by_grid", "total").is_none());
    // A stated range takes the place of the convention, for money alone; a year's part is as large as that of the known contracts together.
    let stated = summary(&model(&world("", "commitment_range_usd = [1e6, 8e6]")));
    check(&stated, "committed_usd", [aws, azure], [1e6, 8e6]);
    let years = (aws + azure) / (per_year[0] + per_year[1]);
    check(&stated, "committed_usd_per_year", per_year, [1e6 / years, 8e6 / years]);
    check(&stated, "it_mw", power, [0.0, power[0]]);
}
