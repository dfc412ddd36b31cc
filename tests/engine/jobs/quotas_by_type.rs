//! Quotas by GPU type, worked out by hand: eight H100 and eight H200, jobs of ten hours.

use super::quotas::{Fate, Row, fates, lab_text};
use skyberth::metrics::{JobState, RejectionReason};
use skyberth::scenario::{self, Source};

const CLUSTERS: [(&str, u64); 2] = [("H100", 8), ("H200", 8)];
const H: u64 = 36_000;
const POLICIES: [&str; 9] = ["fifo", "fifo-skip", "easy", "conservative", "sjf-easy", "srtf", "priority", "fair", "fair-easy"];

fn lent(quota: &str) -> String {
    format!("cohort = \"lab\"\nquota_gpus = {quota}")
}

fn run(policy: &str, teams: &[String], rows: &[(&[Row], Option<usize>)]) -> Vec<Vec<Fate>> {
    fates(&lab_text("", &format!("preset = \"{policy}\""), &CLUSTERS, teams, rows), teams.len())
}

#[test]
fn a_number_is_over_all_types_and_a_table_by_each() {
    let two: &[Row] = &[(8, 0, 0, H), (8, 0, 0, H)];
    for policy in POLICIES {
        let starts = |quota: &str| -> Vec<Option<i64>> {
            run(policy, &[format!("quota_gpus = {quota}")], &[(two, None)])[0].iter().map(|fate| fate.0).collect()
        };
        assert_eq!(starts("8"), [Some(0), Some(36_000)], "{policy}");
        assert_eq!(starts("{ H100 = 8, H200 = 8 }"), [Some(0), Some(0)], "{policy}");
        // Of a type that is left out it has none, and it stands idle.
        assert_eq!(starts("{ H200 = 8 }"), [Some(0), Some(36_000)], "{policy}");
    }
}

#[test]
fn what_was_lent_of_a_type_comes_back_from_that_type() {
    for policy in POLICIES {
        let teams = [lent("{ H100 = 8 }"), lent("{ H200 = 8 }")];
        // The first team has its own and borrows the other's; the second asks after ten minutes.
        let told = run(policy, &teams, &[(&[(8, 0, 0, H), (8, 0, 0, H)], None), (&[(8, 600, 0, H)], Some(1))]);
        assert_eq!(told[1][0], (Some(600), Some(36_600), 0), "{policy}");
        assert_eq!(told[0].iter().map(|fate| fate.2).sum::<u32>(), 1, "{policy}");
        assert_eq!(told[0].iter().filter(|fate| fate.1 == Some(36_000)).count(), 1, "{policy}: its own goes on");
    }
}

#[test]
fn a_share_of_one_type_is_no_claim_on_another() {
    for policy in POLICIES {
        let teams = [lent("{ H100 = 8 }"), lent("{ H200 = 8 }")];
        // The second team's job runs on H100 alone, of which it has none; its H200 lie idle.
        let told = run(policy, &teams, &[(&[(8, 0, 0, H)], Some(0)), (&[(8, 600, 0, 3600)], Some(0))]);
        assert_eq!(told[0][0], (Some(0), Some(36_000), 0), "{policy}");
        assert_eq!(told[1][0], (Some(36_000), Some(39_600), 0), "{policy}");
    }
}

#[test]
fn limits_hold_by_type() {
    for policy in POLICIES {
        let teams = [
            "cohort = \"lab\"\nquota_gpus = { H100 = 2 }\nborrowing_limit_gpus = { H100 = 4, H200 = 2 }".to_owned(),
            lent("{ H100 = 6, H200 = 8 }"),
        ];
        let sixteen: Vec<Row> = vec![(1, 0, 0, H); 16];
        let later: &[Row] = &[(1, 80_000, 0, H)];
        let told = run(policy, &teams, &[(&sixteen, None), (later, None)]);
        // Six H100, two of them its own, and two H200.
        assert_eq!(told[0].iter().filter(|fate| fate.0 == Some(0)).count(), 8, "{policy}");
        let teams =
            [lent("{ H100 = 2 }"), "cohort = \"lab\"\nquota_gpus = { H100 = 6, H200 = 8 }\nlending_limit_gpus = 3".to_owned()];
        let told = run(policy, &teams, &[(&sixteen, None), (later, None)]);
        // Five H100 and three H200: the limit holds for each type.
        assert_eq!(told[0].iter().filter(|fate| fate.0 == Some(0)).count(), 8, "{policy}");
    }
}

#[test]
fn priorities_within_a_team_look_at_the_type() {
    let teams = ["quota_gpus = { H100 = 8, H200 = 8 }".to_owned()];
    let first = "only_clusters = [\"c0\"]";
    let text = lab_text("", "preset = \"priority\"", &CLUSTERS, &teams, &[(&[(8, 0, 0, H), (8, 0, 0, H), (8, 600, 10, H)], None)]);
    let told = fates(&text, 1);
    assert_eq!(told[0][2], (Some(600), Some(36_600), 0));
    assert_eq!(told[0].iter().map(|fate| fate.2).sum::<u32>(), 1);
    // A gang for which a team has no quota on any cluster that it may use is turned away.
    let text =
        lab_text(first, "preset = \"priority\"", &CLUSTERS, &["quota_gpus = { H200 = 8 }".to_owned()], &[(&[(1, 0, 0, H)], None)]);
    let model = super::model(&text);
    let records = super::jobs(&model, &super::explained(&model));
    assert_eq!(records[0].1.state, JobState::Rejected(RejectionReason::LargerThanQuota));
}

#[test]
fn types_that_are_not_there_and_mixed_quotas_are_refused() {
    let told = |teams: &[String]| {
        let text = lab_text("", "preset = \"easy\"", &CLUSTERS, teams, &[(&[(1, 0, 0, H)], None), (&[(1, 0, 0, H)], None)]);
        let source = Source::new("lab.toml", text);
        scenario::load(&source).issues.render(&source, false)
    };
    let unknown = told(&[lent("{ H100 = 8, H2000 = 8 }"), lent("{ H100 = 8 }")]);
    assert!(
        unknown.contains("H2000") && unknown.contains("no cluster has GPUs of this type") && unknown.contains("H200"),
        "{unknown}"
    );
    let mixed = told(&[lent("{ H100 = 8 }"), lent("8")]);
    assert!(mixed.contains("quotas are by GPU type elsewhere in this file"), "{mixed}");
    let negative = told(&[lent("{ H100 = -8 }"), lent("8")]);
    assert!(negative.contains("-8"), "{negative}");
    let beyond = told(&[lent("{ H100 = 6 }"), lent("{ H100 = 9, H200 = 8 }")]);
    assert!(
        beyond.contains("the quota of `t1` is 9 GPUs of type H100") && beyond.contains("add up to 15 GPUs of type H100"),
        "{beyond}"
    );
}
