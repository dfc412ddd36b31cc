//! What happens to jobs belongs to the cluster where it happens.

use super::{Cluster, Workload, close, future, get, measures, model, records};
use skyberth::metrics::{ClusterJobs, JobRecord};
use skyberth::model::Model;
use skyberth::model::job_list::{JobList, ListedJob};
use skyberth::scenario::spec::OutcomesSpec;
use skyberth::scenario::{ModelBuilder, law};
use skyberth::study::{Scope, Time};
use skyberth::units::{SimTime, Span};

/// Three clusters of two vendors, one of them with failures; a priority that preempts; bundles;
/// jobs that fail and are cancelled by themselves, that are too large, and that wait for ever
/// behind one another in the end.
fn world() -> Model {
    let cluster = |failures: f64, date: &'static str, gpus: u64| {
        move |cluster: Cluster| cluster.region("us-va").failures_per_gpu_day(failures).gpus_from(date, gpus)
    };
    let outcomes = OutcomesSpec { failed: 0.2, cancelled: 0.1, run_share: None };
    model(
        ModelBuilder::new("2025-10-15", "2026-04-20")
            .warm_up("20 d")
            .replications(2)
            .policy("fifo")
            .policy_parts(|policy| policy.preemption("priority"))
            .vendor("aws")
            .vendor("oracle")
            .cluster("a", "H100", |a| cluster(0.005, "2025-04-01", 96)(a.vendor("aws")))
            .cluster("o", "H100", |o| cluster(0.0, "2025-11-10", 64)(o.vendor("oracle")).region("us-tx"))
            .cluster("b", "H100", |b| cluster(0.002, "2026-01-10", 32)(b.vendor("aws")))
            .workload("training", |training| {
                let training = training.jobs_per_day(10).gpus(law::table([(8, 0.5), (32, 0.5)])).outcomes(outcomes);
                training.duration(law::lognormal("10 h", 1.0).max("5 d"))
            })
            .workload("urgent", |urgent| urgent.jobs_per_day(4).gpus(16).duration("3 h").priority(10))
            .workload("bundles", |bundles| {
                bundles.jobs_per_day(2).gpus(16).bundle_of(8).duration("20 h").software_failures_per_day(2)
            })
            .workload("huge", |huge| huge.jobs_per_day(1).gpus(law::table([(8, 0.01), (512, 0.99)])).duration("1 h")),
    )
}

#[test]
fn clusters_and_vendors_add_up_to_all_jobs() {
    let model = world();
    let times: Vec<Time> = [Time::Total].into_iter().chain((0..model.calendar.months().len()).map(Time::Month)).collect();
    let counts = ["jobs_started", "jobs_completed", "jobs_failed", "jobs_cancelled", "preemptions", "interruptions"];
    for measures in measures(&model) {
        for metric in counts {
            for &time in &times {
                let all = get(&measures, metric, Scope::All, time);
                let sum = |scopes: &[Scope]| scopes.iter().map(|&scope| get(&measures, metric, scope, time)).sum::<f64>();
                assert_eq!(sum(&[Scope::Cluster(0), Scope::Cluster(1), Scope::Cluster(2)]), all, "{metric} in {time:?}");
                assert_eq!(sum(&[Scope::Vendor(0), Scope::Vendor(1)]), all, "{metric} in {time:?}");
                assert_eq!(sum(&[0, 1, 2, 3].map(Scope::Workload)), all, "{metric} in {time:?}");
            }
            let years = [2025, 2026].map(|year| get(&measures, metric, Scope::Vendor(0), Time::Year(year)));
            assert_eq!(years.iter().sum::<f64>(), get(&measures, metric, Scope::Vendor(0), Time::Total), "{metric}");
            assert!(get(&measures, metric, Scope::All, Time::Total) > 10.0, "{metric}");
            assert_eq!(measures.get(metric, Scope::Cluster(0), Time::Year(2026)), None);
        }
        let total = |metric| get(&measures, metric, Scope::All, Time::Total);
        let never = total("jobs_submitted") - total("jobs_started");
        assert!(never > total("jobs_rejected") && total("jobs_rejected") > 100.0, "{never} jobs never started");
    }
}

/// A vendor's figures are those of its clusters' jobs taken together.
#[test]
fn a_vendor_is_its_clusters_merged() {
    let model = world();
    let observation = future(&model, 0);
    let measures = &measures(&model)[0];
    let seconds = |ms: Option<f64>| ms.expect("there are jobs") / 1e3;
    let mut whole = ClusterJobs::default();
    for (month, clusters) in observation.jobs_by_cluster.iter().enumerate() {
        let mut aws = clusters[0].clone();
        aws.merge(&clusters[2]);
        whole.merge(&aws);
        let is = |metric, expected| assert_eq!(get(measures, metric, Scope::Vendor(0), Time::Month(month)), expected, "{metric}");
        if month > 0 {
            is("wait_s_p90", seconds(aws.wait.quantile(0.9)));
            is("completion_s_mean", seconds(aws.completion.mean()));
            is("bounded_slowdown_mean", aws.slowdown_sum / aws.ended() as f64);
        }
        is("interruptions", aws.interruptions as f64);
    }
    let is = |metric, expected| assert_eq!(get(measures, metric, Scope::Vendor(0), Time::Total), expected, "{metric}");
    is("wait_s_mean", seconds(whole.wait.mean()));
    is("wait_s_p99", seconds(whole.wait.quantile(0.99)));
    is("completion_s_p50", seconds(whole.completion.quantile(0.5)));
    close(get(measures, "bounded_slowdown_mean", Scope::Vendor(0), Time::Total), whole.slowdown_sum / whole.ended() as f64, 1e-12);
    let oracle = get(measures, "wait_s_p90", Scope::Vendor(1), Time::Month(3));
    assert_eq!(oracle, get(measures, "wait_s_p90", Scope::Cluster(1), Time::Month(3)), "it has one cluster");
}

/// The records say where a job ended and that it started.
#[test]
fn ends_are_where_the_records_say() {
    let model = world();
    let observation = future(&model, 0);
    let records = records(&observation);
    for (month, dates) in model.calendar.months().iter().enumerate() {
        let is_its = |record: &&JobRecord| (dates.begin..dates.end).contains(&record.submit) && record.submit >= model.warm_up;
        let its: Vec<&JobRecord> = records.iter().filter(is_its).collect();
        for (cluster, jobs) in observation.jobs_by_cluster[month].iter().enumerate() {
            let ended = its.iter().filter(|record| record.cluster.is_some_and(|at| at.index() == cluster));
            let ends = ended.filter_map(|record| Some(u128::from((record.finish? - record.submit).ms().unsigned_abs())));
            let (count, sum) = ends.fold((0, 0), |(count, sum), ms| (count + 1, sum + ms));
            assert_eq!((jobs.ended(), jobs.completion.sum()), (count, sum));
            assert_eq!(jobs.ended(), jobs.completed + jobs.failed + jobs.cancelled);
        }
        let starts = its.iter().filter_map(|record| Some(u128::from((record.start? - record.submit).ms().unsigned_abs())));
        let waits = observation.jobs_by_cluster[month].iter().map(|jobs| jobs.wait.sum());
        assert_eq!(waits.sum::<u128>(), starts.clone().sum::<u128>());
        assert_eq!(observation.jobs_by_cluster[month].iter().map(ClusterJobs::started).sum::<u64>(), starts.count() as u64);
    }
}

/// A job that moves waits for the first cluster, is stopped there, and ends on the second, which
/// was not there when it was submitted.
#[test]
fn a_job_that_moves_has_its_wait_here_and_its_end_there() {
    let days = |days: i64| Span::from_ms(Span::DAY.ms() * days);
    let job = |submit: i64, run: i64| ListedJob::new(SimTime::ZERO + days(submit), 8, days(run));
    let unsaved = |workload: Workload| workload.checkpoint("0 s", "20 s");
    let model = model(
        ModelBuilder::new("2026-01-01", "2026-03-31")
            .replications(1)
            .policy("fifo")
            .policy_parts(|policy| policy.preemption("priority"))
            .vendor("aws")
            .cluster("here", "H100", |here| here.region("us-va").failures_per_gpu_day(0).gpus(8))
            .vendor("oracle")
            .cluster("there", "H100", |there| there.region("us-tx").failures_per_gpu_day(0).gpus_from("2026-02-01", 8))
            .workload("moving", |moving| unsaved(moving).restart("0 s"))
            .workload("urgent", |urgent| unsaved(urgent).priority(10).only_clusters(["here"]))
            .jobs("moving", JobList::numbered([job(20, 30)]))
            .jobs("urgent", JobList::numbered([job(19, 2), job(40, 10), job(41, 1)])),
    );
    // It waits from day 20 to 21, runs for 19 days, is stopped on day 40, and does its other 11
    // days elsewhere.
    let records = records(&future(&model, 0));
    let completion = (records[0].finish.expect("it ends") - records[0].submit).seconds();
    let measures = &measures(&model)[0];
    let [here, there] = [0, 1].map(Scope::Cluster);
    let january = |metric, scope| get(measures, metric, scope, Time::Month(0));
    assert_eq!([here, there, Scope::All].map(|scope| january("jobs_started", scope)), [2.0, 0.0, 2.0]);
    assert_eq!([here, there, Scope::All].map(|scope| january("jobs_completed", scope)), [1.0, 1.0, 2.0]);
    assert_eq!([here, there, Scope::All].map(|scope| january("preemptions", scope)), [1.0, 0.0, 1.0]);
    assert_eq!(january("wait_s_mean", here), 86_400.0 / 2.0);
    assert!(january("wait_s_mean", there).is_nan(), "nobody started there first");
    assert!((31.0..33.0).contains(&(completion / 86_400.0)), "{completion} s");
    assert_eq!(january("completion_s_p50", there), completion);
    close(january("bounded_slowdown_mean", there), completion / (30.0 * 86_400.0), 1e-12);
    assert_eq!(january("completion_s_mean", here), 2.0 * 86_400.0);
    let february = |metric, scope| get(measures, metric, scope, Time::Month(1));
    assert_eq!([here, there].map(|scope| february("jobs_completed", scope)), [2.0, 0.0]);
    assert_eq!([here, there].map(|scope| february("preemptions", scope)), [0.0, 0.0]);
}
