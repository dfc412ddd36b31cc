//! Jobs and data that move between vendors: times and bills by hand arithmetic.

use super::{close, future, mean, model, records, summary};
use skyberth::metrics::{JobRecord, JobState, RejectionReason};
use skyberth::study::Summary;

const HOUR: f64 = 3_600_000.0;

/// Two vendors with a cluster each of 80 GPUs; a job of 8 GPUs every six hours that runs 10 h, a checkpoint every hour, restarts of 30 min.
fn world(workload: &str, more: &str) -> String {
    let cluster = |name: &str, vendor: &str, region: &str| {
        format!(
            "[cluster.{name}]\nvendor = \"{vendor}\"\ngpu = \"H100\"\nregion = \"{region}\"\nfailures_per_gpu_day = 0\n\
             price_usd_per_gpu_hour = 2.0\nramp = [{{ date = 2026-01-01, gpus = 80 }}]\n"
        )
    };
    format!(
        "format = 2\n[scenario]\nstart = 2026-01-01\nend = 2026-01-31\nreplications = 1\n[vendor.aws]\n[vendor.azure]\n{}{}\
         [workload.w]\njobs_per_day = 4\ngpus = 8\nduration = \"10 h\"\nrestart = \"30 min\"\n{workload}\n{more}",
        cluster("a", "aws", "us-va"),
        cluster("b", "azure", "us-ia")
    )
}

/// 9 GB per GPU, 72 GB a job: 576 s at 1 Gbit/s.
const CHECKPOINT: &str = "checkpoint = { interval = \"1 h\", blocking = \"0 s\", size_gb_per_gpu = 9 }";
const LINK: &str = "[links]\ndefault_gbps = 1\n";
const OUTAGE: &str = "[outage.o]\nvendor = \"aws\"\nstart = 2026-01-10T00:00:00Z\nduration = \"15 h\"\n";
const BEGIN: f64 = 9.0 * 24.0;

fn jobs(text: &str) -> Vec<JobRecord> {
    records(&future(&model(text), 0))
}

fn hours(time: Option<skyberth::units::SimTime>) -> f64 {
    time.map_or(f64::NAN, |time| time.ms() as f64 / HOUR)
}

fn all(summary: &Summary, metric: &str) -> f64 {
    mean(summary, metric, "all", "all")
}

#[test]
fn a_checkpoint_goes_along_to_another_vendor() {
    let calm = jobs(&world(CHECKPOINT, LINK));
    let text = world(CHECKPOINT, &format!("{LINK}{OUTAGE}"));
    let (mut moved, mut stopped) = (0, 0);
    for (before, after) in calm.iter().zip(jobs(&text)) {
        let start = hours(before.start);
        if start < BEGIN && hours(before.finish) > BEGIN {
            let saved = (BEGIN - start).floor();
            // Nothing is saved in the first hour: then there is nothing to bring along.
            let transfer = if saved >= 1.0 { 576.0 / 3600.0 } else { 0.0 };
            close(hours(after.finish), BEGIN + transfer + 0.5 + (10.0 - saved), 1e-9);
            stopped += 1;
            moved += i32::from(saved >= 1.0);
        }
    }
    assert!(moved >= 1, "somebody ran for more than an hour when the outage began");
    let summary = summary(&model(&text));
    // 0.05 USD per GB is what AWS bills, by the catalog.
    let usd = f64::from(moved) * 72.0 * 0.05;
    close(mean(&summary, "cost_egress_usd", "vendor", "aws"), usd, 1e-8);
    assert_eq!(mean(&summary, "cost_egress_usd", "vendor", "azure"), 0.0);
    close(all(&summary, "egress_gb"), f64::from(moved) * 72.0, 1e-8);
    let waiting = 8.0 * (f64::from(stopped) * 0.5 + f64::from(moved) * 576.0 / 3600.0);
    close(all(&summary, "restart_and_checkpoint_gpu_hours"), waiting, 1e-8);
    let capacity: f64 = ["committed_used", "unused", "on_demand", "spot", "power"]
        .iter()
        .map(|category| all(&summary, &format!("cost_{category}_usd")))
        .sum();
    close(all(&summary, "cost_usd"), capacity + usd, 1e-8);
    close(mean(&summary, "charged_usd", "workload", "w"), 2.0 * mean(&summary, "allocated_gpu_hours", "workload", "w") + usd, 1e-8);
}

#[test]
fn a_link_of_its_own_says_how_fast_and_at_what_price() {
    let own = "[[link]]\nfrom = \"aws\"\nto = \"azure\"\ngbps = 4\negress_usd_per_gb = 0.02\n\
               [[link]]\nfrom = \"azure\"\nto = \"aws\"\ngbps = 0.001\negress_usd_per_gb = 7\n";
    let cost = |links: &str| {
        let summary = summary(&model(&world(CHECKPOINT, &format!("{links}{OUTAGE}"))));
        (all(&summary, "cost_egress_usd"), all(&summary, "egress_gb"), all(&summary, "restart_and_checkpoint_gpu_hours"))
    };
    let (default, own) = (cost(LINK), cost(&format!("{LINK}{own}")));
    close(own.0, default.0 * 0.02 / 0.05, 1e-12);
    assert_eq!(own.1, default.1);
    // 144 s instead of 576 s for each 72 GB.
    close(default.2 - own.2, own.1 / 72.0 * 8.0 * 432.0 / 3600.0, 1e-9);
}

#[test]
fn data_are_fetched_before_a_job_first_computes_elsewhere() {
    for place in ["vendor = \"azure\"", "region = \"us-ia\"", "vendor = \"azure\", region = \"us-ia\""] {
        // 450 GB at 100 Gbit/s: 36 s.
        let data = format!("data = {{ {place}, size_gb = 450 }}");
        let text = world(&data, "");
        let done: Vec<_> = jobs(&text).into_iter().filter(|job| job.finish.is_some()).collect();
        assert!(done.len() > 90);
        for job in &done {
            // Eleven hours' worth of checkpoints of 20 s, of which the last does not happen.
            close(hours(job.finish) - hours(job.start), 10.0 + (36.0 + 19.0 * 20.0) / 3600.0, 1e-9);
        }
        let summary = summary(&model(&text));
        let started = all(&summary, "jobs_started");
        close(mean(&summary, "cost_egress_usd", "vendor", "azure"), started * 450.0 * 0.05, 1e-9);
        let local = super::summary(&model(&world(&data, "[policy]\nbroker = \"data_local\"\n")));
        assert_eq!((all(&local, "cost_egress_usd"), all(&local, "egress_gb")), (0.0, 0.0));
        assert_eq!(mean(&local, "allocated_gpu_hours", "cluster", "a"), 0.0);
    }
}

#[test]
fn between_the_regions_of_a_vendor_data_take_time_and_no_money() {
    let text = world("data = { vendor = \"azure\", region = \"us-ia\", size_gb = 450 }\nonly_clusters = [\"c\"]", "")
        + "[cluster.c]\nvendor = \"azure\"\ngpu = \"H100\"\nregion = \"us-tx\"\nfailures_per_gpu_day = 0\n\
           ramp = [{ date = 2026-01-01, gpus = 80 }]\n";
    let figures = |text: &str| {
        let summary = summary(&model(text));
        (
            all(&summary, "egress_gb") / all(&summary, "jobs_started"),
            all(&summary, "cost_egress_usd") / all(&summary, "jobs_started"),
        )
    };
    assert_eq!(figures(&text), (450.0, 0.0));
    let link = "[[link]]\nfrom = \"azure\"\nto = \"azure\"\negress_usd_per_gb = 0.02\n";
    close(figures(&(text + link)).1, 9.0, 1e-9);
}

#[test]
fn a_job_whose_state_has_no_size_goes_on_where_it_is_and_nothing_is_booked() {
    let plain = "checkpoint = { interval = \"1 h\", blocking = \"0 s\" }";
    let summary = summary(&model(&world(plain, OUTAGE)));
    assert!(summary.get("cost_egress_usd", "all", "all", "total").is_none());
    let [sizeless, moving] = [plain, "checkpoint = { interval = \"1 h\", blocking = \"0 s\", size_gb_per_gpu = 0 }"]
        .map(|workload| jobs(&world(workload, OUTAGE)));
    assert_eq!(sizeless, moving);
}

#[test]
fn a_job_stopped_on_the_way_begins_its_transfer_anew() {
    // 72 GB at 0.04 Gbit/s take 4 h. The second vendor is gone after one of them; by then the first is back.
    let outages = "[outage.o]\nvendor = \"aws\"\nstart = 2026-01-10T00:00:00Z\nduration = \"30 min\"\n\
                   [outage.p]\nvendor = \"azure\"\nstart = 2026-01-10T01:00:00Z\nduration = \"1 h\"\n";
    let calm = jobs(&world(CHECKPOINT, ""));
    let hit = jobs(&world(CHECKPOINT, &format!("[links]\ndefault_gbps = 0.04\n{outages}")));
    let mut seen = 0;
    for (before, after) in calm.iter().zip(hit) {
        let (start, saved) = (hours(before.start), (BEGIN - hours(before.start)).floor());
        if start < BEGIN && hours(before.finish) > BEGIN && saved >= 1.0 {
            // Its state never left the first vendor, where it goes on at once.
            close(hours(after.finish), BEGIN + 1.0 + 0.5 + (10.0 - saved), 1e-9);
            assert_eq!((after.restarts, after.cluster.map(skyberth::units::ClusterId::index)), (2, Some(0)));
            seen += 1;
        }
    }
    assert!(seen >= 1);
}

/// The vendor that has the data defaults on the eleventh.
fn defaulted(workload: &str) -> String {
    world(workload, LINK).replace("[vendor.aws]", "[vendor.aws]\ndefaults_on = 2026-01-11")
}

#[test]
fn what_lay_with_a_vendor_is_lost_with_it() {
    let calm = jobs(&world(CHECKPOINT, LINK));
    let text = defaulted(CHECKPOINT);
    let (end, mut lost) = (10.0 * 24.0, 0.0);
    for (before, after) in calm.iter().zip(jobs(&text)) {
        let start = hours(before.start);
        if start < end && hours(before.finish) > end {
            // From the start, on the other vendor's cluster, after a restart and without a transfer.
            close(hours(after.finish), end + 0.5 + 10.0, 1e-9);
            lost += 8.0 * (end - start);
        }
    }
    assert!(lost > 8.0, "a job ran for more than an hour when the vendor defaulted");
    let summary = summary(&model(&text));
    close(all(&summary, "lost_gpu_hours"), lost, 1e-8);
    assert_eq!(all(&summary, "cost_egress_usd"), 0.0);
    // Ten days of one vendor's 80 GPUs, and 31 of the other's.
    close(all(&summary, "cost_usd"), 80.0 * 2.0 * 24.0 * 41.0, 1e-12);
}

#[test]
fn state_that_waits_is_lost_with_its_vendor() {
    // An outage stops all jobs on the tenth while the other vendor's cluster is banned; it is still banned when the first vendor defaults.
    let outage = "[outage.o]\nvendor = \"aws\"\nstart = 2026-01-10T00:00:00Z\nduration = \"3 d\"\n";
    let ban = "[outage.p]\nvendor = \"azure\"\nkind = \"control-plane\"\nstart = 2026-01-01T00:00:00Z\nduration = \"12 d\"\n";
    let finished = |default: &str| {
        let text = world(CHECKPOINT, &format!("{LINK}{outage}{ban}")).replace("[vendor.aws]", &format!("[vendor.aws]\n{default}"));
        jobs(&text)
            .into_iter()
            .filter(|job| job.start.is_some() && hours(job.start) < BEGIN)
            .map(|job| hours(job.finish))
            .filter(|&end| end > BEGIN)
            .fold(0.0, f64::max)
    };
    let (kept, lost) = (finished(""), finished("defaults_on = 2026-01-11"));
    // The ban ends on the thirteenth. What was saved is brought along, or done once more.
    assert!(lost > kept && (lost - (12.0 * 24.0 + 10.5)).abs() < 1e-9, "{kept} {lost}");
}

#[test]
fn jobs_without_their_data_are_turned_away() {
    let states = |data: &str| {
        let late = |job: &&JobRecord| job.submit.ms() as f64 >= 10.0 * 24.0 * HOUR;
        let jobs = jobs(&defaulted(&format!("data = {data}")));
        let of = |lost: bool| move |job: &&JobRecord| (job.state == JobState::Rejected(RejectionReason::DataLost)) == lost;
        [true, false].map(|lost| jobs.iter().filter(late).filter(of(lost)).count())
    };
    let [rejected, others] = states("{ vendor = \"aws\", size_gb = 100 }");
    assert!(rejected > 40 && others == 0, "{rejected} {others}");
    // A region in which another vendor holds them too, or another vendor.
    assert_eq!(states("{ vendor = \"azure\", size_gb = 100 }")[0], 0);
    let text = defaulted("data = { region = \"us-va\", size_gb = 100 }").replace("us-ia", "us-va");
    assert!(jobs(&text).iter().all(|job| job.state != JobState::Rejected(RejectionReason::DataLost)));
}
