//! Checks of the embedded data: they parse, are complete and consistent.

use std::collections::BTreeSet;

use super::*;

fn catalog() -> &'static Catalog {
    Catalog::builtin()
}

pub(super) fn close(value: f64, expected: f64, relative: f64) -> bool {
    (value - expected).abs() <= relative * expected.abs()
}

#[test]
fn every_row_parses_and_no_family_is_empty() {
    let parsed = Catalog::parse().unwrap();
    assert_eq!(parsed.gpu_types.len(), 17);
    assert_eq!(parsed.vendors.len(), 8);
    assert_eq!(parsed.prices.len(), 58);
    assert_eq!(parsed.site_steps.len(), 33);
    assert_eq!(parsed.facts().len(), 281);
    assert!(!parsed.contracts.is_empty() && !parsed.grids.is_empty() && !parsed.demand.is_empty());
}

#[test]
fn every_row_has_a_source_that_any_reader_can_follow() {
    for fact in catalog().facts() {
        let source = fact.source();
        assert!(!source.trim().is_empty(), "{} has no source", fact.label());
        for unwanted in ["../", "facts/", "/work", "/tmp", "/home", "seed"] {
            assert!(!source.contains(unwanted), "{} cites {unwanted}", fact.label());
        }
        let unsourced = source.starts_with("no source") || source.starts_with("none published");
        assert!(!unsourced || fact.confidence() == Confidence::Assumption, "{}", fact.label());
    }
}

#[test]
fn no_row_is_there_twice() {
    let mut seen = BTreeSet::new();
    for fact in catalog().facts() {
        assert!(seen.insert(fact.label()), "{} is there twice", fact.label());
    }
}

#[test]
fn gpu_types_are_consistent() {
    let names: Vec<&str> = catalog().gpu_types.iter().map(|row| row.name.as_str()).collect();
    let expected = "A100 H100 H200 B200 B300 GB200 GB300 VR200 MI300X MI355X MI450 TPU-v5p TPU-v6e TPU-v7 Trainium2 Trainium3 CS-3";
    assert_eq!(names.join(" "), expected);
    for row in &catalog().gpu_types {
        assert!(["NVIDIA", "AMD", "Google", "AWS", "Cerebras"].contains(&row.supplier.as_str()), "{}", row.name);
        assert!(row.node_gpus > 0 && row.domain_gpus >= row.node_gpus, "{}", row.name);
        assert_eq!(row.domain_gpus % row.node_gpus, 0, "{}", row.name);
        assert!(row.bf16_dense_tflops > 0.0 && row.hbm_gb > 0.0, "{}", row.name);
        assert!(row.fp8_dense_tflops.is_none_or(|rate| rate > row.bf16_dense_tflops), "{}", row.name);
        assert!(row.tdp_w / 1000.0 <= row.it_kw_per_gpu_all_in, "{}", row.name);
        assert!(row.it_kw_per_gpu_all_in < row.facility_kw_per_gpu_peak, "{}", row.name);
    }
    assert_eq!(catalog().gpu_type("H100").unwrap().h100_equivalents(), 1.0);
    assert!(close(catalog().gpu_type("GB200").unwrap().h100_equivalents(), 2.528, 1e-3));
    assert!(catalog().gpu_type("h100").is_none());
}

#[test]
fn vendors_have_sensible_power_ratios() {
    for row in &catalog().vendors {
        assert!(row.pue_annual >= 1.0 && row.pue_annual <= row.pue_peak && row.pue_peak < 2.0, "{}", row.key);
    }
    assert_eq!(catalog().vendor("softbank").unwrap().name, "SoftBank / SB Energy");
}

#[test]
fn every_reference_points_to_a_row() {
    let catalog = catalog();
    for row in &catalog.contracts {
        if row.layer == ContractLayer::Cloud {
            assert!(catalog.vendor(&row.vendor).is_some(), "{}", row.id);
        }
        if let Some(parent) = &row.part_of {
            let parent = catalog.contract(parent).unwrap();
            assert_eq!((&parent.vendor, parent.layer), (&row.vendor, row.layer), "{}", row.id);
            assert!(parent.part_of.is_none() && row.value_usd_b.is_none(), "{}", row.id);
        }
    }
    for row in &catalog.prices {
        let known = catalog.vendor(&row.vendor).is_some() || PRICE_ONLY_VENDORS.contains(&row.vendor.as_str());
        assert!(known && catalog.gpu_type(&row.gpu_type).is_some(), "{}", row.label());
        assert!(row.on_demand_usd_per_gpu_hour > 0.0, "{}", row.label());
        assert!(row.spot_usd_per_gpu_hour.is_none_or(|spot| spot > 0.0 && spot < row.on_demand_usd_per_gpu_hour));
    }
    assert!(catalog.site_steps.iter().all(|row| catalog.vendor(&row.vendor).is_some()));
    for row in &catalog.replica_types {
        let gpu_type = catalog.gpu_type(&row.gpu_type).unwrap();
        assert_eq!(gpu_type.domain_gpus % row.gpus, 0, "{}", row.name);
    }
}

#[test]
fn commitments_match_the_test_values() {
    let value = |id: &str| catalog().contract(id).unwrap().value_usd_b.unwrap();
    let coreweave = value("coreweave-2025-03") + value("coreweave-2025-05") + value("coreweave-2025-09");
    assert!(close(coreweave, 22.4, 1e-12));
    let total = value("azure-250b") + value("aws-38b") + value("oracle-300b") + coreweave;
    assert!(close(total, 610.4, 1e-12));
    assert!(close(total + value("aws-100b") + value("cerebras-20b"), 730.4, 1e-12));
    assert!(catalog().contract("google-undisclosed").unwrap().value_usd_b.is_none());
}

#[test]
fn site_steps_rise_by_date_and_match_the_operating_power() {
    for pair in catalog().site_steps.windows(2).filter(|pair| pair[0].site == pair[1].site) {
        assert!(pair[0].date < pair[1].date && pair[0].it_mw < pair[1].it_mw, "{}", pair[1].label());
        assert!(pair[0].observed || !pair[1].observed, "{}", pair[1].label());
    }
    assert!(catalog().site_steps.iter().all(|row| row.source.contains("CC BY 4.0")));
    assert!(catalog().site_steps.iter().all(|row| row.facility_mw >= row.it_mw && row.it_mw >= 0.0));
    let observed = |site: &str| {
        let last = catalog().site_steps.iter().rfind(|row| row.site == site && row.observed);
        last.map_or(0.0, |row| row.facility_mw)
    };
    let fairwater = observed("Microsoft Fairwater Atlanta") + observed("Microsoft Fairwater Wisconsin");
    assert_eq!(fairwater + observed("Microsoft Goodyear"), 1564.0);
    assert_eq!(observed("OpenAI Stargate Abilene"), 590.0);
    assert_eq!(observed("CoreWeave Denton TX").round(), 183.0);
}

#[test]
fn grids_have_the_defaults() {
    let world = catalog().grid("world").unwrap();
    assert_eq!((world.carbon_g_per_kwh, world.electricity_usd_per_kwh), (445.0, Some(0.08)));
    assert!(["us-tx", "us-va", "uae", "uk"].iter().all(|region| catalog().grid(region).is_some()));
    assert!(catalog().grids.iter().all(|row| row.electricity_usd_per_kwh.is_none_or(|price| price < 1.0)));
}
