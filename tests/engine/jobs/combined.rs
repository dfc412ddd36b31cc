//! Parts of policies that meet: sizes that change, teams that take turns, jobs that wait for spot capacity. Worked out by hand.

use super::fairness::trace;
use super::{future, get, measures, model, records};
use skyberth::model::Model;
use skyberth::study::{Scope, Time};

/// A cluster by name, nodes and domains, and its ramp.
fn cluster(name: &str, (node, domain): (u32, u32), ramp: &str) -> String {
    format!(
        "[cluster.{name}]\nvendor = \"v\"\ngpu = \"H100\"\nregion = \"us-va\"\nprice_usd_per_gpu_hour = 2\non_demand_usd_per_gpu_hour = 3\n\
         spot_usd_per_gpu_hour = 1\nnode_gpus = {node}\ndomain_gpus = {domain}\nfailures_per_gpu_day = 0\nramp = [{{ date = 2026-01-01, {ramp} }}]\n"
    )
}

/// A month with a policy.
fn world(policy: &str, clusters: &str) -> String {
    format!(
        "format = 2\n[scenario]\nstart = 2026-01-01\nend = 2026-01-31\nreplications = 1\n[vendor.v]\n[policy]\n{policy}\n{clusters}"
    )
}

/// Jobs: submission [h], run time [s], GPUs, and how many of them.
fn workload(name: &str, jobs: &[(u32, u32, u32, u32)], more: &str) -> String {
    let checkpoint = if more.contains("checkpoint") { "" } else { "checkpoint = { interval = \"1 min\", blocking = \"0 s\" }\n" };
    format!(
        "[workload.{name}]\nrestart = \"0 s\"\n{checkpoint}trace = {{ file = {}, format = \"csv\", shift = \"{} h\" }}\n{more}\n",
        trace(jobs),
        jobs[0].0
    )
}

/// A scenario with the teams that its workloads name.
fn read(text: &str) -> Model {
    let named = |team: &&str| text.contains(&format!("team = \"{team}\""));
    let teams = ["[team.a]\n", "[team.b]\n", "[team.c]\n"].into_iter().zip(["a", "b", "c"]);
    let teams: String = teams.filter(|(_, team)| named(team)).map(|(table, _)| table).collect();
    model(&(text.to_owned() + &teams))
}

/// When the jobs of a scenario start and end [h], by workload and submission.
fn fates(text: &str) -> Vec<(f64, f64)> {
    let mut records = records(&future(&read(text), 0));
    records.sort_by_key(|record| (record.workload.index(), record.ordinal));
    let hours = |time: Option<skyberth::units::SimTime>| time.map_or(f64::INFINITY, |time| time.seconds() / 3600.0);
    records.iter().map(|record| (hours(record.start), hours(record.finish))).collect()
}

#[track_caller]
fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 0.01, "{found} instead of {expected}");
}

const HOUR: u32 = 3600;

#[test]
fn a_team_holds_what_its_jobs_hold_now_and_not_what_they_asked_for() {
    // The elastic job of `a` shrinks for the second one of `b` and has ended when `c` takes all for six hours. Then nobody holds anything, and of
    // two equal teams that whose job came first is next.
    let text = |elastic: &str| {
        world(&format!("preset = \"fair-easy\"\nelastic = \"{elastic}\""), &cluster("c", (1, 1), "gpus = 16"))
            + &workload("elastic", &[(0, 2 * HOUR, 8, 1)], "team = \"a\"\nelastic = { min = 1, max = 16, resize = \"0 s\" }")
            + &workload("first", &[(17, HOUR, 16, 1)], "team = \"a\"")
            + &workload("second", &[(0, HOUR, 8, 1), (1, 3 * HOUR, 12, 1), (18, HOUR, 16, 1)], "team = \"b\"")
            + &workload("third", &[(14, 6 * HOUR, 16, 1)], "team = \"c\"")
    };
    for elastic in ["rigid", "shrink_expand"] {
        let fates = fates(&text(elastic));
        close(fates[5].0, 14.0);
        close(fates[1].0, 20.0);
        close(fates[4].0, 21.0);
    }
}

#[test]
fn gpus_that_one_job_cannot_take_go_to_another() {
    // The first may not leave its domain of eight and gains more than the second, which can have the other 24.
    let jobs =
        |more: &str| workload("w", &[(0, 20 * HOUR, 8, 1)], more).replace("workload.w", &format!("workload.w{}", more.len()));
    let text = world("preset = \"easy\"\nelastic = \"shrink_expand\"", &cluster("c", (8, 8), "gpus = 32"))
        + &jobs("within_domain = true\nelastic = { min = 4, max = 32, resize = \"0 s\" }")
        + &jobs("elastic = { min = 4, max = 32, scaling = { power = 0.9 }, resize = \"0 s\" }");
    for elastic in ["shrink_expand", "goodput"] {
        let fates = fates(&text.replace("shrink_expand", elastic));
        close(fates[0].1, 20.0);
        close(fates[1].1, 20.0 / libm::pow(3.0, 0.9));
    }
}

#[test]
fn an_elastic_head_starts_on_what_a_domain_has_left() {
    // Two domains of 72 with 32 left in each, and sizes of every number of GPUs.
    let text = world("preset = \"easy\"\nelastic = \"shrink_expand\"", &cluster("c", (4, 72), "gpus = 144"))
        + &workload("rigid", &[(0, 100 * HOUR, 40, 2)], "preemptible = false\nwithin_domain = true")
        + &workload("w", &[(1, 20 * HOUR, 64, 1)], "within_domain = true\nelastic = { min = 1, max = 72, resize = \"0 s\" }");
    let fates = fates(&text);
    close(fates[2].0, 1.0);
    close(fates[2].1, 41.0);
}

const SPOT_AND_MORE: &str = "preset = \"fifo-skip\"\nbroker = \"cant_be_late\"";

fn spot_and_on_demand(spot: u32, on_demand: u32, more: &str) -> String {
    cluster("spot", (8, 8), &format!("gpus = {spot}, kind = \"spot\""))
        + more
        + &cluster("more", (8, 8), &format!("gpus = {on_demand}, kind = \"on_demand\""))
}

#[test]
fn nobody_waits_for_spot_capacity_that_could_not_hold_it() {
    let text =
        world(SPOT_AND_MORE, &spot_and_on_demand(8, 64, "")) + &workload("w", &[(0, 10 * HOUR, 64, 1)], "deadline = \"100 h\"");
    close(fates(&text)[0].0, 0.0);
}

#[test]
fn checkpoints_count_in_what_a_job_needs_to_its_deadline() {
    // 200 h of work stand still for 20 s each half hour: for 2.2 h in all.
    let gone = "eviction = { at = [2026-01-01], out = \"60 d\" }\n";
    let text = world(SPOT_AND_MORE, &spot_and_on_demand(8, 64, gone))
        + &workload(
            "w",
            &[(0, 200 * HOUR, 8, 1)],
            "deadline = \"300 h\"\ncheckpoint = { interval = \"30 min\", blocking = \"20 s\" }",
        );
    let (start, end) = fates(&text)[0];
    assert!((97.0..98.0).contains(&start) && end <= 300.0, "{start} to {end}");
}

#[test]
fn who_moves_back_to_spot_leaves_gpus_to_others_at_once() {
    // Until the tenth hour spot is taken; the job is behind its pace from the start, and then goes to spot.
    let policy = SPOT_AND_MORE.replace("cant_be_late", "uniform_progress");
    let text = world(&policy, &spot_and_on_demand(8, 8, ""))
        + &workload("holder", &[(0, 10 * HOUR, 8, 1)], "preemptible = false\nonly_clusters = [\"spot\"]")
        + &workload("pace", &[(1, 40 * HOUR, 8, 1)], "deadline = \"60 h\"")
        + &workload("waits", &[(2, HOUR, 8, 1)], "only_clusters = [\"more\"]");
    let fates = fates(&text);
    close(fates[2].0, fates[0].1);
}

#[test]
fn a_job_that_waits_by_choice_holds_up_no_other_of_its_class() {
    let text = world(&SPOT_AND_MORE.replace("fifo-skip", "fair"), &spot_and_on_demand(8, 64, ""))
        + &workload("holder", &[(0, 200 * HOUR, 8, 1)], "team = \"b\"\npreemptible = false\nonly_clusters = [\"spot\"]")
        + &workload("w", &[(1, HOUR, 8, 1), (2, 40 * HOUR, 8, 1)], "team = \"a\"\ndeadline = \"41 h\"");
    let fates = fates(&text);
    // The first can wait for 40 h; the second has half an hour to spare, and is due at once with two changes of cluster.
    close(fates[1].0, 41.0);
    assert!(fates[2].0 <= 3.0, "{fates:?}");
}

#[test]
fn nobody_starts_on_gpus_that_have_been_announced_to_go() {
    let gone = "eviction = { at = [2026-01-01T03:00:00Z], out = \"4 h\", notice = \"1 h\" }\n";
    let text = world("preset = \"easy\"", &(cluster("c", (8, 8), "gpus = 8, kind = \"spot\"") + gone))
        + &workload("w", &[(0, 9000, 8, 1), (1, HOUR, 8, 1)], "");
    let fates = fates(&text);
    close(fates[0].1, 2.5);
    close(fates[1].0, 7.0);
}

#[test]
fn a_control_plane_outage_makes_nobody_forget_what_was_done() {
    // Three equal jobs take turns on two places; each has had its part when the control of one is out over a round.
    let out = "[outage.o]\nclusters = [\"one\"]\nkind = \"control-plane\"\nstart = 2026-01-04T12:30:00Z\nduration = \"1 min\"\n";
    let ends = |outage: &str| {
        let clusters = cluster("one", (8, 8), "gpus = 8") + &cluster("two", (8, 8), "gpus = 8") + outage;
        let text = world("preset = \"ftf\"\nround = \"1 h\"", &clusters) + &workload("w", &[(0, 100 * HOUR, 8, 3)], "");
        fates(&text).iter().map(|fate| fate.1).fold(f64::INFINITY, f64::min)
    };
    // They end within few rounds of each other either way.
    assert!(ends("") > 140.0 && ends(out) > 140.0, "{} and {}", ends(""), ends(out));
}

#[test]
fn the_worst_ratio_is_that_of_the_worst_of_those_who_have_one() {
    // The second team's only job does not end in time even alone, and has no ratio; the third would be alone for twice as long.
    let text = world("preset = \"fifo\"", &cluster("c", (1, 1), "gpus = 12"))
        + &workload("third", &[(0, 20 * HOUR, 12, 1)], "team = \"c\"")
        + &workload("first", &[(1, HOUR, 4, 1)], "team = \"a\"")
        + &workload("second", &[(1, 3000 * HOUR, 4, 1)], "team = \"b\"");
    let measures = &measures(&read(&text))[0];
    close(get(measures, "finish_time_ratio", Scope::Team(1), Time::Total), 20.0);
    assert!(measures.get("finish_time_ratio", Scope::Team(2), Time::Total).is_none_or(f64::is_nan));
    close(get(measures, "finish_time_ratio_worst", Scope::All, Time::Total), 20.0);
}

#[test]
fn who_is_turned_away_after_waiting_counts_as_who_waits_to_the_last() {
    let ratio = |fate: &str| {
        let ramp = format!("gpus = 8 }}, {{ date = 2026-01-05, gpus = 8, slip = {fate}");
        let text = world("preset = \"fifo-skip\"", &cluster("c", (8, 8), &format!("{ramp} ")))
            + &workload("first", &[(0, HOUR, 16, 1)], "team = \"a\"")
            + &workload("second", &[(0, HOUR, 4, 1)], "team = \"b\"");
        get(&measures(&read(&text))[0], "finish_time_ratio", Scope::Team(0), Time::Total)
    };
    close(ratio("{ probability = 1, cancelled = 1 }"), ratio("{ probability = 1, days = 100 }"));
}

#[test]
fn a_broker_that_lets_a_job_wait_has_nobody_stopped_for_it() {
    // Spot capacity is away from the second hour on for twelve hours; the job of higher priority can wait for it, and the other keeps its GPUs.
    let gone = "eviction = { at = [2026-01-01T01:00:00Z], out = \"12 h\", notice = \"5 min\" }\n";
    let text = world(&SPOT_AND_MORE.replace("fifo-skip", "priority"), &spot_and_on_demand(8, 8, gone))
        + &workload("low", &[(0, 30 * HOUR, 8, 1)], "only_clusters = [\"more\"]")
        + &workload("high", &[(2, 10 * HOUR, 8, 1)], "priority = 1\ndeadline = \"60 h\"");
    let fates = fates(&text);
    close(fates[0].1, 30.0);
    close(fates[1].0, 13.0);
}

#[test]
fn jobs_grow_within_their_teams_quota_and_give_way_within_their_team() {
    let text = |reclaim: &str, asked: u32| {
        let quotas = format!(
            "[cohort.all]\n[team]\na = {{ quota_gpus = 4, cohort = \"all\" }}\nb = {{ quota_gpus = 4, cohort = \"all\"{reclaim} }}\n"
        );
        world("preset = \"easy\"\nelastic = \"shrink_expand\"", &cluster("c", (1, 1), "gpus = 8"))
            + &quotas
            + &workload("one", &[(0, 10 * HOUR, 2, 1)], "team = \"a\"\nelastic = { min = 2, max = 8, resize = \"0 s\" }")
            + &workload("two", &[(1, 5 * HOUR, asked, 1)], "team = \"b\"")
            + &workload("three", &[(2, 2 * HOUR, 2, 1)], "team = \"a\"")
    };
    let model = |text: &str| {
        let mut records = records(&future(&model(text), 0));
        records.sort_by_key(|record| (record.workload.index(), record.ordinal));
        records
    };
    for reclaim in ["", ", reclaim = \"never\""] {
        // Where the lender leaves two GPUs, the second job borrows these. Otherwise the first has four for two hours, two for two, and four again.
        for (asked, end) in [(2, 5.0), (4, 6.0)] {
            let records = model(&text(reclaim, asked));
            let hours = |job: usize| records[job].start.map_or(f64::INFINITY, |time| time.seconds() / 3600.0);
            // The lender has its own at once and nobody is stopped; the team's second job has room from its first.
            assert_eq!(records.iter().map(|record| record.preemptions).sum::<u32>(), 0);
            close(hours(1), 1.0);
            close(hours(2), 2.0);
            close(records[0].finish.map_or(f64::INFINITY, |time| time.seconds() / 3600.0), end);
        }
    }
}

#[test]
fn who_cannot_use_idle_gpus_keeps_nobody_from_them() {
    // The second waits for a cluster that comes four days later.
    let later = cluster("later", (1, 1), "gpus = 8").replace("2026-01-01", "2026-01-05");
    let text = world("preset = \"easy\"\nelastic = \"shrink_expand\"", &(cluster("c", (1, 1), "gpus = 8") + &later))
        + &workload("one", &[(0, 10 * HOUR, 4, 1)], "only_clusters = [\"c\"]\nelastic = { min = 2, max = 8, resize = \"0 s\" }")
        + &workload("two", &[(0, HOUR, 4, 1)], "only_clusters = [\"later\"]");
    let fates = fates(&text);
    close(fates[0].1, 5.0);
    close(fates[1].0, 96.0);
}
