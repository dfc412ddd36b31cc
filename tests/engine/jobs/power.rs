//! Caps on power: what they keep dark, and whom they turn away.

use super::{close, future, mean, model, most_at_once, records, summary};
use skyberth::metrics::{JobState, RejectionReason};

/// Clusters of H100 in one grid that draw 1.25 kW x 1.6 = 2 kW a GPU at peak, and more work than fits them.
fn world(clusters: &[(&str, &str)], more: &str) -> String {
    let cluster = |(name, keys): &(&str, &str)| {
        format!(
            "[cluster.{name}]\nvendor = \"aws\"\ngpu = \"H100\"\nregion = \"us-va\"\nfailures_per_gpu_day = 0\nit_kw_per_gpu = 1.25\n\
             pue_peak = 1.6\npue_annual = 1.2\nidle_power_share = 0.5\nprice_usd_per_gpu_hour = 2\n{keys}\n"
        )
    };
    let clusters: String = clusters.iter().map(cluster).collect();
    format!("[scenario]\nstart = 2026-01-01\nend = 2026-01-31\nreplications = 1\n[vendor.aws]\n{clusters}{more}")
}

const WORK: &str = "[workload.w]\njobs_per_day = 200\ngpus = 8\nduration = \"3 h\"\nsoftware_failures_per_day = 0\n";
const EIGHTY: &str = "ramp = [{ date = 2026-01-01, gpus = 80 }]";
const DAYS: f64 = 31.0;

#[test]
fn gpus_without_power_are_out_of_use_until_the_cap_rises() {
    // 0.1 MW are 50 GPUs, and 48 in whole nodes; from the 16th on there is enough for all.
    let text = world(&[("a", &format!("max_mw = 0.1\nmax_mw_steps = [{{ date = 2026-01-16, max_mw = 0.16 }}]\n{EIGHTY}"))], WORK);
    let model = model(&text);
    let jobs = records(&future(&model, 0));
    let early: Vec<_> = jobs
        .iter()
        .copied()
        .filter(|job| job.start.is_some_and(|start| start < model.calendar.at("2026-01-16".parse().expect("a date"))))
        .collect();
    assert_eq!(most_at_once(&early, model.horizon()), 48);
    assert_eq!(most_at_once(&jobs, model.horizon()), 80);
    let summary = summary(&model);
    let all = |metric: &str| mean(&summary, metric, "all", "all");
    close(all("out_for_power_gpu_hours"), 32.0 * 15.0 * 24.0, 1e-12);
    close(all("out_gpu_hours"), 32.0 * 15.0 * 24.0, 1e-12);
    close(all("installed_gpu_hours"), 80.0 * DAYS * 24.0, 1e-12);
    // What is dark draws nothing, and is paid.
    let idle = all("active_gpu_hours") - all("allocated_gpu_hours");
    close(all("energy_kwh"), 1.25 * 1.2 * (all("allocated_gpu_hours") + 0.5 * idle), 1e-8);
    close(all("cost_usd"), 2.0 * 80.0 * DAYS * 24.0, 1e-12);
    assert!(summary.get("out_for_power_gpu_hours", "cluster", "a", "total").is_some());
    let without = super::summary(&super::model(&world(&[("a", EIGHTY)], WORK)));
    assert!(without.get("out_for_power_gpu_hours", "all", "all", "total").is_none());
}

#[test]
fn what_was_delivered_first_in_a_grid_has_its_power() {
    // 0.1 MW for both: 40 GPUs of the second leave 20 kW, which are one node of the first that comes later.
    let late = "ramp = [{ date = 2026-01-11, gpus = 40 }]";
    let text = world(
        &[("late", late), ("early", "ramp = [{ date = 2026-01-01, gpus = 40 }]")],
        &format!("{WORK}[grid.us-va]\nmax_mw = 0.1\n"),
    );
    let summary = summary(&model(&text));
    let hours = |metric: &str, cluster: &str| mean(&summary, metric, "cluster", cluster);
    assert_eq!(hours("out_for_power_gpu_hours", "early"), 0.0);
    close(hours("out_for_power_gpu_hours", "late"), 32.0 * 21.0 * 24.0, 1e-12);
    close(mean(&summary, "active_gpu_hours", "all", "all"), (40.0 * DAYS + 8.0 * 21.0) * 24.0, 1e-12);
    let month = summary.get("peak_mw", "all", "all", "2026-01").and_then(|row| row.mean);
    assert_eq!(month, Some(0.096));
}

#[test]
fn who_waits_for_power_that_others_have_taken_is_turned_away() {
    // 24 GPUs have room at first on the cluster to come. From the 6th on the other one has the power for them.
    let clusters = [
        ("a", "ramp = [{ date = 2026-01-01, gpus = 24 }, { date = 2026-01-06, gpus = 16 }]"),
        ("b", "ramp = [{ date = 2026-01-21, gpus = 40 }]"),
    ];
    let large = "[workload.large]\njobs_per_day = 2\ngpus = 24\nduration = \"1 h\"\nonly_clusters = [\"b\"]\n";
    let model = model(&world(&clusters, &format!("{large}[grid.us-va]\nmax_mw = 0.1\n")));
    let jobs = records(&future(&model, 0));
    assert!(jobs.len() > 40);
    assert!(jobs.iter().all(|job| job.state == JobState::Rejected(RejectionReason::NoPower)));
}

#[test]
fn accounts_balance_whatever_happens_to_capped_clusters() {
    let ramp = "ramp = [{ date = 2026-01-01, gpus = 72 }, { date = 2026-01-05, gpus = 144 }, { date = 2026-01-09, gpus = 36 }]\n\
                slip = { probability = 0.5, days = { exponential = { mean = 4 } }, cancelled = 0.1 }";
    let failing = ramp.to_owned() + "\nmax_mw = 0.2\nmax_mw_steps = [{ date = 2026-01-20, max_mw = 0.3 }]";
    let more = "[grid.us-va]\nmax_mw = 0.3\nmax_mw_steps = [{ date = 2026-01-07, max_mw = 0.4 }, { date = 2026-01-25, max_mw = 0.7 }]\n\
        [outage.o]\nvendor = \"aws\"\nper_year = 150\nduration = { exponential = { mean = \"20 h\" } }\n\
        [workload.small]\njobs_per_day = 60\ngpus = { table = [[1, 0.5], [6, 0.4], [40, 0.1]] }\nduration = { exponential = { mean = \"6 h\" } }\n\
        [service.chat]\ntokens_per_s = 4000\nreplica = { type = \"llama3.1-70b-h100\" }\n";
    let text = world(&[("a", &failing), ("b", ramp)], more)
        .replace("failures_per_gpu_day = 0\n", "failures_per_gpu_day = 0.05\nrepair = \"30 h\"\nnode_gpus = 4\ndomain_gpus = 12\n");
    for policy in ["easy", "conservative", "srtf", "priority"] {
        for placement in ["best_fit", "pack_domain", "consolidate"] {
            let model = model(&format!("{text}[policy]\npreset = \"{policy}\"\nplacement = \"{placement}\"\n"));
            for replication in 0..4 {
                let observation = future(&model, replication);
                let dark: u64 = observation.clusters.iter().flatten().map(|cell| cell.dark_at_end).sum();
                assert!(dark > 0, "something is dark at the end of some period");
            }
        }
    }
}
