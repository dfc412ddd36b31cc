use super::*;
use crate::model::job_list::ListedJob;
use crate::units::{SimTime, Span};

fn year() -> ModelBuilder {
    ModelBuilder::new("2026-01-01", "2026-12-31").vendor("aws").cluster("ohio", "H100", |cluster| cluster.gpus(64))
}

#[test]
fn mistakes_in_values_are_told_together_and_by_their_keys() {
    let wrong = ModelBuilder::new("2026-13-01", "2026-12-31")
        .cluster("ohio", "H100", |cluster| cluster.gpus(8).repair("a while"))
        .workload("w", |workload| workload.duration(law::lognormal("6", 1.0)).jobs_per_day(1).gpus(law::table([(8, 1.0)]).max(9)));
    let told = wrong.build().expect_err("five mistakes").to_string();
    for words in [
        "scenario.start: \"2026-13-01\" is not a date",
        "cluster.ohio: add a vendor before it",
        "cluster.ohio.repair: \"a while\" is not a duration",
        "workload.w.duration: \"6\" is not a duration",
        "workload.w.gpus: this law takes no such bound",
    ] {
        assert!(told.contains(words), "`{words}` is missing from\n{told}");
    }
}

#[test]
fn mistakes_in_meaning_are_told_as_in_a_file() {
    let wrong = year()
        .cluster("utah", "H1000", |cluster| cluster.gpus(8).node_gpus(0).price_usd_per_gpu_hour(f64::NAN))
        .workload("w", |workload| workload.jobs_per_day(-1.0).gpus(8).duration("1 h"));
    let error = wrong.build().expect_err("three mistakes");
    assert_eq!(error.issues().errors(), 3, "{error}");
    for words in ["unknown GPU type `H1000`", "did you mean `H100`?", "must be a finite number", "must not be negative"] {
        assert!(error.to_string().contains(words), "`{words}` is missing from\n{error}");
    }
}

#[test]
fn a_list_of_jobs_is_checked() {
    let job = |hour: i64, gpus| ListedJob::new(SimTime::from_ms(Span::HOUR.ms() * hour), gpus, Span::HOUR);
    let with = |list: JobList| year().jobs("w", list).build();
    assert!(with(JobList::numbered([job(2, 8), job(1, 8)])).is_ok(), "it is put in order");
    let unsorted = JobList { jobs: vec![job(2, 8), job(1, 8)], ..JobList::default() };
    for (list, words) in [
        (unsorted, "job 2 is submitted before the one above it"),
        (JobList::numbered([job(1, 8), job(2, 0)]), "job 2 breaks a rule: a job has 1 to 1,000,000,000 GPUs"),
        (JobList::numbered([job(-1, 8)]), "job 1 breaks a rule: times are not negative"),
    ] {
        assert!(with(list).expect_err(words).to_string().contains(words), "{words}");
    }
    let late = with(JobList::numbered([job(1, 8), job(24 * 365, 8)])).expect("a warning at most");
    let crate::model::job::JobSource::Listed(list) = &late.workloads[0].jobs else { panic!("they are listed") };
    assert_eq!(list.jobs.len(), 1, "what comes after the end is left out");
    let drawn = year().jobs("w", JobList::default()).workload("w", |workload| workload.jobs_per_day(3));
    assert!(drawn.build().expect_err("both").to_string().contains("those of `w` are listed"));
}
