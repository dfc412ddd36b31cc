//! Parts of a trace, changes to it, and what it asks for.

use jiff::civil::{Date, date};
use skyberth::units::Span;
use skyberth::workload::trace::{Format, Options, Trace, TraceError, read_from};

/// Three jobs on three days, of two groups.
fn trace() -> Trace {
    let text = "job_id,submit_s,gpus,run_s,group\na,2026-01-01 23:59:59,8,3600,x\nb,2026-01-02 00:00:00,16,3600,y\n\
                c,2026-01-04 00:00:00,1,7200,x\n";
    read_from(text.as_bytes(), "a.csv", None, &Options { strict: true, ..Options::default() }).expect("sound")
}

fn ids(trace: &Trace) -> Vec<String> {
    trace.jobs.iter().map(|job| trace.ids.text(job.id).into_owned()).collect()
}

fn submits(trace: &Trace) -> Vec<i64> {
    trace.jobs.iter().map(|job| job.submit.ms()).collect()
}

#[test]
fn groups() {
    let mut some = trace();
    some.keep_group(&["x"]).expect("a group");
    assert_eq!(ids(&some), ["a", "c"]);
    let error = some.keep_group(&["z"]).expect_err("no group").to_string();
    assert_eq!(error, "unknown group `z`; did you mean `x`?; the trace has: x, y");
    assert_eq!(ids(&some), ["a", "c"]);
}

#[test]
fn dates_are_inclusive_and_the_zero_stays() {
    let mut some = trace();
    some.between(Date::MIN, Date::MAX).expect("dates");
    assert_eq!(ids(&some), ["a", "b", "c"]);
    assert_eq!(some.days(), Some((date(2026, 1, 1), date(2026, 1, 4))));
    some.between(date(2026, 1, 2), date(2026, 1, 3)).expect("dates");
    assert_eq!((ids(&some), submits(&some)), (vec!["b".to_owned()], vec![1000]));
    some.rebase();
    assert_eq!((submits(&some), some.epoch), (vec![0], Some(date(2026, 1, 2).at(0, 0, 0, 0))));
    assert!(some.between(date(2026, 1, 3), date(2026, 1, 2)).is_err());
    some.between(date(2027, 1, 1), date(9999, 12, 31)).expect("dates");
    assert!(some.jobs.is_empty());
    some.rebase();
    some.epoch = None;
    assert!(matches!(some.between(date(2026, 1, 1), date(2026, 1, 2)), Err(TraceError::NoDates)));
}

#[test]
fn times() {
    let mut some = trace();
    some.divide_interarrivals(3.0).expect("a load");
    assert_eq!(submits(&some), [0, 333, 57_600_333]);
    for load in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-9] {
        assert!(some.divide_interarrivals(load).is_err(), "{load}");
    }
    some.shift(Span::from_ms(500)).expect("later");
    assert_eq!(submits(&some), [500, 833, 57_600_833]);
    assert!(some.shift(Span::from_ms(-501)).is_err() && some.shift(Span::from_ms(i64::MAX)).is_err());
    some.scale_runs(0.5).expect("a factor");
    assert_eq!((some.jobs[0].run.ms(), some.jobs[0].estimate.ms()), (1_800_000, 1_800_000));
    for factor in [-1.0, f64::NAN, 1e9] {
        assert!(some.scale_runs(factor).is_err(), "{factor}");
    }
    some.scale_gpus(0.3).expect("a factor");
    assert_eq!(some.jobs.iter().map(|job| job.gpus).collect::<Vec<_>>(), [3, 5, 1], "rounded up, and never to nothing");
    for factor in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e9] {
        assert!(some.scale_gpus(factor).is_err(), "{factor}");
    }
    some.within(Span::from_ms(833));
    assert_eq!(submits(&some), [500]);
}

#[test]
fn demands_and_warnings() {
    let some = trace();
    let demands = some.demands();
    assert_eq!((demands.jobs, demands.largest_gpus, demands.largest_job), (3, 16, 1));
    assert_eq!(demands.gpu_time.hours(), 26.0);
    assert_eq!(demands.span.ms(), 48 * 3_600_000 + 1000);
    let clusters = |gpus: &[u64]| gpus.iter().map(|&gpus| (format!("c{gpus}"), gpus)).collect::<Vec<_>>();
    assert_eq!(some.warnings(&clusters(&[16, 8])), Vec::<String>::new());
    let small = some.warnings(&clusters(&[8, 4]));
    assert_eq!(
        small,
        ["1 of 3 jobs ask for more GPUs than the largest cluster has and can never start: job b asks for 16, c8 has 8"]
    );
    let mut dense = trace();
    dense.divide_interarrivals(100.0).expect("a load");
    let warnings = dense.warnings(&clusters(&[16]));
    assert!(warnings.len() == 1 && warnings[0].contains("the jobs ask for 26 GPU-hours"), "{warnings:?}");
    assert_eq!(some.warnings(&[]).len(), 2);
    // GPUs at half the speed give half.
    assert_eq!(dense.warnings_at_speed(&clusters(&[160]), 160.0), Vec::<String>::new());
    assert!(
        dense.warnings_at_speed(&clusters(&[160]), 16.0)[0]
            .contains("160 GPUs give 25 at their speeds until the last ones could have run, 1.04 times as much")
    );
}

#[test]
fn csv_comes_back_as_it_went() {
    let text = "job_id,submit_s,gpus,run_s,estimate_s,priority,group,state,deadline_s\n'=1+1,0.5,8,0.001,7,-3,\"a, \"\"b\"\"\",failed,60\n\
                '''@x,2,1,0,0,2147483647,'-,cancelled,0\n5,2.25,999999999,6307200000,1,0,,finished,\n";
    let options = Options { strict: true, ..Options::default() };
    let trace = read_from(text.as_bytes(), "a.csv", Some(Format::Csv), &options).expect("sound");
    assert_eq!(ids(&trace), ["=1+1", "''@x", "5"]);
    let mut written = Vec::new();
    trace.write_csv(&mut written).expect("memory");
    let written = String::from_utf8(written).expect("text");
    assert_eq!(read_from(written.as_bytes(), "a.csv", None, &options).expect("ours"), trace);
    assert!(written.contains("\n'=1+1,0.500,8,0.001,7,-3,"), "{written}");
}
