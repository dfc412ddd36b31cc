//! Jobs that wait for spot capacity as long as their deadlines allow: every instant worked out by hand.

use super::{future, mean, model, records, summary};
use skyberth::metrics::JobRecord;
use skyberth::units::{ClusterId, SimTime, Span};

const HOUR: i64 = 3_600_000;

/// More than enough spot and on-demand capacity for jobs that run 20 h and are due 40 h after submission.
fn world(broker: &str, eviction: &str, restart: &str, more: &str) -> String {
    format!(
        r#"
[scenario]
start = 2026-01-01
end = 2026-03-31
replications = 1
[policy]
preset = "fifo-skip"
broker = "{broker}"
[vendor.aws]
[vendor.azure]
[cluster.on-demand]
vendor = "aws"
gpu = "H100"
failures_per_gpu_day = 0
price_usd_per_gpu_hour = 4.0
ramp = [{{ date = 2026-01-01, gpus = 800, kind = "on_demand" }}]
[cluster.spot]
vendor = "azure"
gpu = "H100"
failures_per_gpu_day = 0
price_usd_per_gpu_hour = 3.0
spot_usd_per_gpu_hour = 1.0
ramp = [{{ date = 2026-01-01, gpus = 800, kind = "spot" }}]
{eviction}
[workload.w]
jobs_per_day = 20
gpus = 8
duration = "20 h"
restart = "{restart}"
checkpoint = {{ interval = "1 h", blocking = "0 s" }}
software_failures_per_day = 0
deadline = "40 h"
{more}
"#
    )
}

/// The jobs that ended, each with its submission.
fn ended(text: &str) -> Vec<JobRecord> {
    let ended: Vec<JobRecord> = records(&future(&model(text), 0)).into_iter().filter(|job| job.finish.is_some()).collect();
    assert!(ended.len() > 100, "{}", ended.len());
    ended
}

fn hours(hours: i64) -> Span {
    Span::from_ms(hours * HOUR)
}

fn day(day: i64) -> SimTime {
    SimTime::from_ms((day - 1) * 24 * HOUR)
}

/// Spot capacity is away from a day of January until the end.
const AWAY: &str = r#"eviction = { at = [2026-01-01], out = "200 d", notice = "2 min" }"#;

#[test]
fn where_spot_capacity_is_there_nobody_takes_anything_else() {
    for broker in ["cant_be_late", "uniform_progress"] {
        for job in ended(&world(broker, "", "1 h", "")) {
            assert_eq!((job.start, job.finish), (Some(job.submit), Some(job.submit + hours(20))), "{broker}");
            assert_eq!(job.cluster.map(ClusterId::index), Some(1));
        }
    }
}

#[test]
fn without_spot_capacity_a_job_starts_when_no_slack_is_left_or_when_it_falls_behind() {
    for job in ended(&world("cant_be_late", AWAY, "1 h", "")) {
        // 40 h less 20 h of work and two restarts.
        assert_eq!(job.start, Some(job.submit + hours(18)));
        assert_eq!(job.finish, Some(job.submit + hours(38)));
    }
    for job in ended(&world("uniform_progress", AWAY, "1 h", "")) {
        assert_eq!(job.start, Some(job.submit + Span::from_ms(1)));
    }
}

#[test]
fn a_job_that_loses_its_spot_gpus_goes_on_in_time() {
    let gone = r#"eviction = { at = [2026-01-20], out = "200 d", notice = "2 min" }"#;
    let mut hit = 0;
    for job in ended(&world("cant_be_late", gone, "1 h", "")) {
        if job.submit + hours(20) <= day(20) {
            assert_eq!(job.finish, Some(job.submit + hours(20)));
        } else if job.submit < day(20) {
            // It saved what it had done, waits until two restarts are left, pays one, and is done one before the deadline.
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
    let returns = r#"eviction = { at = [2026-01-01], out = "30 d", notice = "2 min" }"#;
    let back = day(31);
    let (mut at_once, mut later) = (0, 0);
    for job in ended(&world("uniform_progress", returns, "1 h", "")) {
        let start = job.submit + Span::from_ms(1);
        if job.submit >= back {
            assert_eq!((job.start, job.preemptions), (Some(job.submit), 0));
        } else if start + hours(20) <= back {
            assert_eq!((job.finish, job.preemptions), (Some(start + hours(20)), 0));
        } else {
            // In 40 h it should do 20 h of work, so that it gains half an hour on its pace in each hour: after two hours it is one ahead, which
            // is what it should do in two.
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
    let text = world("cant_be_late", AWAY, "1 h", "").replace("deadline = \"40 h\"", "");
    assert!(ended(&text).iter().all(|job| job.start == Some(job.submit)));
}

#[test]
fn it_is_cheaper_than_on_demand_and_less_late_than_spot() {
    let often = r#"eviction = { per_day = 4.0, out = { exponential = { mean = "8 h" } }, notice = "2 min" }"#;
    let [mut cost, mut late] = [Vec::new(), Vec::new()];
    for broker in ["single:azure", "cant_be_late", "uniform_progress", "single:aws"] {
        let summary = summary(&model(&world(broker, often, "30 min", "")));
        cost.push(mean(&summary, "cost_usd", "all", "all"));
        late.push(mean(&summary, "deadline_miss_share", "all", "all"));
    }
    assert!(cost.is_sorted(), "{cost:?}");
    assert!(late[0] > 0.05 && late[1..].iter().all(|&missed| missed == 0.0), "{late:?}");
}
