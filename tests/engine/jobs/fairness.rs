//! Teams that take turns, and how fair that was: worked out by hand, and in random worlds.

use super::{Watched, future, get, measures, model, records};
use proptest::prelude::*;
use skyberth::model::Model;
use skyberth::policy::{Plan, View};
use skyberth::scenario;
use skyberth::sim::{Control, Options, simulate};
use skyberth::study::{Scope, Time};
use skyberth::units::{SimTime, TeamId, WorkloadId};
use std::sync::atomic::{AtomicBool, AtomicU64};

const HOUR: i64 = 3_600_000;

/// A trace: submission [h], run time [s], GPUs, and how many of them.
pub(crate) fn trace(jobs: &[(u32, u32, u32, u32)]) -> String {
    let file = tempfile::NamedTempFile::with_suffix(".csv").expect("a file");
    let mut rows = "job_id,submit_s,run_s,gpus\n".to_owned();
    let all = jobs.iter().flat_map(|&(submit, run, gpus, count)| (0..count).map(move |_| (submit * 3600, run, gpus)));
    for (number, (submit, run, gpus)) in all.enumerate() {
        rows += &format!("{number},{submit},{run},{gpus}\n");
    }
    std::fs::write(file.path(), rows).expect("written");
    format!("{:?}", file.into_temp_path().keep().expect("kept").display().to_string())
}

/// Clusters of single GPUs, by GPU type.
fn world(clusters: &[(&str, u32)], days: u32, policy: &str, teams: &str) -> String {
    let mut text = format!(
        "format = 2\n[scenario]\nstart = 2026-01-01\nend = 2026-01-{days:02}\nreplications = 1\n[vendor.v]\n[policy]\n{policy}\n{teams}"
    );
    for (gpu, gpus) in clusters {
        text += &format!(
            "[cluster.{gpu}]\nvendor = \"v\"\ngpu = \"{gpu}\"\nregion = \"us-va\"\nprice_usd_per_gpu_hour = 2\nnode_gpus = 1\ndomain_gpus = 1\n\
             failures_per_gpu_day = 0\nramp = [{{ date = 2026-01-01, gpus = {gpus} }}]\n"
        );
    }
    text
}

fn workload(name: &str, team: &str, jobs: &[(u32, u32, u32, u32)], more: &str) -> String {
    format!(
        "[workload.{name}]\nteam = \"{team}\"\nrestart = \"0 s\"\ncheckpoint = {{ interval = \"1 min\", blocking = \"0 s\" }}\n\
         trace = {{ file = {}, format = \"csv\" }}\n{more}\n",
        trace(jobs)
    )
}

/// Jobs of a workload that first started at an instant.
fn started(model: &Model, workload: usize, hour: i64) -> usize {
    let at = Some(SimTime::from_ms(hour * HOUR));
    records(&future(model, 0)).iter().filter(|record| record.workload == WorkloadId::from(workload) && record.start == at).count()
}

const FAIR: [&str; 4] = [
    "preset = \"fair\"",
    "preset = \"fair-easy\"",
    "order = \"fair\"\nbackfill = \"none\"",
    "order = \"fair\"\nbackfill = \"skip\"",
];

#[test]
fn equal_teams_have_equal_shares_and_weights_count() {
    for policy in FAIR {
        for (teams, shares) in [("[team.a]\n[team.b]\n", [6, 6]), ("[team.a]\nweight = 2\n[team.b]\n", [8, 4])] {
            let jobs = [(0, 3600, 1, 300)];
            let text =
                world(&[("H100", 12)], 1, policy, teams) + &workload("one", "a", &jobs, "") + &workload("two", "b", &jobs, "");
            let model = model(&text);
            assert_eq!([started(&model, 0, 0), started(&model, 1, 0)], shares, "{policy}");
            let measures = &measures(&model)[0];
            let hours = |team| get(measures, "job_gpu_hours", Scope::Team(team), Time::Total);
            assert_eq!([hours(0), hours(1)], shares.map(|gpus| gpus as f64 * 24.0), "{policy}");
            assert!((get(measures, "jain_index", Scope::All, Time::Total) - 1.0).abs() < 1e-12);
            assert!((get(measures, "max_min_ratio", Scope::All, Time::Total) - 1.0).abs() < 1e-12);
        }
    }
}

#[test]
fn gangs_of_different_sizes_converge_to_the_weights() {
    // Gangs of 3 against single GPUs: at no time exactly 2:1, in the long run nearly.
    for policy in FAIR {
        let teams = "[team.a]\nweight = 2\n[team.b]\n";
        let text = world(&[("H100", 90)], 5, policy, teams)
            + &workload("one", "a", &[(0, 5000, 3, 2500)], "")
            + &workload("two", "b", &[(0, 3600, 1, 5000)], "");
        let measures = &measures(&model(&text))[0];
        let hours = |team| get(measures, "job_gpu_hours", Scope::Team(team), Time::Total);
        let ratio = hours(0) / hours(1);
        assert!((1.9..2.1).contains(&ratio), "{policy}: {ratio}");
    }
}

#[test]
fn the_dominant_share_counts() {
    // Team b holds 15 of 24 H200s. Of 12 H100s, team a has 8 before its share is larger, and b what is left: its dominant share stays.
    for policy in FAIR {
        let text = world(&[("H100", 12), ("H200", 24)], 1, policy, "[team.a]\n[team.b]\n")
            + &workload("other", "b", &[(0, 90_000, 1, 15)], "only_gpus = [\"H200\"]")
            + &workload("mine", "a", &[(0, 90_000, 1, 12)], "only_gpus = [\"H100\"]")
            + &workload("theirs", "b", &[(0, 90_000, 1, 12)], "only_gpus = [\"H100\"]");
        let model = model(&text);
        assert_eq!([0, 1, 2].map(|workload| started(&model, workload, 0)), [15, 8, 4], "{policy}");
    }
}

#[test]
fn yesterdays_heavy_user_waits() {
    // Team a has had all 8 GPUs for a day: by a half-life of a day a mean of 4, so that b comes to 6 of 8 before both are equal.
    let jobs = workload("heavy", "a", &[(0, 3600, 1, 192), (24, 7200, 1, 8)], "")
        + &workload("light", "b", &[(0, 1, 1, 1), (24, 7200, 1, 8)], "");
    let at_once = |policy: &str| started(&model(&(world(&[("H100", 8)], 3, policy, "[team.a]\n[team.b]\n") + &jobs)), 1, 24);
    for policy in FAIR {
        assert_eq!(at_once(policy), 4, "{policy}");
        assert_eq!(at_once(&format!("{policy}\nusage_half_life = \"1 d\"")), 6, "{policy}");
    }
    assert_eq!(at_once("preset = \"fair:1d\""), 6);
    assert_eq!(at_once("order = \"fair:24h\"\nbackfill = \"easy\""), 6);
}

#[test]
fn whoever_is_not_told_apart_is_one_team() {
    let jobs = [(0, 3600, 1, 30)];
    let workloads = workload("one", "a", &jobs, "") + &workload("two", "b", &jobs, "") + &workload("three", "c", &jobs, "");
    let model = model(&(world(&[("H100", 12)], 1, "preset = \"fair\"", "[team.a]\n") + &workloads));
    assert_eq!(started(&model, 0, 0), 6);
    assert_eq!(started(&model, 1, 0) + started(&model, 2, 0), 6);
    // One team alone has nobody to be fair to.
    assert!(measures(&model)[0].get("jain_index", Scope::All, Time::Total).is_none());
}

#[test]
fn a_job_alone_on_its_share_has_a_ratio_of_one() {
    let of = |first: &[(u32, u32, u32, u32)], second: &[(u32, u32, u32, u32)]| {
        let text = world(&[("H100", 8)], 2, "preset = \"fifo\"", "[team.a]\n[team.b]\n")
            + &workload("one", "a", first, "")
            + &workload("two", "b", second, "");
        let measures = &measures(&model(&text))[0];
        let ratio = |scope, metric| get(measures, metric, scope, Time::Total);
        [
            ratio(Scope::Team(0), "finish_time_ratio"),
            ratio(Scope::Team(1), "finish_time_ratio"),
            ratio(Scope::All, "finish_time_ratio_worst"),
        ]
    };
    assert_eq!(of(&[(0, 3600, 4, 1)], &[(0, 3600, 4, 1)]), [1.0, 1.0, 1.0]);
    // Alone, a gang of 8 would be on 4 GPUs for two hours, and the second of two for four; first come, first served, they have all 8 in turn, and
    // the other team waits for both.
    assert_eq!(of(&[(0, 3600, 8, 2)], &[(0, 3600, 4, 1)]), [0.5, 3.0, 3.0]);
}

#[test]
fn quotas_have_an_index_of_their_own() {
    let jobs = [(0, 3600, 1, 300)];
    let teams = "[cohort.all]\n[team.a]\ncohort = \"all\"\nquota_gpus = 9\n[team.b]\ncohort = \"all\"\nquota_gpus = 3\n";
    for policy in ["preset = \"fifo\"", "preset = \"fair\"", "preset = \"fair-easy\""] {
        let text = world(&[("H100", 12)], 1, policy, teams) + &workload("one", "a", &jobs, "") + &workload("two", "b", &jobs, "");
        let measures = &measures(&model(&text))[0];
        let index = |metric| get(measures, metric, Scope::All, Time::Total);
        assert!((index("jain_index_by_quota") - 1.0).abs() < 1e-12, "{policy}");
        assert!((index("jain_index") - 0.8).abs() < 1e-12, "{policy}");
    }
}

#[test]
fn what_cannot_be_is_told() {
    let errors = |policy: &str, teams: &str| {
        let text = world(&[("H100", 12)], 1, policy, teams) + &workload("one", "a", &[(0, 60, 1, 1)], "");
        let source = scenario::Source::new("world", text);
        scenario::load(&source).issues.render(&source, false)
    };
    assert!(errors("preset = \"fair\"\nbackfill = \"conservative\"", "[team.a]\n").contains("cannot be combined with"));
    assert!(errors("preset = \"fair\"", "").contains("the scenario lists no team"));
    assert!(errors("order = \"fair:soon\"", "[team.a]\n").contains("invalid usage half-life `soon`"));
    assert!(errors("preset = \"fair\"\nusage_half_life = \"0 s\"", "[team.a]\n").contains("usage_half_life"));
    assert!(errors("preset = \"fair\"", "[team.a]\nweight = 0\n").contains("`weight` is 0"));
    assert_eq!(errors("preset = \"fair\"", "[team.a]\nweight = 3\n"), "");
}

/// Where a job of `g` GPUs waits, its team's share is no less than any other's without the largest gang of that other team and without `g - 1` GPUs,
/// which may have been given to smaller jobs when there was no room for it any more.
fn look(view: View<'_>, gpus: u64, weights: &[f64]) {
    let teams = weights.len();
    let (mut held, mut largest) = (vec![0_u64; teams], vec![0_u64; teams]);
    for running in view.running_jobs() {
        let team = view.class_of(&running.facts).team.expect("told apart").index();
        held[team] += running.facts.gpus;
        largest[team] = largest[team].max(running.facts.gpus);
    }
    for (_, facts) in view.waiting() {
        let mine = view.class_of(facts).team.expect("told apart").index();
        let free = gpus - held.iter().sum::<u64>();
        assert!(free < facts.gpus, "a job of {} GPUs waits with {free} free", facts.gpus);
        for other in (0..teams).filter(|&other| other != mine) {
            let share = |team: usize, less: u64| held[team].saturating_sub(less) as f64 / weights[team];
            assert!(
                share(other, largest[other] + facts.gpus - 1) <= share(mine, 0) + 1e-9,
                "team {mine} waits for {} GPUs: {held:?} of {:?}",
                facts.gpus,
                weights
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    /// Progressive filling: nobody waits while another team has more than it by more than a gang; and a pass leaves its own work alone.
    #[test]
    fn no_team_is_ahead_by_more_than_a_gang(
        gpus in 8u64..60,
        teams in prop::collection::vec((1u32..4, 5u32..120, 1u32..12, 1u32..10), 2..5),
        seed in 0u64..1_000_000,
    ) {
        let mut text = format!(
            "format = 2\n[scenario]\nstart = 2026-01-01\nend = 2026-01-03\nreplications = 1\nseed = {seed}\n[vendor.v]\n[cluster.c]\nvendor = \"v\"\n\
             gpu = \"H100\"\nregion = \"us-va\"\nprice_usd_per_gpu_hour = 2\nnode_gpus = 1\ndomain_gpus = 1\nfailures_per_gpu_day = 0\n\
             ramp = [{{ date = 2026-01-01, gpus = {gpus} }}]\n[policy]\npreset = \"fair\"\n"
        );
        for (index, (weight, load, largest, hours)) in teams.iter().enumerate() {
            text += &format!(
                "[team.t{index}]\nweight = {weight}\n[workload.w{index}]\nteam = \"t{index}\"\njobs_per_day = {load}\n\
                 gpus = {{ uniform = {{ min = 1, max = {} }} }}\nduration = {{ exponential = {{ mean = \"{hours} h\" }} }}\nrestart = \"1 min\"\n",
                (*largest).max(2).min(gpus as u32)
            );
        }
        let model = model(&text);
        let weights: Vec<f64> = (0..teams.len()).map(|team| model.weight(TeamId::from(team)).expect("a weight")).collect();
        let (mut called, mut calls) = (None, 0_u64);
        // It is called again at the same instant.
        let mut policy = Watched::new(&model, |plan: &mut Plan<'_>| {
            calls += 1;
            let now = plan.view().now();
            if called == Some(now) {
                assert!(plan.moves().is_empty(), "a pass changes what it has just made: {:?}", plan.moves());
                // Whoever was stopped in the first pass waits now.
                look(plan.view(), gpus, &weights);
            } else {
                plan.call_again();
                called = Some(now);
            }
        });
        let (stop, progress) = (AtomicBool::new(false), AtomicU64::new(0));
        let found = simulate(&model, 0, &mut policy, Options::default(), Control { stop: &stop, progress: &progress });
        prop_assert!(found.is_ok(), "{:?}", found.err());
        prop_assert!(calls > 20);
    }
}
