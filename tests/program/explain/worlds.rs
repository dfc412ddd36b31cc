//! Small worlds in which each cause has a duration known by hand.

use super::{future, load};
use skyberth::metrics::{Cause, IdleCause, JobWait};
use skyberth::model::Model;
use skyberth::model::job::{JobSource, Outcome};
use skyberth::model::job_list::{JobIds, JobList, ListedJob};
use skyberth::model::outage::OutageKind;
use skyberth::sim::Followed;
use skyberth::units::{GpuTime, SimTime, Span, WorkloadId};
use std::sync::Arc;

const HOUR: f64 = 3_600_000.0;
const ASKED: Option<Followed> = Some(Followed { job: None });

/// Ten days, two vendors, first come first served. Jobs are put in afterwards.
const HEAD: &str = "format = 2\n[scenario]\nstart = 2026-01-01\nend = 2026-01-10\nreplications = 1\n[policy]\npreset = \"fifo\"\n\
    [vendor.aws]\n[vendor.azure]\n";
const WORK: &str = "jobs_per_day = 1\ngpus = 8\nduration = \"1 h\"\nrestart = \"0 s\"\ncheckpoint = { interval = \"0 s\" }\n\
    software_failures_per_day = 0\n";

fn cluster(name: &str, vendor: &str, more: &str, ramp: &str) -> String {
    format!(
        "[cluster.{name}]\nvendor = \"{vendor}\"\ngpu = \"H100\"\nregion = \"us-va\"\nfailures_per_gpu_day = 0\n{more}\nramp = [{ramp}]\n"
    )
}

fn gpus(count: u64) -> String {
    format!("{{ date = 2026-01-01, gpus = {count} }}")
}

fn workload(name: &str, more: &str) -> String {
    format!("[workload.{name}]\n{WORK}{more}\n")
}

/// A job: workload, submission [h], GPUs, run time [h].
type Job = (usize, f64, u64, f64);

/// A world with these jobs and no others.
#[track_caller]
fn world(text: &str, jobs: &[Job]) -> Model {
    let mut model = load(&format!("{HEAD}{text}"));
    for (index, workload) in model.workloads.iter_mut().enumerate() {
        let own = jobs.iter().filter(|job| job.0 == index).zip(1..);
        let listed = own.map(|(&(_, submit, gpus, run), id)| ListedJob {
            submit: SimTime::from_ms((submit * HOUR) as i64),
            run: Span::from_ms((run * HOUR) as i64),
            estimate: Span::from_ms((run * HOUR) as i64),
            gpus,
            deadline: None,
            priority: 0,
            outcome: Outcome::Completes,
            id,
        });
        workload.jobs = JobSource::Listed(Arc::new(JobList { jobs: listed.collect(), ids: Arc::new(JobIds::default()) }));
    }
    model
}

fn causes(job: &JobWait) -> Vec<(Cause, f64)> {
    let hours = Cause::ALL.map(|cause| (cause, job.by_cause[cause as usize].ms() as f64 / HOUR));
    hours.into_iter().filter(|(_, hours)| *hours > 0.0).collect()
}

/// What each job waited for [h], and what GPUs were idle for [GPU-h].
type Explained = (Vec<Vec<(Cause, f64)>>, Vec<(IdleCause, f64)>);

/// What each job waited for, by workload and ordinal, and what the last cluster's GPUs were idle for.
fn explained(model: &Model) -> Explained {
    let waiting = future(model, 0, ASKED).waiting.expect("it was asked for");
    let last = model.clusters.len() - 1;
    let sum = |cause: IdleCause| waiting.idle.iter().map(|row| row[last][cause as usize]).sum::<GpuTime>().hours();
    let idle = IdleCause::ALL.map(|cause| (cause, sum(cause))).into_iter().filter(|(_, hours)| *hours > 0.0);
    (waiting.jobs.iter().map(causes).collect(), idle.collect())
}

const DAYS: f64 = 240.0;

#[test]
fn busy_and_head_of_line() {
    let text = cluster("a", "aws", "", &gpus(16)) + &workload("w", "");
    // The second wants all 16 and waits for the first; the third would fit beside the first, but stands behind the second.
    let model = world(&text, &[(0, 0.0, 8, 10.0), (0, 1.0, 16, 5.0), (0, 2.0, 8, 3.0)]);
    let (jobs, idle) = explained(&model);
    let expected = [vec![], vec![(Cause::Busy, 9.0)], vec![(Cause::HeadOfLine, 8.0), (Cause::Busy, 5.0)]];
    assert_eq!(jobs, expected);
    // 8 are free: for an hour nobody waits, then only who is too large, then the third is held. It runs from 15 to 18 h.
    let nobody = 8.0 + 8.0 * 3.0 + 16.0 * (DAYS - 18.0);
    assert_eq!(idle, [(IdleCause::Held, 64.0), (IdleCause::TooSmall, 8.0), (IdleCause::NoDemand, nobody)]);
}

#[test]
fn a_followed_job_is_told_stretch_by_stretch() {
    let text = cluster("a", "aws", "", &gpus(16)) + &workload("w", "");
    let model = world(&text, &[(0, 0.0, 8, 10.0), (0, 1.0, 16, 5.0), (0, 2.0, 8, 3.0)]);
    let timeline = future(&model, 0, Some(Followed { job: Some((WorkloadId(0), 3)) })).waiting.expect("it was asked for").timeline;
    let told: Vec<_> = (timeline.iter())
        .map(|part| (part.from.ms() as f64 / HOUR, part.to.ms() as f64 / HOUR, part.cause, part.room, part.ahead))
        .collect();
    let behind = Some((WorkloadId(0), 2));
    assert_eq!(told, [(2.0, 10.0, Cause::HeadOfLine, 8, behind), (10.0, 15.0, Cause::Busy, 0, None)]);
    assert!(timeline.iter().all(|part| part.cluster.is_some_and(|cluster| cluster.index() == 0)));
}

#[test]
fn no_capacity_yet() {
    let ramp = gpus(8) + ", { date = 2026-01-03, gpus = 8 }";
    let model = world(&(cluster("a", "aws", "", &ramp) + &workload("w", "")), &[(0, 0.0, 16, 5.0)]);
    let (jobs, idle) = explained(&model);
    assert_eq!(jobs, [[(Cause::NoCapacity, 48.0)]]);
    assert_eq!(idle, [(IdleCause::TooSmall, 8.0 * 48.0), (IdleCause::NoDemand, 16.0 * (DAYS - 53.0))]);
}

#[test]
fn an_outage_of_control_and_one_of_gpus() {
    let outage = |kind: &str| format!("[outage.o]\nvendor = \"aws\"\nkind = \"{kind}\"\nstart = 2026-01-02\nduration = \"6 h\"\n");
    let text = |kind: &str| cluster("a", "aws", "", &gpus(8)) + &workload("w", "") + &outage(kind);
    let jobs = [(0, 20.0, 4, 8.0), (0, 25.0, 4, 1.0)];
    let (waits, idle) = explained(&world(&text("control-plane"), &jobs));
    assert_eq!(waits, [vec![], vec![(Cause::Outage, 5.0)]]);
    // Half is allocated from 20 to 28 h; from 25 to 30 h somebody could use the rest, and all of it from 28 h on.
    let barred = 4.0 * 3.0 + 8.0 * 2.0;
    assert_eq!(idle[0], (IdleCause::Outage, barred));
    // Lost GPUs are out, not idle, and stop the first job, which had checkpoints nowhere: it waits six hours and runs eight.
    let (waits, idle) = explained(&world(&text("data-plane"), &jobs));
    assert_eq!(waits, [vec![(Cause::Outage, 6.0)], vec![(Cause::Outage, 5.0)]]);
    let held = 4.0 * (4.0 + 8.0 + 1.0);
    assert_eq!(idle, [(IdleCause::NoDemand, 8.0 * (DAYS - 6.0) - held)]);
}

#[test]
fn a_ban_is_a_restriction() {
    let clusters = cluster("a", "aws", "", &gpus(8)) + &cluster("b", "azure", "", &gpus(8));
    let text = clusters + &workload("w", "") + "[outage.o]\nvendor = \"azure\"\nstart = 2026-01-02\nduration = \"1 d\"\n";
    let mut model = world(&text, &[(0, 0.0, 8, 40.0), (0, 30.0, 8, 1.0)]);
    model.outages[0].kind = OutageKind::Ban;
    let (jobs, idle) = explained(&model);
    assert_eq!(jobs, [vec![], vec![(Cause::Restriction, 10.0)]]);
    assert_eq!(idle, [(IdleCause::Outage, 80.0), (IdleCause::NoDemand, 8.0 * (DAYS - 10.0))]);
}

#[test]
fn waiting_again_is_queue_time_and_not_first_wait() {
    let outage = "[outage.o]\nvendor = \"aws\"\nstart = 2026-01-02\nduration = \"6 h\"\n";
    let text = cluster("a", "aws", "", &gpus(8)) + &workload("w", "") + outage;
    let waiting = future(&world(&text, &[(0, 0.0, 8, 1.0), (0, 0.5, 8, 24.0)]), 0, ASKED).waiting.expect("asked for");
    let second = waiting.jobs[1];
    assert_eq!((second.first_wait.ms() as f64 / HOUR, second.queue_time.ms() as f64 / HOUR), (0.5, 6.5));
    assert_eq!(causes(&second), [(Cause::Outage, 6.0), (Cause::Busy, 0.5)]);
    assert_eq!(second.gpu_time(Cause::Outage).hours(), 48.0);
}

#[test]
fn exclusivity_until_its_day_and_from_its_day() {
    let clusters = cluster("a", "aws", "", &gpus(16)) + &cluster("b", "azure", "", &gpus(8));
    let contract = |start: &str| {
        format!(
            "[contract.k]\nvendor = \"aws\"\nstart = {start}\nterm = \"3 y\"\nvalue_usd = 1e6\nexclusivity = {{ until = 2026-01-03 }}\n"
        )
    };
    let text = clusters.clone() + &workload("w", "") + &contract("2026-01-01");
    let model = world(&text, &[(0, 0.0, 16, 100.0), (0, 1.0, 8, 10.0)]);
    let (jobs, idle) = explained(&model);
    assert_eq!(jobs, [vec![], vec![(Cause::Exclusivity, 47.0)]]);
    assert_eq!(idle[0], (IdleCause::Exclusivity, 8.0 * 47.0));
    // A clause that begins on a day when nothing else happens changes the cause at that very midnight.
    let text = clusters + &workload("w", "") + &workload("v", "only_vendors = [\"azure\"]") + &contract("2026-01-02");
    let (jobs, idle) = explained(&world(&text, &[(0, 0.0, 8, 48.0), (0, 1.0, 16, 5.0), (1, 2.0, 8, 5.0)]));
    let expected = [vec![], vec![(Cause::Busy, 47.0)], vec![(Cause::HeadOfLine, 22.0), (Cause::Exclusivity, 24.0)]];
    assert_eq!(jobs, expected);
    // Until v comes, only a gang of 16 may use it.
    assert_eq!(idle[..3], [(IdleCause::Held, 8.0 * 22.0), (IdleCause::Exclusivity, 8.0 * 24.0), (IdleCause::TooSmall, 8.0)]);
}

#[test]
fn a_restriction() {
    let clusters = cluster("a", "aws", "", &gpus(8)) + &cluster("b", "azure", "", &gpus(8));
    let text = clusters + &workload("w", "only_vendors = [\"aws\"]");
    let (jobs, idle) = explained(&world(&text, &[(0, 0.0, 8, 10.0), (0, 4.0, 8, 1.0)]));
    assert_eq!(jobs, [vec![], vec![(Cause::Restriction, 6.0)]]);
    let restricted = 8.0 * 6.0;
    assert_eq!(idle, [(IdleCause::Restriction, restricted), (IdleCause::NoDemand, 8.0 * DAYS - restricted)]);
}

#[test]
fn topology_and_fragmentation() {
    let text =
        |more: &str, domain: &str| cluster("a", "aws", &format!("node_gpus = 8\n{domain}"), &gpus(32)) + &workload("w", more);
    // Two domains of two nodes. From 5 h on each has a free node, until the second job ends.
    let jobs = [(0, 0.0, 8, 5.0), (0, 0.0, 8, 20.0), (0, 0.0, 8, 30.0), (0, 0.0, 8, 6.0), (0, 6.5, 16, 1.0)];
    let (waits, idle) = explained(&world(&text("within_domain = true", "domain_gpus = 16"), &jobs));
    assert_eq!(waits[4], [(Cause::Topology, 13.5)]);
    assert_eq!(idle[0], (IdleCause::Fragmentation, 16.0 * 13.5));
    // Without the need for one domain it starts at once.
    assert_eq!(explained(&world(&text("", "domain_gpus = 16"), &jobs)).0[4], []);
    // Nodes of which half is free hold no gang that wants a whole one.
    let jobs = [(0, 0.0, 4, 5.0), (0, 0.0, 4, 20.0), (0, 0.0, 4, 30.0), (0, 0.0, 16, 40.0), (0, 6.0, 8, 1.0)];
    let (waits, idle) = explained(&world(&text("", "domain_gpus = 8"), &jobs));
    assert_eq!(waits[4], [(Cause::Fragmentation, 14.0)]);
    assert_eq!(idle[0], (IdleCause::Fragmentation, 8.0 * 14.0));
}
