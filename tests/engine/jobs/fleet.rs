//! What stands at the ends of years: GPUs and facility power, planned and delivered.

use super::{close, model, summary};
use skyberth::scenario::ModelBuilder;

#[test]
fn fleets_at_year_ends_are_the_plan_and_what_came_of_it() {
    // 800 GPUs from the start; 1,600 planned for December come 61 days late, in the next year; 80 of another vendor in that year's spring.
    let power = |kw: f64| move |cluster: super::Cluster| cluster.it_kw_per_gpu(kw).pue_peak(1.25).pue_annual(1.2);
    let world = ModelBuilder::new("2026-07-01", "2027-06-30")
        .replications(2)
        .vendor("aws")
        .cluster("a", "H100", |a| power(1.6)(a.region("us-va").slips(1.0, 61)).gpus(800).gpus_from("2026-12-01", 1600))
        .vendor("azure")
        .cluster("b", "H100", |b| power(2.0)(b.region("us-ia")).gpus_from("2027-04-01", 80))
        .workload("w", |w| w.jobs_per_day(1).gpus(8).duration("1 h"));
    let found = summary(&model(world));
    let at = |metric: &str, vendor: &str, year: &str| {
        let scope = if vendor == "all" { "all" } else { "vendor" };
        let row = found.get(metric, scope, vendor, year).unwrap_or_else(|| panic!("no {metric} of {vendor} in {year}"));
        row.mean.expect("a figure")
    };
    for (vendor, year, planned, delivered, kw) in [
        ("aws", "2026", 2400.0, 800.0, 2.0),
        ("aws", "2027", 2400.0, 2400.0, 2.0),
        ("azure", "2026", 0.0, 0.0, 2.5),
        ("azure", "2027", 80.0, 80.0, 2.5),
    ] {
        assert_eq!([at("planned_gpus", vendor, year), at("installed_gpus", vendor, year)], [planned, delivered], "{vendor} {year}");
        close(at("planned_gw", vendor, year), planned * kw / 1e6, 1e-9);
        close(at("installed_gw", vendor, year), delivered * kw / 1e6, 1e-9);
    }
    assert_eq!([at("planned_gpus", "all", "2027"), at("installed_gpus", "all", "2027")], [2480.0, 2480.0]);
    close(at("installed_gw", "all", "2027"), (2400.0 * 2.0 + 80.0 * 2.5) / 1e6, 1e-9);
    assert!(found.get("planned_gpus", "vendor", "aws", "2026").is_some_and(skyberth::study::Row::is_exact));
}
