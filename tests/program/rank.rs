//! `skyberth rank`: the board, its files, and what it refuses.

use crate::common::{Ended, Sheet, says, skyberth};
use std::path::Path;

/// A cluster on which queues form: short jobs behind long ones.
const WORLD: &str = r#"format = 2
[scenario]
start = 2026-01-01
end = 2026-03-31
replications = 6

[vendor.aws]
[vendor.azure]

[cluster.virginia]
vendor = "aws"
gpu = "H100"
region = "us-va"
ramp = [{ date = 2026-01-01, gpus = 64 }]

[cluster.iowa]
vendor = "azure"
gpu = "H100"
region = "us-ia"
ramp = [{ date = 2026-01-01, gpus = 32 }]

[workload.long]
jobs_per_day = 4
gpus = { table = [[8, 0.5], [32, 0.5]] }
duration = { exponential = { mean = "16 h" } }

[workload.short]
jobs_per_day = 40
gpus = 4
duration = { exponential = { mean = "1 h" } }
"#;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("world.toml"), WORLD).expect("written");
    folder
}

fn rank(folder: &Path, more: &[&str]) -> Ended {
    skyberth(folder, &[&["rank", "world.toml", "-o", "out"], more].concat())
}

#[track_caller]
fn ranked(folder: &Path, more: &[&str]) -> (Sheet, String) {
    let ended = rank(folder, more);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let read = |name: &str| std::fs::read_to_string(folder.join("out").join(name)).expect("written");
    (Sheet::read(&folder.join("out/ranking.csv")), read("ranking.json") + &read("ranking.txt") + &read("ranking.csv"))
}

#[test]
fn the_best_comes_first_and_threads_change_nothing() {
    let folder = folder();
    let policies = ["--policy", "fifo,easy,srtf,largest-first", "--most", "24"];
    let (sheet, one) = ranked(folder.path(), &[&policies[..], &["--threads", "1"]].concat());
    let [policy, group, n] = ["policy", "group", "n"].map(|name| sheet.column(name));
    let order: Vec<&str> = sheet.rows.iter().map(|row| row[policy].as_str()).collect();
    assert_eq!(order[0], "srtf", "{order:?}");
    assert!(order.iter().position(|name| *name == "easy") < order.iter().position(|name| *name == "fifo"), "{order:?}");
    let groups: Vec<usize> = sheet.rows.iter().map(|row| row[group].parse().expect("a number")).collect();
    assert!(groups.is_sorted() && groups[0] == 1 && groups.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{groups:?}");
    assert!(sheet.rows.iter().all(|row| (6..=24).contains(&row[n].parse::<usize>().expect("a number"))));
    let (_, two) = ranked(folder.path(), &[&policies[..], &["--threads", "2"]].concat());
    assert_eq!(one, two);
}

#[test]
fn with_a_fixed_budget_all_meet_the_same_futures() {
    let folder = folder();
    let (sheet, text) = ranked(folder.path(), &["--policy", "fifo,easy/most_free,easy/least_free/best_fit", "--fixed"]);
    let n = sheet.column("n");
    assert!(sheet.rows.iter().all(|row| row[n] == "6"), "{text}");
    assert!(text.contains("\"end_reason\":\"budget\""), "{text}");
}

#[test]
fn every_preset_is_ranked_by_default() {
    let folder = folder();
    let (sheet, _) = ranked(folder.path(), &["--fixed", "--replications", "2", "--metric", "utilisation_share"]);
    assert!(sheet.rows.len() >= 19, "{} policies", sheet.rows.len());
    let mean = sheet.column("mean");
    let best: f64 = sheet.rows[0][mean].parse().expect("a number");
    assert!(sheet.rows.iter().all(|row| row[mean].parse::<f64>().expect("a number") <= best + 1e-9), "more is better");
}

#[test]
fn one_policy_under_two_names_is_not_told_apart() {
    let folder = folder();
    // EASY is first come, first served with backfilling, whatever it is called.
    let (sheet, _) = ranked(folder.path(), &["--policy", "easy,fifo-easy,fifo", "--most", "18"]);
    let [policy, group, difference] = ["policy", "group", "difference"].map(|name| sheet.column(name));
    let row = |name: &str| sheet.rows.iter().find(|row| row[policy] == name).expect("on the board");
    assert_eq!(row("easy")[group], row("fifo-easy")[group]);
    assert_eq!([&row("easy")[difference], &row("fifo-easy")[difference]], ["0", "0"]);
}

/// Two services, one of which shares its name with a workload.
const SERVICES: &str = "[service.chat]\ntokens_per_s = 2000\nreplica.type = \"llama3.1-70b-h100\"\n\
    [service.long]\ntokens_per_s = 1000\nreplica.type = \"llama3.1-70b-h100\"\n";

#[test]
fn a_metric_of_services_ranks_and_higher_is_better() {
    let folder = tempfile::tempdir().expect("a folder");
    let metric = "tokens_within_objective_per_gpu_hour";
    let write = |services: &str| std::fs::write(folder.path().join("world.toml"), WORLD.to_owned() + services).expect("written");
    write(&SERVICES[..SERVICES.find("[service.long]").expect("there")]);
    let policies = ["--policy", "fifo,easy", "--fixed", "--metric"];
    let (sheet, text) = ranked(folder.path(), &[&policies[..], &[metric]].concat());
    let means: Vec<f64> = sheet.rows.iter().map(|row| row[sheet.column("mean")].parse().expect("a number")).collect();
    assert!(means[0] >= means[1] && means[1] > 0.0, "{means:?}");
    assert!(text.contains("\"more_is_better\":true"), "{text}");
    // The only service needs no name; one of several does.
    write(SERVICES);
    let ended = rank(folder.path(), &[&policies[..], &[metric]].concat());
    assert_eq!(ended.code, 2, "{}", ended.stderr);
    says(&ended, "error:", &["is measured for `service.chat`, `service.long`", &format!("`{metric}@service.chat`")]);
    let (sheet, text) = ranked(folder.path(), &[&policies[..], &[&format!("{metric}@long")]].concat());
    assert!(sheet.rows.iter().all(|row| row[sheet.column("metric")] == format!("{metric}@long")));
    assert!(text.contains("of long"), "{text}");
    let one = |of: &str| ranked(folder.path(), &[&policies[..], &[of]].concat()).0;
    // A workload, and what shares its name.
    let (short, all) = (one("wait_s_mean@short"), one("wait_s_mean"));
    assert_ne!(short.rows[0][short.column("mean")], all.rows[0][all.column("mean")]);
    let ended = rank(folder.path(), &[&policies[..], &["lost_gpu_hours@long"]].concat());
    assert_eq!(ended.code, 2, "{}", ended.stderr);
    says(&ended, "error:", &["`workload.long`, `service.long`"]);
    one("lost_gpu_hours@workload.long");
    one("hhi@it_mw");
}

#[test]
fn wrong_questions_are_refused() {
    let folder = folder();
    let wrong = |more: &[&str], words: &[&str]| {
        let ended = rank(folder.path(), more);
        assert_eq!(ended.code, 2, "{}", ended.stderr);
        says(&ended, "error:", words);
    };
    wrong(&["--policy", "fifo,esay"], &["unknown preset `esay`", "did you mean `easy`?"]);
    wrong(&["--policy", "fifo,easy/cheapst"], &["unknown broker `cheapst`", "`cheapest`"]);
    wrong(&["--policy", "fifo,easy/single:oracle"], &["unknown vendor `oracle`"]);
    wrong(&["--policy", "fifo,fifo"], &["`fifo` is listed twice"]);
    wrong(&["--policy", "fifo"], &["one policy alone"]);
    wrong(&["--metric", "wait_s_maen"], &["unknown metric `wait_s_maen`; did you mean `wait_s_mean`?"]);
    wrong(&["--metric", "wait_s_maen"], &["nearest name first:\n  wait_s_mean (lower is better): Time from submission"]);
    wrong(&["--metric", "jobs_submitted"], &["neither way of `jobs_submitted` is better"]);
    wrong(&["--metric", "exit_days"], &["`exit_days` has no value in a single future: it follows from the scenario alone"]);
    wrong(&["--metric", "ramp_at_risk_p95_mw_months"], &["rank by `late_mw_months`"]);
    wrong(&["--metric", "n_minus_1_loss_share"], &["`skyberth compare` measures it"]);
    wrong(
        &["--metric", "evictions"],
        &["this scenario has no `evictions`: it is measured only with spot capacity that can be evicted"],
    );
    wrong(&["--metric", "served_share"], &["this scenario has no `served_share`: it is measured only with a service"]);
    wrong(&["--metric", "wait_s_mean@lnog"], &["`wait_s_mean` is not measured for `lnog`", "`workload.long`", "`cluster.iowa`"]);
    wrong(&["--indifference", "0"], &["write a share such as 1%"]);
    wrong(&["--most", "3"], &["less than the 6 futures"]);
    wrong(&["--replications", "1"], &["at least two futures"]);
}

#[test]
fn elastic_parts_are_ranked_where_jobs_are_elastic() {
    let folder = tempfile::tempdir().expect("a folder");
    let elastic = "gpus = 4\nelastic = { min = 1, max = 32, scaling = { power = 0.9 }, resize = \"1 min\" }\n";
    std::fs::write(folder.path().join("world.toml"), WORLD.replace("gpus = 4\n", elastic)).expect("written");
    let names = |more: &[&str]| -> Vec<String> {
        let (_, text) = ranked(folder.path(), &[&["--replications", "2", "--fixed"], more].concat());
        let known = ["rigid", "shrink_expand", "goodput", "easy", "easy+shrink_expand", "sjf-easy+goodput", "scenario+goodput"];
        known.into_iter().filter(|name| text.contains(&format!("\"{name}\""))).map(str::to_owned).collect()
    };
    assert_eq!(names(&[]), ["rigid", "shrink_expand", "goodput"]);
    let asked = "easy,easy+shrink_expand,sjf-easy+goodput,scenario+goodput";
    assert_eq!(names(&["--policy", asked]), ["easy", "easy+shrink_expand", "sjf-easy+goodput", "scenario+goodput"]);
    let wrong = rank(folder.path(), &["--policy", "easy,easy+godput"]);
    assert_eq!(wrong.code, 2);
    says(&wrong, "unknown elastic part `godput`", &["goodput"]);
    let impossible = rank(folder.path(), &["--policy", "easy,las+goodput"]);
    says(
        &impossible,
        "`las+goodput`",
        &["cannot be combined with the elastic part `goodput`: it assumes that jobs keep their size"],
    );
}

#[test]
fn nobody_is_the_best_of_one() {
    let folder = folder();
    // Under the other policy a team gets nothing in some future, so that the ratio is not defined.
    let alone = "format = 2\n[scenario]\nstart = 2026-01-01\nend = 2026-01-06\nreplications = 4\n[vendor.v]\n[team.a]\n[team.b]\n[cluster.c]\nvendor = \"v\"\ngpu = \"H100\"\n\
                 region = \"us-tx\"\nprice_usd_per_gpu_hour = 2\nfailures_per_gpu_day = 0\nramp = [{ date = 2025-01-01, gpus = 8 }]\n[workload.wa]\nteam = \"a\"\npreemptible = false\n\
                 jobs_per_day = 0.2\ngpus = 8\nduration = \"100 d\"\n[workload.wb]\nteam = \"b\"\njobs_per_day = 30\ngpus = 8\nduration = \"1 h\"\n";
    std::fs::write(folder.path().join("world.toml"), alone).expect("written");
    let ended = rank(folder.path(), &["--metric", "max_min_ratio", "--policy", "fifo,sjf"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let board = std::fs::read_to_string(folder.path().join("out/ranking.txt")).expect("written");
    assert!(board.contains("no other policy is left to compare"), "{board}");
}

#[test]
fn a_board_says_who_leaves_jobs_unfinished() {
    let folder = folder();
    // There is more to do than can be done: first come, first served ends with a queue of many small jobs, smallest first with all large ones, which
    // are fewer.
    let starving = "format = 2\n[scenario]\nstart = 2026-01-01\nend = 2026-01-14\nreplications = 4\n[vendor.v]\n[cluster.c]\nvendor = \"v\"\ngpu = \"H100\"\n\
                    region = \"us-tx\"\nprice_usd_per_gpu_hour = 2\nfailures_per_gpu_day = 0\nramp = [{ date = 2026-01-01, gpus = 16 }]\n[workload.small]\n\
                    jobs_per_day = 96\ngpus = 2\nduration = \"1 h\"\n[workload.large]\njobs_per_day = 3\ngpus = 16\nduration = \"4 h\"\n";
    std::fs::write(folder.path().join("world.toml"), starving).expect("written");
    let (sheet, files) = ranked(folder.path(), &["--fixed", "--policy", "fifo,smallest"]);
    assert_eq!(sheet.rows[0][sheet.column("policy")], "smallest");
    let share: f64 = sheet.rows[0][sheet.column("unfinished_share")].parse().expect("a share");
    assert!((0.01..0.1).contains(&share), "{share}");
    let words = files.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("% under fifo, and as little as"), "{files}");
}

/// What a cluster costs that is paid only while it works, where there is hardly any work.
const RARE: &str = r#"format = 2
[scenario]
start = 2026-01-01
end = 2026-03-31
replications = 3

[vendor.aws]

[cluster.virginia]
vendor = "aws"
gpu = "H100"
on_demand_usd_per_gpu_hour = 2
ramp = [{ date = 2026-01-01, gpus = 64, kind = "on_demand" }]

[workload.rare]
jobs_per_day = 0.02
gpus = 8
duration = { lognormal = { median = "1 d", sigma = 1.5, max = "30 d" } }
"#;

#[test]
fn an_interval_of_bills_ends_at_zero_where_no_contract_pays_back() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("world.toml"), RARE).expect("written");
    let (sheet, _) = ranked(folder.path(), &["--policy", "fifo,easy", "--metric", "cost_usd", "--fixed"]);
    for row in &sheet.rows {
        let [mean, low, high] = ["mean", "low", "high"].map(|name| row[sheet.column(name)].parse::<f64>().expect("a number"));
        // The half width of three such futures is several means: unbounded, the interval would reach far below zero.
        assert_eq!(low, 0.0, "{mean} in {low} to {high}");
        assert!(high > 3.0 * mean && mean > 0.0, "{mean} in {low} to {high}");
    }
}
