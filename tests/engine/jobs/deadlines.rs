//! Jobs that wait for spot capacity as long as their deadlines allow: every instant worked out by
//! hand.

use super::{Cluster, Workload, future, mean, model, records, summary};
use skyberth::metrics::JobRecord;
use skyberth::scenario::spec::{DurationText, EvictionSpec, KindSpec, OrLaw};
use skyberth::scenario::{ModelBuilder, Setting, law};
use skyberth::units::{ClusterId, SimTime, Span};

const HOUR: i64 = 3_600_000;

/// More than enough spot and on-demand capacity for jobs that run 20 h.
fn world(broker: &str, eviction: Option<EvictionSpec>, describe: impl FnOnce(Workload) -> Workload) -> ModelBuilder {
    let cluster = |cluster: Cluster, usd: f64| cluster.failures_per_gpu_day(0).price_usd_per_gpu_hour(usd);
    ModelBuilder::new("2026-01-01", "2026-03-31")
        .replications(1)
        .policy("fifo-skip")
        .policy_parts(|policy| policy.broker(broker))
        .vendor("aws")
        .cluster("on-demand", "H100", |on_demand| cluster(on_demand, 4.0).gpus_of(KindSpec::OnDemand, 800))
        .vendor("azure")
        .cluster("spot", "H100", |spot| {
            let spot = cluster(spot, 3.0).spot_usd_per_gpu_hour(1).gpus_of(KindSpec::Spot, 800);
            spot.with(|spec| spec.eviction = eviction)
        })
        .workload("w", |w| {
            let w = w.jobs_per_day(20).gpus(8).duration("20 h").restart("1 h").checkpoint("1 h", "0 s");
            describe(w.software_failures_per_day(0))
        })
}

/// Jobs that are due 40 h after submission.
fn due(workload: Workload) -> Workload {
    workload.deadline("40 h")
}

/// Spot capacity goes for a time, announced two minutes before: on a day, or so often a day at
/// random.
fn goes(day: Option<&str>, per_day: Option<f64>, out: impl Setting<OrLaw<DurationText>>) -> EvictionSpec {
    let at = day.map(|day| vec![day.parse().expect("a day")]);
    let out = out.setting().expect("a duration");
    EvictionSpec { per_day, at, out, share: None, notice: Some(Span::from_ms(120_000).into()), source: None, confidence: None }
}

/// The jobs that ended, each with its submission.
fn ended(world: ModelBuilder) -> Vec<JobRecord> {
    let ended: Vec<JobRecord> = records(&future(&model(world), 0)).into_iter().filter(|job| job.finish.is_some()).collect();
    assert!(ended.len() > 100, "{}", ended.len());
    ended
}

fn hours(hours: i64) -> Span {
    Span::from_ms(hours * HOUR)
}

fn day(day: i64) -> SimTime {
    SimTime::from_ms((day - 1) * 24 * HOUR)
}

/// Spot capacity is away from the start until the end.
fn away() -> EvictionSpec {
    goes(Some("2026-01-01"), None, "200 d")
}

#[test]
fn where_spot_capacity_is_there_nobody_takes_anything_else() {
    for broker in ["cant_be_late", "uniform_progress"] {
        for job in ended(world(broker, None, due)) {
            assert_eq!((job.start, job.finish), (Some(job.submit), Some(job.submit + hours(20))), "{broker}");
            assert_eq!(job.cluster.map(ClusterId::index), Some(1));
        }
    }
}

#[test]
fn without_spot_capacity_a_job_starts_when_no_slack_is_left_or_when_it_falls_behind() {
    for job in ended(world("cant_be_late", Some(away()), due)) {
        // 40 h less 20 h of work and two restarts.
        assert_eq!(job.start, Some(job.submit + hours(18)));
        assert_eq!(job.finish, Some(job.submit + hours(38)));
    }
    for job in ended(world("uniform_progress", Some(away()), due)) {
        assert_eq!(job.start, Some(job.submit + Span::from_ms(1)));
    }
}

#[test]
fn a_job_that_loses_its_spot_gpus_goes_on_in_time() {
    let gone = Some(goes(Some("2026-01-20"), None, "200 d"));
    let mut hit = 0;
    for job in ended(world("cant_be_late", gone, due)) {
        if job.submit + hours(20) <= day(20) {
            assert_eq!(job.finish, Some(job.submit + hours(20)));
        } else if job.submit < day(20) {
            // It saved what it had done, waits until two restarts are left, pays one, and is done
            // one before the deadline.
            hit += 1;
            assert_eq!(job.finish, Some(job.submit + hours(39)), "{job:?}");
            assert_eq!(job.cluster.map(ClusterId::index), Some(0));
        } else {
            assert_eq!(job.start, Some(job.submit + hours(18)));
        }
    }
    assert!(hit > 0);
}

#[test]
fn who_keeps_pace_goes_back_to_spot_capacity_once_two_restarts_ahead() {
    let returns = Some(goes(Some("2026-01-01"), None, "30 d"));
    let back = day(31);
    let (mut at_once, mut later) = (0, 0);
    for job in ended(world("uniform_progress", returns, due)) {
        let start = job.submit + Span::from_ms(1);
        if job.submit >= back {
            assert_eq!((job.start, job.preemptions), (Some(job.submit), 0));
        } else if start + hours(20) <= back {
            assert_eq!((job.finish, job.preemptions), (Some(start + hours(20)), 0));
        } else {
            // In 40 h it should do 20 h of work, so that it gains half an hour on its pace in each
            // hour: after two hours it is one ahead, which is what it should do in two.
            let ahead = start + hours(2);
            assert_eq!((job.preemptions, job.cluster.map(ClusterId::index)), (1, Some(1)), "{job:?}");
            assert_eq!(job.finish, Some(start + hours(21)), "it pays one restart");
            if ahead <= back { at_once += 1 } else { later += 1 }
        }
    }
    assert!(at_once > 0 && later > 0, "{at_once} {later}");
}

#[test]
fn without_a_deadline_the_cheapest_is_taken_at_once() {
    let world = world("cant_be_late", Some(away()), |w| w);
    assert!(ended(world).iter().all(|job| job.start == Some(job.submit)));
}

#[test]
fn it_is_cheaper_than_on_demand_and_less_late_than_spot() {
    let often = Some(goes(None, Some(4.0), law::exponential("8 h")));
    let [mut cost, mut late] = [Vec::new(), Vec::new()];
    for broker in ["single:azure", "cant_be_late", "uniform_progress", "single:aws"] {
        let summary = summary(&model(world(broker, often.clone(), |w| due(w).restart("30 min"))));
        cost.push(mean(&summary, "cost_usd", "all", "all"));
        late.push(mean(&summary, "deadline_miss_share", "all", "all"));
    }
    assert!(cost.is_sorted(), "{cost:?}");
    assert!(late[0] > 0.05 && late[1..].iter().all(|&missed| missed == 0.0), "{late:?}");
}
