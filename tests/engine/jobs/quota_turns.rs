//! Whose turn it is where teams have quotas: cases found in random worlds and made small by hand.

use super::quotas::{Fate, Row, fates, lab_text};

const H: u64 = 36_000;

/// What became of each team's jobs.
fn run(preset: &str, clusters: &[(&str, u64)], teams: &[&str], rows: &[&[Row]]) -> Vec<Vec<Fate>> {
    let teams: Vec<String> = teams.iter().map(|&team| team.to_owned()).collect();
    let rows: Vec<(&[Row], Option<usize>)> = rows.iter().map(|&rows| (rows, None)).collect();
    fates(&lab_text("", &format!("preset = \"{preset}\""), clusters, &teams, &rows), teams.len())
}

#[test]
fn a_first_job_without_quota_holds_up_its_team_beside_others_too() {
    // The first team has six of its eight; its second job asks for four, its third for two. The other team's job waits for room.
    let first: &[Row] = &[(6, 0, 0, H), (4, 2, 0, 3600), (2, 3, 0, 3600)];
    let teams = ["quota_gpus = 8", "quota_gpus = 16"];
    for preset in ["fifo", "fifo-skip", "easy", "sjf-easy", "fair-easy", "priority"] {
        let beside = run(preset, &[("H100", 16)], &teams, &[first, &[(12, 1, 0, 3600)]]);
        assert_eq!(beside[0][1].0, Some(36_000), "{preset}");
        assert_eq!(beside[0][2].0, Some(39_600), "{preset}: {beside:?}");
    }
}

#[test]
fn a_job_that_is_due_on_one_type_borrows_another_after_those_that_are_due_there() {
    let teams = ["cohort = \"lab\"\nquota_gpus = { H100 = 8 }", "cohort = \"lab\"\nquota_gpus = { H200 = 8 }"];
    // Of H100 the first team is entitled to eight, of which four are there. Its second job comes before the other team's, which is due on H200.
    let rows: [&[Row]; 2] = [&[(4, 0, 0, H), (4, 600, 0, H)], &[(8, 601, 0, 3600)]];
    let at_once: [&[Row]; 2] = [&[(4, 0, 0, H), (4, 600, 0, H)], &[(8, 600, 0, 3600)]];
    for preset in ["fifo", "fifo-skip", "easy", "priority", "fair-easy"] {
        let told = run(preset, &[("H100", 4), ("H200", 8)], &teams, &at_once);
        assert_eq!(told[1][0], (Some(600), Some(4200), 0), "{preset}");
        assert_eq!(told[0][1], (Some(4200), Some(40_200), 0), "{preset}: never begun in vain");
        // A second later it has begun, and gives back what it borrowed.
        let told = run(preset, &[("H100", 4), ("H200", 8)], &teams, &rows);
        assert_eq!((told[1][0].0, told[0][1].0, told[0][1].2), (Some(601), Some(600), 1), "{preset}");
    }
}

#[test]
fn a_job_that_is_due_by_a_cohort_on_another_type_has_its_turn_there() {
    // The first team has no H100 free and is entitled to its cohort's H200; the second borrows them.
    let own = "cohort = \"part\"\nquota_gpus = { H100 = 4 }\n[cohort.part]\nparent = \"lab\"\nquota_gpus = { H200 = 8 }";
    let teams = [own, "cohort = \"lab\"\nquota_gpus = { H100 = 4 }"];
    let borrower: &[Row] = &[(4, 0, 0, H), (8, 1, 0, H)];
    for preset in ["fifo", "easy", "priority"] {
        let told = run(preset, &[("H100", 4), ("H200", 8)], &teams, &[&[(8, 600, 0, 3600)], borrower]);
        assert_eq!(told[0][0], (Some(600), Some(4200), 0), "{preset}");
        assert_eq!(told[1][1].2, 1, "{preset}");
    }
}

#[test]
fn a_borrower_of_high_priority_stops_no_more_than_what_others_borrow() {
    let lent = |gpus: u64| format!("cohort = \"lab\"\nquota_gpus = {gpus}");
    let (two, four) = (lent(2), lent(4));
    let teams = [two.as_str(), &four, &four];
    let three: &[Row] = &[(2, 0, 0, H), (2, 1, 0, H), (2, 2, 0, H)];
    let idle: &[Row] = &[(1, 200_000, 0, 60)];
    // The second team holds six GPUs and borrows two of them. With them there is room for three GPUs, and for four only if it gave up its own.
    let told = run("priority", &[("H100", 7)], &teams, &[&[(3, 600, 10, H)], three, idle]);
    assert_eq!((told[0][0].0, told[1][2].2), (Some(600), 1));
    let told = run("priority", &[("H100", 7)], &teams, &[&[(4, 600, 10, H)], three, idle]);
    assert_eq!(told[0][0].0, Some(36_001));
    assert!(told[1].iter().all(|fate| fate.2 == 0), "{told:?}");
}
