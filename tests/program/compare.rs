//! Variants and questions under the same futures: what they change, what they leave alone, and how they are refused.

use crate::common::{Ended, Sheet, says, skyberth};
use skyberth::metrics::catalog::{self, Direction};
use std::path::Path;

/// Two vendors; Azure has a tranche to come. A variant without Azure.
const WORLD: &str = r#"format = 2
[scenario]
start = 2026-01-01
end = 2026-12-31
replications = 6
service_step = "1 h"

[vendor.aws]
[vendor.azure]

[cluster.virginia]
vendor = "aws"
gpu = "H100"
region = "us-va"
price_usd_per_gpu_hour = 2.0
ramp = [{ date = 2026-01-01, gpus = 64 }]

[cluster.iowa]
vendor = "azure"
gpu = "H100"
region = "us-ia"
price_usd_per_gpu_hour = 3.0
ramp = [{ date = 2026-01-01, gpus = 32 }, { date = 2026-06-01, gpus = 64 }]

[workload.training]
jobs_per_day = 24
gpus = 8
duration = { exponential = { mean = "7 h" } }

[service.chat]
tokens_per_s = 4000
replica.type = "llama3.1-70b-h100"

[variant.alone]
title = "AWS alone"
drop_vendors = ["azure"]

[variant.smaller]
remove = ["cluster.iowa.ramp[1]"]
set = { "workload.training.gpus" = 4 }

[comparison]
n_minus_1 = { start = 2026-08-01, duration = "7 d" }
"#;

fn folder(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("world.toml"), text).expect("written");
    folder
}

#[track_caller]
fn compared(folder: &Path, more: &[&str]) -> Ended {
    let ended = skyberth(folder, &[&["compare", "world.toml", "-o", "out"], more].concat());
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    ended
}

/// Jobs of an entrant: columns of interest by job.
fn jobs(folder: &Path, entrant: &str) -> Vec<Vec<String>> {
    let csv = Sheet::read(&folder.join("out").join(format!("jobs-{entrant}.csv")));
    let columns: Vec<usize> =
        ["workload", "job_id", "submit_s", "run_s", "start_s", "finish_s", "state", "cluster"].map(|name| csv.column(name)).into();
    csv.rows.iter().map(|row| columns.iter().map(|&column| row[column].clone()).collect()).collect()
}

/// Seconds from the scenario's start to a day of 2026.
fn day(month: u32, day: u32) -> f64 {
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    f64::from(lengths[..month as usize - 1].iter().sum::<u32>() + day - 1) * 86_400.0
}

/// What happened before an instant: starts and ends that lie before it.
fn before(jobs: &[Vec<String>], instant: f64) -> Vec<Vec<String>> {
    let early = |text: &String| text.parse::<f64>().is_ok_and(|time| time < instant);
    let known = jobs.iter().filter(|job| early(&job[2]));
    known
        .map(|job| {
            let mut job = job.clone();
            for time in [4, 5] {
                if !early(&job[time]) {
                    job[time].clear();
                }
            }
            if job[5].is_empty() {
                (job[6], job[7]) = (String::new(), String::new());
            }
            job
        })
        .collect()
}

#[test]
fn a_question_changes_nothing_before_its_date() {
    let folder = folder(WORLD);
    let questions = ["--only", "alone", "--outage", "azure@2026-07-01+15h", "--slip", "azure:60d", "--jobs"];
    compared(folder.path(), &questions);
    let base = jobs(folder.path(), "baseline");
    for (entrant, instant) in [("outage-azure-2026-07-01-15h", day(7, 1)), ("slip-azure-60d", day(6, 1))] {
        let jobs = jobs(folder.path(), entrant);
        assert_eq!(before(&base, instant), before(&jobs, instant), "{entrant}");
        assert_ne!(base, jobs, "{entrant} changes something after its date");
        // The same jobs, whatever becomes of them.
        let drawn = |jobs: &[Vec<String>]| jobs.iter().map(|job| job[..4].to_vec()).collect::<Vec<_>>();
        assert_eq!(drawn(&base), drawn(&jobs), "{entrant}");
    }
    let text = std::fs::read_to_string(folder.path().join("out/comparison.txt")).expect("written");
    assert!(text.contains("4. Recovery") && text.contains("days to"), "{text}");
}

#[test]
fn results_do_not_depend_on_threads_or_on_who_else_is_compared() {
    let folder = folder(WORLD);
    compared(folder.path(), &["--threads", "1"]);
    let read = |name: &str| std::fs::read_to_string(folder.path().join("out").join(name)).expect("written");
    let (csv, json) = (read("comparison.csv"), read("comparison.json"));
    compared(folder.path(), &["--threads", "2"]);
    assert_eq!((csv.clone(), json), (read("comparison.csv"), read("comparison.json")));
    compared(folder.path(), &["--only", "alone"]);
    // Verdicts look at all variants of a line together; all else is the variant's own.
    let alone = |text: &str| -> Vec<String> {
        let lines =
            text.lines().filter(|line| line.contains(",alone,")).map(|line| line.rsplit_once(',').expect("columns").0.to_owned());
        lines.collect()
    };
    assert_eq!(alone(&csv), alone(&read("comparison.csv")));
    assert!(alone(&csv).len() > 50);
}

#[test]
fn the_first_screen() {
    let folder = folder(WORLD);
    let ended =
        compared(folder.path(), &["--outage", "azure@2026-07-01+15h", "--demand", "all:-30%", "--add", "iowa:32@2026-03-01"]);
    assert!(ended.stdout.lines().all(|line| line.trim_end().chars().count() <= 80), "{}", ended.stdout);
    insta::assert_snapshot!(ended.stdout.lines().map(str::trim_end).collect::<Vec<_>>().join("\n"));
}

/// Rows of a metric in `comparison.csv`: name, variant and period, with baseline and variant.
fn figures(folder: &Path, metric: &str) -> Vec<([String; 3], [Option<f64>; 2])> {
    let csv = Sheet::read(&folder.join("out/comparison.csv"));
    let column = |row: &[String], name: &str| row[csv.column(name)].clone();
    let rows = csv.rows.iter().filter(|row| row[0] == metric);
    rows.map(|row| {
        let means = ["baseline_mean", "variant_mean"].map(|name| column(row, name).parse().ok());
        (["name", "variant", "period"].map(|name| column(row, name)), means)
    })
    .collect()
}

/// Both vendors are full all the time, with eight GPUs each. A whole month without one is half the month's hours; nothing is caught up.
#[test]
fn what_a_month_loses_without_a_vendor() {
    let text = WORLD
        .replace("duration = \"7 d\"", "duration = \"31 d\"")
        .replace("gpus = 64 }", "gpus = 8 }")
        .replace("[{ date = 2026-01-01, gpus = 32 }, { date = 2026-06-01, gpus = 8 }]", "[{ date = 2026-01-01, gpus = 8 }]")
        .replace("region =", "failures_per_gpu_day = 0\nregion =")
        .replace("[workload.training]", "[workload.training]\ncheckpoint = { interval = \"1 min\", size_gb_per_gpu = 0 }");
    let (head, tail) =
        (&text[..text.find("[service.chat]").expect("there")], &text[text.find("[variant.alone]").expect("there")..]);
    let folder = folder(&format!("{head}{}", tail.replace("remove = [\"cluster.iowa.ramp[1]\"]", "")));
    compared(folder.path(), &["--only", "alone"]);
    let losses = figures(folder.path(), "n_minus_1_loss_share");
    let by_month = figures(folder.path(), "n_minus_1_net_loss_share");
    let find = |rows: &[([String; 3], [Option<f64>; 2])], name: &str, variant: &str, period: &str| {
        let is_it = |(key, _): &&([String; 3], _)| key == &[name.to_owned(), variant.to_owned(), period.to_owned()];
        rows.iter().find(is_it).and_then(|(_, means)| means[1])
    };
    let of = |name: &str, variant: &str, period: &str| find(&losses, name, variant, period);
    let net = |name: &str, variant: &str, period: &str| find(&by_month, name, variant, period);
    for name in ["aws", "azure"] {
        let whole = of(name, "baseline", "total").expect("a loss");
        let [july, august] = ["2026-07", "2026-08"].map(|month| net(name, "baseline", month).expect("a loss"));
        // What the checkpoints had not saved at midnight was done, and is booked, in July.
        assert!((whole - 0.5).abs() < 1e-3 && (0.0..1e-4).contains(&july), "{whole} {july}");
        assert!((august - 0.5).abs() < 1e-9, "{august}");
        assert_eq!(net(name, "baseline", "2026-09"), None);
        let [lost, later, months] = ["n_minus_1_loss_share", "n_minus_1_caught_up_share", "n_minus_1_net_loss_share"]
            .map(|metric| amounts(folder.path(), metric, name));
        let sum: f64 = months.iter().map(|(_, hours)| hours).sum();
        assert!(lost[0].0 == "total" && (sum - lost[0].1).abs() < 1e-6 * sum, "{lost:?} {months:?}");
        assert!(later[0].1.abs() < 1e-6 * sum, "both vendors are full, so that nothing can be caught up: {later:?}");
    }
    let alone = net("aws", "alone", "2026-08").expect("a loss");
    assert!((alone - 1.0).abs() < 1e-9, "{alone}");
    // All GPUs are of one type here, so that their weight is in no share.
    for other in ["n_minus_1_loss_gpu_hours_share", "n_minus_1_loss_it_mwh_share"] {
        for ((key, [_, mean]), (other_key, [_, other])) in losses.iter().zip(figures(folder.path(), other)) {
            assert_eq!(*key, other_key);
            assert!(mean.zip(other).is_some_and(|(mean, other)| (mean - other).abs() < 1e-9), "{key:?} {mean:?} {other:?}");
        }
    }
}

/// What the baseline loses without a vendor in H100e-hours, or catches up, by period.
fn amounts(folder: &Path, metric: &str, vendor: &str) -> Vec<(String, f64)> {
    let json = std::fs::read_to_string(folder.join("out/comparison.json")).expect("written");
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let losses = json["losses"].as_array().expect("a list").iter();
    let theirs = losses.filter(|loss| loss["entrant"] == "baseline" && loss["vendor"] == vendor && loss["metric"] == metric);
    theirs.map(|loss| (loss["period"].as_str().expect("text").to_owned(), loss["amount"].as_f64().expect("a number"))).collect()
}

/// A week from the 28th of August on, 60 % of the GPUs are away while demand asks for more than the rest: September catches up.
#[test]
fn work_is_caught_up_in_the_months_after() {
    let text = WORLD.replace("start = 2026-08-01", "start = 2026-08-28").replace("jobs_per_day = 24", "jobs_per_day = 36");
    let folder = folder(&text);
    compared(folder.path(), &["--only", "alone"]);
    let net = amounts(folder.path(), "n_minus_1_net_loss_share", "azure");
    assert_eq!((net[0].0.as_str(), net[1].0.as_str()), ("2026-08", "2026-09"));
    assert!(net[0].1 > 0.0 && net[1].1 < -0.5 * net[0].1, "{net:?}");
    // The loss is of the week alone, and what is caught up is told beside it; both together are what the months say.
    let [loss, later] = ["n_minus_1_loss_share", "n_minus_1_caught_up_share"].map(|metric| amounts(folder.path(), metric, "azure"));
    let ([(whole, lost)], [(_, caught_up)]) = (&loss[..], &later[..]) else { panic!("{loss:?} {later:?}") };
    assert!(whole == "total" && *lost > net[0].1 && *caught_up > -net[1].1, "{loss:?} {later:?} {net:?}");
    let months: f64 = net.iter().map(|(_, amount)| amount).sum();
    assert!((lost - caught_up - months).abs() < 1e-6 * lost, "{lost} {caught_up} {months}");
    // Both are shares of the hours that would have been served in that week.
    let share = |metric: &str| {
        let found = figures(folder.path(), metric);
        let is_it = |(key, _): &&([String; 3], _)| key[0] == "azure" && key[1] == "baseline" && key[2] == "total";
        found.iter().find(is_it).and_then(|(_, means)| means[1]).expect("a share")
    };
    let [loss, later] = ["n_minus_1_loss_share", "n_minus_1_caught_up_share"].map(share);
    assert!(loss > 0.1 && loss < 0.6 && (later / loss - caught_up / lost).abs() < 0.05, "{loss} {later}");
}

#[test]
fn dependence_is_compared_by_month() {
    let contract = "[contract.c]\nvendor = \"azure\"\nstart = 2026-01-01\nterm = \"1 y\"\nnotice = \"90 d\"\n";
    let folder = folder(&format!("{WORLD}{contract}"));
    compared(folder.path(), &["--only", "smaller"]);
    let ended = skyberth(folder.path(), &["run", "world.toml", "-o", "run", "--quiet"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let alone = Sheet::read(&folder.path().join("run/dependency_vendors.csv"));
    let mut months = 0;
    for ([vendor, _, period], means) in figures(folder.path(), "adjusted_dependence_share") {
        let Some(row) = alone.rows.iter().find(|row| row[0] == period && row[1] == vendor) else { continue };
        let cell: f64 = row[alone.column("adjusted_dependence_mean_share")].parse().expect("a number");
        assert_eq!(means[0], Some(cell), "{vendor} {period}");
        months += 1;
    }
    assert!((12..=24).contains(&months), "{months}");
    // Of the contract there are a year and its end.
    let exits = alone.rows.iter().filter(|row| row[1] == "azure" && !row[alone.column("exit_mean_days")].is_empty());
    assert_eq!(exits.count(), 12);
}

#[test]
fn a_variant_is_the_scenario_with_its_changes_written_in() {
    let folder = folder(WORLD);
    compared(folder.path(), &["--jobs", "--only", "smaller"]);
    let by_variant = jobs(folder.path(), "smaller");
    let written = WORLD.replace(", { date = 2026-06-01, gpus = 64 }", "").replace("gpus = 8\n", "gpus = 4\n");
    std::fs::write(folder.path().join("other.toml"), written).expect("written");
    let ended = skyberth(folder.path(), &["compare", "world.toml", "other.toml", "--only", "smaller", "--jobs", "-o", "out"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(by_variant, jobs(folder.path(), "other"));
}

#[test]
fn earlier_capacity_and_bans() {
    let folder = folder(WORLD);
    let more = ["--only", "alone", "--slip", "iowa:-30d", "--ban", "us@2026-10-01", "--jobs"];
    compared(folder.path(), &more);
    let base = jobs(folder.path(), "baseline");
    let earlier = jobs(folder.path(), "slip-iowa--30d");
    let may = day(5, 2);
    assert_eq!(before(&base, may), before(&earlier, may), "30 days before the first of June nothing is known of it");
    assert_ne!(before(&base, day(6, 1)), before(&earlier, day(6, 1)));
    let banned = jobs(folder.path(), "ban-us-2026-10-01");
    let october = day(10, 1);
    assert_eq!(before(&base, october), before(&banned, october));
    for job in &banned {
        let starts_later = job[4].parse::<f64>().is_ok_and(|start| start >= october);
        let ends_later = job[5].parse::<f64>().is_ok_and(|end| end > october && job[6] != "rejected");
        assert!(!starts_later && !ends_later, "{job:?}");
    }
}

/// A banned cluster whose contract ends, whose vendor defaults or whose tranche is cancelled is still one cluster less, once.
#[test]
fn a_ban_goes_with_whatever_else_becomes_of_a_cluster() {
    let contract = "[contract.c]\nvendor = \"azure\"\nstart = 2026-01-01\nterm = \"3 y\"\n";
    let ended = format!("{contract}early_termination = {{ date = 2026-09-01, fee_share = 0.1 }}\n");
    for text in [
        format!("{WORLD}{ended}"),
        WORLD.replace("[vendor.azure]", "[vendor.azure]\ndefaults_on = 2026-09-01"),
        WORLD.replace("region = \"us-ia\"", "region = \"us-ia\"\nslip = { probability = 0, cancelled = 1 }"),
    ] {
        let folder = folder(&text.replace("us-va", "xx-va"));
        compared(folder.path(), &["--only", "alone", "--ban", "us@2026-05-01", "--jobs"]);
        let may = day(5, 1);
        for job in jobs(folder.path(), "ban-us-2026-05-01") {
            let starts_later = job[4].parse::<f64>().is_ok_and(|start| start >= may);
            assert!(!starts_later || job[7] == "virginia", "{job:?}");
        }
    }
}

#[track_caller]
fn refused(more: &[&str], words: &[&str]) {
    let folder = folder(WORLD);
    let ended = skyberth(folder.path(), &[&["compare", "world.toml", "-o", "out"], more].concat());
    assert_eq!(ended.code, 2, "{more:?}: {}{}", ended.stdout, ended.stderr);
    for word in words {
        assert!(ended.stderr.contains(word), "{more:?} should say `{word}`:\n{}", ended.stderr);
    }
    assert!(!folder.path().join("out/comparison.csv").exists());
}

#[test]
fn questions_that_mean_nothing() {
    refused(&["--outage", "azur@2026-07-01+15h"], &["unknown vendor or cluster `azur`", "did you mean `azure`?", "--outage:1:1"]);
    refused(&["--outage", "azure:us-va@2026-07-01+15h"], &["unknown region of `azure`: `us-va`", "us-ia"]);
    refused(&["--outage", "azure@2027-07-01+15h"], &["outside the scenario", "2026-12-31"]);
    refused(&["--outage", "azure@2025-07-01+15h"], &["outside the scenario"]);
    refused(&["--outage", "azure@2026-07-01+15 parsecs"], &["is not a duration"]);
    refused(&["--outage", "azure@2026-07-01+0h"], &["an outage must have a positive duration"]);
    refused(&["--outage", "azure"], &["write VENDOR[:REGION]@DATE+DURATION"]);
    refused(&["--slip", "aws:60d"], &["nothing of `aws` is still to come after the scenario's start"]);
    refused(&["--slip", "azure"], &["write CLUSTER-OR-VENDOR:DELAY"]);
    refused(&["--add", "iowa:7x@2026-03-01"], &["write CLUSTER:GPUS@DATE"]);
    refused(&["--add", "iowa:7@2026-03-01"], &["whole nodes of 8"]);
    refused(&["--add", "ohio:8@2026-03-01"], &["unknown cluster `ohio`"]);
    refused(&["--demand", "training:-130%"], &["out of range"]);
    refused(&["--demand", "trainin:-30%"], &["unknown workload or service `trainin`", "did you mean `training`?"]);
    refused(&["--ban", "fr@2026-03-01"], &["unknown jurisdiction `fr`", "us"]);
    refused(&["--drop", "oracle"], &["unknown vendor `oracle`"]);
    refused(&["--only", "alon"], &["unknown variant `alon`", "did you mean `alone`?"]);
    refused(&["--variant", "late"], &["write NAME:PATH=VALUE"]);
    refused(&["--variant", "alone:scenario.title=x"], &["two variants are called `alone`"]);
    refused(&["--variant", "later:scenario.seed=7"], &["its seed differs", "the same futures"]);
    refused(&["--variant", "later:scenario.end=2026-11-30"], &["its end differs"]);
    refused(&["--precision", "wait_s_mean"], &["write METRIC:SHARE"]);
    refused(&["--precision", "wait_s_men:5%"], &["unknown metric `wait_s_men`", "did you mean `wait_s_mean`?"]);
    refused(&["--precision", "wait_s_mean:0%"], &["write METRIC:SHARE"]);
}

#[track_caller]
fn spoiled(part: &str, by: &str, place: &str, words: &[&str]) {
    assert_eq!(WORLD.matches(part).count(), 1, "`{part}` is there once");
    let folder = folder(&WORLD.replacen(part, by, 1));
    let ended = skyberth(folder.path(), &["compare", "world.toml", "-o", "out"]);
    assert_eq!(ended.code, 2, "{}", ended.stderr);
    says(&ended, place, words);
}

#[test]
fn variants_that_mean_nothing() {
    spoiled("drop_vendors = [\"azure\"]", "drop_vendors = [\"azur\"]", "world.toml:36:17", &["unknown vendor `azur`", "azure"]);
    spoiled(
        "remove = [\"cluster.iowa.ramp[1]\"]",
        "remove = [\"cluster.iowa.ramp[7]\"]",
        "world.toml:39:11",
        &["nothing to remove at"],
    );
    spoiled("\"workload.training.gpus\"", "\"workload.trainin.gpus\"", "world.toml:40:9", &["unknown workload `trainin`"]);
    let overlapping = "\"workload.training.gpus\" = 4, \"workload.training\"";
    spoiled("\"workload.training.gpus\"", overlapping, "world.toml:40", &["overlaps", "change a value once"]);
    spoiled("\"workload.training.gpus\" = 4", "\"workload.training.gpus\" = -4", "world.toml:40", &["must not be negative"]);
    spoiled(
        "title = \"AWS alone\"",
        "of = \"smalle\"",
        "world.toml:35:6",
        &["unknown variant `smalle`", "did you mean `smaller`?"],
    );
    spoiled("title = \"AWS alone\"", "of = \"alone\"", "world.toml:35:6", &["builds on itself"]);
    spoiled("start = 2026-08-01", "start = 2027-08-01", "world.toml:43", &["outside the scenario"]);
    spoiled("[variant.alone]", "[variant.baseline]", "world.toml:34", &["`baseline` names the scenario itself"]);
}

#[test]
fn check_looks_at_variants_too() {
    let folder = folder(WORLD);
    assert_eq!(skyberth(folder.path(), &["check", "world.toml"]).code, 0);
    std::fs::write(folder.path().join("world.toml"), WORLD.replace("ramp[1]", "ramp[7]")).expect("written");
    let ended = skyberth(folder.path(), &["check", "world.toml"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
    says(&ended, "world.toml:39:11", &["nothing to remove at", "1 variant has errors"]);
}

#[test]
fn nothing_to_compare_with() {
    let bare = &WORLD[..WORLD.find("[variant.alone]").expect("there")];
    let folder = folder(bare);
    let ended = skyberth(folder.path(), &["compare", "world.toml"]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("nothing to compare the scenario with"), "{}", ended.stderr);
}

#[test]
fn precision_stops_when_it_is_reached_and_says_what_it_would_take() {
    let folder = folder(WORLD);
    let easy = compared(folder.path(), &["--only", "alone", "--precision", "utilisation_share:20%"]);
    assert!(easy.stdout.contains("Stopped at 6 futures: half the interval of utilisation_share is"), "{}", easy.stdout);
    let hard = compared(folder.path(), &["--only", "alone", "--precision", "wait_s_mean:0.1%", "--most", "12"]);
    assert!(hard.stdout.contains("Stopped at 12 futures, the most allowed"), "{}", hard.stdout);
    let folded = hard.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(folded.contains("the precision asked for needs about"), "{}", hard.stdout);
}

/// The page of a comparison with names that would be markup if they were not escaped.
#[test]
fn the_page_escapes_names_and_is_made_again_from_its_file() {
    let hostile = "<script>alert('x')</script>&\\\"";
    let text = WORLD
        .replace("AWS alone", hostile)
        .replace("format = 2\n[scenario]\n", &format!("format = 2\n[scenario]\ntitle = \"{hostile}\"\n"));
    let folder = folder(&text);
    let more = ["--variant", "<b>x</b>:workload.training.gpus=4", "--outage", "azure@2026-07-01+15h", "--slip", "azure:60d"];
    compared(folder.path(), &more);
    let page = folder.path().join("out/report.html");
    let first = std::fs::read_to_string(&page).expect("a page");
    assert!(first.starts_with("<!doctype html>") && first.ends_with("</html>\n"));
    assert!(!first.contains("<script") && !first.contains("<b>x</b>") && !first.contains("NaN"), "unescaped");
    assert!(first.contains("&lt;script&gt;") && first.contains("&lt;b&gt;x&lt;&#x2f;b&gt;"));
    for section in ["1. Verdict", "2. The price of redundancy", "3. Future by future", "4. Recovery", "5. How it was"] {
        assert!(first.contains(section), "{section}");
    }
    assert!(
        first.contains("Stopped as asked, after 6 futures.") && first.contains(" of 6</td>") && first.contains("Worst N-1 loss")
    );
    // A dot a future: of four variants, in both widths.
    let (_, strip) = first.split_once("id=\"strip-wait_s_mean-wide-d\"").expect("a strip");
    let strip = strip.split_once("</svg>").expect("its end").0;
    assert_eq!(strip.matches("h0").count(), 5 * 6, "{strip}");
    std::fs::remove_file(&page).expect("it is there");
    let ended = skyberth(folder.path(), &["report", "out"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (0, ""), "{}", ended.stderr);
    assert!(first == std::fs::read_to_string(&page).expect("a page"), "the page is the same");
}

#[test]
fn a_single_future_and_a_baseline_of_zero_have_a_page_too() {
    let folder = folder(WORLD);
    let more = ["--only", "alone", "--replications", "1", "--precision", "deadline_miss_share:5%", "--most", "2"];
    compared(folder.path(), &more);
    let page = folder.path().join("out/report.html");
    let first = std::fs::read_to_string(&page).expect("a page");
    assert!(first.contains("not estimable") && !first.contains("NaN") && !first.contains(">inf"));
    assert_eq!(skyberth(folder.path(), &["report", "out"]).code, 0, "what is infinite is null in the file");
    assert!(first == std::fs::read_to_string(&page).expect("a page"), "the page is the same");
}

#[test]
fn folders_that_are_no_comparison_or_two_things_are_refused() {
    let folder = folder(WORLD);
    compared(folder.path(), &["--only", "alone"]);
    let file = folder.path().join("out/comparison.json");
    let text = std::fs::read_to_string(&file).expect("written");
    let end = text.find("\"rows\"").expect("rows");
    let entrants = text.find("\"entrants\"").expect("entrants");
    let bare = format!("{}\"entrants\":[],{}", &text[..entrants], &text[end..]);
    for (broken, words) in
        [(bare.as_str(), "no variant to compare"), (&text[..50], "comparison.json:1:50: EOF"), ("[]", "comparison.json:1:2")]
    {
        std::fs::write(&file, broken).expect("written");
        let ended = skyberth(folder.path(), &["report", "out"]);
        assert_eq!(ended.code, 2, "{}", ended.stderr);
        assert!(ended.stderr.contains(words), "`{words}` is missing from\n{}", ended.stderr);
    }
    // As two copied together.
    std::fs::write(&file, &text).expect("written");
    std::fs::write(folder.path().join("out/summary.json"), "{}").expect("written");
    let ended = skyberth(folder.path(), &["report", "out"]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("of a run and of a comparison"), "{}", ended.stderr);
}

/// Which of the files that tell studies apart a folder has.
fn kinds(folder: &Path) -> Vec<&'static str> {
    ["summary.json", "comparison.json", "ranking.json"].into_iter().filter(|file| folder.join(file).exists()).collect()
}

#[test]
fn a_folder_holds_one_study() {
    let folder = folder(WORLD);
    let study = |command: &str, more: &[&str]| {
        let ended = skyberth(folder.path(), &[&[command, "world.toml", "--replications", "2"], more].concat());
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        ended.stderr
    };
    // Where a folder is asked for, the older study leaves, whole.
    let out = folder.path().join("out");
    study("compare", &["--jobs", "-o", "out"]);
    assert!(out.join("jobs-baseline.csv").exists());
    std::fs::write(out.join("jobs-mine.csv"), "a table of the user's").expect("written");
    let said = study("run", &["-o", "out"]);
    assert!(said.contains("out holds the results of a comparison, which are replaced"), "{said}");
    assert_eq!(kinds(&out), ["summary.json"]);
    assert!(!out.join("jobs-baseline.csv").exists() && out.join("jobs-mine.csv").exists());
    study("rank", &["--fixed", "--policy", "fifo,easy", "-o", "out"]);
    assert_eq!(kinds(&out), ["ranking.json"]);
    assert!(!out.join("report.html").exists(), "the run's page is left");
    // At the usual place, studies of several kinds lie beside each other.
    let usual = folder.path().join("results");
    for _ in 0..2 {
        study("run", &[]);
        study("compare", &[]);
        study("rank", &["--fixed", "--policy", "fifo,easy"]);
    }
    let mut names: Vec<_> = std::fs::read_dir(&usual).expect("there").map(|entry| entry.expect("an entry").path()).collect();
    names.sort();
    let found: Vec<_> = names.iter().map(|path| kinds(path)).collect();
    assert_eq!(found, [["summary.json"], ["comparison.json"], ["ranking.json"]], "{names:?}");
}

#[test]
fn verdicts_follow_the_declared_directions() {
    let quiet =
        WORLD.replace("[variant.alone]", "[variant.quiet]\nset = { \"service.chat.tokens_per_s\" = 400 }\n\n[variant.alone]");
    let folder = folder(&quiet);
    compared(folder.path(), &["--only", "quiet"]);
    let sheet = Sheet::read(&folder.path().join("out/comparison.csv"));
    let [metric, difference, verdict] = ["metric", "difference", "verdict"].map(|name| sheet.column(name));
    let mut judged = std::collections::BTreeSet::new();
    for row in sheet.rows.iter().filter(|row| ["better", "worse", "more", "less"].contains(&row[verdict].as_str())) {
        let rises = row[difference].parse::<f64>().expect("a number") > 0.0;
        let declared = catalog::find(&row[metric]).expect("a declared metric");
        let direction = if declared.stands_alone { declared.direction } else { Direction::Neither };
        let expected = match direction {
            Direction::Neither => {
                if rises {
                    "more"
                } else {
                    "less"
                }
            }
            Direction::Higher => {
                if rises {
                    "better"
                } else {
                    "worse"
                }
            }
            Direction::Lower => {
                if rises {
                    "worse"
                } else {
                    "better"
                }
            }
        };
        assert_eq!(row[verdict], expected, "{row:?}");
        judged.insert((row[metric].clone(), row[verdict].clone()));
    }
    // A service that does a tenth of the work on more than a tenth of the GPUs does worse; that a vendor serves a larger share is neither.
    for (metric, verdict) in
        [("tokens_within_objective_per_gpu_hour", "worse"), ("usd_per_million_tokens_within_objective", "more")]
    {
        assert!(judged.contains(&(metric.to_owned(), verdict.to_owned())), "{judged:?}");
    }
    assert!(
        judged.iter().all(|(metric, verdict)| metric != "served_gpu_hours_share" || ["more", "less"].contains(&verdict.as_str()))
    );
}
